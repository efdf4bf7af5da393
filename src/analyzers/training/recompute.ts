/** What runs again in backward, so that it need not be kept. */
import type { Block, Op } from '../graph.js'

/** A part of a layer whose results are made again. A fused kernel does so by itself; it keeps its row statistics. */
export interface Region { readonly id: string; readonly isKernel: boolean }

/** The regions of an op, from the outermost in; none where its results are kept. */
export type Regions = (id: string) => readonly Region[]

/** Puts the ops that have to run again before the first op of a block that needs them. */
export type Recompute = (forward: readonly Block[]) => (backward: readonly Op[]) => Op[]

/** Recomputes on demand: only what a gradient reads and nothing kept, and what that needs in turn. */
export function recomputing(regions: Regions): Recompute {
  return forward => {
    const makers = new Map<string, Op>()
    const place = new Map(forward.flatMap(block => block.ops).map((op, i) => [op.id, i]))
    for (const { ops } of forward) for (const op of ops) if (regions(op.id).length > 0) for (const t of op.tensors) if (t.role === 'out' && !t.carry) makers.set(t.name, op)
    return backward => {
      const done = new Set<string>()
      const result: Op[] = []
      let needed: { readonly op: Op; readonly depth: number; readonly at: number }[] = []
      const again = (maker: Op, depth: number): void => {
        const key = `${maker.id} ${String(depth)}`
        if (done.has(key)) return
        done.add(key)
        const inside = regions(maker.id).slice(0, depth + 1)
        const made = renewed(maker, inside)
        const end = '\''.repeat(depth + 1)
        const op = { ...made, id: `${maker.id}'${inside.at(-1)?.isKernel ? 'x.again' : 'r'}`, tensors: made.tensors.map(t => t.role === 'out' ? { ...t, name: t.name + end } : t) }
        needed.push({ op, depth, at: place.get(maker.id) ?? 0 })
      }
      /** The op as it runs inside some regions, reading what was made again there in place of what was not kept. */
      const renewed = (op: Op, inside: readonly Region[]): Op => ({
        ...op,
        tensors: op.tensors.map(t => {
          const maker = t.role === 'out' ? undefined : makers.get(t.name)
          if (maker === undefined) return t
          const depth = sharedDepth(regions(maker.id), inside)
          if (depth < 0) return t
          again(maker, depth)
          return { ...t, name: t.name + '\''.repeat(depth + 1) }
        }),
      })
      for (const op of backward) {
        needed = []
        const reading = renewed(op, regions(op.id))
        // In the order of the forward pass, so that they share its kernels.
        result.push(...needed.sort((a, b) => a.depth - b.depth || a.at - b.at).map(one => one.op), reading)
      }
      return result
    }
  }
}

/** The index of the innermost region that two have in common; −1 without one. */
function sharedDepth(a: readonly Region[], b: readonly Region[]): number {
  let depth = -1
  while (depth + 1 < Math.min(a.length, b.length) && a[depth + 1]?.id === b[depth + 1]?.id) depth++
  return depth
}

/** Which ops run again: the whole layer, attention between queries and output, or a kernel that recomputes of itself. */
export function regionsOf(recompute: string, kernel: string | null): Regions {
  return id => {
    const [block = '', ...rest] = id.split('\'')[0]?.split('/') ?? []
    const name = rest.join('/')
    if (name === '') return []
    const layer: Region[] = recompute === 'full' ? [{ id: block, isKernel: false }] : []
    const core = kernel ?? (recompute === 'selective' ? 'attn/core' : null)
    return core !== null && name.startsWith(`${core}/`) ? [...layer, { id: `${block}/${core}`, isKernel: kernel !== null }] : layer
  }
}
