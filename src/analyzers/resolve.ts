/** From what a user wrote to what the passes need: names resolved, precision decided, the mesh checked. */
import { capacity, findGpu } from '../hardware/device.js'
import { efficiencyOf } from '../hardware/efficiency.js'
import { findSystem, linkOf } from '../hardware/network.js'
import { readDevice } from '../hardware/own-device.js'
import { priceOf } from '../hardware/price.js'
import { error, note, type Problem } from '../problem.js'
import { draft, unsupportedFields, type Draft } from '../scenario/normalize.js'
import type { Scenario } from '../scenario/schema.js'
import { applies, modeFor, type WorkloadField } from '../scenario/workload.js'
import { countNote } from './conventions.js'
import { drafterOf, reused, type Draft as Asked } from './draft.js'
import { read } from './import/huggingface.js'
import { exits } from './models/exit.js'
import { checkAxes, withAxes } from './named-axes.js'
import { vanishing } from './models/network.js'
import { describesNetwork, readNetwork } from './models/program/read.js'
import { tokensPerImage } from './models/images.js'
import { withAdapter } from './models/adapter.js'
import { findMixture, unmixable } from './import/huggingface/mixture.js'
import { generates, indivisible, kindsOf, type Model, type TensorFacts } from './models/model.js'
import { findModel } from './models/catalog.js'
import { wayOf } from './offload.js'
import { decidePrecision } from './precision.js'
import { findProfile } from './profiles.js'
import type { Resolved } from './resolved.js'

const isProblem = (value: object): value is Problem => 'code' in value && 'severity' in value
const isList = (value: object): value is readonly Problem[] => Array.isArray(value)

/** Everything that a scenario names, or all that is wrong with it. */
export function resolve(input: Scenario): Resolved | readonly Problem[] {
  const checked = draft(input)
  if ('problems' in checked) return checked.problems
  const mixture = findMixture(checked.draft.precision.weights)
  const model = adapted(mixed(checked.draft.model, mixture), checked.draft)
  const d = isList(model) ? checked.draft : suited(checked.draft, input, model.model)
  const problems: Problem[] = unsupportedFields(d)
  const device = typeof d.gpu === 'string' ? findGpu(d.gpu) : readDevice(d.gpu)
  const profile = findProfile(d.profile)
  for (const found of [model, device, profile]) {
    if (isList(found)) problems.push(...found)
    else if (isProblem(found)) problems.push(found)
  }
  if (isList(model) || isProblem(device) || isList(device) || isProblem(profile)) return problems
  const system = findSystem(d.system, device)
  if (isProblem(system)) return [...problems, system]
  const said = countNote(d.conventions.count)
  if (said !== null) problems.push(generates(model.model) ? error('not-supported', 'conventions.count', 'Counting conventions cover models that generate no tokens.', ['roofline']) : said)
  const precision = decidePrecision(mixture === null ? d.precision : { ...d.precision, weights: null }, model.model, device)
  problems.push(...precision.problems, ...checkMesh(d, model.model), ...checkWorkload(d, model.model), ...checkAxes(d.workload, input.workload ?? {}, model.model))
  const ranks = d.mesh.tp
  const link = linkOf(device, system, ranks)
  if (ranks > 1 && link.bandwidth === null) problems.push(error('unknown-link', 'system', `The bandwidth of ${link.name} between ${String(ranks)} GPUs of ${system.id} is not known.`))
  if (ranks > system.domain && system.domain > 1) problems.push(note('beyond-domain', 'mesh.tp', `${String(ranks)} GPUs reach beyond the NVLink domain of ${String(system.domain)} in ${system.id}: their communication is charged at the rate of the ${link.name}.`, [String(system.domain)]))
  if (d.capacity === null && device.driverMemory === null) problems.push(note('marketed-memory', 'capacity', `The memory that the driver reports for ${device.name} is not known; the marketed ${String(device.memory / 1e9)} GB are used.`))
  if (d.capacity === 'driver' && device.driverMemory === null) problems.push(error('unknown-capacity', 'capacity', `The memory that the driver reports for ${device.id} is not known.`, ['marketed']))
  const far = wayOf(d.offload, device)
  if (far !== null && isProblem(far)) problems.push(far)
  if (problems.some(p => p.severity === 'error') || precision.decided === null || (far !== null && isProblem(far))) return problems
  const basis = d.capacity ?? capacity(device).basis
  const bytes = basis === 'marketed' ? device.memory : capacity(device).bytes
  const { weights, activations, cache } = precision.decided
  const resolved: Resolved = {
    scenario: {
      ...d,
      model: typeof d.model === 'string' ? model.id : d.model,
      gpu: typeof d.gpu === 'string' ? device.id : d.gpu,
      system: system.id, gpus: ranks, capacity: basis,
      precision: { ...d.precision, weights: mixture ?? weights, activations, cache },
      price: d.price ?? priceOf(device),
    },
    id: model.id, model: model.model, device, system, profile, efficiency: efficiencyOf(device),
    precision: precision.decided, link, capacity: bytes * d.utilization, drafter: null, far, notes: [...model.notes, ...problems],
  }
  const { draft: asked } = d.workload
  return asked === null ? resolved : withDrafter(resolved, asked)
}

