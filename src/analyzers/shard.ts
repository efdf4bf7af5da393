/**
 * Where each op splits, and what must move for that. Three states per tensor and mesh axis, one table of transitions;
 * no strategy rewrites ops. After GSPMD (arXiv:2105.04663) and DTensor, whose terms readers know.
 */
import type { Axis, Extent, Graph, Op, Placement, Tensor, Transfer } from './graph.js'

/** `whole` on every GPU, `partial` sums to be added, or split by an axis (`*`: flat, storage only). */
export type State = 'whole' | 'partial' | `split ${string}`

/** An op with the axis that each mesh axis splits it by. */
export interface PlacedOp {
  readonly op: Op
  readonly split: Readonly<Record<string, string>>
}

export type Step = PlacedOp | Transfer
export type Mesh = Readonly<Record<string, Placement>>

export function isTransfer(step: object): step is Transfer {
  return 'mesh' in step
}

/** The table: what it takes to get a tensor from one state into another. */
export function transition(have: State, need: State): Transfer['kind'] | null {
  if (have === need || have === 'whole') return null
  if (have === 'partial') return need === 'whole' ? 'reduce' : 'scatter'
  return need === 'whole' ? 'gather' : 'exchange'
}

/** Splits nothing. */
const nowhere: Placement = { axes: [] }

interface Sharding {
  readonly axes: Graph['axes']
  readonly states: States
  /** Repeats of the op that made a tensor. */
  readonly made: Map<string, Op>
  /** Copies that already lie where they are needed: a tensor is gathered once, however many ops read it. */
  readonly copies: Set<string>
  /** What has to move for the op at hand. */
  readonly moves: Move[]
  /** Inputs of which the op reads a part only: what need not move. */
  readonly sliced: { readonly name: string; readonly mesh: string; readonly state: State }[]
  readonly steps: Step[]
}

/** A transfer over one mesh axis, and how its tensor lies on the others then. */
interface Move extends Omit<Transfer, 'mesh' | 'axes' | 'split'> {
  readonly mesh: string
  readonly beside: Record<string, State>
}

/** How each tensor lies on each mesh axis, by name. */
export type States = Map<string, Record<string, State>>

/** Splits every op over every mesh axis and lists the transfers between them, in order. `states` is left as tensors lie at the end. */
export function shard(graph: Graph, mesh: Mesh, states: States = new Map()): readonly Step[] {
  const s: Sharding = { axes: graph.axes, states, made: new Map(), copies: new Set(), moves: [], sliced: [], steps: [] }
  for (const block of graph.blocks) for (const op of block.ops) {
    const split: Record<string, string> = {}
    for (const [name, placement] of Object.entries(mesh)) place(s, op, name, block.whole === true ? nowhere : placement, split)
    s.steps.push(...groups(s), { op, split })
    s.moves.length = 0
    s.sliced.length = 0
    for (const t of op.tensors) if (t.role === 'out') { s.made.set(t.name, op); for (const key of s.copies) if (key.startsWith(`${t.name} `)) s.copies.delete(key) }
  }
  return s.steps
}

function place(s: Sharding, op: Op, mesh: string, placement: Placement, split: Record<string, string>): void {
  const inputs = op.tensors.filter(t => t.role !== 'out')
  const outputs = op.tensors.filter(t => t.role === 'out')
  const deferred = deferrable(s, op, mesh, inputs, outputs)
  const own = ownAxis(s, op, mesh, placement, inputs, outputs, deferred.length > 0)
  const flat = own === null && outputs.every(t => t.held !== 'activation') && inputs.some(t => placement.stored?.includes(t.held))
  if (own !== null || flat) split[mesh] = own ?? '*'
  const passes = own === null && deferred.length > 0
  let added = false
  for (const input of inputs) {
    if (passes && deferred.includes(input)) continue
    const axis = own === null ? null : spelled(s, input, own)
    const need: State = flat ? 'split *' : axis === null ? 'whole' : `split ${axis}`
    const idle: State = placement.stored?.includes(input.held) && axis === null ? 'split *' : need
    const have = s.states.get(input.name)?.[mesh] ?? idle
    const kind = transition(seen(s, have), seen(s, need))
    if (have === 'whole' && need !== 'whole') s.sliced.push({ name: input.name, mesh, state: need })
    if (kind === null) continue
    // A gathered copy dies with its pass, an exchanged one replaces what it was made of.
    const copy = `${input.name} ${mesh} ${need}${kind === 'gather' && op.id.includes('\'') ? ' again' : ''}`
    if (s.copies.has(copy)) continue
    s.copies.add(copy)
    if (have === 'partial' || kind === 'exchange') setState(s, input, mesh, need)
    // Partial sums that one op adds are added first and reduced once.
    if (have === 'partial' && op.law === 'sum') { if (added) continue; added = true }
    s.moves.push(moving(s, kind, mesh, input, op))
  }
  for (const output of outputs) setState(s, output, mesh, outState(s, op, mesh, placement, output, own, flat, passes))
}

