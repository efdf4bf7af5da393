/** What stands in the way of a training run: batches, layers and names that do not fit together. */
import { error, type Problem } from '../../problem.js'
import type { Draft } from '../../scenario/normalize.js'
import type { Model } from '../models/model.js'
import { checkNamed } from './schedule.js'
import { layersOf } from './stages.js'

const recomputes = ['none', 'selective', 'full']

/** Problems with a legal choice beside each. */
export function checkTraining({ workload, mesh, training, precision }: Draft, model: Model): Problem[] {
  const problems: Problem[] = []
  if (model.family !== 'decoder' || model.stacks.length > 1) problems.push(error('not-supported', 'workload.mode', 'Training is covered for decoders.', ['inference', 'forward']))
  const rank = (workload.microBatch ?? 1) * mesh.dp
  const batch = workload.globalBatch ?? rank
  if (batch % rank !== 0) problems.push(error('invalid-field', 'workload.globalBatch', `workload.globalBatch must be a multiple of microBatch × dp, which is ${String(rank)}.`, nearest(batch, rank)))
  const layers = layersOf(model).length
  const sum = training.stages?.reduce((a, b) => a + b, 0)
  if (training.stages !== null && (training.stages.length !== mesh.pp || sum !== layers)) problems.push(error('illegal-mesh', 'training.stages', `training.stages must list ${String(mesh.pp)} numbers of layers that add up to ${String(layers)}.`))
  else if (training.stages === null && layers % mesh.pp !== 0) problems.push(error('illegal-mesh', 'mesh.pp', `${String(layers)} layers do not divide into ${String(mesh.pp)} stages; training.stages may list uneven ones.`, divisors(layers, mesh.pp)))
  for (const kind of ['schedule', 'optimizer'] as const) { const problem = checkNamed(kind, training[kind]); if (problem) problems.push(problem) }
  if (!recomputes.includes(training.recompute)) problems.push(error('not-supported', 'training.recompute', `Recomputing "${training.recompute.slice(0, 64)}" is not supported.`, recomputes))
  if (!['fp32', 'bf16'].includes(precision.gradients)) problems.push(error('unknown-dtype', 'precision.gradients', `Gradients are held in fp32 or bf16, not in "${precision.gradients.slice(0, 32)}".`, ['fp32', 'bf16']))
  return problems
}

function nearest(value: number, step: number): string[] {
  const below = Math.floor(value / step) * step
  return [below, below + step].filter(n => n > 0).map(String)
}

function divisors(of: number, near: number): string[] {
  const all = Array.from({ length: of }, (_, i) => i + 1).filter(n => of % n === 0)
  return all.sort((a, b) => Math.abs(a - near) - Math.abs(b - near)).slice(0, 3).map(String)
}
