/** One door for models: a config.json as object, a file or several, an address. What reads weights and addresses is loaded on demand. */
import { error, failed, type Problem } from '../../problem.js'
import { matches, read } from './huggingface.js'
import { longestJson, parseJson } from './json.js'
import type { NetworkConfig } from '../models/network.js'
import type { Address, Found, TextSource } from './source.js'

export type { Address, TextSource } from './source.js'

export interface ReadModel {
  /** What `Scenario.model` takes; null where the source cannot be used. With weights, its field `tensors` is a `TensorSummary`. */
  readonly model: object | null
  readonly problems: readonly Problem[]
}

/**
 * Reads a model: a config.json as object, File or Blob; a GGUF or safetensors file; several files of one checkpoint (an
 * array, a FileList); a URL of a file or of a repository on huggingface.co. Of weights only the headers are read. Never
 * throws for a bad source.
 */
export async function readModel(source: TextSource | Address | Iterable<TextSource> | object): Promise<ReadModel> {
  if (Symbol.iterator in source) return readFiles([...source])
  if (isText(source)) return readText(source)
  if (isAddress(source)) return readFound(import('./hub.js').then(hub => hub.readAddress(source), lost))
  return readObject(source)
}

/** A config.json is read at once; what is too long for one, or something else, is read or refused there. */
async function readText(source: TextSource): Promise<ReadModel> {
  const { name, size, slice } = source
  if (size > longestJson || (name === undefined ? slice !== undefined : !/(?<!\.index|hf_quant_config)\.json$/i.test(name))) return readFiles([source])
  const parsed = await parseJson(await source.text(), name ?? 'config.json')
  return 'problem' in parsed ? refuse(parsed.problem) : readObject(parsed.value)
}

const readFiles = (files: readonly TextSource[]): Promise<ReadModel> => readFound(import('./weights.js').then(weights => weights.readFiles(files), lost))

const lost = (): Found => ({ config: null, problems: [error('unreadable', 'model', 'The part of this program that reads such files could not be loaded.')] })

async function readFound(found: Promise<Found>): Promise<ReadModel> {
  const { config, problems } = await found
  if (config === null) return { model: null, problems }
  const { model, problems: more } = readObject(config)
  return { model, problems: [...problems, ...more] }
}

function readObject(source: unknown): ReadModel {
  // What a reader of graphs has made is read already; whether it is sound shows when it is asked.
  if (typeof source === 'object' && source !== null && 'network' in source) {
    const { notes } = source as Partial<NetworkConfig>
    return { model: source, problems: Array.isArray(notes) ? notes : [] }
  }
  if (typeof source !== 'object' || source === null || !matches(source)) {
    return refuse(error('unknown-format', 'model', 'This is not a config.json of Hugging Face: it names neither architectures nor a model_type.'))
  }
  const { problems } = read(source)
  return failed(problems) ? { model: null, problems } : { model: source, problems }
}

function refuse(problem: Problem): ReadModel {
  return { model: null, problems: [problem] }
}

function isText(source: object): source is TextSource {
  return typeof (source as { text?: unknown }).text === 'function'
}

function isAddress(source: object): source is Address {
  return typeof (source as { href?: unknown }).href === 'string'
}
