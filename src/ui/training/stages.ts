/** The pipeline stages of a report. */
import type { Memory, Report } from '../../core.js'
import type { Seconds } from './timeline.js'

export interface StageRow {
  /** First layer and the one after the last. */
  readonly layers: readonly [from: number, to: number]
  readonly memory: Memory
  readonly seconds: Seconds
}

/** As many stages as are drawn. */
export const mostStages = 16

/** The stages of a training step in their order; none of other reports. */
export function stagesOf({ stages, phases }: Report): readonly StageRow[] {
  return phases[0]?.phase === 'step' ? stages as readonly StageRow[] : []
}

/** Micro-batches of one replica in a step. */
export function microBatches({ scenario: { workload, mesh } }: Report): number {
  return (workload?.globalBatch ?? 1) / ((workload?.microBatch ?? 1) * (mesh?.dp ?? 1))
}

/** What a stage holds, in order. */
export const heldParts = ['weights', 'gradients', 'states', 'activations', 'overhead'] as const
