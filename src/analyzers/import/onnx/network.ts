/** From operators with all sizes to a network as loop nests. What an operator counts as is data (data/onnx.json); products have rules. */
import json from '../../../../data/onnx.json'
import type { Network, Node } from '../../models/network.js'
import { attentions, heads } from './attention.js'
import { axesOf, builder, isKnown, put, shapeOf, type Builder, type Used } from './build.js'
import { bytesOf, input, int, ints, text } from './call.js'
import type { Inferred, Step } from './infer.js'
import { viewing } from './layout.js'
import { einsum, gates, operands } from './matrix.js'
import { add, divide, mul, quotient, sub } from './size.js'

const table: ReadonlyMap<string, string> = new Map(Object.entries(json.operators))

export interface Built {
  readonly network: Network
  /** The weights that are used, by name. */
  readonly used: ReadonlyMap<string, Used>
  /** Operators that run and whose FLOP are not counted, by how often they occur. */
  readonly uncounted: ReadonlyMap<string, number>
}

/** The network of a graph. */
export function networkOf(inferred: Inferred): Built {
  const b = builder(inferred)
  for (const step of inferred.steps) place(b, step)
  const inputs = Object.fromEntries(inferred.inputs.map(({ name, tensor }) => [name, shapeOf(b, tensor.shape)]))
  const nodes = withAttention(b.nodes)
  return { network: { inputs, axes: axesOf(b), nodes }, used: b.used, uncounted: b.uncounted }
}

function place(b: Builder, step: Step): void {
  const { call: { node: { op }, inputs }, outputs } = step
  if (op === 'Shape' || op === 'Size' || outputs.every(tensor => tensor.weight !== undefined || isKnown(tensor))) return
  // What is widened from bytes is so in the kernel that reads it.
  if (viewing.has(op) || /DequantizeLinear$/.test(op)) return put(b, step, { kind: 'view', at: [0] })
  const rule = rules.get(op)
  if (rule !== undefined) return rule(b, step)
  const [row = '', ...at] = (table.get(op) ?? '?permute').split(' ')
  // A product with a number of the file is a scale.
  const kind = row === 'mul' && inputs.some(tensor => tensor?.weight !== undefined && tensor.shape.every(size => size === 1)) ? 'scale' : row
  if (kind.startsWith('?')) b.uncounted.set(op, (b.uncounted.get(op) ?? 0) + 1)
  put(b, step, { kind: kind.replace('?', ''), ...(at.length === 0 ? {} : { at: at.filter(i => i !== '-').map(Number) }) })
}

/** Scores, softmax and values that exporters write as single operators: kernels know them by their kinds. */
function withAttention(nodes: readonly Node[]): readonly Node[] {
  const makers = new Map(nodes.flatMap(node => Object.keys(node.makes).map(name => [name, node] as const)))
  const readers = new Map<string, Node[]>()
  for (const node of nodes) for (const name of node.reads) readers.set(name, [...readers.get(name) ?? [], node])
  const kinds = new Map<Node, string>()
  const onTheWay = new Set(['add', 'scale', 'mul', 'compare', 'view'])
  for (const node of nodes) {
    if (node.kind !== 'softmax') continue
    let [from, to]: [Node | undefined, Node | undefined] = [makers.get(node.reads[0] ?? ''), node]
    while (from !== undefined && onTheWay.has(from.kind)) from = makers.get(from.reads[0] ?? '')
    do { const next: readonly Node[] = readers.get(Object.keys(to.makes)[0] ?? '') ?? []; to = next.length === 1 ? next[0] : undefined } while (to?.kind === 'view')
    if (from?.kind === 'matmul' && to?.kind === 'matmul') kinds.set(from, 'scores').set(to, 'values')
  }
  return nodes.map(node => { const kind = kinds.get(node); return kind === undefined ? node : { ...node, kind } })
}

type Place = (b: Builder, step: Step) => void

