/** The best way to spread a training step over so many GPUs: every legal mesh, with what it takes to fit, and why the first is first. */
import { resolveModel } from '../analyzers/found-model.js'
import { kindsOf } from '../analyzers/models/model.js'
import { layersOf } from '../analyzers/training/stages.js'
import { areProblems, type Problem } from '../problem.js'
import type { Report } from '../scenario/report.js'
import type { Scenario } from '../scenario/schema.js'
import type { Search } from './search.js'

/** Where the seconds of a step go on its slowest stage. */
export interface Spent { readonly compute: number; readonly recompute: number; readonly network: number; readonly pipeline: number; readonly optimizer: number }

/** One way to run the step. */
export interface Split {
  readonly scenario: Scenario
  readonly seconds: number
  readonly mfu: number
  /** Bytes on the fullest GPU. */
  readonly bytes: number
  readonly spent: Spent
  /** No other way is both faster and smaller. */
  readonly isPareto: boolean
}

export interface Splits {
  /** The fastest first. */
  readonly ways: readonly Split[]
  /** Meshes that were legal, and those among them that no recomputation makes fit. */
  readonly legal: number
  readonly tooLarge: number
  /** On what the second loses most, and how many seconds; null with fewer than two ways. */
  readonly lost: { readonly on: keyof Spent; readonly seconds: number } | null
  /** Why there is no way at all. */
  readonly problems: readonly Problem[]
}

interface Candidate { readonly scenario: Scenario; readonly recompute: number }

const recomputes = ['none', 'selective', 'full'] as const
const microBatches = [2, 4, 8]

/** Every way over `gpus` GPUs that is legal and fits, the fastest first. What the scenario says of its mesh is not kept. */
export function* splits(asked: Scenario, gpus: number): Search<Splits> {
  const first = meshes(asked, gpus).map(mesh => at(asked, { mesh, microBatch: 1, recompute: 0 }))
  const fitting: Split[] = []
  let open: readonly Candidate[] = first, legal = 0, tooLarge = 0, problems: readonly Problem[] = []
  const settled: Candidate[] = []
  for (let round = 0; open.length > 0 && round < recomputes.length; round++) {
    const reports = yield open.map(({ scenario }) => scenario)
    const next: Candidate[] = []
    for (const [i, candidate] of open.entries()) {
      const report = reports[i]
      if (report === undefined) continue
      if (report.memory === null) { if (problems.length === 0) problems = report.problems; continue }
      if (round === 0) legal++
      const way = judged(candidate.scenario, report)
      if (way) { fitting.push(way); settled.push(candidate) }
      else if (round + 1 < recomputes.length) next.push(at(candidate.scenario, { recompute: round + 1 }))
      else tooLarge++
    }
    open = next
  }
  const further = settled.flatMap(({ scenario, recompute }) => variants(scenario, recompute))
  const reports = yield further
  further.forEach((scenario, i) => { const report = reports[i], way = report && judged(scenario, report); if (way) fitting.push(way) })
  const ways = fitting.sort((a, b) => a.seconds - b.seconds)
  return { ways: marked(ways), legal, tooLarge, lost: lostBy(ways), problems: ways.length > 0 ? [] : problems }
}

/** Degrees that multiply to so many GPUs: powers of two, but for stages, which divide the layers. */
function meshes({ model, mesh, workload }: Scenario, gpus: number): NonNullable<Scenario['mesh']>[] {
  const found = resolveModel(model)
  if (areProblems(found)) return [{ ...mesh, tp: 1, pp: 1, cp: 1, dp: gpus }]
  const layers = layersOf(found.model).length
  const experts = kindsOf(found.model).flatMap(({ sizes: { e } }) => e ?? [])
  const length = workload?.sequence ?? 4096
  const powers = (most: number) => Array.from({ length: 12 }, (_, i) => 2 ** i).filter(n => n <= most)
  return powers(Math.min(gpus, 16)).flatMap(tp => divisorsOf(layers, 64).flatMap(pp => powers(Math.min(16, length / 4096)).concat(length < 4096 ? [1] : []).flatMap(cp => {
    const dp = gpus / (tp * pp * cp)
    if (!Number.isInteger(dp)) return []
    const eps = experts.length === 0 ? [1] : powers(Math.min(...experts)).filter(ep => ep % tp === 0 && dp % (ep / tp) === 0)
    return (eps.length > 0 ? eps : [1]).map(ep => ({ tp, pp, cp, dp, ep, etp: 1, sequence: tp > 1 }))
  })))
}

