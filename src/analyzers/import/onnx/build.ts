/** Puts the nodes of a network together from the operators of a file: names, weights, which results are made. */
import json from '../../../../data/operators.json'
import type { Axis } from '../../graph.js'
import type { Network, Node, Shape } from '../../models/network.js'
import { ints, type Tensor, type Weight } from './call.js'
import type { Inferred, Step } from './infer.js'
import { extent, type Size } from './size.js'

const operators = json.operators as Readonly<Record<string, { readonly law: string }>>

/** A weight that is used, and whether products use it: those are what quantizers make narrow. */
export interface Used {
  readonly weight: Weight
  readonly isMain: boolean
}

export interface Builder {
  readonly inferred: Inferred
  readonly nodes: Node[]
  readonly used: Map<string, Used>
  /** Operators whose FLOP are not counted, by how often they occur. */
  readonly uncounted: Map<string, number>
  readonly ids: Set<string>
  /** Tensors that something reads. */
  readonly read: ReadonlySet<string>
}

export function builder(inferred: Inferred): Builder {
  const read = new Set([...inferred.outputs, ...inferred.steps.flatMap(step => step.reads)])
  return { inferred, nodes: [], used: new Map(), uncounted: new Map(), ids: new Set(), read }
}

/** Shapes and other small tensors of numbers are worked out beside the network. */
export const isKnown = ({ values }: Tensor): boolean => values?.every(value => value !== null) ?? false
const isIndex = ({ dtype }: Tensor): boolean => /^(u?int(16|32|64)|bool)/.test(dtype)

export const shapeOf = (b: Builder, sizes: readonly Size[]): Shape => sizes.map(size => extent(size, b.inferred.axes))

/** The name of a node: kernels never join across the first part of a path, but a file's graph is one. */
function idOf(b: Builder, { call: { node }, makes }: Step, part: string): string {
  const name = (node.name === '' ? `${node.op}.${makes[0] ?? ''}` : node.name).replace(/^[/.]+/, '').replaceAll('/', '.').slice(0, 200)
  const base = part === '' ? name : `${name}.${part}`
  let id = base
  for (let i = 2; b.ids.has(id); i++) id = `${base}.${i}`
  b.ids.add(id)
  return id
}

export interface Made {
  readonly kind: string
  /** Added to the name of the operator, where it is several nodes. */
  readonly part?: string
  /** Inputs of the operator that are read, those with products first; null for all. */
  readonly at?: readonly number[] | null
  /** Other tensors that are read. */
  readonly also?: readonly string[]
  /** What is made, where it is not the outputs of the operator. */
  readonly makes?: Readonly<Record<string, Shape>>
  readonly window?: Shape
  /** Weights in the form that the product has them in. */
  readonly weights?: readonly (readonly [weight: Weight, shape: readonly number[]])[]
}

/** Adds one node for an operator. */
export function put(b: Builder, step: Step, { kind, part = '', at = null, also = [], makes, window, weights = [] }: Made): void {
  const reads: string[] = [], index = new Set<string>()
  const isProduct = operators[kind]?.law === 'product'
  const parameters: Record<string, Shape> = {}
  const hold = (weight: Weight, shape: Shape): void => { parameters[use(b, weight, isProduct && Object.keys(parameters).length === 0)] = shape }
  for (const [weight, shape] of weights) hold(weight, shape)
  const places = at ?? step.call.inputs.map((_, i) => i)
  for (const i of places) {
    const tensor = step.call.inputs[i], name = step.reads[i] ?? ''
    if (tensor === undefined || name === '') continue
    if (tensor.weight !== undefined) {
      // A number that stands in the file is no parameter.
      const isOne = at === null && tensor.shape.every(size => size === 1)
      if (!isOne && (at !== null || !isKnown(tensor) || !/^(u?int|bool)/.test(tensor.dtype))) hold(tensor.weight, tensor.weight.stored === undefined ? tensor.weight.shape : [tensor.weight.stored])
    } else if (!isKnown(tensor)) {
      reads.push(name)
      if (isIndex(tensor)) index.add(name)
    }
  }
  const outputs = step.outputs.flatMap((tensor, i) => {
    const name = step.makes[i] ?? ''
    if (name === '' || (i > 0 && !b.read.has(name))) return []
    if (isIndex(tensor)) index.add(name)
    return [[name, shapeOf(b, tensor.shape)] as const]
  })
  b.nodes.push({
    id: idOf(b, step, part), kind, reads: [...reads, ...also], makes: makes ?? Object.fromEntries(outputs),
    ...(Object.keys(parameters).length === 0 ? {} : { weights: parameters }), ...(window === undefined ? {} : { window }), ...(index.size === 0 ? {} : { index: [...index] }), ...stepsOf(step.call),
  })
}

/** Strides and dilations of a window, where one of them is not one. */
function stepsOf(call: Step['call']): Pick<Node, 'steps'> {
  const [stride, dilation] = [ints(call, 'strides') ?? [], ints(call, 'dilations') ?? []]
  return [...stride, ...dilation].some(step => step !== 1) ? { steps: { stride, dilation } } : {}
}

/** Remembers a weight; products decide how it is held, wherever it first occurs. */
function use(b: Builder, weight: Weight, isMain: boolean): string {
  const known = b.used.get(weight.name)
  b.used.set(weight.name, { weight: known?.weight ?? weight, isMain: isMain || known?.isMain === true })
  return weight.name
}

/** The axes of a network: those that a run is asked for, then those that follow. */
export function axesOf({ inferred: { axes, free }, nodes }: Builder): Network['axes'] {
  const first = new Map<string, string>()
  for (const { makes } of nodes) for (const [name, shape] of Object.entries(makes)) shape.forEach((size, i) => { if (typeof size === 'string' && !first.has(size)) first.set(size, `dimension ${i + 1} of ${name}`) })
  const asked = [...free].filter(([name]) => name !== 'b' && name !== 'height' && name !== 'width').map(([name, { what }]): [string, Axis] => [name, { title: what }])
  return Object.fromEntries([...asked, ...[...axes.derived].map(([name, size]): [string, Axis] => [name, { title: first.get(name) ?? 'a size between', size }])])
}
