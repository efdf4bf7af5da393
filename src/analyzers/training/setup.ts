/** What a model, a mesh and a way to train decide together; kept, since only tokens and degrees change from run to run. */
import { fill, total } from '../compile.js'
import { groupOf } from '../cost.js'
import type { Graph, Profile, Sizes, Tensor } from '../graph.js'
import { modelGraph } from '../models/loops.js'
import { kindsOf, suffixOf } from '../models/model.js'
import type { Resolved } from '../resolved.js'
import { fixedSizes } from '../setup.js'
import { structure } from '../structure.js'
import { oneToken } from '../tokens.js'
import { meshOf, ranksOf, spread, type Ranks } from './mesh.js'
import { updates } from './optimizer.js'
import { readRecompute, regionsOf, type Regions } from './recompute.js'
import { optimizerOf } from './schedule.js'
import { cut, graphOf, stageSizes, type Stage } from './stages.js'
import { trainingStructure, type TrainingStructure } from './structure.js'

/** A pipeline stage, its structure, and how many of its layers are of each kind. */
export interface Part {
  readonly stage: Stage
  readonly structure: TrainingStructure
  readonly sizes: Readonly<Record<string, number>>
}

/** The stages of a scenario, and counts of the model as a whole. */
export interface Plan {
  readonly parts: readonly Part[]
  readonly ranks: Ranks
  readonly parameters: number
  readonly activeParameters: number
  /** The structures of the stages, each once, and the groups of mesh axes that their transfers are within. */
  readonly structures: readonly TrainingStructure[]
  readonly groups: readonly string[]
}

interface Counts { readonly parameters: number; readonly activeParameters: number }
const counts = new WeakMap<object, Map<string, Counts>>()
const graphs = new WeakMap<object, Map<string, Graph>>()
const plans = new WeakMap<object, Map<string, Omit<Plan, 'ranks'>>>()
const structures = new WeakMap<object, Map<string, TrainingStructure>>()

/** A value kept under an object and a key. */
function kept<T>(store: WeakMap<object, Map<string, T>>, of: object, key: string, make: () => T): T {
  let known = store.get(of)
  if (!known) { known = new Map(); store.set(of, known) }
  let value = known.get(key)
  if (value === undefined) { value = make(); known.set(key, value) }
  return value
}

const fixed = new WeakMap<Resolved['precision'], Map<string, Sizes>>()

/** Everything but the tokens of a step (`fixedSizes`), kept: a decided precision belongs to one model on one device. */
export function fixedOf(resolved: Resolved): Sizes {
  const { scenario: { mesh, training, workload }, profile, precision } = resolved
  const key = `${String(mesh.tp)} ${String(mesh.cp)} ${String(mesh.ep)} ${String(mesh.etp)} ${String(mesh.dp)} ${String(training.imbalance)} ${profile.id}${workload.axes == null ? '' : JSON.stringify(workload.axes)}`
  return kept(fixed, precision, key, () => fixedSizes(resolved))
}

export function setUp(resolved: Resolved): Plan {
  const { model, scenario: { mesh, training }, profile, precision } = resolved
  const ranks = ranksOf(mesh, training)
  const used = [ranks.tp, ranks.cp, ranks.ep, ranks.fs, ranks.dp].map(n => n > 1 ? 1 : 0).join('')
  const way = [used, mesh.sequence, spread(mesh) > 1, training.zero, training.shardGroup !== null, mesh.cp > 1 ? training.context : '', runsAgain(training.recompute, profile), training.optimizer, profile.id, precision.extrasKey].join('|')
  const key = `${way}|${String(mesh.pp)}|${String(training.stages?.join())}`
  return { ...kept(plans, model, key, () => build(resolved, ranks, way)), ranks }
}

/** What is asked to run again, beside what a kernel does of itself. */
function runsAgain(recompute: string, { kernels }: Profile): string {
  return recompute === 'selective' && kernels.some(row => row.recomputes === true && row.kernel === 'attn/core') ? 'none' : recompute
}

/** The forward pass that trains. A tower trains with its images, which a step of text has none of. */
export function forwardGraph({ model, profile }: Resolved): Graph {
  const pass = model.images === null ? 'first' : 'step'
  return kept(graphs, model, String(profile.dropout), () => modelGraph(model, 'expanded', pass, false, profile.dropout ? { dropout: true } : {}))
}

const nothing = { ops: () => null, every: 1 }

/** What runs again, and where only some layers do, what the others do again; and one in how many does. */
export function recomputed({ scenario: { training }, profile }: Resolved): { readonly regions: Regions; readonly some: Regions | null; readonly every: number } {
  const kernel = profile.kernels.find(row => row.recomputes)?.kernel ?? null
  const asked = readRecompute(training.recompute) ?? nothing
  return { regions: regionsOf(asked, kernel), some: asked.every > 1 ? regionsOf(nothing, kernel) : null, every: asked.every }
}

function build(resolved: Resolved, ranks: Ranks, way: string): Omit<Plan, 'ranks'> {
  const { model, scenario: { mesh, training }, profile } = resolved
  const forward = forwardGraph(resolved)
  const axes = meshOf(ranks, mesh, { ...training, context: training.context })
  const optimizer = updates(optimizerOf(training.optimizer))
  // Beside an adapter all else is frozen.
  const learns = ({ group }: Tensor) => model.adapter === undefined || group === 'adapter'
  const { regions, some } = recomputed(resolved)
  const parts = cut(model, stageSizes(model, mesh.pp, training.stages)).map(stage => {
    const sizes = Object.fromEntries(kindsOf(model).map(kind => [`l${suffixOf(model, kind)}`, stage.counts.get(kind.name) ?? 0]))
    // Stages of the same kinds of layer share a structure.
    const kinds = `${way}|${[...stage.counts.keys()].join()}|${String(stage.isFirst)}|${String(stage.isLast)}`
    return { stage, sizes, structure: kept(structures, model, kinds, () => trainingStructure(graphOf(forward, stage), axes, profile, regions, { learns, optimizer, some })) }
  })
  const distinct = [...new Set(parts.map(part => part.structure))]
  const groups = new Set(distinct.flatMap(({ kernels }) => kernels.flatMap(({ transfer }) => transfer ? [groupOf(transfer.mesh)] : [])))
  if (mesh.pp > 1) groups.add('pp')
  return { parts, structures: distinct, groups: [...groups], ...kept(counts, model, profile.id, () => parametersOf(resolved)) }
}

/** Parameters of the model as a whole, whatever trains. */
function parametersOf(resolved: Resolved): Counts {
  const { parameters, active, layout } = structure(modelGraph(resolved.model, 'expanded', 'held'), {}, resolved.profile)
  const sizes = fill(layout, { ...fixedSizes(resolved), ...oneToken, causal: 1, batched: 0 })
  return { parameters: total(parameters.compiled, sizes), activeParameters: total(active.compiled, sizes) }
}

