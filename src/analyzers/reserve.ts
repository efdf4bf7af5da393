/**
 * What an engine sets aside for caches, beside what they must hold: whole blocks of tokens, windows with room for a step,
 * layers filled up to equal groups, one block for the state of a layer. The rule and its source stand in the profile.
 */
import { term, type Axes, type Term } from './cost.js'
import { total, type Total } from './compile.js'
import type { Reserving } from './graph.js'
import { namesIn, renamed } from './product.js'

/** Caches of one kind of layer that grow alike, or the states of its layers. */
interface Pool {
  /** Slots: the model's layers and those set aside, tokens of a block, bytes of a state's block, what limits the tokens (−1: nothing). */
  readonly at: Readonly<Record<'l' | 'layers' | 'block' | 'page' | 'limit', number>>
  readonly isState: boolean
  /** Tokens of the smallest block. */
  readonly block: number
  /** Bytes of one token, or of the state, of one layer of one sequence. */
  readonly each: Total
}

export interface Reserve {
  readonly pools: readonly Pool[]
  /** Axes that `settle` sizes. */
  readonly given: readonly string[]
  readonly cache: Total
}

type Growth = { readonly tokens: string; readonly by: keyof Reserving['held']; readonly limit: string } | null

/** Which tokens a cache holds: all of a text, a window or a chunk of it; none for a state. Undefined where the rule knows no such cache. */
function growthOf(names: readonly string[], axes: Axes): Growth | undefined {
  const grows = (name: string): boolean => ['t', 'm', 'frames'].includes(name) || (name !== 'b' && [...namesIn(axes[name]?.size ?? 0)].some(grows))
  const tokens = names.find(grows)
  if (tokens === undefined) return null
  const size = axes[tokens]?.size
  if (tokens === 't' || !namesIn(size ?? 0).has('t')) return { tokens, by: 't', limit: tokens }
  if (!Array.isArray(size) || size[0] !== 'min' || size[1] !== 't' || typeof size[2] !== 'string') return undefined
  const by = axes[size[2]]?.is ?? size[2]
  return by === 'w' || by === 'chunk' ? { tokens, by, limit: size[2] } : undefined
}

const nameOf = (tensor: string): string => tensor.slice(tensor.lastIndexOf('/') + 1)

/** What is set aside as products, and the axes they need; null where the rule says nothing of a cache of the model. */
export function reserveOf(caches: readonly Term[], axes: Axes, rule: Reserving, slot: (name: string) => number, compileAll: (terms: readonly Term[]) => Total): Reserve | null {
  const groups = new Map<string, { readonly l: string; readonly growth: Growth; readonly caches: Term[] }>()
  for (const cache of caches) {
    const [l = ''] = cache.names
    const growth = growthOf(cache.names, axes)
    if (growth === undefined) return null
    const key = `${l} ${growth?.tokens ?? ''}`
    const group = groups.get(key) ?? { l, growth, caches: [] }
    group.caches.push(cache)
    groups.set(key, group)
  }
  axes['batched'] = { title: 'tokens of one step', source: rule.source }
  slot('batched')
  const terms: Term[] = []
  const given: string[] = []
  const pools = [...groups.values()].map(({ l, growth, caches: held }): Pool => {
    // Cross keys and values belong to the same layers as the others.
    const end = l.slice(1) + (growth?.by !== 't' || growth.tokens === 't' ? '' : `_${growth.tokens}`)
    const own = (name: string, title: string) => { axes[name + end] = { title, source: rule.source }; given.push(name + end); return name + end }
    const [layers, block, page] = [own('layers', 'layers that are set aside'), own('block', 'tokens of a block'), own('page', 'bytes of the block of a state')]
    const each = held.map(({ label, factor, names }) => {
      const width = rule.widths[nameOf(label)]
      const rest = names.filter(name => name !== l && name !== 'b' && name !== growth?.tokens && !(width !== undefined && name.startsWith('bytes_')))
      return term(label, rest, factor * (width ?? 1))
    })
    if (growth === null) terms.push(term(held.map(c => c.label).join(', '), ['b', layers, page]))
    else {
      const to: Readonly<Record<string, string>> = { block, limit: growth.limit, t: growth.by === 't' ? growth.tokens : 't' }
      axes[`held${end}`] = { title: 'tokens for which blocks are held', size: renamed(rule.held[growth.by], name => to[name] ?? name), source: rule.source }
      for (const t of each) terms.push({ ...t, names: ['b', layers, `held${end}`, ...t.names] })
    }
    return {
      at: { l: slot(l), layers: slot(layers), block: slot(block), page: slot(page), limit: growth === null || growth.by === 't' ? -1 : slot(growth.limit) },
      isState: growth === null, block: Math.max(rule.block, ...held.map(c => rule.blocks[nameOf(c.label)] ?? 0)), each: compileAll(each),
    }
  })
  return { pools, given, cache: compileAll(terms) }
}

/** Fills in blocks and layers for one model. False where the engine has no common block size for it. */
export function settle({ pools }: Reserve, sizes: Float64Array): boolean {
  const bytes = pools.map(({ each }) => total(each.compiled, sizes))
  const kinds = new Map<string, Pool[]>()
  let page = 0, largest = 0, state = 0, smallest = 1
  pools.forEach((pool, i) => {
    const own = bytes[i] as number
    const kind = `${String(pool.isState)} ${String(own)} ${String(pool.at.limit < 0 ? -1 : sizes[pool.at.limit])}`
    kinds.set(kind, [...kinds.get(kind) ?? [], pool])
    sizes[pool.at.layers] = sizes[pool.at.l] as number
    sizes[pool.at.block] = pool.block
    sizes[pool.at.page] = own
    if (pool.isState) { state = Math.max(state, own); return }
    page = Math.max(page, own * pool.block)
    if (own > largest) { largest = own; smallest = pool.block }
  })
  // Layers that all hold every token of the text lie in one group, whatever their sizes.
  if (kinds.size < 2 || pools.every(pool => !pool.isState && pool.at.limit < 0)) return true
  if (largest > 0) page = Math.max(page, largest * smallest * Math.ceil(state / (largest * smallest)))
  else page = state
  const layersOf = (kind: readonly Pool[]) => kind.reduce((sum, pool) => sum + (sizes[pool.at.l] as number), 0)
  const counts = [...kinds.values()].map(layersOf)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const group = most < 1.5 * least ? most : least
  for (const kind of kinds.values()) {
    const [first] = kind
    if (first) (sizes[first.at.layers] as number) += (group - layersOf(kind) % group) % group
  }
  return pools.every((pool, i) => {
    sizes[pool.at.page] = page
    const block = pool.isState ? pool.block : page / (bytes[i] as number)
    sizes[pool.at.block] = block
    return block % pool.block === 0
  })
}

/** Tokens of one step of the engine on such a GPU. */
export function batchedOn(rule: Reserving, name: string, memory: number): number {
  return rule.batched.find(row => memory >= row.memory && (row.not === undefined || !name.includes(row.not)))?.tokens ?? 0
}