/** A state by the axis that another one renames: tokens of the context are the same as those of the queries. */
function seen({ axes }: Sharding, state: State): State {
  const alias = state.startsWith('split ') ? axes[state.slice(6)]?.alias : undefined
  return alias === undefined ? state : `split ${alias}`
}

/** How an op splits on one mesh axis: the first rule that applies. */
function ownAxis(s: Sharding, op: Op, mesh: string, placement: Placement, inputs: readonly Tensor[], outputs: readonly Tensor[], passes: boolean): string | null {
  const [id = ''] = op.id.split('\'')
  for (const { ops, axis } of placement.only ?? []) {
    if (!(ops.endsWith('/') ? id.includes(ops) : id.endsWith(ops))) continue
    const own = axis === null ? null : like(s.axes, op.loop, axis)
    if (axis === null || own !== null) return own
  }
  const weights = op.tensors.filter(t => t.held === 'weight' || t.held === 'gradient')
  for (const axis of placement.axes) for (const w of weights) { const found = like(s.axes, w.axes, axis); if (found !== null) return found }
  const listed = first(placement.axes, axis => like(s.axes, op.loop, axis) ?? (follower(s, op, axis) ? axis : null))
  const rest = first(placement.rest ?? [], axis => like(s.axes, op.loop, axis))
  const comes = incoming(s, op, mesh, inputs)
  if (passes && op.law === 'sum') return rest
  const stays = comes.find(axis => outputs.every(y => spelled(s, y, axis) !== null)) ?? listed
  if (stays !== null) return stays
  return passes ? null : rest ?? comes[0] ?? null
}

/** Axes by which inputs arrive split and which the op iterates over. */
function incoming(s: Sharding, op: Op, mesh: string, inputs: readonly Tensor[]): string[] {
  const found: string[] = []
  for (const input of inputs) {
    const state = s.states.get(input.name)?.[mesh]
    if (!state?.startsWith('split ') || state === 'split *') continue
    const axis = state.slice(6)
    const named = op.loop.includes(axis) ? axis : op.loop.find(y => typeof y === 'string' && (s.axes[y]?.alias === axis || s.axes[y]?.route === axis))
    if (typeof named === 'string') found.push(named)
    else if (follower(s, op, axis)) found.push(axis)
  }
  return found
}

/** Whether an op goes over an axis by one that follows it: the pairs of the queries. */
function follower(s: Sharding, op: Op, axis: string): boolean {
  return op.loop.some(y => typeof y === 'string' && s.axes[y]?.follows === axis)
}

/** Partial inputs that may stay partial: the op is linear in them and makes them smaller, or adds several of them. */
function deferrable(s: Sharding, op: Op, mesh: string, inputs: readonly Tensor[], outputs: readonly Tensor[]): readonly Tensor[] {
  const moving = inputs.filter(t => t.held === 'activation' || t.held === 'gradient')
  const partial = moving.filter(t => s.states.get(t.name)?.[mesh] === 'partial')
  if (partial.length === 0 || op.law === 'map') return []
  const smaller = outputs.every(y => y.axes.length < (partial[0]?.axes.length ?? 0))
  const may = op.law === 'sum' ? partial.length === moving.length && (partial.length > 1 || smaller) : partial.length === 1 && smaller
  return may ? partial : []
}

function outState(s: Sharding, op: Op, mesh: string, placement: Placement, output: Tensor, own: string | null, flat: boolean, passes: boolean): State {
  const axis = own === null ? null : spelled(s, output, own)
  let state: State = passes ? 'partial' : flat ? 'split *' : own === null ? 'whole' : axis === null ? 'partial' : `split ${axis}`
  const stored = placement.stored?.includes(output.held)
  const move = (kind: Transfer['kind'], to: State) => { s.moves.push(moving(s, kind, mesh, output, op)); state = to }
  if (state === 'partial' && op.law === 'map' && output.held !== 'gradient') move('reduce', 'whole')
  if (state === 'partial' && stored) move('scatter', 'split *')
  if (state === 'split *' && !stored && output.held === 'weight') move('gather', 'whole')
  return state
}

/** What an axis is called in a tensor: itself, the axis it renames, the axis through which tokens reach it, or one that follows it. */
function spelled(s: Sharding, tensor: Tensor, axis: string): string | null {
  if (tensor.axes.includes(axis)) return axis
  const alias = s.axes[axis]?.alias
  if (alias !== undefined && tensor.axes.includes(alias)) return alias
  for (const e of tensor.axes) if (typeof e === 'string' && (s.axes[e]?.route === axis || s.axes[e]?.follows === axis)) return e
  return null
}

