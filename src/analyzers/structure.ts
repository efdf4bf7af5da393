/**
 * Everything about a run that does not depend on sizes or on how many GPUs there are: sharded, fused and compiled.
 * Depends on the shape of the graph, on which mesh axes are used, and on the profile; so it is built once and kept.
 */
import { compileTerm, compileTerms, layout, program, type Compiled, type Layout, type Program, type Total } from './compile.js'
import { besides, declareMesh, groupOf, isMatrix, kernelCost, localized, term, transferCost, widthOf, workOf, type Axes, type Extras, type Term, type Traffic, type Work } from './cost.js'
import { fuse, type KernelOps, type KernelStep } from './fuse.js'
import type { Axis, Graph, Profile, Transfer } from './graph.js'
import { liveTensors } from './memory.js'
import { networks } from './models/networks.js'
import { reserveOf, type Reserve } from './reserve.js'
import { shard, type Mesh, type PlacedOp } from './shard.js'

/** Axes that a workload sizes. */
export type TokenAxis = 'b' | 's' | 't' | 'o' | 'm' | 'frames' | 'images' | 'height' | 'width'

/** Which constants of the estimate apply to a kernel. */
export type KernelClass = 'matrix' | 'attention' | 'vector' | 'collective'

export interface Kernel {
  readonly id: string
  readonly kind: KernelClass
  readonly times: Term
  readonly work: readonly Work[]
  readonly traffic: readonly Traffic[]
  /** Bytes that one GPU sends; null for kernels that only compute. */
  readonly sent: Term | null
  readonly transfer: Transfer | null
  /** The group of ranks that it is within; empty for kernels that only compute. */
  readonly group: string
  /** Where its products stand in the structure's program: runs, FLOP by rate, bytes from … to, bytes sent (−1 without). */
  readonly at: {
    readonly times: number
    readonly work: readonly { readonly at: number; readonly matrix: boolean; readonly serial: boolean; readonly rate: number; readonly share: number }[]
    readonly traffic: readonly [from: number, to: number]
    readonly sent: number
    /** How often it starts; −1 for once. */
    readonly starts: number
  }
}

export interface Structure {
  readonly axes: Readonly<Record<string, Axis>>
  readonly layout: Layout
  /** Where the axes stand that change from pass to pass. */
  readonly slots: Readonly<Record<TokenAxis | 'causal', number>>
  readonly kernels: readonly Kernel[]
  /** All products of the kernels. */
  readonly program: Program
  /** FLOP of the whole model on one GPU's axes undivided: what conventions count. */
  readonly counted: { readonly matrix: Total; readonly vector: Total }
  /** Bytes per GPU: each weight once, what the cache keeps, and what lives while each kernel runs. */
  readonly weights: Total
  readonly cache: Total
  /** What the engine sets aside for caches; null where it has no such rule. */
  readonly reserve: Reserve | null
  readonly live: readonly Total[]
  /** Bytes per GPU of what the last layer hands on. */
  readonly stream: Total
  /** Elements of all weights, each once, undivided; and the same with only the experts that a token visits. */
  readonly parameters: Total
  readonly active: Total
  /** Bytes of cache for one more token of each sequence, no window reached, undivided. */
  readonly cachePerToken: Total
}

/** Shards, fuses and compiles a graph. */
export function structure(graph: Graph, mesh: Mesh, profile: Profile, extras: Extras = {}): Structure {
  const axes: Axes = { ...graph.axes }
  const steps = shard(profile.folds === true ? networks()?.fold(graph) ?? graph : graph, mesh)
  declareMesh(axes, mesh, steps)
  return compiled(graph, fuse(steps, profile), axes, profile, extras)
}

