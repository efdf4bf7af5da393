/** The same training step on more and on fewer GPUs: as many samples for each replica. */
import type { Limit, Report, Scenario } from '../../core.js'

export interface ScalingPoint {
  /** GPUs: the place on the axis. */
  readonly batch: number
  readonly dp: number
  /** Tokens per second, or samples where a sample has no tokens. */
  readonly rate: number
  readonly bestRate: number
  readonly mfu: number
  readonly bestMfu: number
  readonly limit: Limit
}

const mostGpus = 1024

/** Numbers of replicas: powers of two up to 1024 GPUs, with that of the scenario. */
export function replicasOf({ scenario: { mesh } }: Report): readonly number[] {
  const { tp = 1, pp = 1, cp = 1, dp = 1 } = mesh ?? {}
  const powers = Array.from({ length: 11 }, (_, i) => 2 ** i).filter(n => n * tp * pp * cp <= mostGpus)
  return [...new Set([...powers, dp])].sort((a, b) => a - b)
}

/** The scenario with so many replicas. */
export function withReplicas({ gpus: _, ...scenario }: Scenario, dp: number): Scenario {
  const { workload, mesh } = scenario
  return { ...scenario, mesh: { ...mesh, dp }, workload: { ...workload, globalBatch: (workload?.globalBatch ?? 1) / (mesh?.dp ?? 1) * dp } }
}

/** A point of a report; null where it has no answer or does not fit. */
export function scalingPoint({ phases: [step], memory, metrics, scenario }: Report): ScalingPoint | null {
  const rate = metrics?.tokensPerSecond ?? metrics?.samplesPerSecond ?? null, mfu = metrics?.mfu ?? null
  if (step === undefined || memory?.fits !== true || rate === null || mfu === null || !(mfu > 0)) return null
  const { estimate, bound } = step.seconds, gain = bound > 0 ? estimate / bound : 1
  return { batch: scenario.gpus ?? 1, dp: scenario.mesh?.dp ?? 1, rate, bestRate: rate * gain, mfu, bestMfu: mfu * gain, limit: step.limit }
}
