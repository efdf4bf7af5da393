/** From what a user wrote to what the passes need: names resolved, precision decided, the mesh checked. */
import { capacity, findGpu, type Device } from '../hardware/device.js'
import { efficiencyOf, type Efficiency } from '../hardware/efficiency.js'
import { findSystem, linkOf, type Link, type System } from '../hardware/network.js'
import { readDevice } from '../hardware/own-device.js'
import { priceOf } from '../hardware/price.js'
import { error, note, type Problem } from '../problem.js'
import { draft, unsupportedFields, type Draft } from '../scenario/normalize.js'
import type { NormalScenario, Scenario } from '../scenario/schema.js'
import type { Profile } from './graph.js'
import { read } from './import/huggingface.js'
import type { Decoder } from './models/architecture.js'
import { findModel } from './models/catalog.js'
import { decidePrecision, type Decided } from './precision.js'
import { findProfile } from './profiles.js'

export interface Resolved {
  readonly scenario: NormalScenario
  readonly id: string
  readonly decoder: Decoder
  readonly device: Device
  readonly system: System
  readonly profile: Profile
  readonly efficiency: Efficiency
  readonly precision: Decided
  readonly link: Link
  /** Bytes per GPU that may be used. */
  readonly capacity: number
  /** Notes that accompany the answer. */
  readonly notes: readonly Problem[]
}

const isProblem = (value: object): value is Problem => 'code' in value && 'severity' in value
const isList = (value: object): value is readonly Problem[] => Array.isArray(value)

/** Everything that a scenario names, or all that is wrong with it. */
export function resolve(input: Scenario): Resolved | readonly Problem[] {
  const checked = draft(input)
  if ('problems' in checked) return checked.problems
  const problems: Problem[] = unsupportedFields(checked.draft)
  const model = resolveModel(checked.draft.model)
  const d = isList(model) ? checked.draft : withinTable(checked.draft, input, model.decoder)
  const device = typeof d.gpu === 'string' ? findGpu(d.gpu) : readDevice(d.gpu)
  const profile = findProfile(d.profile)
  for (const found of [model, device, profile]) {
    if (isList(found)) problems.push(...found)
    else if (isProblem(found)) problems.push(found)
  }
  if (isList(model) || isProblem(device) || isList(device) || isProblem(profile)) return problems
  const system = findSystem(d.system, device)
  if (isProblem(system)) return [...problems, system]
  const precision = decidePrecision(d.precision, model.decoder, device)
  problems.push(...precision.problems, ...checkMesh(d, model.decoder), ...checkWorkload(d, model.decoder))
  const ranks = d.mesh.tp
  const link = linkOf(device, system, ranks)
  if (ranks > 1 && link.bandwidth === null) problems.push(error('unknown-link', 'system', `The bandwidth of ${link.name} between ${String(ranks)} GPUs of ${system.id} is not known.`))
  if (ranks > system.domain && system.domain > 1) problems.push(note('beyond-domain', 'mesh.tp', `${String(ranks)} GPUs reach beyond the NVLink domain of ${String(system.domain)} in ${system.id}: their communication is charged at the rate of the ${link.name}.`, [String(system.domain)]))
  if (d.capacity === null && device.driverMemory === null) problems.push(note('marketed-memory', 'capacity', `The memory that the driver reports for ${device.name} is not known; the marketed ${String(device.memory / 1e9)} GB are used.`))
  if (d.capacity === 'driver' && device.driverMemory === null) problems.push(error('unknown-capacity', 'capacity', `The memory that the driver reports for ${device.id} is not known.`, ['marketed']))
  if (problems.some(p => p.severity === 'error') || precision.decided === null) return problems
  const basis = d.capacity ?? capacity(device).basis
  const bytes = basis === 'marketed' ? device.memory : capacity(device).bytes
  const { weights, activations, cache } = precision.decided
  return {
    scenario: {
      ...d,
      model: typeof d.model === 'string' ? model.id : d.model,
      gpu: typeof d.gpu === 'string' ? device.id : d.gpu,
      system: system.id, gpus: ranks, capacity: basis,
      precision: { ...d.precision, weights, activations, cache },
      price: d.price ?? priceOf(device),
    },
    id: model.id, decoder: model.decoder, device, system, profile, efficiency: efficiencyOf(device),
    precision: precision.decided, link, capacity: bytes * d.utilization, notes: [...model.notes, ...problems],
  }
}

