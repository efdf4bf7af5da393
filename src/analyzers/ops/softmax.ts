import type { Op } from '../graph.js'
import { op } from './notation.js'

/** Softmax over scores: `w_softmax` FLOP per score that is not masked. `sink` adds a learned logit per head (gpt-oss). */
export function softmax(id: string, scores: readonly string[], to: string, axes: string, loop: string, sink?: string): Op {
  const extra = sink === undefined ? '' : `, sink.w=${sink}`
  return op(id, 'map', `${scores.map(name => `${name}:${axes}`).join(', ')}${extra} -> ${to}:${axes}`, {
    group: 'attention', flops: 'w_softmax', loop, saves: [to],
  })
}
