import type { Held, Placement } from '../graph.js'

/** Stage of ZeRO (arXiv:1910.02054): what lies split while idle are optimizer states (1), gradients too (2), weights too (3, which is FSDP). */
export type Zero = 0 | 1 | 2 | 3

/** The kinds of tensor that a stage of ZeRO keeps split. */
export function stored(zero: Zero): readonly Held[] {
  return (['moment', 'gradient', 'weight'] as const).slice(0, zero)
}

/** Data parallelism: the batch is split. What moves follows from what lies split. */
export function dataParallel(zero: Zero): Placement {
  return { axes: ['b'], stored: stored(zero) }
}