const divisorsOf = (n: number, most: number): number[] => Array.from({ length: Math.min(n, most) }, (_, i) => i + 1).filter(d => n % d === 0)

/** The scenario with some of it changed. */
function at({ gpus: _, ...scenario }: Scenario, { mesh, microBatch, recompute }: { readonly mesh?: NonNullable<Scenario['mesh']>; readonly microBatch?: number; readonly recompute: number }): Candidate {
  const degrees = mesh ?? scenario.mesh
  const zero = scenario.training?.zero ?? ((degrees?.dp ?? 1) * (degrees?.cp ?? 1) > 1 ? 1 : 0)
  return {
    recompute,
    scenario: {
      ...scenario, ...(degrees ? { mesh: degrees } : {}), training: { ...scenario.training, zero, recompute: recomputes[recompute] ?? 'full' },
      workload: { ...scenario.workload, mode: 'training', ...(microBatch === undefined ? {} : { microBatch }) },
    },
  }
}

/** Larger micro-batches, stages of several chunks, and weights that lie split too. */
function variants(scenario: Scenario, recompute: number): Scenario[] {
  const { mesh = {}, workload, training } = scenario
  const { dp = 1, pp = 1 } = mesh
  const batch = workload?.globalBatch ?? dp
  const larger = microBatches.filter(n => batch % (n * dp) === 0).map(microBatch => at(scenario, { microBatch, recompute }).scenario)
  const chunked = pp > 1 && (batch / dp) % pp === 0 ? [2, 4].map((interleave): Scenario => ({ ...scenario, training: { ...training, schedule: 'interleaved', interleave } })) : []
  const sharded: Scenario[] = pp === 1 && dp > 1 ? [{ ...scenario, training: { ...training, zero: 3 } }] : []
  return [...larger, ...chunked, ...sharded]
}

function judged(scenario: Scenario, { memory, metrics, phases: [step] }: Report): Split | null {
  if (memory?.fits !== true || step === undefined) return null
  return { scenario, seconds: step.seconds.estimate, mfu: metrics?.mfu ?? 0, bytes: memory.total, spent: spentOn(step.kernels), isPareto: false }
}

/** Where the seconds of a step go. */
export function spentOn(kernels: Report['phases'][number]['kernels']): Spent {
  const spent = { compute: 0, recompute: 0, network: 0, pipeline: 0, optimizer: 0 }
  for (const { id, times, sent, seconds } of kernels) {
    const on = id === 'bubble' || id.startsWith('pipeline/') ? 'pipeline' : sent > 0 ? 'network' : id.startsWith('optimizer/') ? 'optimizer' : id.endsWith('\'r') ? 'recompute' : 'compute'
    spent[on] += times * seconds.estimate
  }
  return spent
}

/** Those that no other beats on both counts; `ways` is sorted by seconds. */
function marked(ways: readonly Split[]): readonly Split[] {
  let least = Infinity
  return ways.map(way => { const isPareto = way.bytes < least; least = Math.min(least, way.bytes); return isPareto ? { ...way, isPareto } : way })
}

function lostBy([first, second]: readonly Split[]): Splits['lost'] {
  if (first === undefined || second === undefined) return null
  const parts = Object.keys(first.spent) as readonly (keyof Spent)[]
  const on = parts.reduce((most, part) => second.spent[part] - first.spent[part] > second.spent[most] - first.spent[most] ? part : most)
  return { on, seconds: second.spent[on] - first.spent[on] }
}

/** What is worth saying of a way: its degrees and settings that differ from one GPU's. */
export function nameOf({ mesh = {}, training = {}, workload = {} }: Scenario): string {
  const { tp = 1, pp = 1, cp = 1, dp = 1, ep = 1 } = mesh
  const degrees = Object.entries({ tp, pp, cp, dp, ep }).filter(([, n]) => n > 1).map(([axis, n]) => `${axis}${String(n)}`)
  const more = [`zero${String(training.zero ?? 0)}`, `micro-batch ${String(workload.microBatch ?? 1)}`, ...(training.recompute === 'none' ? [] : [`recompute ${training.recompute ?? ''}`]), ...(training.interleave ?? 1) > 1 ? [`${String(training.interleave)} chunks`] : []]
  return [degrees.length === 0 ? 'one GPU' : degrees.join(' '), ...more].join(', ')
}

