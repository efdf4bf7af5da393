/** The layers of the language: what each makes of the value before it, as nodes with shapes and weights. */
import type { Expr, Extent } from '../../graph.js'
import type { Node, Shape } from '../network.js'
import { axis, channels, emit, fail, shaped, space, type Build, type Context, type Item, type Primitive, type Value } from './build.js'

/** A number for all axes of space, or a list of one each. */
function each(item: Item, n: number): number[] {
  return Array.from({ length: n }, (_, i) => Number(Array.isArray(item) ? item[i] : item))
}

/** Padding before and after together: twice a number, or the sum of a pair. */
function padding(item: Item, n: number): number[] {
  return Array.from({ length: n }, (_, i) => { const one = Array.isArray(item) ? item[i] as Item : item; return Array.isArray(one) ? Number(one[0]) + Number(one[1]) : 2 * Number(one) })
}

const letters = ['t', 'h', 'w'], titles = ['frames', 'height', 'width']
function along(b: Build, i: number, n: number, size: Expr): Extent {
  const at = n === 1 ? 0 : 3 - n + i
  return axis(b, n === 1 ? 's' : letters[at] ?? '', n === 1 ? 'length' : titles[at] ?? '', size)
}

/** The extent plus a number, without a node where it is zero. */
const plus = (extent: Expr, n: number): Expr => n === 0 ? extent : n < 0 ? ['-', extent, -n] : ['+', extent, n]
/** floor((n + p − d(k − 1) − 1) / s) + 1; ceil for poolings that say so. */
function slid(extent: Extent, k: number, s: number, p: number, d: number, round: 'floor' | 'ceil'): Expr {
  const room = p - d * (k - 1)
  if (s === 1) return plus(extent, room)
  const first = plus(extent, room - 1)
  return ['+', [round, ['/', first, s]], 1]
}

function windows({ build: b, arg, number }: Context, usual: (k: number, d: number) => number, strides: Item, round: 'floor' | 'ceil' = 'floor'): { readonly kernel: number[]; readonly into: Shape; readonly steps: Node['steps'] } {
  const sp = space(b.value)
  const n = sp.length
  const kernel = each(arg('k', 1), n), stride = each(arg('s', strides), n), dilation = each(number('d', 1), n)
  const given = arg('p', 'same')
  const pads = padding(given === 'same' ? kernel.map((k, i) => usual(k, dilation[i] ?? 1)) : given, n)
  return { kernel, steps: { stride, dilation }, into: sp.map((e, i) => along(b, i, n, slid(e, kernel[i] ?? 1, stride[i] ?? 1, pads[i] ?? 0, dilation[i] ?? 1, round))) }
}

const same = (k: number, d: number) => d * Math.floor((k - 1) / 2)

function conv(x: Context): void {
  const { build: b, number } = x
  const c = channels(b.value), o = number('o', c), g = number('g', 1)
  const { kernel, into, steps } = windows(x, same, 1)
  if (o % g !== 0) fail(`${String(o)} channels do not divide into ${String(g)} groups`)
  emit(b, 'conv', shaped(b.value, o, into), { steps, weights: { w: [o, c / g, ...kernel], ...(number('bias', 0) ? { b: [o] } : {}) } })
}

/** (n − 1)·s − p + d(k − 1) + out + 1 */
function deconv({ build: b, arg, number }: Context): void {
  const sp = space(b.value), c = channels(b.value), o = number('o'), g = number('g', 1)
  const [kernel, stride, pads, extra] = [each(arg('k'), sp.length), each(arg('s', 1), sp.length), padding(arg('p', 0), sp.length), number('out', 0)]
  const into = sp.map((e, i) => along(b, i, sp.length, plus(stride[i] === 1 ? e : ['*', e, stride[i] ?? 1], (kernel[i] ?? 1) + extra - (pads[i] ?? 0) - (stride[i] ?? 1))))
  emit(b, 'deconv', shaped(b.value, o, into), { steps: { stride, dilation: [] }, weights: { w: [c, o / g, ...kernel], ...(number('bias', 1) ? { b: [o] } : {}) } })
}

