/** The answer in two sentences. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import { gpus, models, type Report } from '../core.js'
import { quantity, scaled, scaleOf } from '../format.js'
import { more } from './more.js'
import { number } from './number.js'
import { trains } from './parts.js'
import { kindOf, usualAudio } from './suited.js'
import { fill, limitName } from './words.js'

/** What a model is called: by its catalogue, else by the file it came from. */
export function modelName({ model, scenario }: Report, file: string | null): string {
  if (typeof scenario.model === 'string') return models.find(({ id }) => id === scenario.model)?.name ?? scenario.model
  return model === null || model.id === 'custom' ? file ?? msg('Your model') : model.id
}

/** What a GPU is called. */
export function gpuName({ scenario: { gpu } }: Report): string {
  if (typeof gpu === 'string') return gpus.find(({ id }) => id === gpu)?.name ?? gpu
  return 'name' in gpu && typeof gpu.name === 'string' ? gpu.name : msg('Your GPU')
}

/** Whether it fits and by how much; what binds and how fast it is. */
export function verdict(report: Report, file: string | null): TemplateResult | typeof nothing {
  const { memory, metrics, phases, scenario } = report
  if (memory === null || metrics === null) return nothing
  const names = {
    model: html`<b>${modelName(report, file)}</b>`, gpus: html`<b>${scenario.gpus ?? 1} × ${gpuName(report)}</b>`,
    dtype: scenario.precision?.weights ?? '', room: number(Math.abs(memory.capacity - memory.total), 'B'),
  }
  if (!memory.fits) return fill(msg('{model} in {dtype} does not fit on {gpus}. It needs {total} per GPU, {room} more than the {capacity} there are.'), { ...names, total: number(memory.total, 'B'), capacity: number(memory.capacity, 'B') })
  const fits = fill(msg('{model} in {dtype} on {gpus} fits, with {room} per GPU to spare.'), names)
  const [pass] = phases
  if (trains && pass?.phase === 'step') return html`${fits} ${more()?.training?.verdict(report)}`
  if (pass?.phase === 'forward') return html`${fits} ${passed(pass, report)}`
  return html`${fits} ${speed(phases, metrics.tpot === null ? metrics.ttft : metrics.tpot, metrics.tpot !== null, metrics.tokensPerStep ?? 1, scenario.workload?.batch ?? 1)}`
}

function speed(phases: Report['phases'], seconds: number | null, decode: boolean, tokens: number, batch: number): TemplateResult | typeof nothing {
  const phase = phases.find(one => one.phase === (decode ? 'decode' : 'prefill'))
  if (phase === undefined || seconds === null) return nothing
  const parts = { batch, limit: html`<b class="hue ${phase.limit}">${limitName(phase.limit)}</b>`, time: html`<b>${number(seconds, 's')}</b>`, least: scaled(phase.seconds.bound / (decode ? tokens : 1), scaleOf(seconds, 's')) }
  return decode
    ? fill(msg('Decode at batch {batch} is bound by {limit}: {time} per token, {least} at best.'), parts)
    : fill(msg('Prefill at batch {batch} is bound by {limit}: {time} to the first token, {least} at best.'), parts)
}

/** How long one pass takes, and what binds it. */
function passed({ limit, seconds: { estimate, bound } }: Report['phases'][number], report: Report): TemplateResult {
  return fill(msg('A forward pass at batch {batch}, {input} each, is bound by {limit}: {time}, {least} at best.'), {
    batch: report.scenario.workload?.batch ?? 1, input: inputOf(report), limit: html`<b class="hue ${limit}">${limitName(limit)}</b>`, time: html`<b>${number(estimate, 's')}</b>`, least: scaled(bound, scaleOf(estimate, 's')),
  })
}

/** What one sample of a forward run is: `224 × 224 pixels and 77 tokens`. */
export function inputOf({ scenario }: Report): string {
  const { image = null, audioSeconds = null, sequence = null, target = null } = scenario.workload ?? {}
  const tokens = [sequence, target].filter(length => length !== null).map(String).join(' + ')
  const parts = [image === null ? '' : msg(str`${image.join(' × ')} pixels`), heard(scenario, audioSeconds), tokens === '' ? '' : msg(str`${tokens} tokens`)]
  return parts.filter(part => part !== '').join(msg(' and '))
}

/** The audio that a model hears; nothing for one that hears none. */
function heard(scenario: Report['scenario'], seconds: number | null): string {
  return kindOf(scenario).source === 'audio' ? msg(str`${seconds ?? usualAudio} s of audio`) : ''
}

/** The scenario in a line, for the bar that opens it. */
export function summary(report: Report): string {
  const { scenario, phases } = report, { precision, workload, mesh } = scenario
  if (trains && phases[0]?.phase === 'step') return more()?.training?.summary(report) ?? ''
  if (phases[0]?.phase === 'forward') return msg(str`${precision?.weights ?? ''}, batch ${workload?.batch ?? 1}, ${inputOf(report)}, TP ${mesh?.tp ?? 1}`)
  const images = workload?.images ?? 0
  const beside = images > 0 ? msg(str`images: ${images}`) : heard(scenario, workload?.audioSeconds ?? null)
  if (beside !== '') return msg(str`${precision?.weights ?? ''}, batch ${workload?.batch ?? 1}, ${beside}, ${workload?.prompt ?? 0} in, ${workload?.output ?? 0} out, TP ${mesh?.tp ?? 1}`)
  return msg(str`${precision?.weights ?? ''}, batch ${workload?.batch ?? 1}, ${workload?.prompt ?? 0} in, ${workload?.output ?? 0} out, TP ${mesh?.tp ?? 1}`)
}

/** The memory of a GPU in words: how much of it may be used. */
export function capacityNote({ scenario, memory }: Report): string {
  if (memory === null) return ''
  const share = Math.round((scenario.utilization ?? 1) * 100)
  const whole = quantity(memory.capacity / (scenario.utilization ?? 1), 'B')
  return scenario.capacity === 'driver' ? msg(str`${share} % of the ${whole} that the driver reports`) : msg(str`${share} % of the ${whole} on the box`)
}
