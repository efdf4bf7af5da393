/**
 * A network given op by op: what a CNN or a file with a graph is. Plain data, between the readers that make it (programs of
 * data/networks, files) and `networkGraph` (network-graph.ts), which turns it into loop nests.
 */
import type { Axis, Extent, Sizes } from '../graph.js'
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
  /** Strides and dilations of a window, where one of them is not one: algorithms that tile the output do not apply. */
  readonly steps?: { readonly stride: readonly number[]; readonly dilation: readonly number[] }
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

/** Whether a config describes a network. */
export function describesNetwork(config: object): config is { readonly network: unknown } {
  return 'network' in config && config.network !== null
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
