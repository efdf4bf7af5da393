/** A training step, sharded, fused and compiled: its kernels, and what each GPU holds between and during them. */
import { compileTerms, type Total } from '../compile.js'
import { localized, meshAxes, term, widthOf, type Axes, type Term } from '../cost.js'
import { fuse, type KernelStep } from '../fuse.js'
import type { Graph, Held, Profile } from '../graph.js'
import { liveTensors } from '../memory.js'
import { isTransfer, shard, type Mesh, type States, type Step } from '../shard.js'
import { compiled, prune, type Structure } from '../structure.js'
import { micro, trainingGraph } from './backward.js'
import { keptTensors } from './kept.js'
import { recomputing, type Regions } from './recompute.js'

export interface TrainingStructure extends Structure {
  /** Bytes on one GPU: weights, gradients and optimizer states as they lie while idle, activations kept for backward by one micro-batch. */
  readonly held: Readonly<Record<'weights' | 'gradients' | 'states' | 'kept', Total>>
  /** Sets of activations that live during backward beside what is kept. */
  readonly working: readonly Total[]
  /** What each kernel belongs to: forward, gradients of inputs or of weights, or the end of the step. */
  readonly parts: readonly ('F' | 'B' | 'W' | 'end')[]
}

/** The structure of one pipeline stage. */
export function trainingStructure(forward: Graph, mesh: Mesh, profile: Profile, regions: Regions): TrainingStructure {
  const graph = trainingGraph(forward, recomputing(regions))
  const axes: Axes = { ...graph.axes, state_bytes: { title: 'bytes of optimizer states per parameter' } }
  for (const name of Object.keys(mesh)) Object.assign(axes, meshAxes(name))
  const states: States = new Map()
  const steps = shard(graph, mesh, states)
  const fused = fuse(steps, profile)
  const made = compiled(graph, fused, axes, profile)
  const compileAll = (terms: readonly Term[]): Total => ({ terms, compiled: compileTerms(terms, made.layout.slot) })
  const idle = (held: Held) => compileAll(lying(steps, mesh, axes, held))
  const kept = keptTensors(steps, states, regions, axes)
  return {
    ...made, held: { weights: idle('weight'), gradients: idle('gradient'), states: idle('moment'), kept: compileAll(kept) },
    working: prune(working(fused, kept, axes)).map(compileAll),
    parts: made.kernels.map(({ id, times }) => !times.names.includes(micro) ? 'end' : /'w(\/|$)/.test(id) ? 'W' : id.includes('\'') ? 'B' : 'F'),
  }
}

/** What lives while backward runs and was not kept for it; the gradient of the logits overwrites them (fused cross-entropy). */
function working(steps: readonly KernelStep[], kept: readonly Term[], axes: Axes): (readonly Term[])[] {
  const known = new Set(kept.map(t => t.label))
  const from = steps.findIndex(step => step.id.includes('\''))
  return liveTensors(steps, axes).slice(from).map(set => set.filter(t => !known.has(t.label) && t.label !== 'd.logits'))
}

/** Tensors of a kind, each once, as they lie while idle: a part of a rank where the placement stores them split. */
function lying(steps: readonly Step[], mesh: Mesh, axes: Axes, held: Held): Term[] {
  const found = new Map<string, Term>()
  for (const step of steps) {
    if (isTransfer(step)) continue
    for (const t of step.op.tensors) {
      if (t.held !== held || found.has(t.name)) continue
      const parts = Object.entries(mesh).flatMap(([name, placement]) => placement.stored?.includes(held) && !isSplit(step.split[name], t.axes) ? [`part_${name}`] : [])
      found.set(t.name, term(t.name, [...step.op.times.filter(axis => axis !== 'micro'), ...localized(t.axes, step.split, axes), ...parts, widthOf(t)]))
    }
  }
  return [...found.values()]
}

function isSplit(axis: string | undefined, axes: readonly (string | number)[]): boolean {
  return axis !== undefined && axes.includes(axis)
}
