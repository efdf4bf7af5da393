/** Operators that move, cut and join tensors, or make them. */
import { constant, fail, input, int, ints, list, made, moved, numbers, place, spread, strides, total, values, type Call, type Rule, type Rules, type Tensor } from './call.js'
import type { Constant } from './graph.js'
import { add, divide, exceeds, floor, max, min, mul, product, quotient, sub, type Size } from './size.js'

const number = (size: Size | undefined): number | null => (typeof size === 'number' ? size : null)

/** A tensor of the file. */
export function held({ name, dtype, shape, values, stored }: Constant, as = name): Tensor {
  return { dtype, shape, ...(values === undefined ? {} : { values }), weight: { name: as, dtype, shape, ...(stored === undefined ? {} : { stored }) } }
}

const literal: Rule = call => {
  const tensor = constant(call, 'value') ?? constant(call, 'sparse_value')
  if (tensor !== null) return [held(tensor, call.node.outputs[0])]
  const { value_int: i, value_float: f } = call.node.attributes
  const one = typeof i === 'number' ? i : typeof f === 'number' ? f : null
  if (one !== null) return [made(call, typeof i === 'number' ? 'int64' : 'fp32', [], [one])]
  const many = ints(call, 'value_ints') ?? ints(call, 'value_floats')
  if (many !== null) return [made(call, ints(call, 'value_ints') ? 'int64' : 'fp32', [many.length], many)]
  return [made(call, 'string', [])]
}

const shapeOf: Rule = call => {
  const { shape } = input(call, 0)
  const [from, to] = [int(call, 'start', 0), int(call, 'end', shape.length)]
  const part = shape.slice(from, to)
  return [made(call, 'int64', [part.length], part)]
}

/** A view with the same values. */
const viewed = (call: Call, shape: readonly Size[]): readonly Tensor[] => { const x = input(call, 0); return [made(call, x.dtype, shape, x.values)] }

const reshape: Rule = call => {
  const { shape } = input(call, 0)
  const wanted = values(call, 1) ?? ints(call, 'shape')
  if (wanted === null) throw fail(call.node, 'lacks its shape')
  const sizes = wanted.map((size, i) => (size === 0 && int(call, 'allowzero', 0) === 0 ? shape[i] ?? 0 : size))
  const free = sizes.indexOf(-1)
  if (free < 0) return viewed(call, sizes)
  const rest = product(sizes.filter((_, i) => i !== free))
  const left = rest === 0 ? 0 : quotient(product(shape), rest, call.axes)
  return viewed(call, sizes.map((size, i) => (i === free ? floor(left ?? 0, call.axes) : size)))
}

const flatten: Rule = call => {
  const { shape } = input(call, 0)
  const at = int(call, 'axis', 1), axis = at < 0 ? at + shape.length : at
  return viewed(call, [product(shape.slice(0, axis)), product(shape.slice(axis))])
}

const squeeze: Rule = call => {
  const { shape } = input(call, 0)
  const axes = list(call, 1, 'axes')?.map(at => place(call, at, shape.length))
  return viewed(call, shape.filter((size, i) => (axes ? !axes.includes(i) : size !== 1)))
}

const unsqueeze: Rule = call => {
  const { shape } = input(call, 0)
  const added = list(call, 1, 'axes') ?? []
  const rank = shape.length + added.length
  const axes = new Set(added.map(at => place(call, at, rank)))
  let next = 0
  return viewed(call, Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : shape[next++] ?? 1)))
}

const transpose: Rule = call => {
  const x = input(call, 0)
  const order = ints(call, 'perm') ?? x.shape.map((_, i) => x.shape.length - 1 - i)
  if (order.length !== x.shape.length) throw fail(call.node, `orders ${order.length} of ${x.shape.length} dimensions`)
  const shape = order.map(at => x.shape[place(call, at, x.shape.length)] ?? 1), own = strides(x.shape)
  return [made(call, x.dtype, shape, moved(x.values, shape, order.map(at => own[place(call, at, own.length)] ?? 0)))]
}

const concat: Rule = call => {
  const inputs = call.inputs.filter(tensor => tensor !== undefined)
  const first = input(call, 0), at = place(call, int(call, 'axis', 1), first.shape.length)
  if (inputs.some(({ shape }) => shape.length !== first.shape.length)) throw fail(call.node, 'joins tensors of different dimensions')
  const shape = first.shape.map((size, i) => (i === at ? total(inputs.map(other => other.shape[i] ?? 0)) : size))
  // Along the first dimension that has more than one row, values follow each other.
  const known = inputs.every(({ values }) => values !== undefined) && first.shape.slice(0, at).every(size => size === 1)
  return [made(call, first.dtype, shape, known ? inputs.flatMap(({ values }) => values ?? []) : undefined)]
}