const linear = (kind: string) => ({ build: b, number }: Context): void => {
  const { shape } = b.value, c = channels(b.value), o = number('o', c)
  if (!b.value.last && shape.length > 2) fail('linear needs its channels last: flatten or tokens first')
  emit(b, kind, [...shape.slice(0, -1), o], { weights: { w: [o, c], ...(number('bias', 1) ? { b: [o] } : {}) } })
}

const affine = (kind: string, shift: boolean): Primitive => ({
  parameters: ['affine', 'width'],
  run: ({ build: b, number }) => { const n = number('width', channels(b.value)); emit(b, kind, b.value.shape, number('affine', 1) && !(b.frozen && kind === 'batchnorm') ? { weights: { w: [n], ...(shift ? { b: [n] } : {}) } } : {}) },
})

const pool = (kind: string): Primitive => ({
  parameters: ['k', 's', 'p', 'ceil'],
  run: x => {
    const { kernel, into, steps } = windows(x, () => 0, x.arg('k'), x.number('ceil', 0) ? 'ceil' : 'floor')
    emit(x.build, kind, shaped(x.build.value, channels(x.build.value), into), { steps, window: kernel })
  },
})

/** To a fixed size, a 1 where none is given. */
const adaptive = (kind: string): Primitive => ({
  parameters: ['k'],
  run: ({ build: b, arg }) => {
    const into = each(arg('k', 1), space(b.value).length)
    emit(b, into.every(k => k === 1) ? kind : kind.replace('global', 'adaptive'), shaped(b.value, channels(b.value), into))
  },
})

/** Branches from one value, joined into the shape of the first; sums into that of the last, which may have more axes. */
const joined = (kind: string): Primitive => ({
  parameters: [],
  run: ({ build: b, branches }) => {
    const reads = branches.map(branch => branch())
    const [first = b.value] = kind === 'add' ? reads.slice(-1) : reads
    const shape = kind === 'concat' ? shaped(first, reads.reduce((sum, value) => sum + channels(value), 0)) : first.shape
    emit(b, kind, shape, { reads, last: first.last })
  },
})

/** To a multiple of its size, or to that of a kept value. */
const resize = (kind: string): Primitive => ({
  parameters: ['to'],
  run: ({ build: b, arg }) => {
    const to = arg('to', 2), sp = space(b.value)
    const into = typeof to === 'string' ? space(b.kept.get(to) ?? fail(`nothing was kept as ${to}`))
      : typeof to === 'number' ? sp.map((e, i) => along(b, i, sp.length, ['*', e, to])) : each(to, sp.length)
    emit(b, kind, shaped(b.value, channels(b.value), into))
  },
})

function view(b: Build, shape: Shape, last: boolean): void {
  emit(b, 'view', shape, { last })
}

const many = (extents: Shape): Expr => extents.length === 0 ? 1 : extents.length === 1 ? extents[0] ?? 1 : ['*', ...extents]

function flatten({ build: b }: Context): void {
  const [batch = 'b', ...rest] = b.value.shape
  view(b, [batch, axis(b, 'f', 'features', many(rest))], true)
}

function tokens({ build: b }: Context): void {
  view(b, [b.value.shape[0] ?? 'b', axis(b, 's', 'tokens', many(space(b.value))), channels(b.value)], true)
}

/** As the kept value lies in space, channels as they are. */
function grid({ build: b, arg }: Context): void {
  const like = b.kept.get(String(arg('like'))) ?? fail(`nothing was kept as ${String(arg('like'))}`)
  view(b, [b.value.shape[0] ?? 'b', channels(b.value), ...space(like)], false)
}

/** Products of tokens with weights, for attention: queries, keys and values of their own widths, kept as `q`, `k`, `v`. */
function qkv({ build: b, number }: Context): void {
  const { shape } = b.value, c = channels(b.value), d = number('d', c), bias = number('bias', 1)
  const [k, v] = ['k', 'v'].map((): Shape => [...shape.slice(0, -1), d])
  emit(b, number('call', 0) ? 'linear-call' : 'linear', [...shape.slice(0, -1), d], { weights: { w: [3 * d, c], ...(bias ? { b: [3 * d] } : {}) }, also: { k: k ?? [], v: v ?? [] } })
  const made = b.value
  b.kept.set('q', made)
  for (const part of ['k', 'v']) b.kept.set(part, { ...made, name: `${made.name}.${part}` })
}