/** Compiles what was sharded and fused; `axes` has those of the graph and of the mesh. */
export function compiled(graph: Graph, steps: readonly KernelStep[], axes: Axes, profile: Profile, extras: Extras = {}): Structure {
  const readers = readersOf(steps)
  const slots = layout(axes)
  const compileAll = (terms: readonly Term[]): Total => ({ terms, compiled: compileTerms(terms, slots.slot) })
  const terms: Compiled[] = []
  const kernels = steps.map(step => 'transfer' in step ? transferKernel(step.id, step.transfer, axes, slots, terms) : opsKernel(step, readers, axes, extras, slots, terms, profile.experts?.beside ?? null))
  const placed = steps.flatMap(step => 'transfer' in step ? [] : step.ops)
  const whole = graph.blocks.flatMap(block => block.ops)
  const counted = whole.flatMap(op => { const work = workOf(op, {}, axes); return work ? [{ ...work, names: [...work.names, ...term('', op.times).names] }] : [] })
  const at = slots.slot
  const caches = storedOnce(placed, axes, extras, 'cache')
  return {
    axes, layout: slots, kernels, program: program(terms), slots: { b: at('b'), s: at('s'), t: at('t'), o: at('o'), m: at('m'), frames: at('frames'), images: at('images'), height: at('height'), width: at('width'), causal: at('causal') },
    counted: { matrix: compileAll(counted.filter(w => w.engine === 'matrix')), vector: compileAll(counted.filter(w => w.engine === 'vector')) },
    weights: compileAll(storedOnce(placed, axes, extras, 'weight')),
    cache: compileAll(caches),
    reserve: profile.cache === null || caches.length === 0 || extras['cache'] ? null : reserveOf(caches, axes, profile.cache, at, compileAll),
    live: prune(liveTensors(steps, axes)).map(compileAll),
    stream: compileAll(streams(placed, axes)),
    parameters: compileAll(parameters(graph, false)),
    active: compileAll(parameters(graph, true)),
    cachePerToken: compileAll(cachePerToken(graph, extras)),
  }
}

function readersOf(steps: readonly KernelStep[]): Map<string, Set<KernelOps>> {
  const readers = new Map<string, Set<KernelOps>>()
  const read = (name: string, by: KernelOps) => { const set = readers.get(name); if (set) set.add(by); else readers.set(name, new Set([by])) }
  for (const step of steps) {
    if ('transfer' in step) continue
    for (const { op } of step.ops) for (const t of op.tensors) if (t.role !== 'out') read(t.name, step)
  }
  // A tensor that is transferred passes through memory: the transfer is a reader of its own.
  for (const step of steps) if ('transfer' in step) read(step.transfer.tensor.name, { id: step.id, block: '', ops: [], wraps: false })
  return readers
}

function opsKernel(step: KernelOps, readers: ReadonlyMap<string, ReadonlySet<KernelOps>>, axes: Axes, extras: Extras, { slot }: Layout, terms: Compiled[], beside: number | null): Kernel {
  const cost = kernelCost(step, readers, axes, extras)
  const times = terms.push(compileTerm(cost.times, slot)) - 1
  const rates = [...new Set(cost.work.map(w => w.rate))]
  const work = rates.flatMap(rate => compileTerms(cost.work.filter(w => w.rate === rate), slot)
    .map(c => ({ at: terms.push(c) - 1, matrix: isMatrix(rate), serial: rate === 'peak_widen', rate: slot(rate), share: slot(shareOf(rate)) })))
  const from = terms.length
  terms.push(...compileTerms(cost.traffic, slot))
  const to = terms.length
  const experts = beside === null ? null : expertsOf(step, axes)
  const starts = experts === null || beside === null ? -1 : terms.push(compileTerm(term('starts', experts, 1 / beside), slot)) - 1
  return { id: step.id, kind: kindOf(step), ...cost, sent: null, transfer: null, group: '', at: { times, work, traffic: [from, to], sent: -1, starts } }
}

/** The experts whose products a kernel holds, as one GPU has them. */
function expertsOf({ ops }: KernelOps, axes: Axes): readonly (string | number)[] | null {
  for (const { op, split } of ops) for (const t of op.engine === 'matrix' ? op.tensors : []) {
    const e = t.held === 'weight' || t.held === 'gradient' ? t.axes.find(axis => typeof axis === 'string' && (axis === 'e' || axes[axis]?.is === 'e')) : undefined
    if (e !== undefined && !/router/.test(t.name)) return localized([e], split, axes)
  }
  return null
}

/** The name of the share of a peak that is reached: `peak_ffn` → `share_ffn`. */
export function shareOf(rate: string): string {
  return rate.replace('peak_', 'share_')
}

