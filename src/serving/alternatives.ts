/** The same model and workload on every GPU that is known, each with the fewest GPUs that hold it. */
import { gpus, type Device } from '../hardware/device.js'
import { findSystem } from '../hardware/network.js'
import type { Problem } from '../problem.js'
import type { Limit, Report } from '../scenario/report.js'
import type { Scenario } from '../scenario/schema.js'
import { onGpu, type Search } from './search.js'

/** What a number of GPUs of one kind do for a scenario. */
export interface Figures {
  readonly tp: number
  readonly ttft: number | null
  readonly tpot: number | null
  /** Of the request, or of one pass over the batch. */
  readonly latency: number | null
  /** The decode step, or the pass, at best, and what bounds it. */
  readonly least: number | null
  readonly limit: Limit | null
  readonly tokensPerSecondPerGpu: number | null
  readonly usdPerMillionTokens: number | null
  /** Of a forward run; null for what generates. */
  readonly samplesPerSecond: number | null
  readonly samplesPerSecondPerGpu: number | null
  /** Bytes per GPU. */
  readonly free: number
  readonly basis: 'default' | 'calibrated'
  /** The dtype that is computed in, and the one that weights are held in. */
  readonly activations: string
  readonly weights: string
}

/** Why a GPU cannot run a scenario: it is too small even at so many, or something else is in the way. */
export type Reason = { readonly gpus: number; readonly missing: number } | { readonly problem: Problem }

/** A GPU with what it does, or why it cannot. */
export interface Alternative {
  readonly gpu: Device
  /** What was asked to learn it. */
  readonly scenario: Scenario
  readonly figures: Figures | null
  readonly reason: Reason | null
}

interface Candidate {
  readonly gpu: Device
  readonly tp: number
  readonly scenario: Scenario
  /** How much was missing at fewer GPUs. */
  readonly reason: Reason | null
}

/** Every GPU: one of each, then two of those that are too small, and so on up to the GPUs of the usual system. */
export function* alternatives(scenario: Scenario, among: readonly Device[] = gpus): Search<readonly Alternative[]> {
  const found = new Map<Device, Alternative>()
  let open: readonly Candidate[] = among.map(gpu => ({ gpu, tp: 1, scenario: onGpu(scenario, gpu.id, 1), reason: null }))
  while (open.length > 0) {
    const reports = yield open.map(({ scenario }) => scenario)
    const further: Candidate[] = []
    for (const [i, report] of reports.entries()) {
      const candidate = open[i]
      if (candidate === undefined) continue
      const next = judged(candidate, report, scenario)
      if ('tp' in next) further.push(next)
      else found.set(next.gpu, next)
    }
    open = further
  }
  return among.flatMap(gpu => found.get(gpu) ?? [])
}

/** What the report says about a candidate: an answer, or the next number to try. */
function judged({ gpu, tp, scenario, reason: before }: Candidate, report: Report, asked: Scenario): Alternative | Candidate {
  const figures = report.memory?.fits === true ? figuresOf(report) : null
  if (figures !== null) return { gpu, scenario, figures, reason: null }
  const { memory, problems } = report
  const problem = problems.find(({ severity }) => severity === 'error')
  const reason = memory !== null ? { gpus: tp, missing: memory.total - memory.capacity } : before ?? (problem === undefined ? null : { problem })
  const more = memory !== null || problem?.code === 'illegal-mesh' || problem?.code === 'unknown-link'
  const next = tp * 2
  if (!more || next > most(gpu)) return { gpu, scenario, figures: null, reason }
  return { gpu, tp: next, scenario: onGpu(asked, gpu.id, next), reason }
}

/** GPUs of the usual system. */
function most(gpu: Device): number {
  const system = findSystem(null, gpu)
  return 'gpus' in system ? system.gpus : 1
}

/** The row of a report; null for one without an answer. */
export function figuresOf({ scenario, phases, memory, metrics }: Report): Figures | null {
  const told = phases.find(({ phase }) => phase === 'decode' || phase === 'forward')
  if (memory === null || metrics === null || told === undefined) return null
  const { ttft, tpot, latency, tokensPerSecondPerGpu, usdPerMillionTokens, samplesPerSecond } = metrics
  const timed = tpot !== null || told.phase === 'forward'
  return {
    tp: scenario.mesh?.tp ?? 1, ttft, tpot, latency, tokensPerSecondPerGpu, usdPerMillionTokens,
    samplesPerSecond, samplesPerSecondPerGpu: samplesPerSecond === null ? null : samplesPerSecond / (scenario.gpus ?? 1),
    least: timed ? told.seconds.bound / (told.phase === 'decode' ? metrics.tokensPerStep ?? 1 : 1) : null, limit: timed ? told.limit : null,
    free: memory.capacity - memory.total, basis: told.seconds.basis,
    activations: scenario.precision?.activations ?? '', weights: scenario.precision?.weights ?? '',
  }
}