/** The same with what drafts for it. */
function withDrafter(resolved: Resolved, asked: Asked): Resolved | readonly Problem[] {
  const other = asked.model === undefined ? null : resolveModel(asked.model)
  if (other !== null && isList(other)) return other.map(problem => ({ ...problem, path: `workload.draft.${problem.path}` }))
  const drafter = drafterOf(asked, resolved, other)
  if (isList(drafter)) return drafter
  const { scenario, notes } = resolved
  const draft = typeof asked.model === 'string' ? { ...asked, model: other?.id } : asked
  // What the module adds is said apart.
  const own = asked.mtp === undefined ? notes : notes.filter(({ code }) => code !== 'mtp-not-counted')
  return { ...resolved, scenario: { ...scenario, workload: { ...scenario.workload, draft } }, drafter, notes: [...own, ...drafter.resolved.notes, ...reused(asked, drafter)] }
}

/**
 * The workload as the model can run it: what generates no tokens runs forward unless something else is asked for, and a
 * default length keeps within a learned position table. What was asked for stays as it is.
 */
function suited(d: Draft, input: Scenario, model: Model): Draft {
  const asked = input.workload ?? {}
  const mode = asked.mode ?? modeFor(model, undefined)
  const room = model.positions ?? Infinity
  const { output } = d.workload
  if (mode === 'inference') {
    const seen = d.workload.images > 0 ? { ...d, workload: { ...d.workload, image: d.workload.image ?? model.image } } : d
    return model.positions === null || asked.prompt !== undefined ? seen : { ...seen, workload: { ...seen.workload, prompt: Math.max(1, Math.min(d.workload.prompt, room - output)) } }
  }
  const sequence = !applies('sequence', mode, model) ? asked.sequence ?? null : asked.sequence ?? asked.prompt ?? Math.min(512, room)
  const target = asked.target ?? (applies('target', mode, model) ? Math.min(128, room) : null)
  const image = applies('image', mode, model) ? asked.image ?? model.image : asked.image ?? null
  return { ...d, workload: withAxes({ ...d.workload, mode, sequence, target, image, prompt: sequence ?? d.workload.prompt, output: 0 }, model) }
}

/** A model as llama.cpp would hold it. */
function mixed(model: unknown, mixture: string | null): FoundModel | readonly Problem[] {
  const found = resolveModel(model)
  if (mixture === null || isList(found)) return found
  const known = mixes.get(found.model)?.get(mixture)
  if (known) return known
  const { config } = found
  const problem = unmixable(found.model, config['model_type'], mixture)
  const { flags } = found.model.stacks[0] ?? {}
  const own = problem === null ? readOnce({ ...config, tensors: undefined, quantization_config: { quant_method: 'ggml', type: mixture, tied: flags?.['tied'], experts: kindsOf(found.model)[0]?.sizes['e'] } }, found.id) : [problem]
  mixes.set(found.model, (mixes.get(found.model) ?? new Map<string, typeof own>()).set(mixture, own))
  return own
}
const mixes = new WeakMap<Model, Map<string, FoundModel | readonly Problem[]>>()

function adapted(found: FoundModel | readonly Problem[], { adapter }: Draft): FoundModel | readonly Problem[] {
  if (adapter === null || isList(found)) return found
  const model = withAdapter(found.model, adapter)
  return isList(model) ? model : { ...found, model }
}

interface FoundModel { readonly id: string; readonly model: Model; readonly notes: readonly Problem[]; readonly config: Readonly<Record<string, unknown>> }
const known = new WeakMap<object, FoundModel | readonly Problem[]>()

/** A model by name or from a config.json object; read once per object. */
export function resolveModel(model: unknown): FoundModel | readonly Problem[] {
  if (typeof model === 'string') {
    const found = findModel(model)
    return isProblem(found) ? [found] : readOnce(found.config, found.id)
  }
  if (typeof model !== 'object' || model === null) return [error('invalid-field', 'model', 'model must be a name or a config.json object.')]
  const { _name_or_path: path } = model as { _name_or_path?: unknown }
  // A folder of the machine that wrote the file says nothing but its last name.
  const name = typeof path !== 'string' ? '' : /^[./~]/.test(path) ? path.split('/').findLast(part => part !== '') ?? '' : path
  return readOnce(model, name === '' ? 'custom' : name.slice(0, 200))
}

