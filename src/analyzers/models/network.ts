/**
 * A network given op by op: what a CNN or a file with a graph is. Plain data, between the readers that make it (programs of
 * data/networks, files) and `networkGraph`, which turns it into loop nests. What a kind of node costs is a row of data/operators.json.
 */
import json from '../../../data/operators.json'
import type { Axis, Block, Extent, Graph, Op, Sizes, Tensor } from '../graph.js'
import type { Problem } from '../../problem.js'
import { evaluate } from '../product.js'
import type { Precision } from './architecture.js'

/** Batch first, then channels, then space: `['b', 64, 'h1', 'w1']`; sequences end in their width: `['b', 's1', 768]`. */
export type Shape = readonly Extent[]

export interface Node {
  /** Unique; its parts are separated by `/`, and kernels never join across the first. */
  readonly id: string
  /** A row of data/operators.json. */
  readonly kind: string
  /** The activations that it reads, by name. */
  readonly reads: readonly string[]
  /** What it makes, the tensor that decides its loop first. A `view` names what it reads anew in another shape and moves nothing. */
  readonly makes: Readonly<Record<string, Shape>>
  /** Parameters by name, those with products first. Two nodes that name one weight share it. No running statistics. */
  readonly weights?: Readonly<Record<string, Shape>>
  /** Of a pooling, its window; of a product of two activations, what it sums over. */
  readonly window?: Shape
  /** Whether strides or dilations are other than one: algorithms that tile the output do not apply. */
  readonly strided?: boolean
  /** Weights that lie in memory and are not read in this pass. */
  readonly idle?: readonly string[]
  /** Bytes per element of an input or output are those of an index where the tensor holds whole numbers. */
  readonly index?: readonly string[]
}

export interface Network {
  /** What goes in: `{ pixels: ['b', 3, 'height', 'width'] }`. */
  readonly inputs: Readonly<Record<string, Shape>>
  /** Axes that follow from `height`, `width`, `b` and each other, each after those that it names. */
  readonly axes: Readonly<Record<string, Axis>>
  /** In the order in which they run. */
  readonly nodes: readonly Node[]
}

/** A dynamic axis of a file: its name there, and the axis that a workload sizes by it. */
export interface NamedAxis {
  readonly name: string
  readonly axis: string
  /** `dimension 3 of the input x`. */
  readonly what: string
  /** A size to try. */
  readonly usual: number
}

/** What readers of graphs leave: plain JSON, the scenario's `model`. */
export interface NetworkConfig {
  readonly format: 'onnx' | 'ncnn'
  /** What the model is called. */
  readonly _name_or_path: string
  readonly network: Network
  readonly image: null
  readonly axes: readonly NamedAxis[]
  readonly precision?: Precision
  /** A `TensorSummary` of the weights. */
  readonly tensors?: object
  /** What accompanies every answer. */
  readonly notes: readonly Problem[]
}

/** What a kind of node iterates over, and the FLOP of one iteration; `class` is the family of kinds that counters treat alike. */
export interface Operator {
  readonly title: string
  readonly class: string
  readonly law: Op['law']
  readonly engine?: Op['engine']
  readonly over: 'conv' | 'deconv' | 'linear' | 'product' | 'window' | 'in' | 'out'
  readonly flops: Extent
  /** Reads of its first operand as much as it makes: a slice, rows of a table. */
  readonly part?: true
  /** Of a map: its backward pass reads what it made, not what it read. */
  readonly saves?: 'out'
}

export const operators = json.operators as unknown as Readonly<Record<string, Operator>>

/** The loop nests of a network, one block. A kind that is not known is an error of the program: readers refuse it. */
export function networkGraph({ inputs, axes, nodes }: Network, given: Readonly<Record<string, Axis>>): Graph {
  const shapes = new Map(Object.entries(inputs))
  const shown = new Map<string, string>()
  const ops = nodes.flatMap((node): Op[] => {
    const { id, kind, reads, makes, weights = {}, idle = [], index = [] } = node
    for (const [name, shape] of Object.entries(makes)) shapes.set(name, shape)
    if (kind === 'view') { for (const name of Object.keys(makes)) shown.set(name, shown.get(reads[0] ?? '') ?? reads[0] ?? ''); return [] }
    const operator = operators[kind]
    if (!operator) throw new Error(`no operator "${kind}"`)
    const [made = []] = Object.values(makes)
    const part = operator.part === true ? { read: made } : {}
    const activation = (name: string, role: 'in' | 'out'): Tensor => ({ name: shown.get(name) ?? name, role, axes: shapes.get(name) ?? [], held: index.includes(name) ? 'index' : 'activation' })
    const parameters = Object.entries(weights).map(([name, shape], i): Tensor => ({ name, role: 'weight', axes: shape, held: 'weight', ...(operator.law === 'product' && i === 0 ? { group: 'ffn', out: operator.over === 'deconv' ? 1 : 0 } : { group: 'norm' }), ...(idle.includes(name) ? { read: [0] } : i === 0 ? part : {}) }))
    const tensors = [...reads.map((name, i) => ({ ...activation(name, 'in'), ...(i === 0 ? part : {}) })), ...parameters, ...Object.keys(makes).map(name => activation(name, 'out'))]
    return [{
      id, kind, law: operator.law, engine: operator.engine ?? (operator.law === 'product' ? 'matrix' : 'vector'), flops: operator.flops, times: [], tensors,
      loop: loopOf(node, operator, tensors), ...(operator.law === 'map' ? { saves: operator.saves === 'out' ? Object.keys(makes) : reads.map(name => shown.get(name) ?? name) } : {}),
    }]
  })
  const blocks: Block[] = [{ id: '', ops }]
  return { axes: { ...given, ...axes }, blocks }
}

/** The iterations of a node, from the shapes of what it reads, holds and makes. */
function loopOf({ window = [] }: Node, { over }: Operator, tensors: readonly Tensor[]): Shape {
  const of = (role: Tensor['role']): Shape => tensors.find(t => t.role === role)?.axes ?? []
  const [x, w, y] = [of('in'), of('weight'), of('out')]
  switch (over) {
    case 'conv': return [...y.slice(0, 1), ...y.slice(2), ...w]
    case 'deconv': return [...x.slice(0, 1), ...x.slice(2), ...w]
    case 'linear': return [...y.slice(0, -1), ...w]
    case 'product': case 'window': return [...y, ...window]
    case 'in': return x
    case 'out': return y
  }
}

/** Whether what goes in has a batch; the batch of a file may be fixed. */
export function hasBatch({ inputs }: Network): boolean {
  return Object.values(inputs).some(shape => shape.includes('b'))
}

/** The first derived axis that these sizes leave nothing of; null where every axis keeps something. */
export function vanishing({ axes }: Network, given: Sizes): string | null {
  const sizes: Record<string, number> = { ...given }
  for (const [name, { title, size }] of Object.entries(axes)) if (size !== undefined && !((sizes[name] = evaluate(size, sizes)) >= 1 && sizes[name] < Infinity)) return title
  return null
}
