import type { Placement } from '../graph.js'
import { stored, type Zero } from './data.js'

/** How attention gets what other ranks hold: keys and values go round or are gathered, or heads are exchanged for tokens. */
export const contexts = ['ring', 'all-gather', 'ulysses'] as const
export type Context = (typeof contexts)[number]

/** In a decode step the cache is split by tokens: each rank attends to its own, and what they make is added (Helix, arXiv:2507.07120, section 2.1; vLLM's decode context parallelism). */
export const contextInDecode: Placement = { axes: ['t'] }

/**
 * Context parallelism: every sequence is split, and optimizer states lie split as over replicas, since weights are whole.
 * Ring (arXiv:2310.01889) and gathering (arXiv:2407.21783, section 3.3.2) move the same keys and values. Ulysses
 * (arXiv:2309.14509) splits attention by heads.
 */
export function contextParallel(context: Context, zero: Zero): Placement {
  const heads = ['g', 'h'].map(axis => ({ ops: 'attn/core/', axis }))
  return { axes: ['s'], stored: stored(zero), ...(context === 'ulysses' ? { only: heads } : {}) }
}
