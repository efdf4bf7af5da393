/** What the rules of operators see: an operator, its attributes and the tensors that it reads, with all sizes. */
import { error, type Problem } from '../../../problem.js'
import { dtypes, type Constant, type Graph, type Node } from './graph.js'
import { add, product, same, type Axes, type Size } from './size.js'

/** What is held in the file, under the name that it goes by there. */
export interface Weight {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly stored?: number
  /** Bytes of its scales and zero points. */
  readonly beside?: number
}

/** Bytes that a weight takes in memory; 0 of none. */
export function bytesOf(weight: Weight | undefined): number {
  if (weight === undefined) return 0
  const bits = dtypes.find(([name]) => name === weight.dtype)?.[1] ?? 0
  return Math.ceil((weight.stored ?? weight.shape.reduce((product, size) => product * size, 1)) * bits / 8) + (weight.beside ?? 0)
}

/** A tensor between operators. Values are known of small ones that are about shapes; null is one that is not. */
export interface Tensor {
  readonly dtype: string
  readonly shape: readonly Size[]
  readonly values?: readonly (Size | null)[]
  /** Where it does not depend on the input. */
  readonly weight?: Weight
}

export interface Call {
  readonly node: Node
  readonly opset: number
  readonly axes: Axes
  readonly inputs: readonly (Tensor | undefined)[]
  /** A size that only the data decides; it is asked for by name. */
  readonly ask: (name: string, what: string) => Size
}

/** From the inputs of an operator to its outputs. */
export type Rule = (call: Call) => readonly Tensor[]
export type Rules = Readonly<Record<string, Rule>>

/** Most values of a tensor that are followed. */
const mostValues = 4096

/** Leaves a rule; `problem` says why. */
export function fail(node: Node, why: string, code = 'invalid-file'): Error {
  return Object.assign(new Error(why), { problem: error(code, 'model', `${called(node)} ${why}.`) satisfies Problem })
}

export const called = ({ op, name }: Node): string => (name === '' ? op : `${op} ${JSON.stringify(name.slice(0, 100))}`)

/** The input at a place; without it the file is not sound. */
export function input(call: Call, at: number): Tensor {
  const tensor = call.inputs[at]
  if (tensor === undefined) throw fail(call.node, `lacks its input ${at + 1}`)
  return tensor
}

/** A tensor of these sizes. Sizes that cannot be are refused. */
export function made(call: Call, dtype: string, shape: readonly Size[], values?: readonly (Size | null)[]): Tensor {
  for (const size of shape) if (typeof size === 'number' ? !Number.isSafeInteger(size) || size < 0 : [...size.values()].some(n => !Number.isFinite(n))) throw fail(call.node, 'makes a tensor of a size that cannot be')
  const elements = product(shape)
  if (typeof elements === 'number' && !Number.isSafeInteger(elements)) throw fail(call.node, 'makes a tensor with more elements than can be counted')
  if (shape.length > 64) throw fail(call.node, `makes a tensor of ${shape.length} dimensions`)
  return { dtype, shape, ...(values !== undefined && values.length <= mostValues && values.length === elements ? { values } : {}) }
}

export function int(call: Call, name: string, otherwise: number): number {
  const value = call.node.attributes[name]
  return typeof value === 'number' ? value : otherwise
}

export function text(call: Call, name: string): string {
  const value = call.node.attributes[name]
  return typeof value === 'string' ? value : ''
}

export function ints(call: Call, name: string): readonly number[] | null {
  const value = call.node.attributes[name]
  return Array.isArray(value) && value.every(n => typeof n === 'number') ? value : null
}

export function constant(call: Call, name: string): Constant | null {
  const value = call.node.attributes[name]
  return typeof value === 'object' && 'tensor' in value ? value.tensor : null
}

export function subgraph(call: Call, name: string): Graph | null {
  const value = call.node.attributes[name]
  return typeof value === 'object' && 'graph' in value ? value.graph : null
}

/** The values of an input; null without it. All have to be known. */
export function values(call: Call, at: number): readonly Size[] | null {
  const tensor = call.inputs[at]
  if (tensor === undefined) return null
  const known = tensor.values ?? (same(product(tensor.shape), 0) ? [] : undefined)
  if (known === undefined || known.includes(null)) throw fail(call.node, 'takes its sizes from data, which are not known before it runs', 'unknown-shape')
  return known as readonly Size[]
}

/** The same as plain numbers. */
export function numbers(call: Call, at: number): readonly number[] | null {
  const known = values(call, at)
  if (known?.some(n => typeof n !== 'number')) throw fail(call.node, 'takes numbers from sizes that are not known', 'unknown-shape')
  return known as readonly number[] | null
}

/** A list that is an input in newer versions and an attribute in older ones; null where it is neither. */
export const list = (call: Call, at: number, name: string): readonly number[] | null => numbers(call, at) ?? ints(call, name)

/** An axis counted from the end where it is negative. */
export function place(call: Call, at: number, rank: number): number {
  const place = at < 0 ? at + rank : at
  if (!(place >= 0 && place < rank) || !Number.isInteger(place)) throw fail(call.node, `names dimension ${at} of ${rank}`)
  return place
}

/** Two shapes by the rule that a size of 1 takes on the other. Sizes that only the axes decide are taken to agree. */
export function broadcast(call: Call, shapes: readonly (readonly Size[])[]): readonly Size[] {
  const rank = Math.max(0, ...shapes.map(shape => shape.length))
  return Array.from({ length: rank }, (_, i) => shapes.reduce((size: Size, shape) => {
    const other = shape[i - rank + shape.length] ?? 1
    if (size === 1) return other
    if (other === 1 || same(size, other)) return size
    if (typeof size === 'number' && typeof other === 'number') throw fail(call.node, `joins sizes that do not fit: ${size} and ${other}`)
    return typeof size === 'number' ? size : other
  }, 1))
}

/**
 * The values of a tensor in another order; undefined where they are not known or too many.
 * @param steps how far the place moves in the old values for each dimension of the new ones
 */
export function moved(values: Tensor['values'], shape: readonly Size[], steps: readonly number[], start = 0): readonly (Size | null)[] | undefined {
  const count = product(shape)
  if (values === undefined || typeof count !== 'number' || count > mostValues) return undefined
  return Array.from({ length: count }, (_, i) => {
    let rest = i, at = start
    for (let k = shape.length - 1; k >= 0; k--) { const size = shape[k] as number; at += (rest % size) * (steps[k] ?? 0); rest = Math.floor(rest / size) }
    return values[at] ?? null
  })
}

/** How far apart neighbors along each dimension lie; empty where sizes are not known. */
export function strides(shape: readonly Size[]): readonly number[] {
  let step = 1
  return shape.map((_, i) => shape[shape.length - 1 - i]).map(size => { const own = step; step *= typeof size === 'number' ? size : NaN; return own }).reverse()
}

/** The values of a tensor as if it had another shape. */
export function spread({ shape, values }: Tensor, to: readonly Size[]): readonly (Size | null)[] | undefined {
  const own = strides(shape)
  return moved(values, to, to.map((_, i) => { const at = i - to.length + shape.length; return shape[at] === 1 ? 0 : own[at] ?? 0 }))
}

export const total = (sizes: readonly Size[]): Size => sizes.reduce(add, 0)
