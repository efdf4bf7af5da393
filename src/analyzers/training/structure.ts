/** A training step, sharded, fused and compiled: its kernels, and what each GPU holds between and during them. */
import { compileTerms, type Total } from '../compile.js'
import { declareMesh, localized, term, widthOf, type Axes, type Term } from '../cost.js'
import { fuse, type KernelStep } from '../fuse.js'
import type { Graph, Held, Profile, Tensor } from '../graph.js'
import { liveTensors } from '../memory.js'
import { isTransfer, shard, type Mesh, type States, type Step } from '../shard.js'
import { compiled, prune, type Structure } from '../structure.js'
import { micro, trainingGraph, type Training } from './backward.js'
import { keptTensors, splitsOf, type Kept } from './kept.js'
import { optimizerAxes } from './optimizer.js'
import { recomputedShare, recomputing, type Regions } from './recompute.js'

export interface TrainingStructure extends Structure {
  /** Bytes on one GPU: weights, gradients and optimizer states as they lie while idle; activations that one micro-batch keeps for backward, of layers and of the end of the model; the stream at the end of a stage. */
  readonly held: Readonly<Record<'weights' | 'gradients' | 'states' | 'layers' | 'ends' | 'stream' | 'scratch' | 'loss', Total>>
  /** Sets of activations that live beside what is kept: while the end of the model runs backward, and afterwards, when what it kept is gone. */
  readonly working: Readonly<Record<'ends' | 'layers', readonly Total[]>>
  /** What each kernel belongs to: forward, gradients of inputs or of weights, or the end of the step. */
  readonly parts: readonly ('F' | 'B' | 'W' | 'end')[]
}

const keptShare = 'stays'

/** What a share of the layers keeps that runs again, and what the others keep. */
function shared(again: Kept, stays: Kept): Kept {
  const times = (terms: readonly Term[], axis: string) => terms.map(t => ({ ...t, names: [...t.names, axis] }))
  return { layers: [...times(again.layers, recomputedShare), ...times(stays.layers, keptShare)], ends: again.ends }
}

/** The structure of one pipeline stage. `some`: what layers do again that keep all, where only some run again. */
export function trainingStructure(forward: Graph, mesh: Mesh, profile: Profile, regions: Regions, training: Training & { readonly some: Regions | null }): TrainingStructure {
  const graph = trainingGraph(forward, recomputing(regions, training.some !== null), training)
  const axes: Axes = { ...graph.axes, ...optimizerAxes, [recomputedShare]: { title: 'share of the layers that run again' }, [keptShare]: { title: 'share of the layers that keep all' } }
  const states: States = new Map()
  const steps = shard(graph, mesh, states)
  declareMesh(axes, mesh, steps)
  const fused = fuse(steps, profile)
  const made = compiled(graph, fused, axes, profile)
  const compileAll = (terms: readonly Term[]): Total => ({ terms, compiled: compileTerms(terms, made.layout.slot) })
  const idle = (held: Held) => compileAll(lying(steps, mesh, axes, held))
  const kept = training.some === null ? keptTensors(steps, states, regions, axes, training.learns) : shared(keptTensors(steps, states, regions, axes, training.learns), keptTensors(steps, states, training.some, axes, training.learns))
  const live = working(fused, [...kept.layers, ...kept.ends], axes)
  return {
    ...made,
    held: { weights: idle('weight'), gradients: idle('gradient'), states: idle('moment'), layers: compileAll(kept.layers), ends: compileAll(kept.ends), stream: compileAll(stream(steps, states, axes)), scratch: compileAll(profile.scratch ? scratch(fused, axes) : []), loss: compileAll(lossOf(steps, profile, axes)) },
    working: { ends: prune(live.ends).map(compileAll), layers: prune(live.layers).map(compileAll) },
    parts: made.kernels.map(({ id, times }) => !times.names.includes(micro) ? 'end' : /'w(\/|$)/.test(id) ? 'W' : id.includes('\'') ? 'B' : 'F'),
  }
}

