/** What counters of the field make of a model: `conventions.count`. Their rules are data (data/conventions.json). */
import json from '../../data/conventions.json'
import { note, type Problem } from '../problem.js'
import type { Expr, Extent, Graph, Op, Sizes } from './graph.js'
import { operators } from './models/network-graph.js'
import { evaluate, product, sizing } from './product.js'

/** By class of op, a tree over what is known of it. */
export type Rules = Readonly<Record<string, Expr>>
interface Convention { readonly name: string; readonly says: string; readonly leaves: readonly string[]; readonly count: Rules }

const { note: _note, ...rest } = json
const table = rest as unknown as Readonly<Record<string, Convention>>

/** Ops of layers have no kind: their vector weight tells it. */
const byWeight: Readonly<Record<string, string>> = { w_layernorm: 'norm', w_norm: 'norm', w_softmax: 'softmax', w_activation: 'gelu' }

function classOf(op: Op): string {
  if (op.kind !== undefined) return operators[op.kind]?.class ?? ''
  if (op.engine === 'matrix') return op.tensors.some(t => t.role === 'weight') ? 'linear' : 'matmul'
  return byWeight[op.flops] ?? ''
}

/** The rules of a convention. */
export const rulesOf = (name: string): Rules => table[name]?.count ?? {}

/** What rules count in one pass over one sample, its axes sized for one. */
export function counted(rules: Rules, { axes, blocks }: Graph, sizes: Sizes): number {
  const all = sizing(axes, sizes)
  const size = (extents: readonly Extent[]): number => product(extents, all)
  const elements = (tensors: Op['tensors']): number => tensors.reduce((sum, t) => sum + size(t.axes), 0)
  let total = 0
  for (const op of blocks.flatMap(block => block.ops)) {
    const rule = rules[classOf(op)]
    if (rule === undefined) continue
    const of = (role: string): readonly Extent[] => op.tensors.find(t => t.role === role)?.axes ?? []
    const weights = op.tensors.filter(t => t.role === 'weight')
    const outs = op.tensors.filter(t => t.role === 'out')
    total += size(op.times) * evaluate(rule, {
      macs: size(op.loop), in: size(of('in')), out: elements(outs), area: size(outs[0]?.axes.slice(2) ?? []),
      bias: Number(weights.some(t => t.name.endsWith('.b'))), affine: Number(weights.length > 0), params: elements(weights),
    })
  }
  return total
}

/** What a count leaves out, and what its tool calls it. */
export function countNote(name: string): Problem | null {
  const convention = table[name]
  return convention === undefined ? null : note('counted-as', 'conventions.count', `model.macs is counted as ${convention.name} counts: multiply-adds, there called ${convention.says}. Left out: ${convention.leaves.join(', ')}.`, ['roofline'])
}
