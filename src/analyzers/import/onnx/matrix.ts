/** Products of matrices, recurrent layers and what is quantized. */
import { broadcast, bytesOf, fail, input, int, made, text, type Call, type Rule, type Rules } from './call.js'
import type { Size } from './size.js'

/** The shape of a product of two tensors: batches broadcast, the last two dimensions multiply. */
export function multiplied(call: Call, a: readonly Size[], b: readonly Size[]): readonly Size[] {
  const left = a.length === 1 ? [1, ...a] : a, right = b.length === 1 ? [...b, 1] : b
  const batch = broadcast(call, [left.slice(0, -2), right.slice(0, -2)])
  const [k, other] = [left.at(-1) ?? 1, right.at(-2) ?? 1]
  if (typeof k === 'number' && typeof other === 'number' && k !== other) throw fail(call.node, `multiplies matrices that do not fit: ${k} and ${other}`)
  return [...batch, ...(a.length === 1 ? [] : [left.at(-2) ?? 1]), ...(b.length === 1 ? [] : [right.at(-1) ?? 1])]
}

/** Where the second matrix stands, and what the product is held in. */
const matrices: Readonly<Record<string, readonly [at: number, dtype: string | number | null]>> = {
  MatMul: [1, null], MatMulInteger: [1, 'int32'], QLinearMatMul: [3, 7], 'com.microsoft.MatMulIntegerToFloat': [1, 'fp32'], 'com.microsoft.DynamicQuantizeMatMul': [1, null], 'com.microsoft.FusedMatMul': [1, null],
}
const secondOf = (op: string): number => matrices[op]?.[0] ?? 1

const turned = (shape: readonly Size[], is: boolean): readonly Size[] => (is && shape.length > 1 ? [...shape.slice(0, -2), shape.at(-1) ?? 1, shape.at(-2) ?? 1] : shape)

/** Both operands as they are multiplied. */
export function operands(call: Call): readonly [a: readonly Size[], b: readonly Size[]] {
  const { op } = call.node
  const [left, right] = [input(call, 0).shape, input(call, secondOf(op)).shape]
  return [turned(left, int(call, 'transA', 0) !== 0), turned(right, int(call, 'transB', 0) !== 0)]
}

const matMul: Rule = call => {
  const a = input(call, 0), [, as = null] = matrices[call.node.op] ?? []
  const dtype = typeof as === 'number' ? call.inputs[as]?.dtype ?? a.dtype : as ?? a.dtype
  return [made(call, dtype, multiplied(call, ...operands(call)))]
}

const gemm: Rule = call => {
  const [a, b] = operands(call)
  if (a.length !== 2 || b.length !== 2) throw fail(call.node, 'multiplies what are no matrices')
  return [made(call, input(call, 0).dtype, multiplied(call, a, b))]
}

/** Weights in blocks of a few bits: N × K, whatever bytes they are packed into. */
const packed: Rule = call => { const a = input(call, 0); return [made(call, a.dtype, [...a.shape.slice(0, -1), int(call, 'N', 0)])] }

/** The labels of an einsum: of its operands, its result, and all of their sizes. */
export function einsum(call: Call): { readonly operands: readonly string[]; readonly out: string; readonly sizes: ReadonlyMap<string, Size> } {
  const equation = text(call, 'equation').replaceAll(/\s/g, '')
  const [left = '', right] = equation.split('->')
  // Dimensions under an ellipsis get labels of their own, counted from the end.
  const rank = Math.max(0, ...left.split(',').map((term, i) => (term.includes('...') ? input(call, i).shape.length - term.replace('...', '').length : 0)))
  const rest = Array.from({ length: rank }, (_, i) => String.fromCharCode(0x100 + i)).join('')
  const sizes = new Map<string, Size>()
  const operands = left.split(',').map((term, i) => {
    const { shape } = input(call, i)
    const labels = term.replace('...', rest.slice(rest.length - Math.max(0, shape.length - term.replace('...', '').length)))
    if (labels.length !== shape.length) throw fail(call.node, `labels ${labels.length} of ${shape.length} dimensions`)
    ;labels.split('').forEach((label, at) => { const size = shape[at] ?? 1; if ((sizes.get(label) ?? 1) === 1) sizes.set(label, size) })
    return labels
  })
  const counts = (label: string): number => operands.join('').split(label).length - 1
  const out = right?.replace('...', rest) ?? [...sizes.keys()].filter(label => counts(label) === 1).sort().join('')
  return { operands, out, sizes }
}