const split: Rule = call => {
  const x = input(call, 0), at = place(call, int(call, 'axis', 0), x.shape.length)
  const count = call.node.outputs.length, whole = x.shape[at] ?? 0
  const each = divide(add(whole, count - 1), count, call.axes) ?? 0
  const sizes = values(call, 1) ?? ints(call, 'split') ?? Array.from({ length: count }, (_, i) => (i < count - 1 ? each : sub(whole, mul(each, count - 1))))
  let from: Size = 0
  return sizes.map(size => {
    const [start, end] = [number(from), number(add(from, size))]
    from = add(from, size)
    return made(call, x.dtype, x.shape.map((other, i) => (i === at ? size : other)), x.shape.length === 1 && start !== null && end !== null ? x.values?.slice(start, end) : undefined)
  })
}

const slice: Rule = call => {
  const x = input(call, 0), rank = x.shape.length
  const starts = values(call, 1) ?? ints(call, 'starts') ?? [], ends = values(call, 2) ?? ints(call, 'ends') ?? []
  const at = (list(call, 3, 'axes') ?? starts.map((_, i) => i)).map(axis => place(call, axis, rank))
  const steps = numbers(call, 4) ?? starts.map(() => 1)
  const shape = [...x.shape], from = x.shape.map(() => 0), along = x.shape.map(() => 1)
  let isKnown = true
  for (const [i, axis] of at.entries()) {
    const size = x.shape[axis] ?? 0, step = steps[i] ?? 1
    if (step === 0) throw fail(call.node, 'steps by zero')
    // Counted from the end below zero; never outside of the tensor, whose sizes are not negative.
    const clamp = (place: Size, high: Size): Size => place === 0 ? 0 : exceeds(0, place, call.axes) === true ? max(add(place, size), 0, call.axes) : typeof place === 'number' && place >= 2 ** 31 ? high : min(place, high, call.axes)
    const down = step < 0
    const start = clamp(starts[i] ?? 0, down ? sub(size, 1) : size)
    const end = down && (number(ends[i]) ?? 0) < -(2 ** 31) ? -1 : clamp(ends[i] ?? 0, size)
    const span = down ? sub(start, end) : sub(end, start)
    const places = divide(add(span, Math.abs(step) - 1), Math.abs(step), call.axes) ?? 0
    shape[axis] = start === 0 && !down ? places : max(0, places, call.axes)
    from[axis] = number(start) ?? 0
    along[axis] = step
    isKnown &&= typeof start === 'number'
  }
  const own = strides(x.shape)
  return [made(call, x.dtype, shape, isKnown ? moved(x.values, shape, own.map((stride, i) => stride * (along[i] ?? 1)), own.reduce((sum, stride, i) => sum + stride * (from[i] ?? 0), 0)) : undefined)]
}

const gather: Rule = call => {
  const x = input(call, 0), index = input(call, 1), at = place(call, int(call, 'axis', 0), x.shape.length)
  const shape = [...x.shape.slice(0, at), ...index.shape, ...x.shape.slice(at + 1)]
  const rows = at === 0 ? number(x.shape[0]) : null, width = (x.values?.length ?? 0) / (rows ?? 1)
  const picked = x.values && rows !== null ? index.values?.flatMap(i => { const row = typeof i === 'number' ? (i < 0 ? i + rows : i) : -1; return Array.from({ length: width }, (_, k) => (row < 0 ? null : x.values?.[row * width + k] ?? null)) }) : undefined
  return [made(call, x.dtype, shape, picked)]
}

const gatherNd: Rule = call => {
  const x = input(call, 0), index = input(call, 1), depth = number(index.shape.at(-1)) ?? 1
  return [made(call, x.dtype, [...index.shape.slice(0, -1), ...x.shape.slice(int(call, 'batch_dims', 0) + depth)])]
}

const expand: Rule = call => {
  const x = input(call, 0), wanted = values(call, 1) ?? []
  const rank = Math.max(wanted.length, x.shape.length)
  const shape = Array.from({ length: rank }, (_, i) => {
    const own = x.shape[i - rank + x.shape.length] ?? 1, other = wanted[i - rank + wanted.length] ?? 1
    return other === 1 || own !== 1 ? own : other
  })
  return [made(call, x.dtype, shape, spread(x, shape))]
}

const tile: Rule = call => {
  const x = input(call, 0), times = values(call, 1) ?? []
  const [once] = times
  const repeated = x.shape.length === 1 && typeof once === 'number' && x.values && once * x.values.length <= 4096 ? Array.from({ length: once }, () => x.values ?? []).flat() : undefined
  return [made(call, x.dtype, x.shape.map((size, i) => mul(size, times[i] ?? 1)), repeated)]
}

const pad: Rule = call => {
  const x = input(call, 0), rank = x.shape.length
  const pads = values(call, 1) ?? ints(call, 'pads') ?? ints(call, 'paddings') ?? []
  const axes = (list(call, 3, 'axes') ?? x.shape.map((_, i) => i)).map(at => place(call, at, rank))
  return [made(call, x.dtype, x.shape.map((size, i) => { const k = axes.indexOf(i); return k < 0 ? size : add(size, add(pads[k] ?? 0, pads[k + axes.length] ?? 0)) }))]
}

