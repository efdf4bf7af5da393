/** What stands in the way of a training run: batches, layers, experts and names that do not fit together. */
import { closest } from '../../names.js'
import { error, type Problem } from '../../problem.js'
import type { Draft } from '../../scenario/normalize.js'
import { checkExperts, checkOrder, divisors, nearest } from '../legal.js'
import { kindsOf, type Model } from '../models/model.js'
import { contexts } from '../parallel/index.js'
import { moduleNames, readRecompute } from './recompute.js'
import { checkNamed } from './schedule.js'
import { layersOf } from './stages.js'

const recomputes = ['none', 'selective', 'full', 'full:2']

/** Problems with a legal choice beside each. */
export function checkTraining(d: Draft, model: Model): Problem[] {
  const { workload, mesh, training, precision } = d
  const problems: Problem[] = []
  if (mesh.pp > 1 && !isOneStack(model)) problems.push(error('not-supported', 'mesh.pp', 'Pipeline stages are covered for models of one stack of layers.', ['1']))
  const rank = (workload.microBatch ?? 1) * mesh.dp
  const batch = workload.globalBatch ?? rank
  if (batch % rank !== 0) problems.push(error('invalid-field', 'workload.globalBatch', `workload.globalBatch must be a multiple of microBatch × dp, which is ${String(rank)}.`, nearest(batch, rank)))
  if (mesh.pp === 1 || isOneStack(model)) problems.push(...checkStages(d, model))
  problems.push(...checkExperts(d, model), ...checkContext(d, model))
  const { shardGroup, zero } = training
  if (shardGroup !== null && mesh.dp % shardGroup !== 0) problems.push(error('illegal-mesh', 'training.shardGroup', `training.shardGroup must divide dp, which is ${String(mesh.dp)}.`, divisors(mesh.dp, shardGroup)))
  else if (shardGroup !== null && zero === 0) problems.push(error('invalid-field', 'training.shardGroup', 'training.shardGroup says within which ranks ZeRO splits; without it there is nothing to split.', ['null']))
  else if (shardGroup !== null && mesh.ep > 1) problems.push(error('not-supported', 'training.shardGroup', 'training.shardGroup is not covered together with expert parallelism.', ['null']))
  problems.push(...checkOrder(mesh))
  for (const kind of ['schedule', 'optimizer'] as const) { const problem = checkNamed(kind, training[kind]); if (problem) problems.push(problem) }
  if (readRecompute(training.recompute) === null) problems.push(unknown('training.recompute', training.recompute, [...recomputes, ...moduleNames]))
  if (!['fp32', 'bf16'].includes(precision.gradients)) problems.push(error('unknown-dtype', 'precision.gradients', `Gradients are held in fp32 or bf16, not in "${precision.gradients.slice(0, 32)}".`, ['fp32', 'bf16']))
  if (!['fp32', 'bf16'].includes(precision.states)) problems.push(error('unknown-dtype', 'precision.states', `Optimizer states are held in fp32 or bf16, not in "${precision.states.slice(0, 32)}"; adam8bit holds them in one byte.`, ['fp32', 'bf16']))
  return problems
}

/** One stack of layers after the other parts: it can be cut anywhere. */
function isOneStack({ network, stacks, family }: Model): boolean {
  return !network && family === 'decoder' && stacks.filter(({ images, idle }) => images === undefined && idle !== true).length === 1
}

const unknown = (path: string, value: string, known: readonly string[]): Problem =>
  error('invalid-field', path, `"${value.slice(0, 64)}" is not known for ${path}.`, [...closest(value, [...known], 3), ...known].filter((name, i, all) => all.indexOf(name) === i).slice(0, 3))

function checkStages({ mesh: { pp }, training: { stages, interleave, schedule } }: Draft, model: Model): Problem[] {
  const layers = layersOf(model).length
  const sum = stages?.reduce((a, b) => a + b, 0)
  if (stages !== null && (stages.length !== pp || sum !== layers)) return [error('illegal-mesh', 'training.stages', `training.stages must list ${String(pp)} numbers of layers that add up to ${String(layers)}.`)]
  if (stages === null && layers % pp !== 0) return [error('illegal-mesh', 'mesh.pp', `${String(layers)} layers do not divide into ${String(pp)} stages; training.stages may list uneven ones.`, divisors(layers, pp))]
  const least = stages === null ? layers / pp : Math.min(...stages)
  if (interleave > 1 && schedule !== 'interleaved') return [error('invalid-field', 'training.interleave', `Schedule "${schedule.slice(0, 64)}" has one chunk of layers per stage.`, ['1'])]
  return interleave > 1 && least % interleave !== 0 ? [error('illegal-mesh', 'training.interleave', `${String(least)} layers of a stage do not divide into ${String(interleave)} chunks.`, divisors(least, interleave))] : []
}

function checkContext({ mesh: { cp, tp }, workload: { sequence }, training: { context } }: Draft, model: Model): Problem[] {
  const problems: Problem[] = []
  if (!(contexts as readonly string[]).includes(context)) problems.push(unknown('training.context', context, contexts))
  if (cp === 1) return problems
  if (!isOneStack(model) || model.stacks.some(({ images, kinds }) => images === undefined && kinds.some(({ list, sizes }) => list !== 'layer' || sizes['qc'] !== undefined))) return [...problems, error('not-supported', 'mesh.cp', 'Context parallelism is covered for layers with attention.', ['1'])]
  // Each rank takes a piece from the front and one from the back, so that all have as many pairs (arXiv:2407.21783, section 3.3.2).
  if (sequence != null && sequence % (2 * cp) !== 0) problems.push(error('illegal-mesh', 'mesh.cp', `A sequence of ${String(sequence)} does not divide into 2 × ${String(cp)} pieces.`, divisors(sequence, cp).filter(n => sequence % (2 * Number(n)) === 0)))
  const heads = kindsOf(model).flatMap(({ sizes: { g, r, h } }) => g === undefined ? h ?? [] : g * (r ?? 1))
  const few = heads.find(n => n % (cp * tp) !== 0)
  if (context === 'ulysses' && few !== undefined) problems.push(error('illegal-mesh', 'mesh.cp', `${String(few)} query heads do not divide over tp × cp, which is ${String(cp * tp)}.`, divisors(few / tp, cp)))
  return problems
}

/** The multiples of a step around a value. */
