/** From the degrees of a scenario to the mesh that a training step runs on: ranks of experts are taken out of the replicas. */
import type { NormalScenario } from '../../scenario/schema.js'
import { contextParallel, dataParallel, expertParallel, sequenceParallel, tensorParallel, wholeExperts, type Context, type Zero } from '../parallel/index.js'
import type { Mesh } from '../shard.js'

type Degrees = Pick<NormalScenario['mesh'], 'tp' | 'dp' | 'ep' | 'etp' | 'cp' | 'sequence'>
interface Strategy { readonly zero: Zero; readonly shardGroup: number | null; readonly context: string }

/** Ranks by mesh axis, from the inside of the replicas outwards: `ep` of experts, `fs` that share what ZeRO splits, `dp` that only repeat it. */
export interface Ranks { readonly tp: number; readonly cp: number; readonly ep: number; readonly fs: number; readonly dp: number }
export type MeshAxis = keyof Ranks

/** How many ranks of tensor parallelism hold experts of their own: all, where experts are not split (`etp` 1). */
export function spread({ tp, ep, etp }: Pick<Degrees, 'tp' | 'ep' | 'etp'>): number {
  return ep > 1 && etp === 1 ? tp : 1
}

/** The degrees of the mesh. They are as Megatron has them: `ep` divides what `tp`, `cp` and `dp` make, and adds no ranks. */
export function ranksOf({ tp, cp, dp, ep, etp }: Degrees, { shardGroup }: Pick<Strategy, 'shardGroup'>): Ranks {
  const own = ep / spread({ tp, ep, etp })
  const sharing = shardGroup === null ? 1 : shardGroup
  return { tp, cp, ep: own, fs: sharing, dp: dp / own / sharing }
}

/** What each mesh axis does. Those of one rank are left out, so that one structure serves all degrees. */
export function meshOf(ranks: Ranks, degrees: Degrees, { zero, shardGroup, context }: Strategy): Mesh {
  const tensor = degrees.sequence ? sequenceParallel : tensorParallel
  const all: Readonly<Record<MeshAxis, Mesh[string]>> = {
    tp: spread(degrees) > 1 ? wholeExperts(tensor) : tensor,
    cp: contextParallel(context as Context, zero), ep: expertParallel(zero), fs: dataParallel(zero),
    dp: dataParallel(shardGroup === null ? zero : 0),
  }
  return Object.fromEntries(Object.entries(all).filter(([axis]) => ranks[axis as MeshAxis] > 1))
}
