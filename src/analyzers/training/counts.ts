/** Counts of a model's graph that conventions are made of: forward products by what they are, those that run again, parameters. */
import { compileTerms, fill, layout, total, type Compiled, type Layout } from '../compile.js'
import { term, workOf, type Axes, type Term } from '../cost.js'
import type { Graph, Sizes } from '../graph.js'
import { namesIn } from '../product.js'
import type { Resolved } from '../resolved.js'
import { parameters } from '../structure.js'
import { firstTokens } from '../tokens.js'
import { micro, trainingGraph } from './backward.js'
import { recomputing, type Regions } from './recompute.js'
import { fixedOf, forwardGraph, recomputed } from './setup.js'
import { layersOf } from './stages.js'

type Part = 'linear' | 'attention' | 'outer'
type Terms = readonly Compiled[]

interface Counter {
  readonly layout: Layout
  readonly products: Readonly<Record<Part | `again_${Part}`, Terms>>
  readonly active: Terms
  /** An embedding that is no head. */
  readonly lookup: Terms
}

const kept = new WeakMap<object, Map<string, Counter>>()

function counterOf(resolved: Resolved): Counter {
  const { model, scenario: { training }, profile } = resolved
  let known = kept.get(model)
  if (!known) { known = new Map(); kept.set(model, known) }
  const key = `${training.recompute} ${profile.id}`
  let counter = known.get(key)
  if (!counter) {
    counter = counterFor(forwardGraph(resolved), recomputed(resolved).regions)
    known.set(key, counter)
  }
  return counter
}

function counterFor(forward: Graph, regions: Regions): Counter {
  const graph = trainingGraph(forward, recomputing(regions))
  const axes: Axes = { ...graph.axes }
  const found: Record<keyof Counter['products'], Term[]> = { linear: [], attention: [], outer: [], again_linear: [], again_attention: [], again_outer: [] }
  const tables: Term[] = [], multiplied = new Set<string>()
  for (const op of graph.blocks.flatMap(block => block.ops)) {
    const isAgain = /'(r|x\.again)$/.test(op.id)
    if (op.id.includes('\'') && !isAgain) continue
    if (op.engine === 'none') for (const t of op.tensors) if (t.name === 'embedding.w' && !isAgain) tables.push(term(t.name, t.axes))
    const work = op.engine === 'matrix' ? workOf(op, {}, axes) : null
    if (work === null || op.tensors.some(t => t.group === 'router')) continue
    for (const t of op.tensors) multiplied.add(t.name)
    const repeats = op.times.filter(axis => axis !== micro)
    const part: Part = work.names.some(name => isMasked(name, axes)) ? 'attention' : repeats.length > 0 ? 'linear' : 'outer'
    found[isAgain ? `again_${part}` as const : part].push({ ...work, names: [...work.names, ...term('', repeats).names] })
  }
  const sizes = layout(axes)
  const compiled = (terms: readonly Term[]) => compileTerms(terms, sizes.slot)
  return {
    layout: sizes, products: Object.fromEntries(Object.entries(found).map(([part, terms]) => [part, compiled(terms)])) as unknown as Counter['products'],
    active: compiled(parameters(forward, true)), lookup: compiled(tables.filter(t => !multiplied.has(t.label))),
  }
}

/** Whether the size of an axis follows from the mask. */
function isMasked(name: string, axes: Axes): boolean {
  const size = axes[name]?.size
  return name === 'causal' || (size !== undefined && [...namesIn(size)].some(other => isMasked(other, axes)))
}

/** Values of terms for one sample: with every pair of queries and keys, and with those that the mask leaves. */
function counting(resolved: Resolved): Record<'every' | 'masked', (terms: Terms) => number> {
  const { layout } = counterOf(resolved)
  const vector = (causal: number): Float64Array => fill(layout, fixedOf(resolved), { ...firstTokens({ resolved, imageTokens: 0 }, 1, 0), causal, bytes_mask: 1 })
  const all = vector(0), left = vector(1)
  return { every: terms => total(terms, all), masked: terms => total(terms, left) }
}

/** The names of data/mfu.json for a training step: of a token, or of a sample where there are no tokens. */
export function countsOf(resolved: Resolved): Sizes {
  const { model, scenario: { workload, training } } = resolved
  const s = workload.sequence ?? 1
  const { products, active, lookup } = counterOf(resolved)
  const { every, masked } = counting(resolved), share = 1 / recomputed(resolved).every
  const perToken = (part: string, of: number) => of / s * (part.startsWith('again_') ? share : 1)
  return {
    ...Object.fromEntries(Object.entries(products).map(([part, terms]) => [part, perToken(part, every(terms))])),
    masked: masked(products.attention) / s, again_masked: perToken('again_', masked(products.again_attention)),
    N: every(active), lookup: every(lookup), l: layersOf(model).length, d: model.sizes['d'] ?? 0, s, full: training.recompute === 'full' ? 1 : 0,
  }
}