/** Weight and bias of a convolution stand behind scales where it is quantized. */
const conv = (kind: string, at: readonly number[]): Place => (b, step) => {
  const w = input(step.call, at[1] ?? 1)
  if (w.weight !== undefined) put(b, step, { kind, at })
  else put(b, step, { kind: 'matmul', at, window: shapeOf(b, w.shape.slice(1)) })
}

/** A matrix of the file multiplies as a layer does; two activations, or batches of matrices, by what they sum over. */
const matMul = (second: number, bias: readonly number[] = []): Place => (b, step) => {
  const [left, right] = operands(step.call)
  const w = input(step.call, second)
  const at = [second, 0, ...bias]
  if (w.weight !== undefined && right.length === 2) put(b, step, { kind: 'linear', at })
  else put(b, step, { kind: 'matmul', at: [0, second, ...bias], window: shapeOf(b, left.slice(-1)) })
}

/** Blocks of a few bits each: N × K weights, whatever they are packed into; scales are bytes without elements. */
const packed: Place = (b, step) => {
  const { weight } = input(step.call, 1)
  const shape = [int(step.call, 'N', 0), int(step.call, 'K', 0)]
  const bits = int(step.call, 'bits', 4)
  if (weight === undefined) return put(b, step, { kind: 'matmul', at: [0, 1], window: [int(step.call, 'K', 0)] })
  const beside = [2, 3].reduce((sum, i) => sum + bytesOf(step.call.inputs[i]?.weight), 0)
  put(b, step, { kind: 'linear', at: [0, 5], weights: [[{ ...weight, dtype: `int${bits}`, shape, beside }, shape]] })
}

/** Operands are joined two by two from the left, as runtimes do without a better plan. */
const summed: Place = (b, step) => {
  const { operands: terms, out, sizes } = einsum(step.call)
  const w = step.call.inputs.findIndex(tensor => tensor?.weight !== undefined)
  const over = [...new Set(terms.join(''))].filter(label => !out.includes(label)).map(label => sizes.get(label) ?? 1)
  put(b, step, { kind: terms.length > 1 ? 'matmul' : 'reduce', at: w > 0 ? [w, ...step.call.inputs.keys()].filter((i, n) => n === 0 || i !== w) : null, window: shapeOf(b, over) })
}

/** Both products of every step are one matrix, input and state side by side; the gates follow. */
const recurrent: Place = (b, step) => {
  const { call, makes } = step
  const [x, w, r, bias] = [0, 1, 2, 3].map(i => call.inputs[i])
  const count = gates[call.node.op] ?? 1
  const [directions = 1, hidden = 1] = [w?.shape[0], r?.shape.at(-1)]
  const [steps = 1, batch = 1] = x?.shape ?? []
  const name = `${makes[0] || makes[1] || makes[2] || ''}/gates`
  const width = x?.shape.at(-1) ?? 1
  const kind = call.node.op.toLowerCase()
  const made = { [name]: shapeOf(b, [steps, batch, mul(mul(directions, count), hidden)]) }
  if (w?.weight !== undefined && r?.weight !== undefined && typeof hidden === 'number' && typeof width === 'number' && typeof directions === 'number') {
    const shape = [directions * count, hidden, width + hidden]
    const both = { ...w.weight, name: `${w.weight.name}+${r.weight.name}`, shape }
    put(b, step, { kind, at: [0, 5, 6], makes: made, weights: [[both, shape], ...(bias?.weight === undefined ? [] : [[bias.weight, bias.weight.shape] as const])] })
  } else put(b, step, { kind: 'matmul', at: [0, 1, 2, 3, 5, 6], makes: made, window: shapeOf(b, [add(width, hidden)]) })
  put(b, step, { kind: call.node.op === 'RNN' ? 'tanh' : `${kind}-gates`, part: 'gates', at: [], also: [name] })
}

const pool = (kind: string): Place => (b, step) => { put(b, step, { kind, at: [0], window: ints(step.call, 'kernel_shape') ?? [] }) }

