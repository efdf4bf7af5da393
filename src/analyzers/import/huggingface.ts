/** Reads the config.json of a Hugging Face checkpoint into a `Model`, by the row of its architecture. */
import { error, failed, note, type Problem } from '../../problem.js'
import type { Precision } from '../models/architecture.js'
import { apart, type Model, type Stack } from '../models/model.js'
import { predictionModules, textFields, unsafeKeys } from './huggingface/checks.js'
import { flag, isObject, lookup, shown, type Config, type Fields } from './huggingface/fields.js'
import { precision, weightsDtype } from './huggingface/precision.js'
import { rowFor } from './huggingface/rows.js'
import { groupsOf, modelOf } from './huggingface/stacks.js'
import type { Scope } from './huggingface/terms.js'
import { withTower } from './huggingface/towers.js'
import { wrappers } from './huggingface/uncovered.js'
import { refuseMechanisms, rowOf, typeOf } from './huggingface/which.js'

/** The model that a config describes, and the kind of each of its layers, in order. */
export interface Read { readonly model: Model | null; readonly problems: readonly Problem[]; readonly layers: readonly string[] }

/** Whether this reader is the one to ask: an object with `architectures`, `model_type` or a class that has a row. */
export function matches(source: unknown): boolean {
  return isObject(source) && (Object.hasOwn(source, 'architectures') || Object.hasOwn(source, 'model_type') || rowFor(typeOf(source), null) !== null)
}

/**
 * The model that a config describes, or the problems that stand in the way; never throws.
 * Paths are those of the file (`text_config.hidden_size`); the file itself has the empty path.
 * Errors: `invalid-config`, `unsafe-key`, `missing-field`, `invalid-field`, `indivisible`, `unknown-architecture`,
 * `unknown-quantization`, `not-supported`. Notes: `vision-not-counted`, `mtp-not-counted`, `head-assumed`,
 * `partly-quantized`, `unread-exclusion`.
 */
export function read(config: unknown): Read {
  const refuse = (problems: readonly Problem[]): Read => ({ model: null, problems, layers: [] })
  if (!isObject(config)) return refuse([error('invalid-config', '', `A config is a JSON object; this is ${shown(config)}.`)])
  const unsafe = unsafeKeys(config)
  if (unsafe.length > 0) return refuse(unsafe)
  const problems: Problem[] = []
  const root: Fields = { config, defaults: {}, prefix: '', problems }
  const type = typeOf(config)
  const isWrapper = wrappers.includes(type)
  // Older files of a few have the fields of the text at their root.
  const inner = isWrapper && (isObject(config['text_config']) || rowFor(type, null) === null) ? textFields(root) : root
  const found = inner && rowOf(inner)
  if (inner === null || found === null) return refuse(problems)
  const { row, head } = found
  const scope: Scope = { ...inner, config: inner === root ? config : { ...inner.config, ...tied(root) }, defaults: row.defaults, head, marks: [] }
  const scopes = inner === root ? [scope] : [scope, root]
  for (const fields of scopes) refuseMechanisms(fields, row)
  const { model, layers: order } = modelOf(scope, row)
  const state = weightsDtype([scope], ['mamba_ssm_cache_dtype', 'mamba_ssm_dtype']) ?? row.state ?? null
  for (const [field, what] of Object.entries(row.apart ?? {})) { const { path, value } = lookup(scope, field); problems.push(note('part-not-counted', path, `Not counted: ${what}, ${shown(value)}.`)) }
  const held = precision(scopes, groupsOf(model.stacks, order))
  const { stacks, layers } = heldApart(model.stacks, order, held.layers)
  const divided = new Set(stacks.flatMap(({ kinds }) => kinds.flatMap(kind => kind.held ? [kind.name] : [])))
  if (held.layers?.some((own, i) => Object.keys(own).length > 0 && !divided.has(layers[i] ?? ''))) problems.push(note('partly-quantized', 'quantization_config', 'Some layers of the decoder are held apart from the others; all are counted as most of them are, because keys and values of what was encoded share their axes.'))
  const precise: Model = { ...model, stacks, precision: { ...held, ...(state === null ? {} : { state }) } }
  const modules = predictionModules(scope, row.hiddenMtp === true)
  const seeing = isWrapper ? withTower(precise, root) : precise
  return { model: failed(problems) ? null : modules === null ? seeing : { ...seeing, modules }, problems, layers }
}

/** The stacks with the layers that hold their weights in formats of their own as kinds of their own. */
function heldApart(stacks: readonly Stack[], order: readonly string[], held: Precision['layers']): { readonly stacks: readonly Stack[]; readonly layers: readonly string[] } {
  let from = 0
  const whole = new Set(stacks.flatMap(({ kinds }) => kinds.flatMap(({ name, of }) => of === undefined ? [] : [name, of])))
  const split = stacks.map(stack => {
    const to = from + stack.kinds.reduce((sum, { count }) => sum + count, 0)
    const part = apart(stack.kinds, order.slice(from, to), held?.slice(from, to), whole)
    from = to
    return { stack: { ...stack, kinds: part.kinds }, order: part.order }
  })
  return { stacks: split.map(({ stack }) => stack), layers: split.flatMap(part => part.order) }
}

/** A multimodal config states it at its root, where it counts for the whole model. */
function tied(root: Fields): Config {
  return Object.hasOwn(root.config, 'tie_word_embeddings') ? { tie_word_embeddings: flag(root, 'tie_word_embeddings') } : {}
}
