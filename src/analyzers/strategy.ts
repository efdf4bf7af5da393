/** How a request lies on a mesh: what each mesh axis splits in prefill and in decode, and how a batch is dealt to its ranks. */
import type { NormalScenario } from '../scenario/schema.js'
import type { Axis, Graph } from './graph.js'
import { contextInDecode } from './parallel/index.js'
import { renamed } from './product.js'
import type { Mesh } from './shard.js'
import { meshOf, ranksOf, spread, type Ranks } from './training/mesh.js'

type Degrees = NormalScenario['mesh']
/** What splits in prefill are the tokens of a prompt, in decode those of the cache. */
export type Side = 'prefill' | 'decode'

/** Whether only tensor parallelism is used. */
export function isPlain({ pp, dp, cp, ep }: Degrees): boolean {
  return pp === 1 && dp === 1 && cp === 1 && ep === 1
}

/** Whether a rank sends anything: replicas by themselves do not. */
export function communicates(mesh: Degrees): boolean {
  return mesh.tp > 1 || mesh.pp > 1 || mesh.cp > 1 || mesh.ep > 1
}

/** Whether all ranks of a replica hold the same layers and all of the experts and the context, as tensor parallelism has them. */
export function hasReserve({ pp, cp, ep }: Degrees): boolean {
  return pp === 1 && cp === 1 && ep === 1
}

/** Ranks by mesh axis. Only those of data parallelism that share experts communicate; the others are replicas. */
export function ranks(mesh: Degrees): Ranks {
  return ranksOf(mesh, { shardGroup: null })
}

/** Ranks of data parallelism that share their experts and so run in step. */
function sharing(mesh: Degrees): number {
  return mesh.ep / spread(mesh)
}

/** Sequences of the busiest rank of data parallelism. */
function perRank({ dp }: Degrees, batch: number): number {
  return Math.ceil(batch / dp)
}

/** Groups of sequences that are under way between the pipeline stages at one time. */
export function groupsOf(mesh: Degrees, batch: number): number {
  return Math.min(mesh.pp, perRank(mesh, batch))
}

/** Sequences that one pass reads, on all ranks that run in step. */
export function passOf(mesh: Degrees, batch: number): number {
  return isPlain(mesh) ? batch : sharing(mesh) * Math.ceil(perRank(mesh, batch) / groupsOf(mesh, batch))
}

/** Tokens of a decode step on one rank of data parallelism. */
export function stepTokens(mesh: Degrees, batch: number): number {
  return isPlain(mesh) ? batch : passOf(mesh, batch) / sharing(mesh)
}

/** Sequences whose caches these ranks hold. */
export function heldOf(mesh: Degrees, batch: number): number {
  return isPlain(mesh) ? batch : sharing(mesh) * perRank(mesh, batch)
}

/** What each mesh axis splits. */
export function meshFor(mesh: Degrees, side: Side, sequence: boolean): Mesh {
  const all = meshOf({ ...ranks(mesh), fs: 1, dp: 1 }, { ...mesh, sequence }, { zero: 0, shardGroup: null, context: 'ring' })
  return side === 'decode' && mesh.cp > 1 ? { ...all, cp: contextInDecode } : all
}

/**
 * The graph with the axes that context parallelism splits. A step has no tokens to split: what is of the context (kept,
 * read, paired) follows `t`, which is no other name for them then. The last tokens of all prompts lie on one rank, so the head divides for no number below the
 * degree; and of the experts each rank hits those of its own tokens.
 */
export function withContext(graph: Graph, side: Side): Graph {
  const own = (name: string, axis: Axis): Axis => {
    const base = axis.is ?? name
    if (side === 'decode' && name === 't') { const { alias: _alias, ...rest } = axis; return rest }
    if (side === 'decode') return axis.follows === 's' || base === 'n' || base === 'u' ? { ...axis, follows: 't' } : axis
    if (name === 'o') return { ...axis, uneven: 'pad' }
    return base === 'hit' && axis.size !== undefined ? { ...axis, size: renamed(axis.size, of => of === 's' ? ['/', 's', 'cp'] : of) } : axis
  }
  return { ...graph, axes: Object.fromEntries(Object.entries(graph.axes).map(([name, axis]) => [name, own(name, axis)])) }
}
