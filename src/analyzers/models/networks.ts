/**
 * What networks given op by op need beside their nodes: their programs, loop nests, folding and counters. The core knows how
 * to ask; who answers is the part `networks` (src/analyzers/parts/networks.ts).
 */
import type { Problem } from '../../problem.js'
import type { Axis, Graph, Sizes } from '../graph.js'
import type { Model } from './model.js'
import type { Network } from './network.js'

export interface Networks {
  /** The model of a config with a `network`, or what is wrong with it. */
  readonly read: (config: { readonly network: unknown }) => { readonly model: Model | null; readonly problems: readonly Problem[] }
  readonly graph: (network: Network, axes: Readonly<Record<string, Axis>>) => Graph
  /** What inference computes once, put together. */
  readonly fold: (graph: Graph) => Graph
  /** What a convention of counting leaves out; null for one that is not known. */
  readonly note: (convention: string) => Problem | null
  /** What a convention counts in one pass over one sample. */
  readonly count: (convention: string, graph: Graph, sizes: Sizes) => number
  /** What it makes of attention as one function or module; null where there is nothing to say. */
  readonly attention: (convention: string, graph: Graph, sizes: Sizes) => Problem | null
}

/** Who answers; null until the part is there. */
let there: Networks | null = null

export const networks = (): Networks | null => there

export function addNetworks(part: Networks): void {
  there = part
}
