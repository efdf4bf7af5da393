/** The files of a Hugging Face checkpoint as one config.json: its own, the quantization beside it, and what the headers of its weights add up to. */
import { error, type Problem } from '../../problem.js'
import { isObject, type Config as Json } from './huggingface/fields.js'
import { longestJson, parseJson } from './json.js'
import { readSafetensors } from './safetensors.js'
import { largestIndex, largestText, nameOf, type Found, type Kind, type TextSource } from './source.js'
import { summarize, type Tensor } from './tensor-groups.js'
import type { TensorSummary } from './tensors.js'

const refuse = (...problems: readonly Problem[]): Found => ({ config: null, problems })

async function jsonOf(file: TextSource | undefined): Promise<{ readonly value: unknown } | { readonly problem: Problem } | null> {
  if (file === undefined) return null
  const name = nameOf(file)
  const index = name.endsWith('.index.json')
  const most = index ? largestIndex : largestText
  if (file.size > most) return { problem: error('oversized', 'model', `${name} has ${file.size} bytes; at most ${most} are read.`) }
  const text = await file.text()
  if (index && text.length > longestJson) return longJson(text, name)
  const parsed = await parseJson(text, name)
  return 'problem' in parsed ? { problem: { ...parsed.problem, path: 'model' } } : parsed
}

function longJson(text: string, name: string): { readonly value: unknown } | { readonly problem: Problem } {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { problem: error('invalid-json', 'model', `${name} is not JSON.`) }
  }
}

/** A Hugging Face checkpoint: its config.json with what the other files add. */
export async function checkpoint(of: (kind: Kind) => readonly TextSource[]): Promise<Found> {
  const [config, quantization, index] = [await jsonOf(of('json')[0]), await jsonOf(of('quantization')[0]), await jsonOf(of('index')[0])]
  for (const read of [config, quantization, index]) if (read !== null && 'problem' in read) return refuse(read.problem)
  const weightMap = index !== null && 'value' in index && isObject(index.value) && isObject(index.value['weight_map']) ? index.value['weight_map'] : null
  if (index !== null && weightMap === null) return refuse(error('invalid-file', 'model', 'The index of the safetensors has no weight_map.'))
  const shards = shardsOf(of('safetensors'), weightMap)
  const { tensors, metadata } = await headers(shards.files)
  const base = config !== null && 'value' in config ? config.value : configIn(metadata)
  if (!isObject(base)) return refuse(config === null ? withoutConfig(of) : error('unknown-format', 'model', 'config.json holds no JSON object.'))
  const merged = quantization !== null && 'value' in quantization ? withQuantization(base, quantization.value) : base
  const total = index !== null && 'value' in index ? totalOf(index.value) : null
  const summary = tensors.length > 0 && shards.complete ? summarize(tensors, 'safetensors', contextOf(merged)) : indexed(weightMap, total)
  const problems = shards.files.length > 0 && !shards.complete ? [shards.missing] : []
  return problems.length > 0 ? refuse(...problems) : { config: summary === null ? merged : { ...merged, tensors: summary }, problems }
}

/** The files that the index names; without an index, `model.safetensors` alone where it is there, else all. */
function shardsOf(files: readonly TextSource[], weightMap: Json | null): { readonly files: readonly TextSource[]; readonly complete: boolean; readonly missing: Problem } {
  const names = weightMap === null ? null : new Set(Object.values(weightMap).filter(file => typeof file === 'string'))
  const whole = files.find(file => nameOf(file) === 'model.safetensors')
  const used = names === null ? (whole === undefined ? files : [whole]) : files.filter(file => names.has(nameOf(file)))
  const [, count] = /-of-(\d{5,6})\.safetensors$/.exec(nameOf(used[0] ?? { size: 0, text: () => Promise.resolve('') })) ?? []
  const wanted = names?.size ?? Number(count ?? used.length)
  const missing = error('missing-files', 'model', `The checkpoint has ${wanted} files of weights, and ${used.length} of them are here: add the others, or give config.json with the index alone.`, ['config.json'])
  return { files: used, complete: used.length === wanted, missing }
}

async function headers(files: readonly TextSource[]): Promise<{ tensors: Tensor[]; metadata: Json }> {
  const tensors: Tensor[] = []
  let metadata: Json = {}
  for (const file of files) {
    const read = await readSafetensors(file)
    for (const tensor of read.tensors) tensors.push(tensor)
    metadata = { ...metadata, ...read.metadata }
  }
  return { tensors, metadata }
}

/** Some tools put the text of the config.json into the header. */
function configIn({ config }: Json): unknown {
  try {
    return typeof config === 'string' ? JSON.parse(config) as unknown : null
  } catch {
    return null
  }
}

function withoutConfig(of: (kind: Kind) => readonly TextSource[]): Problem {
  const [file] = [...of('safetensors'), ...of('index'), ...of('quantization')]
  return error('missing-config', 'model', `${file === undefined ? 'The file' : nameOf(file)} does not say how many heads the attention has or which architecture it is: open config.json together with it.`, ['config.json'])
}

/** ModelOpt writes the quantization into a file of its own; where config.json has none, it takes that place. */
function withQuantization(config: Json, stated: unknown): Json {
  const quantization = isObject(stated) && isObject(stated['quantization']) ? stated['quantization'] : null
  const has = [config, config['text_config']].some(fields => isObject(fields) && (fields['quantization_config'] ?? null) !== null)
  return quantization === null || has ? config : { ...config, quantization_config: { quant_method: 'modelopt', ...quantization } }
}

const totalOf = (index: unknown): unknown => (isObject(index) && isObject(index['metadata']) ? index['metadata']['total_size'] : null)

/** What an index alone tells: how many tensors, and their bytes. */
function indexed(weightMap: Json | null, total: unknown): TensorSummary | null {
  if (weightMap === null || typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0) return null
  return { format: 'safetensors', tensors: Object.keys(weightMap).length, bytes: total, parameters: null, dtypes: {}, groups: {} }
}

/** What config.json says about how to read the names and integers of tensors. */
function contextOf(config: Json): { readonly layers?: number; readonly bits: number | null; readonly tied: boolean } {
  const own = isObject(config['text_config']) ? config['text_config'] : config
  const layers = own['num_hidden_layers']
  const q = [own, config].map(fields => fields['quantization_config']).find(isObject) ?? {}
  return { ...(typeof layers === 'number' ? { layers } : {}), bits: bitsOf(q), tied: (own['tie_word_embeddings'] ?? config['tie_word_embeddings']) === true }
}

/** Bits of packed weights, as far as the methods state them. */
function bitsOf(quantization: Json): number | null {
  const groups = isObject(quantization['config_groups']) ? Object.values(quantization['config_groups']) : []
  const stated = [quantization['bits'], quantization['w_bit'], ...groups.map(group => (isObject(group) && isObject(group['weights']) ? group['weights']['num_bits'] : null))]
  const bits = stated.find(value => typeof value === 'number')
  if (typeof bits === 'number') return bits > 0 && bits <= 32 ? bits : null
  const words = [quantization['quant_method'], quantization['quant_algo']].filter(word => typeof word === 'string').join(' ')
  return /fp4|int4|w4a/i.test(words) || quantization['load_in_4bit'] === true ? 4 : /int8|w8a/i.test(words) || quantization['load_in_8bit'] === true ? 8 : null
}
