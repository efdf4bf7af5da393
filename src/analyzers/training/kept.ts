/** What the backward pass reads of the forward pass, counted once by name, repeat and layout. */
import { localized, term, widthOf, type Axes, type Term } from '../cost.js'
import type { Extent, Op, Tensor } from '../graph.js'
import { isTransfer, type PlacedOp, type State, type States, type Step } from '../shard.js'
import { gradients, micro } from './backward.js'
import type { Regions } from './recompute.js'

/** What is kept for every layer, in as many micro-batches as are in flight, and what the end of the model keeps of one alone. */
export interface Kept { readonly layers: readonly Term[]; readonly ends: readonly Term[] }

/**
 * Activations kept from forward to backward on one GPU. What a region makes again it does not keep, but what enters it.
 * A fused attention kernel also keeps its output as it made it, and a statistic of each row in fp32 (arXiv:2205.14135, section 3.1).
 */
export function keptTensors(steps: readonly Step[], states: States, regions: Regions, axes: Axes, learns: (weight: Tensor) => boolean = () => true): Kept {
  const forward = steps.filter((step): step is PlacedOp => !isTransfer(step) && !step.op.id.includes('\'') && !step.op.id.startsWith('optimizer/'))
  const outermost = (id: string): string | null => regions(id)[0]?.id ?? null
  const makers = new Map<string, PlacedOp>()
  const inside = new Map<string, Set<string>>()
  for (const placed of forward) for (const t of placed.op.tensors) {
    if (t.role !== 'out') continue
    makers.set(t.name, placed)
    const own = outermost(placed.op.id)
    if (own !== null && !t.carry) inside.set(own, (inside.get(own) ?? new Set()).add(t.name))
  }
  const layers = new Map<string, Term>(), ends = new Map<string, Term>()
  const keep = (name: string, times: readonly Extent[], extents: readonly Extent[]) => {
    const repeats = times.filter(axis => axis !== micro)
    const key = `${name} ${[...repeats, ...extents].join(' ')}`
    const found = repeats.length > 0 ? layers : ends
    if (!found.has(key)) found.set(key, term(name, [...repeats, ...extents]))
  }
  const keepAs = (t: Tensor, by: PlacedOp, split: PlacedOp['split']) => { keep(t.name, by.op.times, [...localized(t.axes, split, axes), widthOf(t)]) }
  const keepRead = (t: Tensor, reader: PlacedOp) => {
    if (t.held === 'weight' || t.held === 'index' || t.name.startsWith('d.')) return
    // As its maker names its axes: keys of own tokens, which readers see as those of the context.
    const made = makers.get(t.name)?.op.tensors.find(other => other.role === 'out' && other.name === t.name)
    keepAs(made ?? t, reader, layoutOf(t, reader, states))
  }
  for (const placed of forward) {
    const own = outermost(placed.op.id)
    if (own === null) { for (const t of readIn(placed.op, learns)) keepRead(t, placed) }
    else for (const t of placed.op.tensors) if (t.role !== 'out' && t.held !== 'mask' && makers.has(t.name) && !inside.get(own)?.has(t.name)) keepRead(t, placed)
  }
  for (const placed of forward) {
    const kernel = regions(placed.op.id)
    const made = placed.op.tensors.find(t => t.role === 'out')
    if (kernel.length !== 1 || kernel[0]?.isKernel !== true || made === undefined) continue
    if (placed.op.id.endsWith('softmax')) keep(`${made.name}/rows`, placed.op.times, [...localized(made.axes.slice(0, -1), placed.split, axes), 4])
    if (forward.some(({ op }) => outermost(op.id) !== kernel[0]?.id && op.tensors.some(t => t.role === 'in' && t.name === made.name))) keepAs(made, placed, placed.split)
  }
  return { layers: [...layers.values()], ends: [...ends.values()] }
}

/** A tensor lies as it was left, whatever copies readers gathered of it; what nothing made lies as it is read. */
function layoutOf(t: Tensor, reader: PlacedOp, states: States): PlacedOp['split'] {
  const left = states.get(t.name)
  return left === undefined ? reader.split : splitsOf(left)
}

/** By which axis each mesh axis splits a tensor in these states. */
export function splitsOf(states: Readonly<Record<string, State>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(states).flatMap(([mesh, state]) => state.startsWith('split ') ? [[mesh, state.slice(6)]] : []))
}

function readIn(op: Op, learns: (weight: Tensor) => boolean): readonly Tensor[] {
  return gradients(op, learns).flatMap(gradient => gradient.tensors.filter(t => t.role !== 'out'))
}
