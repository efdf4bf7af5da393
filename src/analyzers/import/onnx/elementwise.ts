/** Operators that work element by element. Values are followed where they are about shapes. */
import { broadcast, input, int, made, spread, type Rule, type Rules, type Tensor } from './call.js'
import { dtypes } from './graph.js'
import { add, divide, equals, exceeds, floor, max, min, mul, quotient, sub, type Axes, type Size } from './size.js'

const isWhole = (dtype: string): boolean => /^(u?int|bool)/.test(dtype)
const truth = (value: boolean | null): Size | null => (value === null ? null : Number(value))
const not = (value: Size | null): Size | null => (value === 0 ? 1 : typeof value === 'number' ? 0 : null)
const each = (fn: (n: number) => number) => (a: Size): Size | null => { const value = typeof a === 'number' ? fn(a) : NaN; return Number.isFinite(value) ? value : null }

type Binary = (a: Size, b: Size, axes: Axes, whole: boolean) => Size | null

const binary: Readonly<Record<string, Binary>> = {
  Add: add, Sub: sub, Mul: mul,
  // Whole numbers divide towards zero, which differs from the floor below zero only.
  Div: (a, b, axes, whole) => !whole ? quotient(a, b, axes) : typeof a === 'number' && typeof b === 'number' ? (b === 0 ? null : Math.trunc(a / b)) : divide(a, b, axes),
  Mod: (a, b, axes, whole) => { const times = whole ? divide(a, b, axes) : null; return times === null ? null : sub(a, mul(times, b)) },
  Pow: (a, b) => (typeof a === 'number' && typeof b === 'number' ? each(n => n ** b)(a) : b === 2 ? mul(a, a) : b === 1 ? a : null),
  Max: (a, b, axes) => max(a, b, axes), Min: (a, b, axes) => min(a, b, axes),
  Equal: (a, b, axes) => truth(equals(a, b, axes)),
  Greater: (a, b, axes) => truth(exceeds(a, b, axes)), Less: (a, b, axes) => truth(exceeds(b, a, axes)),
  GreaterOrEqual: (a, b, axes) => not(truth(exceeds(b, a, axes))), LessOrEqual: (a, b, axes) => not(truth(exceeds(a, b, axes))),
  And: (a, b) => (a === 0 || b === 0 ? 0 : 1), Or: (a, b) => (a === 0 && b === 0 ? 0 : 1), Xor: (a, b) => Number((a === 0) !== (b === 0)),
}
const comparing = new Set(['Equal', 'Greater', 'Less', 'GreaterOrEqual', 'LessOrEqual', 'And', 'Or', 'Xor'])

const unary: Readonly<Record<string, (a: Size, axes: Axes) => Size | null>> = {
  Identity: a => a, Neg: a => mul(-1, a), Floor: floor, Ceil: (a, axes) => mul(-1, floor(mul(-1, a), axes)), Not: not,
  Abs: each(Math.abs), Sign: each(Math.sign), Sqrt: each(Math.sqrt), Exp: each(Math.exp), Log: each(Math.log), Reciprocal: each(n => 1 / n),
  Round: a => (typeof a === 'number' ? (Math.abs(a % 1) === 0.5 ? 2 * Math.round(a / 2) : Math.round(a)) : null), Relu: each(n => Math.max(0, n)),
}

const applied = (tensor: Tensor, fn: (a: Size) => Size | null): readonly (Size | null)[] | undefined => tensor.values?.map(a => (a === null ? null : fn(a)))

/** One output like the first input. */
const like: Rule = call => {
  const x = input(call, 0)
  const fn = unary[call.node.op]
  return [made(call, /^Is(NaN|Inf)$/.test(call.node.op) ? 'bool' : x.dtype, x.shape, fn && applied(x, a => fn(a, call.axes)))]
}

