/** What counters of the field make of a model: `conventions.count`. Their rules are data (data/conventions.json). */
import json from '../../data/conventions.json'
import { note, type Problem } from '../problem.js'
import type { Expr, Extent, Graph, Op, Sizes } from './graph.js'
import { operators } from './models/network-graph.js'
import { evaluate, product, sizing, times } from './product.js'

/** By class of op, a tree over what is known of it. */
export type Rules = Readonly<Record<string, Expr>>
interface Convention { readonly name: string; readonly says: string; readonly source: string; readonly leaves: readonly string[]; readonly count: Rules; readonly attention: Readonly<Partial<Record<Written, Rules>>> }
/** Attention as one function, or as one module. */
type Written = 'fused' | 'multihead'

const { note: _note, ...rest } = json
const table = rest as unknown as Readonly<Record<string, Convention>>

/** Ops of layers have no kind: their vector weight tells it. */
const byWeight: Readonly<Record<string, string>> = { w_layernorm: 'norm', w_norm: 'norm', w_softmax: 'softmax', w_activation: 'gelu' }

/** The family of kinds that counters treat alike. */
export function classOf(op: Op): string {
  if (op.kind !== undefined) return operators[op.kind]?.class ?? ''
  if (op.engine === 'matrix') return op.tensors.some(t => t.role === 'weight') ? 'linear' : 'matmul'
  return byWeight[op.flops] ?? ''
}

/** The rules of a convention, and where they are from. */
export const rulesOf = (name: string): Rules => table[name]?.count ?? {}
export const sourceOf = (name: string): string => table[name]?.source ?? ''

/** What rules count of one op: a tree, and what its names stand for. */
export interface Share {
  readonly class: string
  readonly expr: Expr
  readonly values: Sizes
}

/** What rules count in one pass over one sample, its axes sized for one. */
export function counted(rules: Rules, graph: Graph, sizes: Sizes): number {
  return sharesOf(rules, graph, sizes).reduce((sum, { expr, values }) => sum + evaluate(expr, values), 0)
}

/** The same, op by op; those that no rule counts are left out. */
export function sharesOf(rules: Rules, { axes, blocks }: Graph, sizes: Sizes, attention: ReadonlyMap<Op, Expr> = new Map()): readonly Share[] {
  const all = sizing(axes, sizes)
  const size = (extents: readonly Extent[]): number => product(extents, all)
  const elements = (tensors: Op['tensors']): number => tensors.reduce((sum, t) => sum + size(t.axes), 0)
  return blocks.flatMap(block => block.ops).flatMap((op): Share[] => {
    const rule = attention.get(op) ?? rules[classOf(op)]
    if (rule === undefined) return []
    const of = (role: string): readonly Extent[] => op.tensors.find(t => t.role === role)?.axes ?? []
    const weights = op.tensors.filter(t => t.role === 'weight')
    const outs = op.tensors.filter(t => t.role === 'out')
    return [{ class: classOf(op), expr: times(size(op.times), rule), values: {
      macs: size(op.loop), in: size(of('in')), out: elements(outs), area: size(outs[0]?.axes.slice(2) ?? []),
      // Nodes of files have the names of the file: beside the weight of a product stands its bias.
      bias: Number(op.kind === undefined ? weights.some(t => t.name.endsWith('.b')) : weights.length > 1), affine: Number(weights.length > 0), params: elements(weights),
    } }]
  })
}

const roles: Readonly<Record<string, string>> = { 'attn/q': 'projection', 'attn/k': 'projection', 'attn/v': 'projection', 'attn/out': 'projection', 'attn/core/scores': 'scores', 'attn/core/softmax': 'softmax', 'attn/core/values': 'values' }
const nameOf = ({ id }: Op): string => id.slice(id.indexOf('/') + 1)

/** The ops of attention that can be one such function or module, each with what the rules make of it: plain, with a bias in every projection. */
function written({ blocks }: Graph, rules: Rules): ReadonlyMap<Op, Expr> {
  return new Map(blocks.flatMap(({ ops }) => {
    const own = ops.filter(op => nameOf(op) in roles)
    const isPlain = own.length === Object.keys(roles).length && !ops.some(op => nameOf(op).startsWith('attn/core/') && !(nameOf(op) in roles))
    const hasBiases = own.every(op => roles[nameOf(op)] !== 'projection' || op.tensors.some(t => t.role === 'weight' && t.name.endsWith('.b')))
    return isPlain && hasBiases ? own.map(op => [op, rules[roles[nameOf(op)] ?? ''] ?? 0] as const) : []
  }))
}

const ways: Readonly<Record<Written, string>> = { fused: 'scaled_dot_product_attention', multihead: 'nn.MultiheadAttention on its fast path' }

/** What a counter prints where attention is one function or module, as a note; null where that is the same. */
export function attentionNote(name: string, graph: Graph, sizes: Sizes): Problem | null {
  const convention = table[name]
  const total = (attention?: ReadonlyMap<Op, Expr>): number => sharesOf(convention?.count ?? {}, graph, sizes, attention).reduce((sum, { expr, values }) => sum + evaluate(expr, values), 0)
  const usual = total()
  const others = (Object.keys(convention?.attention ?? {}) as Written[]).map(way => [ways[way], total(written(graph, convention?.attention[way] ?? {}))] as const).filter(([, macs]) => macs !== usual)
  return convention === undefined || others.length === 0 ? null : note('attention-written', 'conventions.count', `Attention is counted as separate operators. ${convention.name} prints ${others.map(([way, macs]) => `${String(macs)} where it is ${way}`).join(', ')}.`)
}

/** What a count leaves out, and what its tool calls it. */
export function countNote(name: string): Problem | null {
  const convention = table[name]
  return convention === undefined ? null : note('counted-as', 'conventions.count', `model.macs is counted as ${convention.name} counts: multiply-adds, there called ${convention.says}. Left out: ${convention.leaves.join(', ')}.`, ['roofline'])
}
