/**
 * Seconds of one kernel: the plain roofline, and beside it an estimate with the compact model of data/efficiency.json.
 * The formulas are stated twice, as fast code and as the trees that `explain` prints; tests hold them against each other.
 */
import type { Expr } from './graph.js'
import { plus } from './product.js'

/** What a kernel does, as times at full speed. */
export interface Demand {
  /** Seconds of its matrix FLOP at their peaks, and at the share of the peaks that is reached. */
  matrix: number
  derated: number
  /** Seconds of its vector FLOP. Both engines run side by side. */
  vector: number
  /** Seconds of its HBM traffic at full bandwidth. */
  memory: number
}

/** Plain roofline of compute and memory: the longest of the three. */
export function boundOf(d: Demand): number {
  return Math.max(d.matrix, d.vector, d.memory)
}

/** `t0 + (compute^p + memory^p)^(1/p)`; p null is the limit of large p, the longer of the two. */
export function estimateOf(d: Demand, eb: number, t0: number, p: number | null): number {
  const compute = Math.max(d.derated, d.vector)
  const memory = d.memory / eb
  const long = Math.max(compute, memory)
  if (p === null || long === 0) return t0 + long
  return t0 + long * (1 + (Math.min(compute, memory) / long) ** p) ** (1 / p)
}

/** The bound as a tree over `matrix`, `vector` and `memory`, each a tree of seconds; those that are zero are left out. */
export function boundExpr(parts: readonly Expr[]): Expr {
  return parts.length === 0 ? 0 : parts.length === 1 ? parts[0] ?? 0 : ['max', ...parts]
}

/** The estimate as a tree. */
export function estimateExpr(compute: Expr, memory: Expr, t0: Expr, p: Expr | null): Expr {
  if (compute === 0 || memory === 0) return plus(t0, compute === 0 ? memory : compute)
  if (p === null) return ['+', t0, ['max', compute, memory]]
  return ['+', t0, ['^', ['+', ['^', compute, p], ['^', memory, p]], ['/', 1, p]]]
}
