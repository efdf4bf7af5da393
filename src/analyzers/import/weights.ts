/** One or several files of a checkpoint, put together into one config.json with the field `tensors`. Loaded on demand. */
import { error, type Problem } from '../../problem.js'
import { bytesOf, problemOf, textOf } from './byte-reader.js'
import { readGguf } from './gguf.js'
import { configOf } from './gguf-config.js'
import { longestJson, parseJson } from './json.js'
import { readSafetensors } from './safetensors.js'
import { largestIndex, largestText, nameOf, type Found, type TextSource } from './source.js'
import { summarize, type Tensor, type TensorSummary } from './tensors.js'

type Json = Readonly<Record<string, unknown>>
type Kind = 'gguf' | 'safetensors' | 'index' | 'quantization' | 'json' | 'other'

/** What files of one checkpoint are kept apart by. */
interface Sorted {
  readonly kind: Kind
  readonly file: TextSource
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const refuse = (...problems: readonly Problem[]): Found => ({ config: null, problems })

/** Puts files together: config.json, hf_quant_config.json, an index and shards of safetensors, or the parts of a GGUF file. Never throws for a bad file. */
export async function readFiles(files: readonly TextSource[]): Promise<Found> {
  let name = 'The file'
  try {
    const sorted: Sorted[] = []
    for (const file of files) {
      name = nameOf(file)
      sorted.push({ kind: await kindOf(file, files.length > 1), file })
    }
    const of = (kind: Kind): TextSource[] => sorted.flatMap(one => (one.kind === kind ? [one.file] : []))
    if (of('gguf').length > 0) return await ggufs(of('gguf'))
    if (of('json').length + of('safetensors').length + of('index').length + of('quantization').length > 0) return await checkpoint(of)
    return refuse(error('not-supported', 'model', `${name}: this file format is not read yet.`, ['config.json', '.gguf', '.safetensors']))
  } catch (failure) {
    return refuse(problemOf(failure, name))
  }
}

/** What a file is: by its name, else by how it begins. */
async function kindOf(file: TextSource, among: boolean): Promise<Kind> {
  const name = file.name === undefined ? '' : nameOf(file).toLowerCase()
  if (name.endsWith('.gguf')) return 'gguf'
  if (name.endsWith('.safetensors')) return 'safetensors'
  if (name.endsWith('.safetensors.index.json')) return 'index'
  if (name === 'hf_quant_config.json') return 'quantization'
  // Beside the weights lie tokenizers and settings in JSON too.
  if (name.endsWith('.json')) return !among || name === 'config.json' ? 'json' : 'other'
  if (among || /\.(?:onnx|param|bin|pth?)$/.test(name)) return 'other'
  if (file.slice === undefined || file.size < 10) return 'json'
  const start = textOf(await bytesOf(file, 0, 10, name))
  return start.startsWith('GGUF') ? 'gguf' : start.charCodeAt(8) === 0x7b && !/^\s*\{/.test(start) ? 'safetensors' : 'json'
}

const part = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i

/** One GGUF file, or all parts of one that was split: the first has the metadata, each its own tensors. */
async function ggufs(files: readonly TextSource[]): Promise<Found> {
  const parts = files.map(file => ({ file, match: part.exec(nameOf(file)) })).sort((a, b) => Number(a.match?.[2] ?? 0) - Number(b.match?.[2] ?? 0))
  const read = []
  for (const { file } of parts) {
    try {
      read.push(await readGguf(file))
    } catch (failure) {
      return refuse(problemOf(failure, nameOf(file)))
    }
  }
  const [first] = read
  if (first === undefined) return refuse()
  const stated = first.metadata.get('split.count')
  const count = typeof stated === 'number' ? stated : Number(parts[0]?.match?.[3] ?? 1)
  const stems = new Set(parts.map(({ match }) => match?.[1]))
  if (count > 1 && (read.length !== count || stems.size !== 1)) {
    return refuse(error('missing-files', 'model', `${first.name} is one of ${count} parts of a GGUF file; all of them are needed, and ${read.length === 1 ? 'one is' : `${read.length} are`} here.`, [`${parts[0]?.match?.[1] ?? 'model'}-00001-of-${String(count).padStart(5, '0')}.gguf`]))
  }
  if (count <= 1 && read.length > 1) return refuse(error('several-models', 'model', `${read.map(({ name }) => name).slice(0, 3).join(' and ')} are models of their own; one can be read at a time.`))
  return configOf(first, read.flatMap(({ tensors }) => tensors))
}

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
async function checkpoint(of: (kind: Kind) => readonly TextSource[]): Promise<Found> {
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
