/** The smallest changes that make a model fit, each tried by analyzing it. */
import { quantity } from '../format.js'
import { analyze, dtypes, findGpu, gpus, type Device, type NormalScenario, type Report, type Scenario } from '../index.js'
import { machineName } from './names.js'
import { table } from './text.js'

interface Change {
  /** The flags that make it. */
  readonly flags: string
  readonly scenario: NormalScenario
  readonly free: number
}

const degrees = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]
const narrower = ['fp8', 'int4']

/** Up to three: a smaller batch, more GPUs, another GPU, narrower weights; pairs of them only where none does alone. */
export function changes(report: Report): Change[] {
  const scenario = report.scenario as NormalScenario
  const found = [smallerBatch(report, scenario), moreGpus(scenario, ''), anotherGpu(scenario), narrowerWeights(scenario)].filter(change => change !== null)
  if (found.length > 0) return found.slice(0, 3)
  const pairs = weightsOf(scenario).map(weights => moreGpus({ ...scenario, precision: { ...scenario.precision, weights } }, `--weights ${weights}`))
  const [most] = [...larger(scenario)].reverse()
  if (most) pairs.push(moreGpus({ ...scenario, gpu: most.id }, `--gpu ${most.id}`))
  return pairs.filter(change => change !== null).slice(0, 3)
}

/** The changes as a paragraph. */
export function changesBlock(report: Report): string[] {
  const rows = changes(report).map(({ flags, scenario, free }) => [flags, machineName(scenario), `${quantity(free, 'B', ' ')} free${scenario.gpus > 1 ? ' per GPU' : ''}`])
  if (rows.length === 0) return ['  No larger --tp, other --gpu or narrower --weights makes it fit.']
  return ['  The smallest changes that fit', ...table(rows, ['left', 'left', 'left'], '   ', '    ')]
}

/** The change, if the model then fits. What follows from model and GPU is decided anew. */
function tried(changed: NormalScenario, flags: string): Change | null {
  const input = { ...changed, gpus: null, system: null, price: null, capacity: null } as Scenario
  const { scenario, memory } = analyze(input)
  return memory?.fits === true ? { flags, scenario: scenario as NormalScenario, free: memory.capacity - memory.total } : null
}

function smallerBatch({ metrics }: Report, scenario: NormalScenario): Change | null {
  const batch = metrics?.maxBatch ?? 0
  return batch < 1 ? null : tried({ ...scenario, workload: { ...scenario.workload, batch } }, `--batch ${String(batch)}`)
}

function moreGpus(scenario: NormalScenario, flags: string): Change | null {
  for (const tp of degrees.filter(degree => degree > scenario.mesh.tp)) {
    const change = tried({ ...scenario, mesh: { ...scenario.mesh, tp } }, `${flags} --tp ${String(tp)}`.trim())
    if (change) return change
  }
  return null
}

/** GPUs with more memory that read it no slower, smallest first; laptops and boards of another class come into it only that way. */
function larger(scenario: NormalScenario): Device[] {
  const own = typeof scenario.gpu === 'string' ? findGpu(scenario.gpu) : scenario.gpu as Device
  if (!('memory' in own)) return []
  return gpus
    .filter(gpu => gpu.status === 'shipping' && gpu.memory > own.memory && gpu.bandwidth >= own.bandwidth)
    .sort((a, b) => a.memory - b.memory || b.bandwidth - a.bandwidth)
}

function anotherGpu(scenario: NormalScenario): Change | null {
  for (const { id } of larger(scenario)) {
    const change = tried({ ...scenario, gpu: id }, `--gpu ${id}`)
    if (change) return change
  }
  return null
}

function weightsOf({ precision }: NormalScenario): string[] {
  const bits = (id: string | null) => dtypes.find(dtype => dtype.id === id)?.bits ?? 0
  return narrower.filter(weights => bits(weights) < bits(precision.weights))
}

function narrowerWeights(scenario: NormalScenario): Change | null {
  for (const weights of weightsOf(scenario)) {
    const change = tried({ ...scenario, precision: { ...scenario.precision, weights } }, `--weights ${weights}`)
    if (change) return change
  }
  return null
}