/** A default prompt that a learned position table has room for; a prompt that was asked for stays as it is. */
function withinTable(d: Draft, input: Scenario, { position, context }: Decoder): Draft {
  if (position.kind !== 'learned' || context === null || input.workload?.prompt !== undefined) return d
  return { ...d, workload: { ...d.workload, prompt: Math.max(1, Math.min(d.workload.prompt, context - d.workload.output)) } }
}

interface FoundModel { readonly id: string; readonly decoder: Decoder; readonly notes: readonly Problem[] }
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
  const { model, problems } = read(config)
  const placed = problems.map(p => ({ ...p, path: p.path === '' ? 'model' : `model.${p.path}` }))
  const found = model === null ? placed : { id, decoder: model, notes: placed }
  known.set(config, found)
  return found
}

function checkWorkload(d: Draft, decoder: Decoder): Problem[] {
  const { prompt, output, cached } = d.workload
  const problems: Problem[] = []
  if (cached >= prompt) problems.push(error('invalid-field', 'workload.cached', `workload.cached must leave at least one of ${String(prompt)} prompt tokens to compute.`, [String(prompt - 1)]))
  const tokens = prompt + output
  if (decoder.position.kind === 'learned' && decoder.context !== null && tokens > decoder.context) {
    problems.push(error('context-exceeded', 'workload.prompt', `${String(tokens)} tokens exceed the model's table of ${String(decoder.context)} positions.`, [String(Math.max(1, decoder.context - output))]))
  } else if (decoder.context !== null && tokens > decoder.context) {
    problems.push(note('context-exceeded', 'workload.prompt', `${String(tokens)} tokens exceed the context of ${String(decoder.context)} that the model states.`, [String(Math.max(1, decoder.context - output))]))
  }
  return problems
}

/** Tensor parallelism must divide query heads and FFN widths; KV groups split or are replicated. */
function checkMesh(d: Draft, decoder: Decoder): Problem[] {
  const { tp, sequence } = d.mesh
  const problems: Problem[] = []
  if (d.gpus !== null && d.gpus !== tp) problems.push(error('illegal-mesh', 'gpus', `gpus must equal tp × pp × cp × dp, which is ${String(tp)}.`, [String(tp)]))
  const reason = (degree: number): string | null => {
    for (const kind of decoder.kinds) {
      const heads = kind.attention.kind === 'grouped' ? kind.attention.groups * kind.attention.queriesPerGroup : kind.attention.heads
      if (heads % degree !== 0) return `${String(heads)} query heads`
      if (kind.attention.kind === 'grouped' && kind.attention.groups % degree !== 0 && degree % kind.attention.groups !== 0) return `${String(kind.attention.groups)} KV groups, neither way`
      if (kind.ffn.width % degree !== 0) return `an FFN width of ${String(kind.ffn.width)}`
      if (kind.ffn.kind === 'experts' && kind.ffn.sharedWidth !== null && kind.ffn.sharedWidth % degree !== 0) return `a shared expert width of ${String(kind.ffn.sharedWidth)}`
    }
    return null
  }
  const why = reason(tp)
  if (why !== null) {
    const legal = [2, 4, 8, 16, 32, 64, 3, 5, 6, 7, 9, 10, 12, 1].filter(n => reason(n) === null).sort((a, b) => Math.abs(a - tp) - Math.abs(b - tp))
    problems.push(error('illegal-mesh', 'mesh.tp', `tp ${String(tp)} does not divide ${why}.`, legal.slice(0, 3).map(String)))
  }
  if (sequence && d.workload.batch % tp !== 0) {
    problems.push(note('sequence-off', 'mesh.sequence', `A decode step of ${String(d.workload.batch)} tokens does not split over ${String(tp)} ranks: sequence parallelism is off in decode.`, [String(Math.ceil(d.workload.batch / tp) * tp)]))
  }
  return problems
}
