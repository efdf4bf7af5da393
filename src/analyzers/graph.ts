/**
 * The vocabulary: an operator is a loop nest over named axes. Types only, all of it plain JSON.
 * FLOPs, bytes, parameters, caches and communication are products over these axes.
 */
import type { WeightGroup } from './models/architecture.js'

/** The name of an axis, or a number. */
export type Extent = string | number

export type Fn = '+' | '-' | '*' | '/' | '^' | 'min' | 'max' | 'ceil' | 'floor'
/** An expression tree: evaluated, compiled and printed from one source. */
export type Expr = Extent | readonly [fn: Fn, ...args: Expr[]]

export interface Axis {
  readonly title: string
  /** Derived axes state their size; the others get it from the model or the workload. */
  readonly size?: Expr
  /** The axis of which this one is another name: `is: 'g'` makes `g_local` split wherever `g` is. */
  readonly is?: string
  /** A derived axis that is divided where the other is: experts hit follow `e`. */
  readonly follows?: string
  /** The axis that this one renames for another range of tokens: `t` and `o` are `s` seen from elsewhere. */
  readonly alias?: string
  /** What one more token adds to it: where a cache has it, the cache grows. */
  readonly grows?: Extent
  /** The axis that tokens reach through this one: `x` of `e` experts. */
  readonly route?: string
  /** How a degree that does not divide the axis is met: a vocabulary is padded, KV groups are replicated. */
  readonly uneven?: 'pad' | 'replicate'
  /** The axis that takes the share of the degree which a replicated one cannot: queries per group. */
  readonly spills?: string
  readonly source?: string
}

export type Held = 'weight' | 'activation' | 'cache' | 'gradient' | 'moment' | 'mask' | 'stat' | 'index'

export interface Tensor {
  readonly name: string
  readonly role: 'in' | 'weight' | 'cache' | 'out'
  readonly axes: readonly Extent[]
  readonly held: Held
  /** Which part of the model a weight belongs to: decides its precision. */
  readonly group?: WeightGroup
  /** The name of the format it is held in, where that is not its group's. */
  readonly format?: string
  /** Which of its axes a product puts out, where their names do not say it: those of a network are numbers. */
  readonly out?: number
  /** What is read of it, where that is not all: one embedding row per token, the experts hit. */
  readonly read?: readonly Extent[]
  /** Handed to the next repeat of the block: the residual stream. */
  readonly carry?: true
}

/** `product`: a sum of products of operands. `sum`: linear without products. `map`: anything else. */
export type Law = 'product' | 'sum' | 'map'

export interface Op {
  readonly id: string
  /** Of a network's ops, the row of data/operators.json: kernels are matched by it instead of the id. */
  readonly kind?: string
  readonly law: Law
  readonly engine: 'matrix' | 'vector' | 'none'
  /** Products that no tensor core takes: counted as any other, at the rate of the vector engine. */
  readonly rate?: 'vector'
  /** FLOP per iteration: 2 for a multiply-add, or the name of a vector weight (`w_norm`). */
  readonly flops: Extent
  readonly loop: readonly Extent[]
  /** Axes over which the whole op is repeated: layers. */
  readonly times: readonly Extent[]
  readonly tensors: readonly Tensor[]
  /** For a `map`: the tensors that its backward pass reads. */
  readonly saves?: readonly string[]
}

/** A run of ops that repeats as one: a kind of layer, or what stands before and after the layers. */
export interface Block {
  readonly id: string
  /** Every GPU holds and runs all of it. */
  readonly whole?: boolean
  readonly ops: readonly Op[]
}

/** A model: its axes and its blocks, in the order in which data flows. Sizes are kept apart, so that models of one shape share it. */
export interface Graph {
  readonly axes: Readonly<Record<string, Axis>>
  readonly blocks: readonly Block[]
}

export type Sizes = Readonly<Record<string, number>>

