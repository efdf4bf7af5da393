import type { Op } from '../graph.js'
import { op } from './notation.js'

/** A look-up: one row of the table per token, no FLOP. The table has rows `v` and is split there under tensor parallelism. */
export function embedding(id: string, to: string): Op {
  return op(id, 'product', `tokens#b s, embedding.w=v d{b s d} -> ${to}:b s d`, { group: 'embedding', engine: 'none', flops: 0, loop: 'b s d' })
}

/** A learned position table: one row per position, read once for all sequences, and added to the embeddings. */
export function positions(id: string, from: string, to: string): Op {
  return op(id, 'sum', `${from}:b s d, position.w=rows d{s d} -> ${to}:b s d`, { group: 'embedding', flops: 'w_add', loop: 'b s d' })
}
