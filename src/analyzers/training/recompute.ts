/** What runs again in backward, so that it need not be kept. */
import type { Block, Op } from '../graph.js'

/** A part of a layer whose results are made again. A fused kernel does so by itself; it keeps its row statistics. */
export interface Region { readonly id: string; readonly isKernel: boolean }

/** The regions of an op, from the outermost in; none where its results are kept. */
export type Regions = (id: string) => readonly Region[]

/** Puts the ops that have to run again before the first op of a block that needs them. */
export type Recompute = (forward: readonly Block[]) => (backward: readonly Op[]) => Op[]

/** The axis of the layers that run again, as a share of all. */
export const recomputedShare = 'again'

/** Recomputes on demand: only what a gradient reads and nothing kept, and what that needs in turn. With `share`, in a share of the layers. */
export function recomputing(regions: Regions, share = false): Recompute {
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
        const op = { ...made, id: `${maker.id}'${inside.at(-1)?.isKernel ? 'x.again' : 'r'}`, times: share && !inside.at(-1)?.isKernel ? [...made.times, recomputedShare] : made.times, tensors: made.tensors.map(t => t.role === 'out' ? { ...t, name: t.name + end } : t) }
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

/** Parts of a layer that may run again by themselves, after the names of Megatron-LM's --recompute-modules. */
const modules: Readonly<Record<string, RegExp>> = {
  core_attn: /^attn\/core\//, attn: /^attn\/(?!norm|add|dropout|out-norm)/, layernorm: /^(attn|ffn)\/norm/, mla_up_proj: /^attn\/(q|q-rope|k-b|v-b|rope-q)$/,
  mlp: /^ffn\/(gate|up|act|down)$/, moe: /^moe\//, moe_act: /^moe\/act$/, shared_experts: /^moe\/shared-/,
}
export const moduleNames: readonly string[] = Object.keys(modules)

/** What is asked to run again: which ops of a layer, and in one of how many layers. */
export interface Recomputed { readonly ops: (name: string) => string | null; readonly every: number }

/**
 * `none`, `selective` (attention between queries and its output, arXiv:2205.05198), `full` (the layer), `full:2` (every other
 * layer), or modules by name: `moe_act,layernorm`. Null for anything else.
 */
export function readRecompute(text: string): Recomputed | null {
  if (text === 'none') return { ops: () => null, every: 1 }
  if (text === 'selective') return { ops: name => name.startsWith('attn/core/') ? 'attn/core' : null, every: 1 }
  const [, every] = /^full(?::([1-9]\d{0,3}))?$/.exec(text) ?? []
  if (text.startsWith('full')) return text === 'full' || every !== undefined ? { ops: () => '', every: Number(every ?? 1) } : null
  const names = text.split(',').map(name => name.trim())
  if (!names.every(name => name in modules)) return null
  return { ops: op => names.find(name => modules[name]?.test(op)) ?? null, every: 1 }
}

/** Which ops run again: what is asked for, and a kernel that recomputes of itself. */
export function regionsOf({ ops }: Recomputed, kernel: string | null): Regions {
  return id => {
    const [block = '', ...rest] = id.split('\'')[0]?.split('/') ?? []
    const name = rest.join('/')
    if (name === '') return []
    const asked = ops(name)
    const own = kernel !== null && name.startsWith(`${kernel}/`)
    const region: Region[] = asked === null || (own && asked === kernel) ? [] : [{ id: `${block}/${asked}`, isKernel: false }]
    return own ? [...region, { id: `${block}/${kernel}`, isKernel: true }] : region
  }
}
