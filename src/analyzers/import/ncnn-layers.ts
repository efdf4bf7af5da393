/** What layers of ncnn are as operators of ONNX. Their parameters are numbered; source: github.com/Tencent/ncnn, docs/developer-guide/operators.md. */
import { stop } from './byte-reader.js'
import type { Attributes } from './onnx/graph.js'

export interface Layer {
  readonly type: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** By their number. */
  readonly params: ReadonlyMap<number, readonly number[]>
  /** One of them, or what ncnn takes without it. */
  readonly int: (id: number, otherwise: number) => number
}

/** An operator: weights come after the inputs of the layer, then small tensors of values; `then` is an activation inside of it. */
export interface Made {
  readonly op: string
  readonly weights?: readonly (readonly number[])[]
  readonly attributes?: Attributes
  readonly values?: readonly (readonly number[])[]
  readonly then?: string
  /** A view that it reads its input in. */
  readonly before?: string
}
type Rule = (layer: Layer) => Made

const activations: Readonly<Record<number, string>> = { 1: 'Relu', 2: 'LeakyRelu', 3: 'Clip', 4: 'Sigmoid', 5: 'Mish', 6: 'HardSwish' }
const then = ({ int }: Layer): { readonly then?: string } => { const op = activations[int(9, 0)]; return op === undefined ? {} : { then: op } }
const is = (op: string, attributes: Attributes = {}): Rule => () => ({ op, attributes })

/** Windows give width before height; padding may name a rule instead of a number. */
function window({ int }: Layer, at: { readonly pads: readonly [left: number, top: number, right: number, bottom: number] }): Attributes {
  const [kw, dw, sw, left] = [int(1, 1), int(2, 1), int(3, 1), int(at.pads[0], 0)]
  const top = int(at.pads[1], left), right = int(at.pads[2], left), bottom = int(at.pads[3], top)
  return {
    kernel_shape: [int(11, kw), kw], dilations: [int(12, dw), dw], strides: [int(13, sw), sw],
    ...(left === -233 || left === -234 ? { auto_pad: left === -233 ? 'SAME_UPPER' : 'SAME_LOWER' } : { pads: [top, left, bottom, right] }),
  }
}

/** Output and input channels follow from how many weights there are. */
const convolution = (isTransposed: boolean): Rule => layer => {
  const { int } = layer, group = int(7, 1), out = int(0, 0), kw = int(1, 1), kh = int(11, kw)
  const each = int(6, 0) / (out * kw * kh)
  if (!Number.isInteger(each) || each < 1) throw stop('invalid-file', `The layer ${JSON.stringify(layer.name.slice(0, 100))} has ${int(6, 0)} weights, which do not divide into ${out} filters of ${kw} × ${kh}.`)
  const weight = isTransposed ? [each * group, out / group, kh, kw] : [out, each, kh, kw]
  const attributes = { ...window(layer, { pads: [4, 14, 15, 16] }), group, ...(isTransposed ? { output_padding: [int(19, int(18, 0)), int(18, 0)] } : {}) }
  return { op: isTransposed ? 'ConvTranspose' : 'Conv', weights: [weight, ...(int(5, 0) === 1 ? [[out]] : [])], attributes, ...then(layer) }
}

const pooling: Rule = layer => {
  const { int } = layer, isMax = int(0, 0) === 0
  if (int(4, 0) === 1) return { op: isMax ? 'GlobalMaxPool' : 'GlobalAveragePool' }
  if (int(7, 0) === 1) {
    if (int(8, 0) === 1 && int(18, int(8, 0)) === 1) return { op: isMax ? 'GlobalMaxPool' : 'GlobalAveragePool' }
    throw stop('not-supported', `The layer ${JSON.stringify(layer.name.slice(0, 100))} pools to a given size, which is not covered.`)
  }
  const mode = int(5, 0), kw = int(1, 1), sw = int(2, 1), left = int(3, 0), top = int(13, left), pads = [top, left, int(15, top), int(14, left)]
  return {
    op: isMax ? 'MaxPool' : 'AveragePool',
    attributes: { kernel_shape: [int(11, kw), kw], strides: [int(12, sw), sw], ...(mode >= 2 ? { auto_pad: mode === 2 ? 'SAME_UPPER' : 'SAME_LOWER' } : { pads, ceil_mode: mode === 0 ? 1 : 0 }) },
  }
}

const inner: Rule = layer => {
  const { int } = layer, out = int(0, 0), each = int(2, 0) / out
  if (!Number.isInteger(each) || each < 1) throw stop('invalid-file', `The layer ${JSON.stringify(layer.name.slice(0, 100))} has ${int(2, 0)} weights, which do not divide into ${out} rows.`)
  return { op: 'Gemm', before: 'Flatten', attributes: { transB: 1 }, weights: [[out, each], ...(int(1, 0) === 1 ? [[out]] : [])], ...then(layer) }
}

const binary: Rule = ({ int }) => {
  const op = ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Pow', 'Sub', 'Div', 'Pow'][int(0, 0)] ?? 'Add'
  return { op, values: int(1, 0) === 1 ? [[0]] : [] }
}
const unary: Rule = ({ int }) => ({ op: ['Abs', 'Neg', 'Floor', 'Ceil', 'Mul', 'Sqrt', 'Reciprocal', 'Exp', 'Log', 'Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Reciprocal', 'Tanh', 'Log', 'Round', 'Floor'][int(0, 0)] ?? 'Abs' })
const eltwise: Rule = ({ int }) => ({ op: ['Mul', 'Sum', 'Max'][int(0, 0)] ?? 'Sum' })