/** All inputs broadcast to one shape. */
const joined: Rule = call => {
  const inputs = call.inputs.filter(tensor => tensor !== undefined)
  const [first = input(call, 0), ...others] = inputs
  const shape = broadcast(call, inputs.map(tensor => tensor.shape))
  const fn = binary[call.node.op]
  const start = fn && spread(first, shape)
  const values = fn && start && others.reduce<readonly (Size | null)[] | undefined>((sums, other) => {
    const more = spread(other, shape)
    return sums && more && sums.map((a, i) => { const b = more[i] ?? null; return a === null || b === null ? null : fn(a, b, call.axes, isWhole(first.dtype)) })
  }, start)
  return [made(call, comparing.has(call.node.op) ? 'bool' : first.dtype, shape, values)]
}

const where: Rule = call => {
  const [condition, a, b] = [input(call, 0), input(call, 1), input(call, 2)]
  const shape = broadcast(call, [condition.shape, a.shape, b.shape])
  const [c, x, y] = [condition, a, b].map(tensor => spread(tensor, shape))
  return [made(call, a.dtype, shape, x && y && x.map((value, i) => {
    const other = y[i] ?? null, chosen = c?.[i] ?? null
    return typeof chosen === 'number' ? (chosen === 0 ? other : value) : value !== null && other !== null && equals(value, other, call.axes) === true ? value : null
  }))]
}

const cast: Rule = call => {
  const x = input(call, 0)
  const dtype = call.node.op === 'CastLike' ? input(call, 1).dtype : dtypes[int(call, 'to', 1)]?.[0] ?? 'undefined'
  const whole = isWhole(dtype) && !isWhole(x.dtype)
  return [made(call, dtype, x.shape, applied(x, a => (dtype === 'bool' ? (typeof a === 'number' ? Number(a !== 0) : null) : !whole ? a : typeof a === 'number' ? Math.trunc(a) : floor(a, call.axes))))]
}

const clip: Rule = call => {
  const x = input(call, 0)
  const [low, high] = [call.inputs[1]?.values?.[0], call.inputs[2]?.values?.[0]]
  return [made(call, x.dtype, x.shape, applied(x, a => { const above = low == null ? a : max(a, low, call.axes); return high == null ? above : min(above, high, call.axes) }))]
}

/** Normalizations also give what they divided by. */
const normalized: Rule = call => {
  const x = input(call, 0)
  const at = int(call, 'axis', -1)
  const rest = x.shape.map((size, i) => (i < (at < 0 ? at + x.shape.length : at) ? size : 1))
  return [made(call, x.dtype, x.shape), made(call, 'fp32', rest), made(call, 'fp32', rest)]
}

/** In training form more comes out; nothing reads it in a forward pass. */
const batchNorm: Rule = call => { const x = input(call, 0); return [made(call, x.dtype, x.shape)] }
const dropout: Rule = call => { const x = input(call, 0); return [made(call, x.dtype, x.shape, x.values), made(call, 'bool', x.shape)] }

const all = (names: string, rule: Rule): Rules => Object.fromEntries(names.split(' ').map(name => [name, rule]))

export const elementwise: Rules = {
  ...all('Relu Sigmoid Tanh Erf Sqrt Exp Log Neg Abs Floor Ceil Round Sign Reciprocal Not Identity LeakyRelu Elu Selu Celu HardSigmoid HardSwish Softplus Softsign Mish Gelu Swish Softmax LogSoftmax Hardmax', like),
  ...all('ThresholdedRelu Shrink Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh IsNaN IsInf CumSum Trilu BitwiseNot LRN LpNormalization MeanVarianceNormalization InstanceNormalization GroupNormalization Bernoulli', like),
  ...all('com.microsoft.Gelu com.microsoft.FastGelu com.microsoft.BiasGelu com.microsoft.QuickGelu com.microsoft.GroupNorm com.microsoft.Inverse', like),
  ...all('Add Sub Mul Div Pow Mod Max Min Mean Sum And Or Xor Equal Greater Less GreaterOrEqual LessOrEqual PRelu BitShift BitwiseAnd BitwiseOr BitwiseXor', joined),
  ...all('LayerNormalization RMSNormalization SimplifiedLayerNormalization com.microsoft.SimplifiedLayerNormalization', normalized),
  Where: where, Cast: cast, CastLike: cast, Clip: clip, BatchNormalization: batchNorm, Dropout: dropout,
}
