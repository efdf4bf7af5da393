/** The answer in two sentences. */
import { digits, percent, quantity, scaled, scaleOf } from '../format.js'
import type { Limit, Memory, NormalScenario, Phase, Report } from '../index.js'
import { perToken } from './figures.js'
import { machineName, modelName } from './names.js'
import { wrap } from './text.js'

const bound: Readonly<Record<Limit, string>> = { compute: 'compute', memory: 'memory', network: 'the network', overhead: 'overhead' }

/** Whether the model fits and by how much; what bounds the phase that takes longest to hear about, and its time. */
export function verdict(report: Report, memory: Memory, label: string | null): string {
  const scenario = report.scenario as NormalScenario
  const subject = `${modelName(report, label)} in ${scenario.precision.weights ?? 'its own precision'}`
  const spare = Math.abs(memory.capacity - memory.total)
  const each = scenario.gpus > 1 ? ' per GPU' : ''
  if (!memory.fits) {
    return wrap(`${subject} does not fit on ${machineName(scenario)}: it needs ${quantity(memory.total, 'B', '\u00A0')}${each}, ${quantity(spare, 'B', '\u00A0')} more than the ${quantity(memory.capacity, 'B', '\u00A0')} there are.`)
  }
  return [wrap(`${subject} on ${machineName(scenario)} fits, with ${quantity(spare, 'B', '\u00A0')}${each} to spare.`), wrap(speed(report, scenario))].join('\n')
}

/** What goes through in one pass. */
function input({ batch, sequence, target, image, audioSeconds }: NormalScenario['workload']): string {
  const sizes = [image === null ? '' : `${image.join(' × ')} pixels`, audioSeconds == null ? '' : `${String(audioSeconds)} s of audio`, sequence == null ? '' : `${String(sequence)}${target == null ? '' : ` + ${String(target)}`} tokens`]
  return `${String(batch)} × ${sizes.filter(size => size !== '').join(' and ')}`
}

/** The images of a prompt. */
function seen({ images, image }: NormalScenario['workload']): string {
  return images === 0 ? '' : ` and ${String(images)} ${images === 1 ? 'image' : 'images'} of ${image?.join(' × ') ?? ''} pixels`
}

function speed(report: Report, { workload }: NormalScenario): string {
  const phase = (name: Phase['phase']) => report.phases.find(p => p.phase === name)
  const decode = report.metrics?.tpot == null ? undefined : phase('decode')
  const told = decode ?? phase('prefill') ?? report.phases[0]
  if (told === undefined) return ''
  const { estimate, bound: best } = told === decode && report.metrics ? perToken(told.seconds, report.metrics) : told.seconds
  const scale = scaleOf(estimate, 's')
  const what = told === decode ? `Decode at batch ${String(workload.batch)}` : told.phase === 'forward' ? `A pass over ${input(workload)}` : told.phase === 'step' ? `A step over ${input({ ...workload, batch: workload.globalBatch ?? 1 })}` : told.phase === 'prefill' ? `Prefill of ${String(workload.batch)} × ${String(workload.prompt)} tokens${seen(workload)}` : 'It'
  return `${what} is bound by ${bound[told.limit]}: ${quantity(estimate, 's', '\u00A0')}${told === decode ? ' per token' : ''}, ${scaled(best, scale)} at best.`
}

/** What memory there is, and how it was counted. */
export function capacityText({ utilization, capacity }: NormalScenario, bytes: number): string {
  const whole = bytes / utilization
  const size = capacity === 'driver' ? `${(whole / 2 ** 30).toFixed(2)} GiB` : `${digits(whole / 1e9)} GB`
  return utilization === 1 ? size : `${percent(utilization)} % of ${size}`
}
