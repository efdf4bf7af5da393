import type { Op } from '../graph.js'
import type { Norm } from '../models/architecture.js'
import { op } from './notation.js'

/**
 * A norm over the last axis: `rms` has a gain, `layer` a gain and a bias, `plain` neither.
 * FLOP per element is the vector weight `w_norm` or `w_layernorm` (data/vector.json).
 */
export function norm(id: string, kind: Norm['kind'], from: string, to: string, weight: string, axes: string): Op {
  const parameters = kind === 'plain' ? '' : kind === 'rms' ? `, ${weight}.w=${axes}` : `, ${weight}.w=${axes}, ${weight}.b=${axes}`
  const out = to.split(':')[1] ?? ''
  return op(id, 'map', `${from}${parameters} -> ${to}`, {
    group: 'norm',
    flops: kind === 'rms' ? 'w_norm' : 'w_layernorm',
    loop: out,
    saves: [(from.split(':')[0] ?? '').trim(), ...(kind === 'plain' ? [] : [`${weight}.w`])],
  })
}