/** What one mesh axis does: all that a parallel strategy is. */
export interface Placement {
  /** Axes that it splits, first match wins. */
  readonly axes: readonly string[]
  /** What it splits where it has nothing else to do (sequence parallelism). */
  readonly rest?: readonly string[]
  /** Kinds of tensor that lie split while idle (ZeRO). */
  readonly stored?: readonly Held[]
  /** Exceptions for some ops and their gradients, by the end of their id, or by the path they lie under where it ends in a slash; `null` leaves the op whole. */
  readonly only?: readonly { readonly ops: string; readonly axis: string | null }[]
}

/** A change of state of one tensor over one mesh axis. */
export interface Transfer {
  readonly kind: 'reduce' | 'scatter' | 'gather' | 'exchange'
  /** The mesh axes whose ranks take part, as one group. */
  readonly mesh: readonly string[]
  readonly tensor: Tensor
  /** The op that made the tensor, or that reads it where it has no maker (weights). */
  readonly by: string
  readonly times: readonly Extent[]
  /** The tensor's axes, and by which of them other mesh axes split it when the transfer starts or, for a gather, when it ends. */
  readonly axes: readonly Extent[]
  readonly split: Readonly<Record<string, string>>
}

/** Which ops share a kernel, and what an engine adds. */
export interface Profile {
  readonly id: string
  readonly title: string
  /** Rows of ops that may run as one kernel, where they stand side by side; `part` is its name where the first op is missing; `recomputes`: in backward it makes again what it did not write. Rows with `opens` are of kinds of a network's ops: those begin a kernel, the others join along the data, where they read what the op before made and keep its shape or multiply, and bring the kernels with them that made their other inputs for nobody else. */
  readonly kernels: readonly { readonly kernel: string; readonly ops: readonly string[]; readonly part?: string; readonly opens?: readonly string[]; readonly recomputes?: true }[]
  /** Whether batch norms are folded into convolutions, and parallel convolutions merged. */
  readonly folds?: boolean
  /** Whether attention skips what the causal mask hides, or computes it. */
  readonly mask: 'skipped' | 'computed'
  /** Whether training drops out at random what attention and layers add. */
  readonly dropout?: true
  /** Mesh axes of a training step whose transfers run beside compute; all others wait. */
  readonly overlaps?: readonly string[]
  /** Bytes per logit that a loss which is no kernel of its own holds beside the logits while its gradient is made; absent where one kernel overwrites them. */
  readonly loss?: { readonly bytes: number; readonly source: string }
  /** Whether a training framework keeps a scratch tensor for every shape of weight that a product of a layer has; and why. */
  readonly scratch?: { readonly source: string }
  /** How many products of experts run beside each other, where every expert is a product of its own; absent where one kernel runs all. */
  readonly experts?: { readonly beside: number; readonly source: string }
  /** Memory per GPU that is not a tensor, in bytes; `collectives` on top where GPUs communicate. */
  readonly overhead: { readonly bytes: number; readonly collectives: number; readonly source: string }
  /** Time per forward pass that the host adds, in seconds. */
  readonly host: { readonly seconds: number; readonly source: string }
  /** What the engine sets aside for caches, beside what they must hold; null where it takes no more, or its rule has no source. */
  readonly cache: Reserving | null
  /** Factor of the p90 band of the estimates; null where none was measured. */
  readonly band: { readonly factor: number | null; readonly source: string }
}

/** How an engine sets memory aside for caches: in blocks, of which kinds of layer have equally large ones. */
export interface Reserving {
  /** Tokens of a block, and of one with such a tensor. */
  readonly block: number
  readonly blocks: Readonly<Record<string, number>>
  /** Bytes per element of tensors that the engine holds in a dtype of its own. */
  readonly widths: Readonly<Record<string, number>>
  /** Tokens of one step, by the memory of the GPU: the first row that it has. */
  readonly batched: readonly { readonly tokens: number; readonly memory: number; readonly not?: string }[]
  /** Tokens that blocks are held for, by what limits them: all of the context, a window, a chunk. */
  readonly held: Readonly<Record<'t' | 'w' | 'chunk', Expr>>
  readonly source: string
}