/** Queries against the keys of the branch: `b heads s u`. */
function scores({ build: b, number, branches }: Context): void {
  const q = b.value, heads = number('heads', 1)
  const k = branches[0]?.() ?? fail('scores need keys')
  emit(b, number('einsum', 0) ? 'scores-einsum' : 'scores', [q.shape[0] ?? 'b', heads, q.shape[1] ?? 1, k.shape[1] ?? 1], { reads: [q, k], window: [channels(q) / heads], last: true })
}

/** Weights against the values of the branch: `b s d`. */
function values({ build: b, number, branches }: Context): void {
  const p = b.value
  const v = branches[0]?.() ?? fail('values need a branch')
  emit(b, number('einsum', 0) ? 'values-einsum' : 'values', [p.shape[0] ?? 'b', p.shape[2] ?? 1, channels(v)], { reads: [p, v], window: [p.shape[3] ?? 1], last: true })
}

/** An elementwise kind with a weight of a shape of its own: positions, scales, bias tables. */
function using({ build: b, arg }: Context): void {
  const shape = arg('shape')
  emit(b, String(arg('kind')), b.value.shape, { weights: { w: (Array.isArray(shape) ? shape : [shape]) as number[] } })
}

/** Class tokens before the others. */
function prepend({ build: b, number }: Context): void {
  const [batch = 'b', s = 1] = b.value.shape, n = number('n', 1), c = channels(b.value)
  emit(b, 'concat', [batch, axis(b, 's', 'tokens', ['+', s, n]), c], { weights: { w: [n, c] } })
}

/** Windows of the sizes of a list as sequences, padded to whole ones. */
function partition({ build: b, arg }: Context): void {
  const sp = space(b.value), [batch = 'b'] = b.value.shape
  const size = each(arg('size'), sp.length)
  const parts = sp.map((e, i): Expr => ['ceil', ['/', e, size[i] ?? 1]])
  emit(b, 'permute', [axis(b, 'n', 'windows', ['*', batch, ...parts]), size.reduce((product, n) => product * n, 1), channels(b.value)], { last: true })
}

/** What was partitioned, as the kept value lies. */
function assemble({ build: b, arg }: Context): void {
  const like = b.kept.get(String(arg('like'))) ?? fail(`nothing was kept as ${String(arg('like'))}`)
  emit(b, 'permute', shaped(like, channels(b.value)), { last: like.last })
}

/** Neighbors side by side as channels: blocks of s × s, the last ones padded. */
function gather({ build: b, number }: Context): void {
  const sp = space(b.value), n = number('s', 2), from = sp.length - 2
  const into = sp.map((e, i) => i < from ? e : along(b, i, sp.length, ['ceil', ['/', e, n]]))
  emit(b, 'concat', shaped(b.value, n * n * channels(b.value), into))
}

/** So many regions per image, cut out and resized. */
function regions({ build: b, number }: Context): void {
  const k = number('k'), [batch = 'b'] = b.value.shape
  emit(b, 'bilinear', [axis(b, 'r', 'regions', ['*', batch, number('n')]), channels(b.value), k, k])
}

/** Values of a table that does not depend on the input. */
function table({ build: b, number }: Context): void {
  const name = `table${String(Object.keys(b.inputs).length)}`
  b.inputs[name] = [number('rows'), number('width')]
  b.value = { name, shape: b.inputs[name], last: true }
}

/** The tokens after the first as the kept value lies, one map per head. */
function split({ build: b, arg, number }: Context): void {
  const like = b.kept.get(String(arg('like'))) ?? fail(`nothing was kept as ${String(arg('like'))}`)
  const heads = number('heads')
  view(b, [heads === 1 ? 'b' : axis(b, 'n', 'maps', ['*', 'b', heads]), channels(b.value) / heads, ...space(like)], false)
}

/** Maps of heads as tokens again, with the first before them. */
function join({ build: b, number }: Context): void {
  emit(b, 'concat', ['b', axis(b, 's', 'tokens', ['+', many(space(b.value)), 1]), channels(b.value) * number('heads')], { last: true })
}