function readOnce(config: object, id: string): FoundModel | readonly Problem[] {
  const seen = known.get(config)
  if (seen) return seen
  const { model, problems, layers } = describesNetwork(config) ? { layers: [], ...readNetwork(config) } : read(config)
  const placed = problems.map(p => ({ ...p, path: p.path === '' ? 'model' : `model.${p.path}` }))
  const found = model === null ? placed : { id, model: { ...model, layers, tensors: tensorsOf(config) }, notes: placed, config: config as Readonly<Record<string, unknown>> }
  known.set(config, found)
  return found
}

/** The summary of tensors that a reader of weights left in a config; null without one, or with one that does not hold together. */
function tensorsOf(config: object): TensorFacts | null {
  const { tensors } = config as { tensors?: Partial<TensorFacts> | null }
  if (typeof tensors !== 'object' || tensors === null || typeof tensors.groups !== 'object' || typeof tensors.format !== 'string') return null
  const held = Object.values(tensors.groups).flatMap(group => Object.values(group ?? {}))
  const sound = held.every(({ elements, bytes }) => [elements, bytes].every(n => Number.isFinite(n) && n >= 0))
  return held.length > 0 && sound ? { format: tensors.format, groups: tensors.groups, parameters: tensors.parameters ?? null } : null
}

/** Why a model has no use for a field. */
const foreign: Readonly<Partial<Record<WorkloadField, string>>> = {
  images: 'they belong to the prompt of a model with a vision input that is covered', image: 'no image input is covered for this model', audioSeconds: 'this model hears no audio',
  target: 'it is for a forward run of an encoder-decoder', sequence: 'it is for a forward run; a request has prompt and output',
}

function checkWorkload(d: Draft, model: Model): Problem[] {
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

/** What changes how a request is served. */
function checkServing({ workload: { mode, chunk, draft, exit, images } }: Draft, model: Model): Problem[] {
  const problems: Problem[] = []
  const refuse = (field: string, why: string) => { problems.push(error('not-supported', `workload.${field}`, `workload.${field} does not apply: ${why}.`)) }
  const asked = Object.entries({ chunk, draft, exit: exit ?? null }).filter(([, value]) => value !== null).map(([field]) => field)
  if (mode === 'forward') for (const field of asked) refuse(field, 'it is for a request of a model that generates tokens')
  else if (model.family !== 'decoder') for (const field of asked) refuse(field, 'it is covered for decoders')
  else if (images > 0) for (const field of asked) if (field !== 'exit') refuse(field, 'it is not covered together with images')
  if (mode === 'forward' || exit == null || model.family !== 'decoder') return problems
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
function checkMesh(d: Draft, model: Model): Problem[] {
  const { tp, sequence } = d.mesh
  const problems: Problem[] = []
  if (model.network && tp > 1) return [error('not-supported', 'mesh.tp', 'Tensor parallelism does not cover networks given op by op: replicas share a batch.', ['1'])]
  if (d.gpus !== null && d.gpus !== tp) problems.push(error('illegal-mesh', 'gpus', `gpus must equal tp × pp × cp × dp, which is ${String(tp)}.`, [String(tp)]))
  const why = indivisible(model, tp)
  if (why !== null) {
    const legal = [2, 4, 8, 16, 32, 64, 3, 5, 6, 7, 9, 10, 12, 1].filter(n => indivisible(model, n) === null).sort((a, b) => Math.abs(a - tp) - Math.abs(b - tp))
    problems.push(error('illegal-mesh', 'mesh.tp', `tp ${String(tp)} does not divide ${why}.`, legal.slice(0, 3).map(String)))
  }
  const tower = indivisible(model, tp, true)
  if (why === null && tower !== null) problems.push(note('tower-whole', 'mesh.tp', `tp ${String(tp)} does not divide ${tower} of the vision tower: every GPU holds and runs all of it.`))
  if (sequence && model.family !== 'decoder') problems.push(error('not-supported', 'mesh.sequence', 'Sequence parallelism is covered for decoders.', ['false']))
  else if (sequence && d.workload.mode === 'inference' && d.workload.batch % tp !== 0) {
    problems.push(note('sequence-off', 'mesh.sequence', `A decode step of ${String(d.workload.batch)} tokens does not split over ${String(tp)} ranks: sequence parallelism is off in decode.`, [String(Math.ceil(d.workload.batch / tp) * tp)]))
  }
  return problems
}
