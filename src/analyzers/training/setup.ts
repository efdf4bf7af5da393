/** What a model, a mesh and a way to train decide together; kept, since only tokens change from run to run. */
import { modelGraph } from '../models/loops.js'
import { kindsOf, modelSizes, suffixOf } from '../models/model.js'
import { dataParallel, sequenceParallel, tensorParallel } from '../parallel/index.js'
import type { Resolved } from '../resolved.js'
import type { Mesh } from '../shard.js'
import type { Region, Regions } from './recompute.js'
import { cut, graphOf, layersOf, type Stage } from './stages.js'
import { trainingStructure, type TrainingStructure } from './structure.js'

/** A pipeline stage, its structure, and its layers by kind. */
export interface Part {
  readonly stage: Stage
  readonly structure: TrainingStructure
  readonly sizes: Readonly<Record<string, number>>
}

const kept = new WeakMap<object, Map<string, readonly Part[]>>()

/** The stages of a scenario. */
export function setUp(resolved: Resolved): readonly Part[] {
  const { model, scenario: { mesh, training }, profile } = resolved
  let known = kept.get(model)
  if (!known) { known = new Map(); kept.set(model, known) }
  const key = JSON.stringify([mesh.tp > 1, mesh.dp > 1, mesh.pp, mesh.sequence, training.zero, training.recompute, training.stages, profile.id])
  let parts = known.get(key)
  if (!parts) { parts = build(resolved); known.set(key, parts) }
  return parts
}

function build(resolved: Resolved): readonly Part[] {
  const { model, scenario: { mesh, training }, profile } = resolved
  const layers = layersOf(model).length
  const stages = cut(model, training.stages ?? Array.from({ length: mesh.pp }, () => layers / mesh.pp))
  const axes: Mesh = { ...(mesh.tp > 1 ? { tp: mesh.sequence ? sequenceParallel : tensorParallel } : {}), ...(mesh.dp > 1 ? { dp: dataParallel(training.zero) } : {}) }
  const forward = modelGraph(model, 'expanded', 'first')
  const regions = regionsOf(training.recompute, profile.kernels.find(row => row.recomputes)?.kernel ?? null)
  return stages.map(stage => {
    const graph = graphOf(forward, stage)
    const sizes = { ...modelSizes(model), ...Object.fromEntries(kindsOf(model).map(kind => [`l${suffixOf(model, kind)}`, stage.counts.get(kind.name) ?? 0])) }
    return { stage, sizes, structure: trainingStructure(graph, axes, profile, regions) }
  })
}

/** Which ops run again: the whole layer, attention between queries and output, or a kernel that recomputes of itself. */
export function regionsOf(recompute: string, kernel: string | null): Regions {
  return id => {
    const [block = '', ...rest] = id.split('\'')[0]?.split('/') ?? []
    const name = rest.join('/')
    if (name === '') return []
    const layer: Region[] = recompute === 'full' ? [{ id: block, isKernel: false }] : []
    const core = kernel ?? (recompute === 'selective' ? 'attn/core' : null)
    return core !== null && name.startsWith(`${core}/`) ? [...layer, { id: `${block}/${core}`, isKernel: kernel !== null }] : layer
  }
}