/** The space that is left after strides, without a node: kernels of three, padded by one. */
function shrink({ build: b, arg }: Context): void {
  const sp = space(b.value), s = each(arg('s'), sp.length)
  b.value = { ...b.value, shape: shaped(b.value, channels(b.value), sp.map((e, i) => along(b, i, sp.length, slid(e, 3, s[i] ?? 1, 2, 1, 'floor')))) }
}

/** Queries against a table of offsets along one axis of the map `map`, which queries and keys keep in strides of their own. */
function offsets({ build: b, number }: Context): void {
  const sp = space(b.kept.get('map') ?? fail('nothing was kept as map')), heads = number('heads'), dim = number('dim'), hd = channels(b.value) / heads
  const after = (s: number) => sp.map((e, i) => along(b, i, sp.length, slid(e, 3, i === 0 ? 1 : s, 2, 1, 'floor')))
  emit(b, 'matmul', ['b', heads, ...after(number('q')), after(number('kv'))[dim] ?? 1], { weights: { w: [number('rows'), hd] }, window: [hd], last: true })
}

/** A recurrent layer: one product with the weights of all gates, then the gates. */
const recurrent = (kind: 'lstm' | 'gru', gates: number): Primitive => ({
  parameters: ['h', 'directions'],
  run: ({ build: b, number }) => {
    const h = number('h'), n = number('directions', 1), c = channels(b.value)
    const shape = [...b.value.shape.slice(0, -1), n * h]
    emit(b, kind, shape, { weights: { w: [n, gates * h, c + h], b: [n, 2 * gates * h] } })
    emit(b, `${kind}-gates`, shape)
  },
})

const of = (parameters: string, run: Primitive['run']): Primitive => ({ parameters: parameters === '' ? [] : parameters.split(' '), run })

export const primitives: Readonly<Record<string, Primitive>> = {
  conv: of('o k s p g d bias', conv), deconv: of('o k s p out g bias', deconv), linear: of('o bias', linear('linear')), linear_call: of('o bias', linear('linear-call')), lstm: recurrent('lstm', 4), gru: recurrent('gru', 3),
  bn: affine('batchnorm', true), ln: affine('layernorm', true), ln_call: affine('layernorm-call', true), gn: affine('groupnorm', true), instance: affine('instancenorm', true), rms: affine('rmsnorm', false),
  max_pool: pool('max-pool'), avg_pool: pool('avg-pool'), max_pool_call: pool('max-pool-call'), avg_pool_call: pool('avg-pool-call'), gap: adaptive('global-avg-pool'), gap_call: adaptive('global-avg-pool-call'), gmp: adaptive('global-max-pool'), lrn: of('n', ({ build: b, number }) => { emit(b, 'lrn', b.value.shape, { window: [number('n')] }) }),
  add: joined('add'), mul: joined('mul'), cat: joined('concat'), bilinear: resize('bilinear'), nearest: resize('nearest'), trilinear: resize('trilinear'),
  flatten: of('', flatten), tokens: of('', tokens), grid: of('like', grid), first: of('', ({ build: b }) => { view(b, shaped({ ...b.value, last: false }, channels(b.value), space(b.value)), false) }),
  last: of('', ({ build: b }) => { view(b, shaped({ ...b.value, last: true }, channels(b.value), space(b.value)), true) }),
  take: of('n', ({ build: b, number }) => { view(b, shaped(b.value, number('n')), b.value.last) }), slice: of('n', ({ build: b, number }) => { emit(b, 'slice', shaped(b.value, number('n'))) }),
  one: of('', ({ build: b }) => { view(b, [b.value.shape[0] ?? 'b', channels(b.value)], true) }),
  qkv: of('d bias call', qkv), scores: of('heads einsum', scores), values: of('einsum', values), using: of('kind shape', using), prepend: of('n', prepend),
  table: of('rows width', table), split: of('heads like', split), join: of('heads', join), shrink: of('s', shrink), offsets: of('heads dim q kv rows', offsets),
  mean: of('', ({ build: b }) => { emit(b, 'reduce', [b.value.shape[0] ?? 'b', channels(b.value)], { last: true }) }),
  partition: of('size', partition), assemble: of('like', assemble), gather: of('s', gather), regions: of('n k', regions),
}
export type { Value }
