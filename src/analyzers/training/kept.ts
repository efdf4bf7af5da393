/** What the backward pass reads of the forward pass, counted once by name, repeat and layout. */
import { localized, term, widthOf, type Axes, type Term } from '../cost.js'
import type { Op, Tensor } from '../graph.js'
import { isTransfer, type PlacedOp, type States, type Step } from '../shard.js'
import { gradients } from './backward.js'
import type { Regions } from './recompute.js'

/**
 * Activations kept from forward to backward on one GPU. What a region makes again it does not keep,
 * but what enters it; a fused attention kernel also keeps a statistic of each row in fp32 (arXiv:2205.14135, section 3.1).
 */
export function keptTensors(steps: readonly Step[], states: States, regions: Regions, axes: Axes): readonly Term[] {
  const forward = steps.filter((step): step is PlacedOp => !isTransfer(step) && !step.op.id.includes('\'') && !step.op.id.startsWith('optimizer/'))
  const outermost = (id: string): string | null => regions(id)[0]?.id ?? null
  const makers = new Set<string>()
  const inside = new Map<string, Set<string>>()
  for (const placed of forward) for (const t of placed.op.tensors) {
    if (t.role !== 'out') continue
    makers.add(t.name)
    const own = outermost(placed.op.id)
    if (own !== null && !t.carry) inside.set(own, (inside.get(own) ?? new Set()).add(t.name))
  }
  const found = new Map<string, Term>()
  const keep = (t: Tensor, reader: PlacedOp) => {
    if (t.held === 'weight' || t.held === 'index' || t.name.startsWith('d.')) return
    const times = reader.op.times.filter(axis => axis !== 'micro')
    const key = `${t.name} ${times.join(' ')}`
    if (found.has(key)) return
    found.set(key, term(t.name, [...times, ...localized(t.axes, layoutOf(t, reader, states), axes), widthOf(t)]))
  }
  for (const placed of forward) {
    const own = outermost(placed.op.id)
    if (own === null) { for (const t of readIn(placed.op)) keep(t, placed) }
    else for (const t of placed.op.tensors) if (t.role !== 'out' && t.held !== 'mask' && makers.has(t.name) && !inside.get(own)?.has(t.name)) keep(t, placed)
  }
  for (const placed of forward) {
    const kernel = regions(placed.op.id)
    const scores = placed.op.tensors.find(t => t.role === 'out')
    if (kernel.length === 1 && kernel[0]?.isKernel && scores && placed.op.id.endsWith('softmax')) found.set(`${placed.op.id} rows`, term(`${scores.name}/rows`, [...placed.op.times.filter(axis => axis !== 'micro'), ...localized(scores.axes.slice(0, -1), placed.split, axes), 4]))
  }
  return [...found.values()]
}

/** A tensor lies as it was left, whatever copies readers gathered of it; what nothing made lies as it is read. */
function layoutOf(t: Tensor, reader: PlacedOp, states: States): PlacedOp['split'] {
  const left = states.get(t.name)
  if (left === undefined) return reader.split
  return Object.fromEntries(Object.entries(left).flatMap(([mesh, state]) => state.startsWith('split ') ? [[mesh, state.slice(6)]] : []))
}

function readIn(op: Op): readonly Tensor[] {
  return gradients(op).flatMap(gradient => gradient.tensors.filter(t => t.role !== 'out'))
}