/** What lives while backward runs and was not kept for it; the gradient of the logits overwrites them (fused cross-entropy). */
function working(steps: readonly KernelStep[], kept: readonly Term[], axes: Axes): Record<'ends' | 'layers', (readonly Term[])[]> {
  const known = new Set(kept.map(t => t.label))
  const sets = liveTensors(steps, axes).map(set => set.filter(t => !known.has(t.label) && t.label !== 'd.logits'))
  const from = steps.findIndex(step => step.id.includes('\''))
  // One repeat of a kernel that joins two stands at both ends, so sets are as many as steps only where none does.
  const first = steps.findIndex((step, i) => i >= from && !('transfer' in step) && step.block !== '')
  const cut = first < 0 ? sets.length : first
  return { ends: sets.slice(from, cut), layers: sets.slice(cut) }
}

/** What an unfused loss holds of every logit, as they lie. */
function lossOf(steps: readonly Step[], { loss }: Profile, axes: Axes): readonly Term[] {
  if (loss === undefined) return []
  for (const step of steps) {
    const logits = isTransfer(step) || step.op.id !== 'loss' ? undefined : step.op.tensors.find(t => t.name === 'logits')
    if (logits && !isTransfer(step)) return [term('loss', [...localized(logits.axes, step.split, axes), loss.bytes])]
  }
  return []
}

/** One tensor for each shape that the weights of a product have, those that are multiplied as one side by side, of one expert where there are many. */
function scratch(steps: readonly KernelStep[], axes: Axes): readonly Term[] {
  const found = new Map<string, readonly Term[]>()
  for (const step of steps) {
    if ('transfer' in step || step.id.includes('\'')) continue
    const terms = step.ops.flatMap(({ op, split }) => op.engine !== 'matrix' ? [] : op.tensors.filter(t => t.held === 'weight' && t.axes.length > 1).map(t => {
      const one = t.axes.filter(axis => !(typeof axis === 'string' && (axis === 'e' || axes[axis]?.is === 'e')))
      return term(`scratch of ${t.name}`, [...localized(one, split, axes), widthOf(t)])
    }))
    if (terms.length > 0) found.set(terms.map(t => t.names.join(' ')).sort().join(' + '), terms)
  }
  return [...found.values()].flat()
}

/** What the last layer of a stage hands on, as it lies then. */
function stream(steps: readonly Step[], states: States, axes: Axes): Term[] {
  const carried = new Map<string, Tensor>()
  for (const step of steps) if (!isTransfer(step)) for (const t of step.op.tensors) if (t.carry && t.role === 'out' && !t.name.startsWith('d.')) carried.set(t.name, t)
  return [...carried.values()].map(t => term(t.name, [...localized(t.axes, splitsOf(states.get(t.name)), axes), widthOf(t)]))
}

/** Tensors of a kind, each once, as they lie while idle: a part of a rank where the placement stores them split. */
function lying(steps: readonly Step[], mesh: Mesh, axes: Axes, held: Held): Term[] {
  const found = new Map<string, Term>()
  for (const step of steps) {
    if (isTransfer(step)) continue
    for (const t of step.op.tensors) {
      if (t.held !== held || found.has(t.name)) continue
      const parts = Object.entries(mesh).flatMap(([name, placement]) => placement.stored?.includes(held) && step.split[name] !== '*' && !isSplit(step.split[name], t.axes) ? [`part_${name}`] : [])
      found.set(t.name, term(t.name, [...step.op.times.filter(axis => axis !== 'micro'), ...localized(t.axes, step.split, axes), ...parts, widthOf(t)]))
    }
  }
  return [...found.values()]
}

function isSplit(axis: string | undefined, axes: readonly (string | number)[]): boolean {
  return axis !== undefined && axes.includes(axis)
}
