/** The layers of a network: what `layers` answers. */
import type { Problem } from '../problem.js'
import type { Limit } from './report.js'

/** A convolution of 1 × 1, one with a filter for each channel, any other; a fully connected layer; a product of two activations; what multiplies nothing. */
export type LayerType = '1x1' | 'depthwise' | 'conv' | 'fc' | 'product' | 'other'

/** A node of the network: it runs by itself, in the kernel of another, or is folded into the weights of another and does not run. */
export interface Part { readonly id: string; readonly kind: string; readonly is: 'main' | 'fused' | 'folded' }

/** A sum over layers. */
export interface Sum {
  /** Of the model, each weight once; what is folded counts. */
  readonly parameters: number
  /** Multiply-adds of one sample in convolutions and matrix products, as the model states them. */
  readonly macs: number
  /** FLOP and HBM bytes of the batch as the kernels run, and FLOP per byte; null where no byte moves. */
  readonly flops: number
  readonly bytes: number
  readonly intensity: number | null
  /** Seconds of the batch. */
  readonly seconds: { readonly bound: number; readonly estimate: number }
  /** Shares of what the network has, and of the time of the pass. */
  readonly share: { readonly parameters: number; readonly macs: number; readonly time: number }
}

/** One kernel and the nodes in it. */
export interface Layer extends Sum {
  /** The kernel, as in the report. */
  readonly id: string
  readonly type: LayerType
  readonly parts: readonly Part[]
  /** Shapes of one sample, batch first: what the node named `main` reads first, and what the kernel makes. */
  readonly input: readonly number[]
  readonly output: readonly number[]
  /** Of a convolution or pooling: extents of its window, strides, dilations; empty for others. `groups` is 1 for what has none. */
  readonly window: readonly number[]
  readonly stride: readonly number[]
  readonly dilation: readonly number[]
  readonly groups: number
  readonly limit: Limit
  /** Bytes of the activations that live while it runs. */
  readonly live: number
}

/** Layers of one stage or type, by their indices. */
export interface Group extends Sum { readonly layers: readonly number[]; readonly limit: Limit }

/** What `layers` answers. No layers for what is no network given op by op. */
export interface Layers {
  readonly layers: readonly Layer[]
  /** In order; `resolution` is height and width at the end of the stage, or its tokens, empty for one position. */
  readonly stages: readonly (Group & { readonly resolution: readonly number[] })[]
  /** Those that the network has. */
  readonly types: readonly (Group & { readonly type: LayerType })[]
  readonly problems: readonly Problem[]
}
