/** The smallest changes that make a model fit, each tried by analyzing it. */
import { findGpu, gpus, type Device } from '../hardware/device.js'
import { dtypes } from '../hardware/precision.js'
import type { Report } from '../scenario/report.js'
import type { NormalScenario, Scenario } from '../scenario/schema.js'
import { onGpu, split, type Search } from './search.js'

/** The fields that a change may set. */
export interface Settings {
  readonly batch?: number
  readonly gpu?: string
  readonly weights?: string
  readonly tp?: number
}

/** A change after which the model fits. */
export interface Change {
  readonly settings: Settings
  readonly scenario: Scenario
  /** GPUs that it then takes, and bytes that stay free on each. */
  readonly gpu: string | object
  readonly gpus: number
  readonly free: number
}

const degrees = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]
const narrower = ['fp8', 'int4']

/** Up to three: a smaller batch, more GPUs, another GPU, narrower weights; pairs of them only where none does alone. */
export function* changes(given: Scenario, report: Report): Search<readonly Change[]> {
  const normal = report.scenario as NormalScenario
  const alone = [yield* smallerBatch(given, report), yield* moreGpus(given, normal), yield* first(larger(normal).map(({ id }) => ({ gpu: id })), given), yield* first(weightsOf(normal).map(weights => ({ weights })), given)]
  const found = alone.filter(change => change !== null)
  if (found.length > 0) return found.slice(0, 3)
  const pairs: (Change | null)[] = []
  for (const weights of weightsOf(normal)) pairs.push(yield* moreGpus(given, normal, { weights }))
  const most = larger(normal).at(-1)
  if (most) pairs.push(yield* moreGpus(given, normal, { gpu: most.id }))
  return pairs.filter(change => change !== null).slice(0, 3)
}

/** The scenario with the settings of a change. */
export function changed(scenario: Scenario, { batch, gpu, weights, tp }: Settings): Scenario {
  let next = scenario
  if (batch !== undefined) next = { ...next, workload: { ...next.workload, batch } }
  if (weights !== undefined) next = { ...next, precision: { ...next.precision, weights } }
  if (gpu !== undefined) next = onGpu(next, gpu, tp ?? next.mesh?.tp ?? 1)
  return tp === undefined ? next : split(next, tp)
}

/** The first of the settings with which the model fits. */
function* first(all: readonly Settings[], given: Scenario): Search<Change | null> {
  for (const settings of all) {
    const scenario = changed(given, settings)
    const [report] = yield [scenario]
    const memory = report?.memory
    if (report && memory?.fits) return { settings, scenario, gpu: report.scenario.gpu, gpus: report.scenario.gpus ?? 1, free: memory.capacity - memory.total }
  }
  return null
}

function* smallerBatch(given: Scenario, { metrics }: Report): Search<Change | null> {
  const batch = metrics?.maxBatch ?? 0
  return batch < 1 ? null : yield* first([{ batch }], given)
}

function* moreGpus(given: Scenario, { mesh }: NormalScenario, besides: Settings = {}): Search<Change | null> {
  return yield* first(degrees.filter(degree => degree > mesh.tp).map(tp => ({ ...besides, tp })), given)
}

/** GPUs with more memory that read it no slower, smallest first; laptops and boards of another class come into it only that way. */
function larger({ gpu }: NormalScenario): Device[] {
  const own = typeof gpu === 'string' ? findGpu(gpu) : gpu as Device
  if (!('memory' in own)) return []
  return gpus
    .filter(gpu => gpu.status === 'shipping' && gpu.memory > own.memory && gpu.bandwidth >= own.bandwidth)
    .sort((a, b) => a.memory - b.memory || b.bandwidth - a.bandwidth)
}

function weightsOf({ precision }: NormalScenario): string[] {
  const bits = (id: string | null) => dtypes.find(dtype => dtype.id === id)?.bits ?? 0
  return narrower.filter(weights => bits(weights) < bits(precision.weights))
}
