/** Models by name or by their config, each read once; with the precision and the adapters that a scenario adds. */
import { areProblems, error, isProblem, type Problem } from '../problem.js'
import type { Draft } from '../scenario/normalize.js'
import { read } from './import/huggingface.js'
import { unmixable } from './import/huggingface/mixture.js'
import { adapters } from './models/adapters.js'
import { findModel } from './models/catalog.js'
import { kindsOf, type Model, type TensorFacts } from './models/model.js'
import { describesNetwork } from './models/network.js'
import { networks } from './models/networks.js'

/** A model as llama.cpp would hold it. */
export function mixed(model: unknown, mixture: string | null): FoundModel | readonly Problem[] {
  const found = resolveModel(model)
  if (mixture === null || areProblems(found)) return found
  const known = mixes.get(found.model)?.get(mixture)
  if (known) return known
  const { config } = found
  const problem = unmixable(found.model, config['model_type'], mixture)
  if (problem !== null) return [problem]
  const { flags } = found.model.stacks[0] ?? {}
  const own = readOnce({ ...config, tensors: undefined, quantization_config: { quant_method: 'ggml', type: mixture, tied: flags?.['tied'], experts: kindsOf(found.model)[0]?.sizes['e'] } }, found.id)
  if (!areProblems(own)) mixes.set(found.model, (mixes.get(found.model) ?? new Map<string, FoundModel>()).set(mixture, own))
  return own
}
const mixes = new WeakMap<Model, Map<string, FoundModel>>()

/** The same with an adapter beside it. */
export function adapted(found: FoundModel | readonly Problem[], { adapter }: Draft): FoundModel | readonly Problem[] {
  if (adapter === null || areProblems(found)) return found
  const model = adapters()?.beside(found.model, adapter) ?? [error('not-loaded', 'adapter', 'What puts adapters beside a model is not loaded.')]
  return areProblems(model) ? model : { ...found, model }
}

/** A model with what it is called, what was noted when it was read, and what it was read from. */
export interface FoundModel { readonly id: string; readonly model: Model; readonly notes: readonly Problem[]; readonly config: Readonly<Record<string, unknown>> }
const known = new WeakMap<object, FoundModel>()
const unread = { model: null, problems: [error('not-loaded', 'network', 'What reads networks given op by op is not loaded.')] }

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
  const { model, problems, layers } = describesNetwork(config) ? { layers: [], ...networks()?.read(config) ?? unread } : read(config)
  const placed = problems.map(p => ({ ...p, path: p.path === '' ? 'model' : `model.${p.path}` }))
  if (model === null) return placed
  const found = { id, model: { ...model, layers, tensors: tensorsOf(config) }, notes: placed, config: config as Readonly<Record<string, unknown>> }
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
