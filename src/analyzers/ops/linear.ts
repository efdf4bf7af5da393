import type { Op } from '../graph.js'
import type { WeightGroup } from '../models/architecture.js'
import { op } from './notation.js'

export interface Linear {
  /** Tensor in and its axes, `'n:b s d'`. */
  readonly from: string
  /** Tensor out and its axes, `'q:b s g r k'`. */
  readonly to: string
  /** Name of the weight; the bias gets the name with `.b`. */
  readonly weight: string
  /** Axes of the weight: those summed over first. */
  readonly axes: string
  readonly group: WeightGroup
  /** Axes of the bias, or none. A bias rides in the epilogue: bytes, no FLOP. */
  readonly bias?: string | undefined
  /** Axes read of weight and bias, where that is not all: experts hit. */
  readonly read?: string
  readonly biasRead?: string
  /** Axes of the loop, where they are not the union of the tensors': routed copies. */
  readonly loop?: string
}

/** A linear layer: for every row, input and output feature one multiply-add. Weights are read once. */
export function linear(id: string, l: Linear): Op {
  const read = (text: string | undefined) => text === undefined ? '' : `{${text}}`
  const bias = l.bias === undefined ? '' : `, ${l.weight}.b=${l.bias}${read(l.biasRead)}`
  return op(id, 'product', `${l.from}, ${l.weight}.w=${l.axes}${read(l.read)}${bias} -> ${l.to}`, {
    group: l.group, ...(l.loop === undefined ? {} : { loop: l.loop }),
  })
}
