/** What a model cannot run: workloads that do not apply to it, images and contexts that it does not take, degrees that do not divide it. */
import { error, failed, note, type Problem } from '../problem.js'
import type { Draft } from '../scenario/normalize.js'
import { applies, type WorkloadField } from '../scenario/workload.js'
import { exits } from './models/exit.js'
import { tokensPerImage } from './models/images.js'
import { generates, indivisible, kindsOf, type Model } from './models/model.js'
import { vanishing } from './models/network.js'
import { checkStrategy } from './mesh-checks.js'
import { stepTokens } from './strategy.js'
import { training } from './training/there.js'

const decoders = 'it is for a request of a decoder'
/** Why a model has no use for a field. */
const foreign: Readonly<Partial<Record<WorkloadField, string>>> = {
  images: 'they belong to the prompt of a model with a vision input that is covered', image: 'no image input is covered for this model', audioSeconds: 'this model hears no audio',
  target: 'it is for a forward run of an encoder-decoder', sequence: 'it is for a forward run; a request has prompt and output',
  chunk: decoders, draft: decoders, exit: decoders,
}

/** A workload that the model can run, within its positions. */
export function checkWorkload(d: Draft, model: Model): Problem[] {
  const { mode, prompt, output, cached, sequence, target, image, images } = d.workload
  const problems: Problem[] = []
  if (mode === 'inference' && !generates(model)) problems.push(error('not-supported', 'workload.mode', 'This model generates no tokens: it runs forward.', ['forward']))
  if (mode === 'inference' && cached >= prompt) problems.push(error('invalid-field', 'workload.cached', `workload.cached must leave at least one of ${String(prompt)} prompt tokens to compute.`, [String(prompt - 1)]))
  problems.push(...checkServing(d, model))
  for (const [field, why] of Object.entries(foreign) as [WorkloadField, string][]) {
    if (d.workload[field] != null && d.workload[field] !== 0 && !applies(field, mode, model)) problems.push(error('not-supported', `workload.${field}`, `workload.${field} does not apply: ${why}.`))
  }
  if (image !== null && applies('image', mode, model)) problems.push(...checkImage(model, image))
  if (images > 0 && model.images !== null && image === null) problems.push(error('missing-field', 'workload.image', 'workload.image is missing: the tokens of an image depend on its height and width.'))
  if (model.family === 'vision') return problems
  const other = output + images * tokensPerImage(model, image)
  const [length, path] = mode === 'inference' ? [prompt + other, 'workload.prompt'] : [Math.max(sequence ?? 1, target ?? 0), target != null && target > (sequence ?? 1) ? 'workload.target' : 'workload.sequence']
  const said = mode === 'inference' ? `${String(length)} tokens exceed` : `A sequence of ${String(length)} tokens exceeds`
  if (model.positions !== null && length > model.positions) {
    problems.push(error('context-exceeded', path, `${said} the model's table of ${String(model.positions)} positions.`, [String(Math.max(1, model.positions - other))]))
  } else if (model.context !== null && length > model.context) {
    problems.push(note('context-exceeded', path, `${said} the context of ${String(model.context)} that the model states.`, [String(Math.max(1, model.context - other))]))
  }
  return problems
}

/** What changes how a request is served: each goes with some others only, and a token leaves at a layer that there is. */
function checkServing({ workload: { mode, chunk, draft, exit, images } }: Draft, model: Model): Problem[] {
  if (!applies('exit', mode, model)) return []
  const problems: Problem[] = []
  const refuse = (field: string, why: string) => { problems.push(error('not-supported', `workload.${field}`, `workload.${field} does not apply: ${why}.`)) }
  if (images > 0) for (const [field, value] of Object.entries({ chunk, draft })) if (value !== null) refuse(field, 'it is not covered together with images')
  if (exit == null) return problems
  if (!exits(model)) refuse('exit', 'no order of attention layers is known for this model')
  const layers = kindsOf(model).reduce((sum, { count }) => sum + count, 0)
  if (exits(model) && exit > layers) problems.push(error('invalid-field', 'workload.exit', `workload.exit must be at most ${String(layers)}, the layers there are.`, [String(layers)]))
  if (draft !== null) refuse('exit', 'it is not covered together with a draft')
  return problems
}

/** An image has at least one patch, and learned positions belong to one size. */
function checkImage({ image, images, positions, sizes, network, axes }: Model, asked: readonly [number, number]): Problem[] {
  const patch = sizes['patch'] ?? 1
  const usual = image === null ? [] : [image.join('x')]
  if (images === 'one' && image !== null && asked.join() !== image.join()) return [note('image-resized', 'workload.image', `The model resizes every image to ${image.join(' × ')} pixels.`, usual)]
  if (Math.min(...asked) < patch) return [error('invalid-field', 'workload.image', `An image of ${asked.join(' × ')} pixels has no patch of ${String(patch)} × ${String(patch)}.`, usual)]
  const lost = network && axes === undefined ? vanishing(network, { b: 1, height: asked[0], width: asked[1] }) : null
  if (lost !== null) return [error('invalid-field', 'workload.image', `An image of ${asked.join(' × ')} pixels is too small: nothing is left of the ${lost}.`, usual)]
  if (images === null && positions !== null && image !== null && asked.join() !== image.join()) return [note('positions-resized', 'workload.image', `The model's position table is for ${image.join(' × ')} pixels; at ${asked.join(' × ')} it is resized, and its parameters are counted as they are published.`, usual)]
  return []
}

/** Tensor parallelism must divide query heads and FFN widths; KV groups split or are replicated. */
export function checkMesh(d: Draft, model: Model): Problem[] {
  const { mesh: { tp, pp, cp, dp, sequence }, workload } = d
  const problems: Problem[] = []
  if (model.network && tp > 1) return [error('not-supported', 'mesh.tp', 'Tensor parallelism does not cover networks given op by op: replicas share a batch.', ['1'])]
  const gpus = tp * pp * cp * dp
  if (d.gpus !== null && d.gpus !== gpus) problems.push(error('illegal-mesh', 'gpus', `gpus must equal tp × pp × cp × dp, which is ${String(gpus)}.`, [String(gpus)]))
  problems.push(...workload.mode === 'training' ? training()?.check(d, model) ?? [] : checkStrategy(d, model))
  const why = indivisible(model, tp)
  if (why !== null) {
    const legal = [2, 4, 8, 16, 32, 64, 3, 5, 6, 7, 9, 10, 12, 1].filter(n => indivisible(model, n) === null).sort((a, b) => Math.abs(a - tp) - Math.abs(b - tp))
    problems.push(error('illegal-mesh', 'mesh.tp', `tp ${String(tp)} does not divide ${why}.`, legal.slice(0, 3).map(String)))
  }
  const tower = indivisible(model, tp, true)
  if (why === null && tower !== null) problems.push(note('tower-whole', 'mesh.tp', `tp ${String(tp)} does not divide ${tower} of the vision tower: every GPU holds and runs all of it.`))
  if (sequence && model.family !== 'decoder') problems.push(error('not-supported', 'mesh.sequence', 'Sequence parallelism is covered for decoders.', ['false']))
  else if (sequence && workload.mode === 'inference' && !failed(problems)) {
    const tokens = stepTokens(d.mesh, workload.batch)
    if (tokens % tp !== 0) problems.push(note('sequence-off', 'mesh.sequence', `A decode step of ${String(tokens)} tokens does not split over ${String(tp)} ranks: sequence parallelism is off in decode.`, [String(Math.ceil(tokens / tp) * tp * dp * pp)]))
  }
  return problems
}
