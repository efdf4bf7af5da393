/** Where the resolution of a network changes: its layers in stages, as papers count them. */
import type { Op, Sizes } from './graph.js'
import { product } from './product.js'

/** Layers at one resolution, one after the other: indices from … to (without it). */
export interface Stage {
  readonly from: number
  readonly to: number
  /** Height and width, or the tokens; empty for what is pooled to one position. */
  readonly resolution: readonly number[]
}

const spatial = /^(conv|deconv|max-pool|avg-pool|global-|adaptive-|nearest|bilinear|trilinear|bicubic)/

/** The positions that an op makes; null for one that does not tell, such as an addition. */
function resolutionOf({ kind = '', tensors }: Op, sizes: Sizes): readonly number[] | null {
  const made = tensors.find(t => t.role === 'out')?.axes ?? []
  const at = spatial.test(kind) ? made.slice(2) : kind === 'linear' ? made.slice(1, -1) : null
  return at === null ? null : at.map(extent => product([extent], sizes)).filter((size, _, all) => size !== 1 || all.some(other => other !== 1))
}

const isSpatial = (resolution: readonly number[]): boolean => resolution.length > 0

interface Run { readonly from: number; readonly to: number; readonly resolutions: readonly (readonly number[])[] }

/**
 * Layers that share the beginning of their names are a block as long as it changes its resolution at most once; blocks that
 * end at one resolution are a stage. What is pooled to one position before more follows (squeeze and excitation) is inside.
 * @param names of the layers, in order, their parts separated by `/` or `.`
 * @param ops of each
 * @param sizes of one sample
 */
export function stagesOf(names: readonly string[], ops: readonly (readonly Op[])[], sizes: Sizes): readonly Stage[] {
  const parts = names.map(name => name.split(/[/.]/))
  const found = ops.map(list => {
    const told = list.flatMap(op => { const one = resolutionOf(op, sizes); return one === null ? [] : [one] })
    return told.some(isSpatial) ? told.filter(isSpatial) : told
  })
  const runs = split(parts, found, 0, names.length, 0)
  const last = runs.findLastIndex(({ resolutions }) => resolutions.some(isSpatial))
  const stages: { from: number; to: number; resolution: readonly number[] }[] = []
  runs.forEach(({ from, to, resolutions }, i) => {
    const open = stages.at(-1)
    const own = resolutions.findLast(isSpatial) ?? (resolutions.length > 0 && i > last ? [] : null)
    if (open && (own === null || key(own) === key(open.resolution))) open.to = to
    else stages.push({ from, to, resolution: own ?? [] })
  })
  return stages
}

/** How many positions there are: `28 × 28` is the resolution of 784 tokens. */
const key = (resolution: readonly number[]): number => resolution.reduce((a, b) => a * b, 1)

function split(parts: readonly (readonly string[])[], found: readonly (readonly (readonly number[])[])[], from: number, to: number, depth: number): Run[] {
  const runs: Run[] = []
  for (let start = from, end = from; start < to; start = end) {
    const name = parts[start]?.[depth]
    while (end < to && (end === start || (name !== undefined && parts[end]?.[depth] === name))) end++
    const resolutions = found.slice(start, end).flat()
    const changes = new Set(resolutions.filter(isSpatial).map(key)).size
    runs.push(...(changes > 2 && end - start > 1 ? split(parts, found, start, end, depth + 1) : [{ from: start, to: end, resolutions }]))
  }
  return runs
}
