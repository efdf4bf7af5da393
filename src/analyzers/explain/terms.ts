/** Terms of a structure as trees. */
import type { Term } from '../cost.js'
import type { Expr } from '../graph.js'
import { classOf } from '../offload.js'
import { plus, times } from '../product.js'
import type { Run } from '../run.js'
import type { Kernel } from '../structure.js'
import type { Input } from './quantity.js'
import { named } from './vocabulary.js'

/** A term as a tree. */
export function termExpr(term: Term): Expr {
  return times(term.factor, ...term.names)
}

/** A sum of terms as a tree. */
export function sumExpr(terms: readonly Term[]): Expr {
  return plus(...terms.map(termExpr))
}

/** Traffic that takes the way to where offloaded tensors lie. */
export function loadedExpr({ traffic }: Kernel): Expr {
  const shares = [0, 'share_weights', 'share_cache'] as const
  return plus(...traffic.flatMap(term => {
    const share = shares[Math.max(...term.names.map(classOf)) as 0 | 1 | 2]
    return share === 0 ? [] : [times(share, termExpr(term))]
  }))
}

/** What is offloaded, and the way to it. */
export function shares({ far }: Run): Input[] {
  return far === null ? [] : [named('share_weights', far.weights, 'scenario: offload.weights'), named('share_cache', far.cache, 'scenario: offload.cache'), named('far', far.bandwidth, far.source)]
}