const filled: Rule = call => {
  const shape = values(call, 0) ?? ints(call, 'shape') ?? []
  const value = constant(call, 'value'), count = product(shape)
  const one = value === null ? 0 : value.values?.[0] ?? null
  return [made(call, value?.dtype ?? 'fp32', shape, typeof count === 'number' && count <= 4096 && count >= 0 ? Array.from({ length: count }, () => one) : undefined)]
}

const range: Rule = call => {
  const [start = 0, end = 0, step = 1] = [values(call, 0)?.[0], values(call, 1)?.[0], values(call, 2)?.[0]]
  const steps = quotient(sub(end, start), step, call.axes)
  if (steps === null) throw fail(call.node, 'steps by zero')
  const count = max(0, mul(-1, floor(mul(-1, steps), call.axes)), call.axes)
  return [made(call, input(call, 0).dtype, [count], typeof count === 'number' && count <= 4096 ? Array.from({ length: count }, (_, i) => add(start, mul(step, i))) : undefined)]
}

/** How many elements are not zero shows only in the data, unless they are known. */
const nonZero: Rule = call => {
  const x = input(call, 0)
  const known = x.values !== undefined && x.values.every(value => typeof value === 'number')
  const count = known ? x.values.filter(value => value !== 0).length : x.values === undefined && x.weight !== undefined ? product(x.shape) : call.ask(call.node.outputs[0] ?? '', `how many elements ${call.node.op} finds`)
  const found = known && x.shape.length === 1 ? x.values.flatMap((value, i) => (value === 0 ? [] : [i])) : undefined
  return [made(call, 'int64', [x.shape.length, count], found)]
}

const found = (call: Call, columns: number): readonly Tensor[] => [made(call, 'int64', [call.ask(call.node.outputs[0] ?? '', `how many ${call.node.op} keeps`), columns])]

const compress: Rule = call => {
  const x = input(call, 0), at = call.node.attributes['axis']
  const count = call.ask(call.node.outputs[0] ?? '', 'how many elements Compress keeps')
  return [made(call, x.dtype, typeof at === 'number' ? x.shape.map((size, i) => (i === place(call, at, x.shape.length) ? count : size)) : [count])]
}

const unique: Rule = call => {
  const x = input(call, 0), count = call.ask(call.node.outputs[0] ?? '', 'how many different elements there are')
  return [made(call, x.dtype, [count]), made(call, 'int64', [count]), made(call, 'int64', [product(x.shape)]), made(call, 'int64', [count])]
}

const topK: Rule = call => {
  const x = input(call, 0), at = place(call, int(call, 'axis', -1), x.shape.length)
  const k = values(call, 1)?.[0] ?? int(call, 'k', 1)
  const shape = x.shape.map((size, i) => (i === at ? k : size))
  return [made(call, x.dtype, shape), made(call, 'int64', shape)]
}

const oneHot: Rule = call => {
  const index = input(call, 0), depth = values(call, 1)?.[0] ?? 1, at = int(call, 'axis', -1), rank = index.shape.length + 1
  const axis = place(call, at, rank)
  return [made(call, input(call, 2).dtype, [...index.shape.slice(0, axis), depth, ...index.shape.slice(axis)])]
}

const asIndex: Rule = call => [made(call, input(call, 0).dtype, input(call, 1).shape)]
const asFirst: Rule = call => { const x = input(call, 0); return [made(call, x.dtype, x.shape)] }
const eye: Rule = call => [made(call, input(call, 0).dtype, input(call, 0).shape)]
const size: Rule = call => [made(call, 'int64', [], [product(input(call, 0).shape)])]

/** Blocks of space and channels change places. */
const blocks: Rule = call => {
  const x = input(call, 0), [n = 1, c = 1, h = 1, w = 1] = x.shape, block = int(call, 'blocksize', 1)
  const into = (a: Size, by: number): Size => divide(a, by, call.axes) ?? 0
  return [made(call, x.dtype, call.node.op === 'DepthToSpace' ? [n, into(c, block * block), mul(h, block), mul(w, block)] : [n, mul(c, block * block), into(h, block), into(w, block)])]
}

export const layout: Rules = {
  Constant: literal, Shape: shapeOf, Size: size, Reshape: reshape, Flatten: flatten, Squeeze: squeeze, Unsqueeze: unsqueeze, Transpose: transpose, Concat: concat, Split: split, Slice: slice,
  Gather: gather, GatherND: gatherNd, GatherElements: asIndex, ScatterElements: asFirst, ScatterND: asFirst, Scatter: asFirst, TensorScatter: asFirst, ReverseSequence: asFirst,
  Expand: expand, Tile: tile, Pad: pad, 'com.microsoft.Pad': pad, ConstantOfShape: filled, RandomNormal: filled, RandomUniform: filled, RandomNormalLike: asFirst, RandomUniformLike: asFirst, Range: range, EyeLike: eye,
  NonZero: nonZero, NonMaxSuppression: call => found(call, 3), Compress: compress, Unique: unique, TopK: topK, OneHot: oneHot, DepthToSpace: blocks, SpaceToDepth: blocks,
}
export const viewing = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout'])
