/**
 * A prompt that is read in chunks (Sarathi, arXiv:2308.16369). Chunks of one size differ in their context alone, and what
 * they cost is linear in it between the few contexts at which a window fills; so few of them stand for all.
 */
import type { Kind } from './models/model.js'

/** `runs` chunks of `s` tokens, for which one stands that ends at token `t`. */
export interface Chunk {
  readonly s: number
  readonly t: number
  readonly runs: number
  /** Whether it ends the prompt. */
  readonly isLast: boolean
}

/** Up to so many chunks are evaluated one by one. */
const most = 128
/** Parts of a linear stretch in which a roofline may turn from one limit to another. */
const parts = 32

/**
 * The chunks of a prompt of which `cached` tokens are there already. Sums over them of what is linear in the context, or
 * cubic, are exact; `fine` has enough of them for sums of seconds, which turn where another limit takes over.
 */
export function chunksOf(kinds: readonly Kind[], prompt: number, cached: number, chunk: number, fine: boolean): Chunk[] {
  const tokens = prompt - cached
  const s = Math.min(chunk, tokens)
  const full = Math.ceil(tokens / s) - 1
  const last: Chunk = { s: tokens - full * s, t: prompt, runs: 1, isLast: true }
  const at = (i: number, runs: number): Chunk => ({ s, t: cached + i * s, runs, isLast: false })
  if (fine && full <= most) return [...Array.from({ length: full }, (_, i) => at(i + 1, 1)), last]
  // Attention within chunks of its own or to blocks, and entries that each stand for several tokens, cost the same at the same place in one.
  const period = kinds.reduce((n, { sizes }) => [sizes['chunk'], sizes['cr'], sizes['block']].reduce<number>((n, size) => (size === undefined ? n : leastCommon(n, size / greatestCommon(size, s))), n), 1)
  const found: Chunk[] = []
  let from = 1
  for (const end of [...turns(kinds, s, cached), full].sort((a, b) => a - b)) {
    const to = Math.min(end, full)
    for (let i = from; i <= Math.min(to, from + period - 1); i++) progression(i, period, Math.floor((to - i) / period) + 1, fine ? Math.max(4, Math.ceil(parts / period)) : 1, at, found)
    from = Math.max(from, to + 1)
  }
  return [...found, last]
}

/** The last chunk before each context at which a cost turns: a window is reached, or left behind, or more tokens are there than are selected. */
function turns(kinds: readonly Kind[], s: number, cached: number): number[] {
  return kinds.flatMap(({ sizes: { w, topk, cr = 1, block = 0, kb = 0 } }) => {
    const blocks = kb * block
    return [
      ...w === undefined ? [] : [w, w + s], ...topk === undefined ? [] : [topk * cr, topk * cr + s, s * topk * cr],
      ...blocks === 0 ? [] : [blocks, blocks + s, s * blocks - block, s * blocks],
    ]
  })
    .map(context => Math.floor((context - cached) / s)).filter(i => i >= 1)
}

/** `count` chunks from `first` on, `step` apart, in so many parts: of each the ends and the middle, weighed so that cubics are exact. */
function progression(first: number, step: number, count: number, parts: number, at: (i: number, runs: number) => Chunk, found: Chunk[]): void {
  const size = Math.max(3, Math.ceil(count / parts))
  for (let from = 0; from < count; from += size) {
    const n = Math.min(size, count - from)
    const odd = n - (n + 1) % 2
    if (odd < n) found.push(at(first + step * (from + odd), 1))
    const half = (odd - 1) / 2
    const ends = half === 0 ? 0 : (half + 1) * odd / (6 * half)
    found.push(at(first + step * (from + half), odd - 2 * ends))
    if (half > 0) found.push(at(first + step * from, ends), at(first + step * (from + odd - 1), ends))
  }
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b)
}

function leastCommon(a: number, b: number): number {
  return a / greatestCommon(a, b) * b
}
