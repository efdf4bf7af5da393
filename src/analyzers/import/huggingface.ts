/** Reads the config.json of a Hugging Face checkpoint into a `Decoder`. */
import type { Decoder } from '../models/architecture.js'
import { closest } from '../../names.js'
import { error, failed, note, type Problem } from '../../problem.js'
import { leftOut, predictionModules, resembles, textFields, unsafeKeys } from './huggingface/checks.js'
import { decoder } from './huggingface/decoder.js'
import { families } from './huggingface/families.js'
import type { Family } from './huggingface/family.js'
import { flag, isObject, list, lookup, report, shown, text, type Fields } from './huggingface/fields.js'
import { layerGroups, precision } from './huggingface/quantization.js'
import { classes, mechanisms, uncovered, wrappers } from './huggingface/uncovered.js'

/** Whether this reader is the one to ask: an object with `architectures` or `model_type`. */
export function matches(source: unknown): boolean {
  return isObject(source) && (Object.hasOwn(source, 'architectures') || Object.hasOwn(source, 'model_type'))
}

/**
 * The decoder a config describes, or the problems that stand in the way; never throws.
 * Paths are those of the file (`text_config.hidden_size`); the file itself has the empty path.
 * Errors: `invalid-config`, `unsafe-key`, `missing-field`, `invalid-field`, `indivisible`, `unknown-architecture`,
 * `unknown-quantization`, `not-supported`. Notes: `vision-not-counted`, `mtp-not-counted`, `head-assumed`,
 * `partly-quantized`, `unread-exclusion`.
 */
export function read(config: unknown): { readonly model: Decoder | null; readonly problems: readonly Problem[] } {
  if (!isObject(config)) return { model: null, problems: [error('invalid-config', '', `A config is a JSON object; this is ${shown(config)}.`)] }
  const unsafe = unsafeKeys(config)
  if (unsafe.length > 0) return { model: null, problems: unsafe }
  const problems: Problem[] = []
  const root: Fields = { config, defaults: {}, prefix: '', problems }
  const wrapped = wrappers.includes(lookup(root, 'model_type').value)
  const scope = wrapped ? textFields(root) : root
  const family = scope === null ? null : familyOf(scope)
  if (scope === null || family === null) return { model: null, problems }
  const fields: Fields = { ...scope, defaults: family.defaults }
  const scopes = wrapped ? [fields, root] : [fields]
  for (const around of scopes) refuseMechanisms(around, family)
  const shape = decoder(fields, family, tied(fields, root))
  const model: Decoder = { ...shape, precision: precision(scopes, layerGroups(shape)) }
  if (wrapped) leftOut(root)
  predictionModules(fields, family.hiddenMtp)
  return { model: failed(problems) ? null : model, problems }
}

/** The row for a config, by `model_type`, or by its class where it has no type. */
function familyOf(fields: Fields): Family | null {
  const type = text(fields, 'model_type')
  const architecture = list<string>(fields, 'architectures', 'string')?.[0] ?? null
  if (type === null && architecture === null) {
    const { path } = lookup(fields, 'model_type')
    report(fields, error('missing-field', path, `${path} is missing, and there is no architectures: nothing says what this is.`))
    return null
  }
  const family = families.find(row => (type === null ? architecture !== null && row.architectures.includes(architecture) : row.types.includes(type)))
  if (family === undefined) return unknown(fields, type, architecture)
  if (architecture === null || family.architectures.length === 0 || family.architectures.includes(architecture)) return family
  if (!resembles(architecture, family.architectures)) return unknown(fields, type, architecture)
  const { path } = lookup(fields, 'architectures')
  report(fields, note('head-assumed', path, `${architecture} is read as ${family.architectures[0] ?? family.id}: with a head over the vocabulary.`))
  return family
}

/** Says which architecture it is and what it has that no row can say. */
function unknown(fields: Fields, type: string | null, architecture: string | null): null {
  const byClass = classes.find(([start]) => architecture?.startsWith(start) === true)?.[1] ?? ''
  const name = architecture ?? type ?? ''
  const has = uncovered.get(type ?? '') ?? uncovered.get(byClass)
  const { path } = lookup(fields, type === null || families.some(row => row.types.includes(type)) ? 'architectures' : 'model_type')
  const why = has === undefined ? 'is not among the architectures that are read' : `has ${has}, which is not covered yet`
  report(fields, error('unknown-architecture', path, `${shown(name).slice(1, -1)} ${why}.`, has === undefined ? closest(type ?? name, families.flatMap(row => row.types), 3) : []))
  return null
}

/** A known family with a foreign mechanism is not that family. */
function refuseMechanisms(fields: Fields, family: Family): void {
  for (const [field, what] of mechanisms) {
    if (field === 'index_topk' && family.indexer === true) continue
    const { path, value } = lookup(fields, field)
    if (value === undefined || value === null || value === false || value === 0 || (Array.isArray(value) && value.length === 0)) continue
    report(fields, error('unknown-architecture', path, `${path} is set: ${what}, which is not covered yet and which ${family.id} does not have.`))
  }
  // 1 marks softmax attention, 0 linear attention.
  const types = list<number>(fields, 'attn_type_list', 'number')
  if (types?.some(type => type !== 1) === true) {
    const { path } = lookup(fields, 'attn_type_list')
    report(fields, error('unknown-architecture', path, `${path} has layers of linear attention, which is not covered yet.`))
  }
}

/** A multimodal config states it at its root, where it counts for the whole model. */
function tied(fields: Fields, root: Fields): boolean {
  return flag(Object.hasOwn(root.config, 'tie_word_embeddings') ? root : fields, 'tie_word_embeddings')
}
