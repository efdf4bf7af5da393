import type { Placement } from '../graph.js'
import { stored, type Zero } from './data.js'
import { routing } from './tensor.js'

/**
 * Expert parallelism over ranks of data parallelism (GShard, arXiv:2006.16668): experts are split where a weight has them, the
 * batch elsewhere. Tokens go to their experts and come back because the two differ.
 */
export function expertParallel(zero: Zero): Placement {
  return { axes: ['e', 'b'], stored: stored(zero), only: routing('b') }
}
