/**
 * Attention and what stands around it: operators of ONNX Runtime (com.microsoft) and of opset 23.
 * Source: github.com/microsoft/onnxruntime, docs/ContribOperators.md; github.com/onnx/onnx, docs/Operators.md, Attention and RotaryEmbedding.
 */
import { fail, input, int, made, type Call, type Rule, type Rules } from './call.js'
import { add, divide, mul, type Size } from './size.js'

/** What attention multiplies: keys and values per head for every query. */
export interface Heads {
  readonly batch: Size
  readonly queries: Size
  /** Tokens that are attended to, the cached ones included. */
  readonly context: Size
  readonly heads: Size
  readonly groups: Size
  readonly width: Size
  readonly valueWidth: Size
  readonly isCausal: boolean
}

const own = 'com.microsoft.'

/** Sizes of an attention operator, whatever form its inputs have. */
export function heads(call: Call): Heads {
  const { node: { op } } = call
  switch (op) {
    case `${own}Attention`: case `${own}QAttention`: return joint(call)
    case `${own}GroupQueryAttention`: return grouped(call)
    case 'Attention': return standard(call)
    default: return multiHead(call)
  }
}

const into = (call: Call, a: Size, by: Size): Size => divide(a, by, call.axes) ?? 0
/** Where the past stands among the inputs, and along which dimension it has its tokens. */
const pastOf = (call: Call, at: number): Size => call.inputs[at]?.shape.at(-2) ?? 0

function count(call: Call, name: string): number {
  const heads = int(call, name, 0)
  if (!(heads > 0)) throw fail(call.node, `does not say its ${name}`)
  return heads
}

/** One weight makes queries, keys and values: (batch, tokens, width) × (width, 3 · heads). */
function joint(call: Call): Heads {
  const x = input(call, 0), all = input(call, 1).shape.at(-1) ?? 0, h = count(call, 'num_heads')
  const [batch = 1, queries = 1] = x.shape
  const width = into(call, all, 3 * h)
  return { batch, queries, context: add(queries, pastOf(call, call.node.op.endsWith('QAttention') ? 8 : 4)), heads: h, groups: h, width, valueWidth: width, isCausal: int(call, 'unidirectional', 0) !== 0 }
}

function grouped(call: Call): Heads {
  const x = input(call, 0), h = count(call, 'num_heads'), g = count(call, 'kv_num_heads')
  const [batch = 1, queries = 1, all = 0] = x.shape
  // Without keys of their own, queries, keys and values come in one tensor.
  const width = into(call, all, call.inputs[1] === undefined ? h + 2 * g : h)
  const total = call.inputs[6]?.values?.[0] ?? add(queries, pastOf(call, 3))
  return { batch, queries, context: total, heads: h, groups: g, width, valueWidth: width, isCausal: true }
}

function multiHead(call: Call): Heads {
  const x = input(call, 0), h = count(call, 'num_heads')
  const [batch = 1, queries = 1, all = 0] = x.shape
  const packed = x.shape.length === 5
  const width = packed ? x.shape[4] ?? 0 : into(call, all, h)
  const key = call.inputs[1], value = call.inputs[2]
  const tokens = key === undefined ? queries : key.shape.length === 4 ? key.shape[2] ?? 1 : key.shape[1] ?? 1
  const valueWidth = value === undefined ? width : value.shape.length === 4 ? value.shape[3] ?? width : into(call, value.shape[2] ?? 0, h)
  const isPast = key?.shape.length === 4
  return { batch, queries, context: add(tokens, isPast ? 0 : pastOf(call, 6)), heads: h, groups: h, width, valueWidth, isCausal: int(call, 'unidirectional', 0) !== 0 }
}

function standard(call: Call): Heads {
  const [q, k, v] = [input(call, 0), input(call, 1), input(call, 2)]
  const flat = q.shape.length === 3
  const h = flat ? count(call, 'q_num_heads') : q.shape[1] ?? 1, g = flat ? count(call, 'kv_num_heads') : k.shape[1] ?? 1
  const last = (shape: readonly Size[], by: Size): Size => (flat ? into(call, shape[2] ?? 0, by) : shape[3] ?? 0)
  return {
    batch: q.shape[0] ?? 1, queries: q.shape.at(-2) ?? 1, context: add(k.shape.at(-2) ?? 1, pastOf(call, 4)), heads: h, groups: g,
    width: last(q.shape, h), valueWidth: last(v.shape, g), isCausal: int(call, 'is_causal', 0) !== 0,
  }
}

const attend: Rule = call => {
  const q = input(call, 0), of = heads(call), { op } = call.node
  const kept = (width: Size): readonly Size[] => [of.batch, of.groups, of.context, width]
  const flat = q.shape.length !== 4 || op !== 'Attention'
  const out = made(call, q.dtype, flat ? [of.batch, of.queries, mul(of.heads, of.valueWidth)] : [of.batch, of.heads, of.queries, of.valueWidth])
  if (op === `${own}Attention` || op === `${own}QAttention`) return [out, made(call, q.dtype, [2, ...kept(of.width)])]
  return [out, made(call, q.dtype, kept(of.width)), made(call, q.dtype, kept(of.valueWidth)), made(call, q.dtype, [of.batch, of.heads, of.queries, of.context])]
}

/** The sum with the stream comes out fourth. */
const skip: Rule = call => { const x = input(call, 0), y = made(call, x.dtype, x.shape), one = made(call, 'fp32', [1]); return [y, one, one, y] }
const embed: Rule = call => {
  const ids = input(call, 0), table = input(call, 2)
  const y = made(call, table.dtype, [...ids.shape, table.shape.at(-1) ?? 1])
  return [y, made(call, 'int32', ids.shape.slice(0, 1)), y]
}
const like: Rule = call => { const x = input(call, 0); return [made(call, x.dtype, x.shape)] }
/** One half gates the other. */
const halved: Rule = call => { const x = input(call, 0); return [made(call, x.dtype, [...x.shape.slice(0, -1), into(call, x.shape.at(-1) ?? 0, 2)])] }
const rows: Rule = call => {
  const table = input(call, 0), bits = int(call, 'bits', 4)
  const width = mul(table.shape.at(-1) ?? 1, /^u?int8$/.test(table.dtype) ? 8 / bits : 1)
  return [made(call, input(call, 2).dtype, [...input(call, 1).shape, width])]
}

export const attentions = ['Attention', ...['Attention', 'QAttention', 'MultiHeadAttention', 'GroupQueryAttention', 'DecoderMaskedMultiHeadAttention', 'PackedMultiHeadAttention'].map(name => own + name)]
export const attention: Rules = {
  ...Object.fromEntries(attentions.map(op => [op, attend])), RotaryEmbedding: like, [`${own}RotaryEmbedding`]: like,
  [`${own}SkipLayerNormalization`]: skip, [`${own}SkipSimplifiedLayerNormalization`]: skip, [`${own}SkipGroupNorm`]: skip, [`${own}EmbedLayerNormalization`]: embed,
  [`${own}BiasSplitGelu`]: halved, [`${own}GatherBlockQuantized`]: rows, [`${own}MoE`]: like, [`${own}QMoE`]: like,
}
