/** What stands in the way of a mesh in inference and forward runs: layers, experts, prompts and batches that do not divide, and what goes with tensor parallelism only. */
import { error, note, type Problem } from '../problem.js'
import type { Draft } from '../scenario/normalize.js'
import { defaults } from '../scenario/schema.js'
import { checkExperts, checkOrder, nearest } from './legal.js'
import type { Model } from './models/model.js'
import { isPlain } from './strategy.js'
import { layersOf } from './training/stages.js'

/** Problems with a legal choice beside each. */
export function checkStrategy(d: Draft, model: Model): Problem[] {
  const { mesh, workload: { batch } } = d
  if (isPlain(mesh) && mesh.etp === 1 && mesh.order === defaults.mesh.order) return []
  const problems = checkOrder(mesh)
  const cutting = (['pp', 'cp', 'ep'] as const).filter(axis => mesh[axis] > 1)
  if (cutting.length > 0 && model.family !== 'decoder') return [...problems, ...cutting.map(axis => error('not-supported', `mesh.${axis}`, `mesh.${axis} is covered for decoders; replicas (dp) share a batch.`, ['1']))]
  problems.push(...checkLayers(mesh, model), ...checkExperts(d, model), ...checkContext(d, model), ...checkBeside(d, cutting))
  if (mesh.dp > 1 && batch % mesh.dp !== 0) problems.push(note('batch-uneven', 'workload.batch', `A batch of ${String(batch)} does not divide over ${String(mesh.dp)} ranks of data parallelism: the busiest has ${String(Math.ceil(batch / mesh.dp))}.`, nearest(batch, mesh.dp)))
  return problems
}

function checkLayers({ pp }: Draft['mesh'], model: Model): Problem[] {
  if (pp === 1) return []
  const layers = layersOf(model).length
  return layers < pp ? [error('illegal-mesh', 'mesh.pp', `${String(layers)} layers do not make ${String(pp)} stages.`, [String(layers)])] : []
}

/** Layers whose pairs follow from the tokens of a rank alone. */
const splittable = new Set(['unbounded', 'windowed'])

function checkContext({ mesh: { cp }, workload: { mode, prompt, cached, chunk, sequence, images } }: Draft, model: Model): Problem[] {
  if (cp === 1) return []
  const odd = model.stacks.filter(stack => stack.images === undefined).flatMap(stack => stack.kinds).find(({ list, pairs, sizes }) => list !== 'layer' || !splittable.has(pairs) || sizes['qc'] !== undefined)
  if (odd !== undefined) return [error('not-supported', 'mesh.cp', 'Context parallelism is covered for layers with attention to all of the context or to a window.', ['1'])]
  if (images > 0) return [error('not-supported', 'mesh.cp', 'Context parallelism is not covered together with images.', ['1'])]
  const tokens = mode === 'forward' ? sequence ?? 1 : Math.min(prompt - cached, chunk ?? Infinity)
  // Each rank takes a piece from the front and one from the back, so that all have as many pairs (arXiv:2407.21783, section 3.3.2).
  return tokens >= 2 * cp ? [] : [error('illegal-mesh', 'mesh.cp', `${String(tokens)} tokens of a pass do not make 2 × ${String(cp)} pieces.`, [String(Math.max(1, Math.floor(tokens / 2)))])]
}

/** What is covered on replicas and with tensor parallelism only. */
function checkBeside({ mesh, workload: { draft, exit }, offload }: Draft, cutting: readonly ('pp' | 'cp' | 'ep')[]): Problem[] {
  const [axis] = cutting
  const problems: Problem[] = []
  const refuse = (path: string, what: string, by: string) => { problems.push(error('not-supported', path, `${what} not covered together with mesh.${by}.`)) }
  if (axis !== undefined && draft !== null) refuse('workload.draft', 'Drafts are', axis)
  if (axis !== undefined && exit != null) refuse('workload.exit', 'Early exit is', axis)
  if (!isPlain(mesh) && (offload.weights > 0 || offload.cache > 0)) refuse('offload', 'Offloading is', axis ?? 'dp')
  return problems
}
