/** Reads the config.json of a Hugging Face checkpoint into a `Model`, by the row of its architecture. */
import { error, failed, note, type Problem } from '../../problem.js'
import type { Model } from '../models/model.js'
import { predictionModules, textFields, unsafeKeys } from './huggingface/checks.js'
import { flag, isObject, lookup, shown, type Config, type Fields } from './huggingface/fields.js'
import { precision, weightsDtype } from './huggingface/quantization.js'
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
  const { model, layers } = modelOf(scope, row)
  const state = weightsDtype([scope], ['mamba_ssm_cache_dtype', 'mamba_ssm_dtype']) ?? row.state ?? null
  for (const [field, what] of Object.entries(row.apart ?? {})) { const { path, value } = lookup(scope, field); problems.push(note('part-not-counted', path, `Not counted: ${what}, ${shown(value)}.`)) }
  const precise: Model = { ...model, precision: { ...precision(scopes, groupsOf(model.stacks, layers)), ...(state === null ? {} : { state }) } }
  const modules = predictionModules(scope, row.hiddenMtp === true)
  const seeing = isWrapper ? withTower(precise, root) : precise
  return { model: failed(problems) ? null : modules === null ? seeing : { ...seeing, modules }, problems, layers }
}

/** A multimodal config states it at its root, where it counts for the whole model. */
function tied(root: Fields): Config {
  return Object.hasOwn(root.config, 'tie_word_embeddings') ? { tie_word_embeddings: flag(root, 'tie_word_embeddings') } : {}
}