function transferKernel(id: string, transfer: Transfer, axes: Axes, { slot }: Layout, terms: Compiled[]): Kernel {
  const cost = transferCost(transfer, axes)
  const times = terms.push(compileTerm(cost.times, slot)) - 1
  const sent = terms.push(compileTerm(cost.sent, slot)) - 1
  return { id, kind: 'collective', times: cost.times, work: [], traffic: [], sent: cost.sent, transfer, group: groupOf(transfer.mesh), at: { times, work: [], traffic: [0, 0], sent, starts: -1 } }
}

/** Fused attention is a class of its own; a lone product without weights is a batched GEMM. */
function kindOf({ ops }: KernelOps): KernelClass {
  const products = ops.filter(({ op }) => op.engine === 'matrix' && op.rate === undefined)
  if (products.length === 0) return 'vector'
  const weighted = products.some(({ op }) => op.tensors.some(t => t.held === 'weight' || t.held === 'gradient'))
  return !weighted && ops.length > 1 ? 'attention' : 'matrix'
}

/** Tensors that stay: weights or caches, each by name once, as they lie on one GPU. */
function storedOnce(placed: readonly PlacedOp[], axes: Axes, extras: Extras, role: 'weight' | 'cache'): Term[] {
  const found = new Map<string, Term>()
  for (const at of placed) for (const t of at.op.tensors) {
    if (t.role !== role || found.has(t.name)) continue
    found.set(t.name, term(t.name, [...at.op.times, ...localized(t.axes, at.split, axes), widthOf(t)]))
    const more = besides(t, at, axes, extras)
    if (more) found.set(`scales of ${t.name}`, term(`scales of ${t.name}`, [...at.op.times, ...more]))
  }
  return [...found.values()]
}

/** The residual streams, as a layer puts them out. */
function streams(placed: readonly PlacedOp[], axes: Axes): Term[] {
  const found = new Map<string, Term>()
  for (const { op, split } of placed) for (const t of op.tensors) if (t.carry && t.role === 'out') found.set(t.name, term(t.name, [...localized(t.axes, split, axes), widthOf(t)]))
  return [...found.values()]
}

/** All weights, each once. `active`: those that an op reaches through a route count as often as a token takes it, `x` of `e` experts. */
export function parameters(graph: Graph, active: boolean): Term[] {
  const found = new Map<string, Term>()
  const routes = Object.entries(graph.axes).flatMap(([name, axis]) => axis.route === undefined ? [] : [[axis.route, name] as const])
  for (const block of graph.blocks) for (const op of block.ops) for (const t of op.tensors) {
    if (t.role !== 'weight' || found.has(t.name)) continue
    const taken = (axis: string | number) => active ? routes.find(([to, by]) => to === axis && op.loop.includes(by))?.[1] ?? axis : axis
    found.set(t.name, term(t.name, [...op.times, ...t.axes.map(taken)]))
  }
  return [...found.values()]
}

function cachePerToken(graph: Graph, extras: Extras): Term[] {
  const { vector } = extras['cache'] ?? {}
  const found = new Map<string, Term>()
  const grown = (axis: string | number) => graph.axes[axis]?.grows
  for (const block of graph.blocks) for (const op of block.ops) for (const t of op.tensors) {
    if (t.role !== 'cache' || found.has(t.name) || !t.axes.some(axis => grown(axis) !== undefined)) continue
    const kept = t.axes.filter(axis => axis !== 'b').map(axis => grown(axis) ?? axis)
    found.set(t.name, term(t.name, [...op.times, ...kept, widthOf(t)]))
    if (vector !== undefined) found.set(`scales of ${t.name}`, term(`scales of ${t.name}`, [...op.times, ...kept.slice(0, -1)], vector))
  }
  return [...found.values()]
}

/** Sets that lie within another can never be the largest. */
export function prune(sets: readonly (readonly Term[])[]): readonly (readonly Term[])[] {
  const keys = sets.map(set => new Set(set.map(t => `${t.label} ${t.names.join(' ')}`)))
  return sets.filter((_, i) => !keys.some((other, j) => {
    const own = keys[i]
    if (!own || i === j || other.size < own.size || (other.size === own.size && j > i)) return false
    for (const key of own) if (!other.has(key)) return false
    return true
  }))
}