const summed: Rule = call => { const { out, sizes } = einsum(call); return [made(call, input(call, 0).dtype, out.split('').map(label => sizes.get(label) ?? 1))] }

export const gates: Readonly<Record<string, number>> = { LSTM: 4, GRU: 3, RNN: 1 }

const recurrent: Rule = call => {
  const x = input(call, 0), w = input(call, 1), batchFirst = int(call, 'layout', 0) !== 0
  const [first = 1, second = 1] = x.shape
  const [steps, batch] = batchFirst ? [second, first] : [first, second]
  const directions = w.shape[0] ?? 1, hidden = input(call, 2).shape.at(-1) ?? 1
  const last = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
  return [made(call, x.dtype, batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]), made(call, x.dtype, last), made(call, x.dtype, last)]
}

const quantize: Rule = call => [made(call, call.inputs[2]?.dtype ?? 'uint8', input(call, 0).shape)]
/** Weights stay as narrow as the file holds them: kernels widen them as they are read. */
const dequantize: Rule = call => { const x = input(call, 0); return [{ ...made(call, input(call, 1).dtype, x.shape), ...(x.weight === undefined ? {} : { weight: { ...x.weight, beside: [1, 2].reduce((sum, i) => sum + bytesOf(call.inputs[i]?.weight), 0) } }) }] }
const dynamic: Rule = call => { const x = input(call, 0); return [made(call, 'uint8', x.shape), made(call, 'fp32', []), made(call, 'uint8', [])] }

const quantizedLike: Rule = call => { const x = input(call, 0); return [made(call, x.dtype, x.shape)] }
const quantizedSum: Rule = call => { const x = input(call, 0); return [made(call, x.dtype, broadcast(call, [x.shape, input(call, 3).shape]))] }
const quantizedGemm: Rule = call => {
  const [a, b] = [turned(input(call, 0).shape, int(call, 'transA', 0) !== 0), turned(input(call, 3).shape, int(call, 'transB', 0) !== 0)]
  return [made(call, input(call, 0).dtype, multiplied(call, a, b))]
}
const quantizedPool: Rule = call => { const x = input(call, 0); return [made(call, x.dtype, [...x.shape.slice(0, 2), ...x.shape.slice(2).map(() => 1)])] }

export const matrix: Rules = {
  ...Object.fromEntries(Object.keys(matrices).map(op => [op, matMul])), Gemm: gemm, 'com.microsoft.FusedGemm': gemm, 'com.microsoft.MatMulNBits': packed, 'com.microsoft.MatMulBnb4': packed, Einsum: summed,
  LSTM: recurrent, GRU: recurrent, RNN: recurrent,
  QuantizeLinear: quantize, 'com.microsoft.QuantizeLinear': quantize, DequantizeLinear: dequantize, 'com.microsoft.DequantizeLinear': dequantize, DynamicQuantizeLinear: dynamic,
  'com.microsoft.QLinearAdd': quantizedSum, 'com.microsoft.QLinearMul': quantizedSum, 'com.microsoft.QLinearSigmoid': quantizedLike, 'com.microsoft.QLinearLeakyRelu': quantizedLike, 'com.microsoft.QLinearSoftmax': quantizedLike,
  'com.microsoft.QLinearGlobalAveragePool': quantizedPool, 'com.microsoft.QGemm': quantizedGemm,
}