/** In how many dimensions it interpolates decides what an element costs. */
const resize: Place = (b, step) => {
  const mode = text(step.call, 'mode') || 'nearest'
  const [x, y] = [input(step.call, 0).shape, step.outputs[0]?.shape ?? []]
  const changed = x.filter((size, i) => sub(size, y[i] ?? 1) !== 0).length
  put(b, step, { kind: mode === 'nearest' ? 'nearest' : mode === 'cubic' ? 'bicubic' : changed > 2 ? 'trilinear' : 'bilinear', at: [0] })
}

/**
 * Scores, softmax and values; with one weight for all three, their product comes first. Where a mask hides what comes later,
 * only pairs that it leaves are computed.
 */
const attend: Place = (b, step) => {
  const { call, makes, reads } = step
  const { batch, queries, context, heads: h, width, isCausal } = heads(call)
  const { axes } = b.inferred
  const own = /^com\.microsoft\.Q?Attention$/.test(call.node.op)
  const name = makes[0] ?? ''
  // The mean over queries of how many keys each sees.
  const seen = isCausal ? sub(context, quotient(sub(queries, 1), 2, axes) ?? 0) : context
  const pairs = isCausal ? divide(mul(queries, sub(add(context, context), sub(queries, 1))), 2, axes) ?? 0 : mul(queries, context)
  const scores = shapeOf(b, [batch, h, pairs])
  if (own) put(b, step, { kind: 'linear', part: 'qkv', at: [1, 0, 2], makes: { [`${name}/qkv`]: shapeOf(b, [batch, queries, mul(mul(3, h), width)]) } })
  const past = own ? [4, 8] : [3, 4, 6, 7]
  const data = own ? [] : [0, 1, 2].filter(i => (reads[i] ?? '') !== '')
  const also = own ? [`${name}/qkv`] : []
  put(b, step, { kind: 'scores', part: 'scores', at: [...data, ...past].filter(i => call.inputs[i] !== undefined && call.inputs[i].shape.length > 2), also, makes: { [`${name}/scores`]: scores }, window: shapeOf(b, [width]) })
  put(b, step, { kind: 'softmax', part: 'softmax', at: [], also: [`${name}/scores`], makes: { [`${name}/weights`]: scores } })
  put(b, step, { kind: 'values', part: 'values', at: [], also: [`${name}/weights`], window: shapeOf(b, [seen]) })
}

const rules: ReadonlyMap<string, Place> = new Map(Object.entries<Place>({
  Conv: conv('conv', [0, 1, 2]), 'com.microsoft.FusedConv': conv('conv', [0, 1, 2, 3]), ConvInteger: conv('conv', [0, 1]), QLinearConv: conv('conv', [0, 3, 8]), ConvTranspose: conv('deconv', [0, 1, 2]),
  DeformConv: (b, step) => { b.uncounted.set('DeformConv (its sampling)', (b.uncounted.get('DeformConv (its sampling)') ?? 0) + 1); conv('conv', [0, 1, 2, 3, 4])(b, step) },
  MatMul: matMul(1), 'com.microsoft.FusedMatMul': matMul(1), MatMulInteger: matMul(1), QLinearMatMul: matMul(3), 'com.microsoft.MatMulIntegerToFloat': matMul(1, [6]), 'com.microsoft.DynamicQuantizeMatMul': matMul(1, [4]),
  Gemm: matMul(1, [2]), 'com.microsoft.FusedGemm': matMul(1, [2]), 'com.microsoft.QGemm': matMul(3, [6]), 'com.microsoft.MatMulNBits': packed, 'com.microsoft.MatMulBnb4': packed, Einsum: summed,
  LSTM: recurrent, GRU: recurrent, RNN: recurrent,
  MaxPool: pool('max-pool'), AveragePool: pool('avg-pool'), LpPool: pool('avg-pool'), Resize: resize, Upsample: resize,
  LRN: (b, step) => { put(b, step, { kind: 'lrn', window: [int(step.call, 'size', 1)] }) },
  ...Object.fromEntries(attentions.map(op => [op, attend])),
}))
