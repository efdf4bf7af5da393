/** Convolutions, pools and resizes; reductions. */
import { fail, input, int, ints, list, made, numbers, place, text, values, type Call, type Rule, type Rules } from './call.js'
import { add, divide, floor, mul, quotient, type Size } from './size.js'

/** Strides, dilations and padding of a window over `rank` dimensions. */
interface Window {
  readonly kernel: readonly Size[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
}

export function window(call: Call, kernel: readonly Size[]): Window {
  const rank = kernel.length
  const each = (name: string): readonly number[] => ints(call, name) ?? kernel.map(() => 1)
  const [strides, dilations] = [each('strides'), each('dilations')]
  if (strides.length !== rank || dilations.length !== rank || ![...strides, ...dilations].every(n => n > 0)) throw fail(call.node, 'has strides that do not fit its window')
  return { kernel, strides, dilations, pads: ints(call, 'pads') ?? Array.from({ length: 2 * rank }, () => 0) }
}

/** Places of a window along each dimension. Source: onnx/docs/Operators.md, Conv and MaxPool. */
function slid(call: Call, sizes: readonly Size[], { kernel, strides, dilations, pads }: Window): Size[] {
  const auto = text(call, 'auto_pad'), up = int(call, 'ceil_mode', 0) !== 0
  return sizes.map((size, i) => {
    const stride = strides[i] ?? 1, span = add(mul(dilations[i] ?? 1, add(kernel[i] ?? 1, -1)), 1)
    const by = (a: Size): Size => divide(a, stride, call.axes) ?? 0
    if (auto.startsWith('SAME')) return by(add(size, stride - 1))
    const around = auto === 'VALID' ? 0 : (pads[i] ?? 0) + (pads[i + sizes.length] ?? 0)
    const room = add(add(size, around), mul(-1, span))
    const places = add(by(up ? add(room, stride - 1) : room), 1)
    // A window that would start in the padding after the end is left out.
    const last = typeof places === 'number' && typeof size === 'number' ? (places - 1) * stride >= size + (pads[i] ?? 0) : false
    return up && last ? add(places, -1) : places
  })
}

/** Where inputs and weights stand: quantized convolutions have scales between them. */
const weightAt: Readonly<Record<string, number>> = { QLinearConv: 3 }

const conv: Rule = call => {
  const x = input(call, 0), w = input(call, weightAt[call.node.op] ?? 1)
  const kernel = w.shape.slice(2)
  if (x.shape.length !== w.shape.length || x.shape.length < 3) throw fail(call.node, `has a weight of ${w.shape.length} dimensions for an input of ${x.shape.length}`)
  const dtype = call.node.op === 'ConvInteger' ? 'int32' : call.node.op === 'QLinearConv' ? call.inputs[7]?.dtype ?? x.dtype : x.dtype
  return [made(call, dtype, [x.shape[0] ?? 1, w.shape[0] ?? 1, ...slid(call, x.shape.slice(2), window(call, kernel))])]
}

const deconv: Rule = call => {
  const x = input(call, 0), w = input(call, 1), sizes = x.shape.slice(2)
  const { kernel, strides, dilations, pads } = window(call, w.shape.slice(2))
  const stated = ints(call, 'output_shape')?.slice(-sizes.length), extra = ints(call, 'output_padding') ?? []
  const same = text(call, 'auto_pad').startsWith('SAME')
  const space = sizes.map((size, i): Size => stated?.[i] ?? (same ? mul(size, strides[i] ?? 1)
    : add(add(mul(strides[i] ?? 1, add(size, -1)), mul(dilations[i] ?? 1, add(kernel[i] ?? 1, -1))), 1 + (extra[i] ?? 0) - (pads[i] ?? 0) - (pads[i + sizes.length] ?? 0))))
  return [made(call, x.dtype, [x.shape[0] ?? 1, mul(w.shape[1] ?? 1, int(call, 'group', 1)), ...space])]
}

const pool: Rule = call => {
  const x = input(call, 0)
  const kernel = ints(call, 'kernel_shape') ?? []
  if (kernel.length !== x.shape.length - 2) throw fail(call.node, `has a window of ${kernel.length} dimensions for an input of ${x.shape.length}`)
  const shape = [...x.shape.slice(0, 2), ...slid(call, x.shape.slice(2), window(call, kernel))]
  return [made(call, x.dtype, shape), made(call, 'int64', shape)]
}

const globalPool: Rule = call => { const x = input(call, 0); return [made(call, x.dtype, [...x.shape.slice(0, 2), ...x.shape.slice(2).map(() => 1)])] }

/** The mean of squares over a window gives as much as goes in. */
const resize: Rule = call => {
  const x = input(call, 0), old = call.node.op === 'Upsample' || call.opset < 11
  const axes = ints(call, 'axes')?.map(at => place(call, at, x.shape.length)) ?? x.shape.map((_, i) => i)
  const given = old || call.inputs[3] === undefined ? null : values(call, 3)
  const sizes = given?.length ? given : null
  const scales = sizes !== null ? null : values(call, old ? 1 : 2) ?? ints(call, 'scales')
  const kept = (sizes ?? scales ?? []).length
  if (kept !== axes.length) throw fail(call.node, `gives ${kept} sizes for ${axes.length} dimensions`)
  return [made(call, x.dtype, x.shape.map((size, i) => { const k = axes.indexOf(i); return k < 0 ? size : sizes?.[k] ?? floor(mul(size, scales?.[k] ?? 1), call.axes) }))]
}

const reduce: Rule = call => {
  const x = input(call, 0), rank = x.shape.length
  const stated = list(call, 1, 'axes')
  if (stated?.length === 0 && int(call, 'noop_with_empty_axes', 0) === 1) return [made(call, x.dtype, x.shape)]
  const axes = new Set((stated?.length ? stated : x.shape.map((_, i) => i)).map(at => place(call, at, rank)))
  const keep = int(call, 'keepdims', 1) !== 0
  const shape = x.shape.flatMap((size, i) => (axes.has(i) ? (keep ? [1] : []) : [size]))
  const known = x.values && !x.values.includes(null) && shape.every(size => size === 1) ? folded(call, x.values as readonly Size[]) : undefined
  return [made(call, x.dtype, shape, known)]
}

function folded({ node: { op } }: Call, all: readonly Size[]): readonly Size[] | undefined {
  if (op === 'ReduceProd') return [all.reduce(mul, 1)]
  if (op === 'ReduceSum') return [all.reduce(add, 0)]
  const plain = all.filter(n => typeof n === 'number')
  if (plain.length !== all.length || plain.length === 0) return undefined
  return op === 'ReduceMax' ? [Math.max(...plain)] : op === 'ReduceMin' ? [Math.min(...plain)] : undefined
}

const arg: Rule = call => {
  const { shape } = input(call, 0), at = place(call, int(call, 'axis', 0), shape.length), keep = int(call, 'keepdims', 1) !== 0
  return [made(call, 'int64', shape.flatMap((size, i) => (i === at ? (keep ? [1] : []) : [size])))]
}

const grid: Rule = call => { const x = input(call, 0); return [made(call, x.dtype, [...x.shape.slice(0, 2), ...input(call, 1).shape.slice(1, -1)])] }

const roi: Rule = call => {
  const x = input(call, 0)
  const pooled = ints(call, 'pooled_shape') ?? [int(call, 'output_height', 1), int(call, 'output_width', 1)]
  return [made(call, x.dtype, [input(call, 1).shape[0] ?? 1, x.shape[1] ?? 1, ...pooled])]
}

const unpool: Rule = call => {
  const x = input(call, 0), stated = numbers(call, 2)
  const { kernel, strides, pads } = window(call, ints(call, 'kernel_shape') ?? [])
  return [made(call, x.dtype, stated ?? [...x.shape.slice(0, 2), ...x.shape.slice(2).map((size, i) => add(add(mul(strides[i] ?? 1, add(size, -1)), kernel[i] ?? 1), -(pads[i] ?? 0) - (pads[i + kernel.length] ?? 0)))])]
}

/** Frames of a signal. */
const stft: Rule = call => {
  const x = input(call, 0), step = values(call, 1)?.[0] ?? 1, length = values(call, 3)?.[0] ?? input(call, 2).shape[0] ?? 1
  const frames = quotient(add(x.shape[1] ?? 0, mul(-1, length)), step, call.axes)
  if (frames === null) throw fail(call.node, 'steps by zero')
  const bins = int(call, 'onesided', 1) !== 0 ? add(divide(length, 2, call.axes) ?? 0, 1) : length
  return [made(call, x.dtype, [x.shape[0] ?? 1, add(floor(frames, call.axes), 1), bins, 2])]
}

const reductions = ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'LogSum', 'LogSumExp', 'SumSquare']
export const spatial: Rules = {
  Conv: conv, ConvInteger: conv, QLinearConv: conv, DeformConv: conv, 'com.microsoft.FusedConv': conv, ConvTranspose: deconv,
  MaxPool: pool, AveragePool: pool, LpPool: pool, GlobalAveragePool: globalPool, GlobalMaxPool: globalPool, GlobalLpPool: globalPool, Resize: resize, Upsample: resize, MaxUnpool: unpool,
  ...Object.fromEntries(reductions.map(name => [`Reduce${name}`, reduce])), ArgMax: arg, ArgMin: arg,
  GridSample: grid, RoiAlign: roi, MaxRoiPool: roi, STFT: stft,
}
