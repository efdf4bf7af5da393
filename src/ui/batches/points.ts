/** Throughput and latency against batch: which batches are asked, what is drawn where. Pure functions of numbers. */
import type { Limit, Report, Scenario } from '../../core.js'

/** The largest batch that is asked. */
const last = 1024

/** One batch. */
export interface BatchPoint {
  readonly batch: number
  /** Seconds of the pass, and at best; samples per second, and at best. */
  readonly latency: number
  readonly leastLatency: number
  readonly rate: number
  readonly bestRate: number
  /** Bytes on one GPU. */
  readonly memory: number
  readonly limit: Limit
}

/** Powers of two up to 1024 or to what fits, with the batch of the scenario. */
export function batchesOf({ scenario, metrics }: Report): readonly number[] {
  const most = Math.min(metrics?.maxBatch ?? last, last), own = scenario.workload?.batch ?? 1
  const powers = Array.from({ length: 11 }, (_, i) => 2 ** i).filter(batch => batch <= most)
  return [...new Set([...powers, ...own <= (metrics?.maxBatch ?? own) ? [own] : []])].sort((a, b) => a - b)
}

/** The same scenario with another batch. */
export function withBatch(scenario: Scenario, batch: number): Scenario {
  const axes = scenario.workload?.axes ?? null
  // A batch that a file's axis gives by name is one number, wherever it is written.
  return { ...scenario, workload: { ...scenario.workload, batch, ...axes === null ? {} : { axes } } }
}

/** A point of a report; null where it has no answer or does not fit. */
export function pointOf({ phases: [phase], memory, scenario }: Report): BatchPoint | null {
  const batch = scenario.workload?.batch ?? 1
  if (phase === undefined || memory?.fits !== true || !(phase.seconds.estimate > 0)) return null
  const { estimate, bound } = phase.seconds
  return { batch, latency: estimate, leastLatency: bound, rate: batch / estimate, bestRate: bound > 0 ? batch / bound : batch / estimate, memory: memory.total, limit: phase.limit }
}

/** A logarithmic axis: its ends, and ticks at 1, 2 and 5 of each decade, fewer where that are too many. */
export interface Axis { readonly low: number; readonly high: number; readonly ticks: readonly number[] }

export function axisOf(values: readonly number[]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const grid = (steps: readonly number[]): number[] => Array.from({ length: 40 }, (_, i) => i - 15).flatMap(decade => steps.map(step => step * 10 ** decade))
  const around = (steps: readonly number[]): number[] => {
    const all = grid(steps)
    const from = all.findLastIndex(tick => tick <= least * 1.0001), to = all.findIndex(tick => tick >= most * 0.9999)
    return all.slice(Math.max(0, from), to + 1)
  }
  const fine = around([1, 2, 5]), ticks = fine.length <= 6 ? fine : around([1])
  const low = ticks[0] ?? least, high = ticks.at(-1) ?? most
  return high > low ? { low, high, ticks } : { low: low / 2, high: high * 2, ticks }
}

/** Where a value lies on an axis, from 0 to 1. */
export function placeOn({ low, high }: Pick<Axis, 'low' | 'high'>, value: number): number {
  return Math.log(value / low) / Math.log(high / low)
}
