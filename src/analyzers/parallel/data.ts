import type { Held, Placement } from '../graph.js'

/**
 * Data parallelism: the batch is split. ZeRO (arXiv:1910.02054) says what also lies split while idle: optimizer states (1),
 * gradients (2), weights (3, which is FSDP). What moves follows from that.
 */
export function dataParallel(zero: 0 | 1 | 2 | 3): Placement {
  const stored: readonly Held[] = ['moment', 'gradient', 'weight']
  return { axes: ['b'], stored: stored.slice(0, zero) }
}