/** Dimensions are counted without the batch. */
const axis = ({ int }: Layer, id = 0, otherwise = 0): number => { const at = int(id, otherwise); return at < 0 ? at : at + 1 }
const concat: Rule = layer => ({ op: 'Concat', attributes: { axis: axis(layer) } })
const softmax: Rule = layer => ({ op: 'Softmax', attributes: { axis: axis(layer) } })
/** Sizes of −233 share what is left. */
const slice: Rule = layer => {
  const sizes = layer.params.get(0) ?? []
  return { op: 'Split', attributes: { axis: axis(layer, 1) }, values: sizes.length === 0 || sizes.includes(-233) ? [] : [sizes] }
}
const reshape: Rule = ({ int }) => {
  const [w, h, d, c] = [int(0, -233), int(1, -233), int(11, -233), int(2, -233)]
  return { op: 'Reshape', values: [[0, ...[c, d, h, w].filter(size => size !== -233)]] }
}
const orders: readonly (readonly number[])[] = [[0, 1, 2, 3], [0, 1, 3, 2], [0, 2, 1, 3], [0, 2, 3, 1], [0, 3, 1, 2], [0, 3, 2, 1]]
/** ncnn names orders from the innermost dimension of three: w h c, h w c, w c h, c w h, h c w, c h w. */
const permute: Rule = ({ int }) => ({ op: 'Transpose', attributes: { perm: orders[int(0, 0)] ?? [0, 1, 2, 3] } })
const padding: Rule = ({ int }) => ({ op: 'Pad', values: [[0, int(7, 0), int(0, 0), int(2, 0), 0, int(8, 0), int(1, 0), int(3, 0)]] })
const interp: Rule = ({ int }) => {
  const [h, w] = [int(3, 0), int(4, 0)]
  const mode = int(0, 0) === 1 ? 'nearest' : int(0, 0) === 3 ? 'cubic' : 'linear'
  return h > 0 && w > 0 ? { op: 'Resize', attributes: { mode, axes: [2, 3] }, values: [[], [], [h, w]] } : { op: 'Resize', attributes: { mode }, values: [[], [1, 1, int(1, 1), int(2, 1)]] }
}
const reduction: Rule = layer => {
  const { int } = layer
  const op = ['Sum', 'Sum', 'SumSquare', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'LogSum', 'LogSumExp'][int(0, 0)] ?? 'Sum'
  const axes = layer.params.get(3)?.map(at => (at < 0 ? at : at + 1))
  return { op: `Reduce${op}`, attributes: { keepdims: int(4, 0), axes: int(1, 1) === 1 || axes === undefined ? [1, 2, 3] : axes } }
}

export const layers: ReadonlyMap<string, Rule> = new Map(Object.entries<Rule>({
  Convolution: convolution(false), ConvolutionDepthWise: convolution(false), Deconvolution: convolution(true), DeconvolutionDepthWise: convolution(true), Pooling: pooling, InnerProduct: inner,
  ReLU: ({ int }) => ({ op: int(0, 0) === 0 ? 'Relu' : 'LeakyRelu' }), Clip: is('Clip'), Sigmoid: is('Sigmoid'), TanH: is('Tanh'), Swish: is('Swish'), Mish: is('Mish'), GELU: is('Gelu'), ELU: is('Elu'), SELU: is('Selu'),
  HardSigmoid: is('HardSigmoid'), HardSwish: is('HardSwish'), Softplus: is('Softplus'), PReLU: ({ int }) => ({ op: 'PRelu', weights: [[int(0, 1), 1, 1]] }), Dropout: is('Identity'), Noop: is('Identity'), Flatten: is('Flatten'),
  // Scale, shift, mean and variance are held; two of them are parameters, as everywhere.
  BatchNorm: ({ int }) => ({ op: 'BatchNormalization', weights: [[int(0, 0)], [int(0, 0)]] }), Scale: ({ int }) => ({ op: 'BatchNormalization', weights: [[int(0, 0)], ...(int(1, 0) === 1 ? [[int(0, 0)]] : [])] }),
  InstanceNorm: ({ int }) => ({ op: 'InstanceNormalization', weights: int(2, 1) === 1 ? [[int(0, 0)], [int(0, 0)]] : [] }), GroupNorm: ({ int }) => ({ op: 'GroupNormalization', weights: int(3, 1) === 1 ? [[int(1, 0)], [int(1, 0)]] : [] }),
  LayerNorm: ({ int }) => ({ op: 'LayerNormalization', weights: int(2, 1) === 1 ? [[int(0, 0)], [int(0, 0)]] : [] }), LRN: ({ int }) => ({ op: 'LRN', attributes: { size: int(1, 5) } }), Normalize: is('LpNormalization'),
  BinaryOp: binary, UnaryOp: unary, Eltwise: eltwise, Concat: concat, Softmax: softmax, Split: is('Split', { copies: 1 }), Slice: slice, Reshape: reshape, Permute: permute, Padding: padding, Interp: interp,
  PixelShuffle: ({ int }) => ({ op: 'DepthToSpace', attributes: { blocksize: int(0, 1) } }), ShuffleChannel: is('Transpose', { perm: [0, 1, 2, 3] }), Reduction: reduction,
  Squeeze: is('Squeeze'), MatMul: ({ int }) => ({ op: 'com.microsoft.FusedMatMul', attributes: { transB: int(0, 0) } }),
}))