/** The axis of a list that is, or is a kind of, the named one. */
function like(axes: Graph['axes'], extents: readonly Extent[], base: string): string | null {
  for (const e of extents) if (typeof e === 'string' && (e === base || axes[e]?.is === base)) return e
  return null
}

function first<T, R>(list: readonly T[], of: (item: T) => R | null): R | null {
  for (const item of list) { const found = of(item); if (found !== null) return found }
  return null
}

function setState(s: Sharding, tensor: Tensor, mesh: string, state: State): void {
  const states = s.states.get(tensor.name)
  if (states) states[mesh] = state
  else s.states.set(tensor.name, { [mesh]: state })
}

/** A transfer is charged on the repeats that maker and reader have in common; its size is fixed when it is emitted. */
function moving(s: Sharding, kind: Transfer['kind'], mesh: string, tensor: Tensor, reader: Op): Move {
  const maker = s.made.get(tensor.name)
  const times = maker ? maker.times.filter(axis => reader.times.includes(axis)) : reader.times
  const by = maker?.id ?? reader.id
  return { kind, mesh, tensor, by: reader.id.includes('\'') && !by.includes('\'') ? `${by}'` : by, times, beside: { ...s.states.get(tensor.name) } }
}

/** Moves of one tensor for one op are one transfer in the group of all their ranks: two rings would send more than one over both. */
function groups({ moves, sliced }: Sharding): Transfer[] {
  const found = new Map<string, Move[]>()
  for (const move of moves) {
    const key = `${move.kind} ${move.tensor.name}`
    const list = found.get(key)
    if (list) list.push(move)
    else found.set(key, [move])
  }
  return [...found.values()].flatMap(list => {
    const [first] = list
    if (first === undefined) return []
    const { kind, tensor, by, times, beside } = first
    const mesh = list.map(move => move.mesh)
    const split: Record<string, string> = {}
    const parts: string[] = []
    for (const slice of sliced) if (slice.name === tensor.name) beside[slice.mesh] = slice.state
    for (const [name, state] of Object.entries(beside)) {
      if (mesh.includes(name) || !state.startsWith('split ')) continue
      if (state === 'split *') parts.push(`part_${name}`)
      else split[name] = state.slice(6)
    }
    return [{ kind, mesh, tensor, by, times, axes: [...tensor.axes, ...parts], split }]
  })
}

/** The name of an axis as it lies on one GPU of a mesh axis. */
export function localName(axis: string, mesh: string): string {
  return `${axis}_${mesh}`
}

/** Extents as one GPU has them under a split: the split axis, those that follow it or lead to it, and the one that takes what it cannot. `meet` hears of every local axis: what is split, by which mesh axis, and what decides how. */
export function local(extents: readonly Extent[], split: Readonly<Record<string, string>>, axes: Readonly<Record<string, Axis>>, meet?: (axis: string, mesh: string, owner: string) => void): readonly Extent[] {
  let result = extents
  /** Under which name an axis goes after the mesh axes before. */
  const own = new Map<string, string>()
  for (const mesh in split) {
    const axis = split[mesh] ?? ''
    const spills = axes[axis]?.spills
    const before = own.get(axis) ?? axis
    // What spills is decided by an axis that may not be among the extents itself.
    if (meet && spills !== undefined && Object.keys(split).length > 1) meet(before, mesh, before)
    result = result.map((e, i) => {
      const base = extents[i]
      if (typeof e !== 'string' || typeof base !== 'string' || (base !== axis && base !== spills && axes[base]?.follows !== axis && axes[base]?.route !== axis)) return e
      meet?.(e, mesh, before)
      return localName(e, mesh)
    })
    own.set(axis, localName(before, mesh))
  }
  return result
}

/** Declares an axis that `local` names: an even share, a padded one, or a replica with its spill. */
export function localAxis(axis: string, mesh: string, owner: string, axes: Readonly<Record<string, Axis>>): Axis {
  const from = axes[axis]
  const title = `${from?.title ?? axis} per ${mesh} rank`
  const kind = from?.uneven === undefined ? {} : { uneven: from.uneven }
  if (from?.route !== undefined) return { title, size: ['/', ['*', axis, 'imbalance'], mesh], source: 'on the busiest rank of experts' }
  if (axis !== owner && axes[owner]?.uneven === 'replicate') return { title, size: ['/', axis, ['max', 1, ['/', mesh, owner]]] }
  if (from?.uneven === 'pad') return { title, ...kind, size: ['ceil', ['/', axis, mesh]], source: 'padded to a multiple of the degree' }
  if (from?.uneven === 'replicate') return { title, ...kind, size: ['max', 1, ['/', axis, mesh]], source: 'replicated where the degree exceeds it' }
  return { title, size: ['/', axis, mesh] }
}
