import type { Op } from '../graph.js'
import { op } from './notation.js'

/** The residual addition: `w_add` FLOP for each input after the first. Its output is the stream that the next repeat reads. */
export function add(id: string, inputs: readonly string[], to: string, axes: string, carry: boolean): Op {
  const law = 'sum'
  const sum = op(id, law, `${inputs.map(name => `${name}:${axes}`).join(', ')} -> ${to}${carry ? '*' : ''}:${axes}`, { flops: 'w_add' })
  return inputs.length === 2 ? sum : { ...sum, flops: 'w_add', loop: [inputs.length - 1, ...sum.loop] }
}

/** An activation between two projections: gated multiplies by a second input (SwiGLU, GeGLU), plain does not (GELU, ReLU). */
export function activation(id: string, inputs: readonly string[], to: string, axes: string): Op {
  return op(id, 'map', `${inputs.map(name => `${name}:${axes}`).join(', ')} -> ${to}:${axes}`, {
    flops: inputs.length === 2 ? 'w_gate' : 'w_activation', loop: axes, saves: inputs,
  })
}

/** Rotary position: each query and key is turned in place. Counted with `w_rope` FLOP per element, 0 by default. */
export function rope(id: string, from: string, to: string, axes: string): Op {
  return op(id, 'sum', `${from}:${axes} -> ${to}:${axes}`, { flops: 'w_rope' })
}
