/** What the metadata of a GGUF file says, in the words of a config.json: `data/gguf.json`. */
import table from '../../../data/gguf.json'
import { closest } from '../../names.js'
import { error, failed, type Problem } from '../../problem.js'
import { uncovered } from './huggingface/uncovered.js'
import type { Gguf, Value } from './gguf.js'
import type { Found } from './source.js'
import { summarize, type Tensor } from './tensor-groups.js'

/** Which key, or which of several, states a field; null leaves it out. */
type Keys = Readonly<Record<string, string | readonly string[] | null>>

/** An architecture of GGUF. `flags`: fields that hold where a tensor is there; `choose`: a field that has one value where a tensor is there, another where not. */
interface Row {
  readonly model_type: string
  readonly fields?: Keys
  readonly flags?: Readonly<Record<string, string>>
  readonly choose?: Readonly<Record<string, readonly [tensor: string, there: string, absent: string]>>
  readonly routed?: Row
}

const rows = new Map(Object.entries(table.architectures as unknown as Readonly<Record<string, Row>>))
const known: Readonly<Record<string, string>> = table.uncovered

/** The config.json of a file, with its tensors added up in `tensors`. Errors: `unknown-architecture`, `missing-field`, `not-supported`. */
export function configOf({ name, metadata }: Gguf, tensors: readonly Tensor[]): Found {
  const architecture = metadata.get('general.architecture')
  if (typeof architecture !== 'string') return refuse(error('missing-field', 'model', `${name} has no general.architecture: nothing says what this is.`))
  const base = rows.get(architecture)
  if (base === undefined) return refuse(unknown(architecture))
  const experts = metadata.get(`${architecture}.expert_count`)
  const row = base.routed !== undefined && typeof experts === 'number' && experts > 0 ? base.routed : base
  const problems: Problem[] = []
  const fields = stated({ ...table.fields, ...row.fields }, key => one(metadata.get(`${architecture}.${key}`), key, name, problems))
  const has = tensorNames(tensors)
  const flags = Object.entries(row.flags ?? {}).map(([field, tensor]) => [field, has(tensor)])
  const chosen = Object.entries(row.choose ?? {}).map(([field, [tensor, there, absent]]) => [field, has(tensor) ? there : absent])
  const config: Record<string, unknown> = {
    model_type: row.model_type,
    ...fields,
    ...latent(fields),
    ...pattern(metadata.get(`${architecture}.attention.sliding_window_pattern`), fields['num_hidden_layers']),
    ...Object.fromEntries([...flags, ...chosen]) as Record<string, unknown>,
    vocab_size: vocabulary(architecture, metadata, tensors),
    tie_word_embeddings: !tensors.some(tensor => tensor.name === 'output.weight'),
  }
  if (failed(problems)) return refuse(...problems)
  // Files count the modules that predict further tokens among the blocks.
  const layers = counted(fields['num_hidden_layers']) - counted(fields['num_nextn_predict_layers'])
  if (layers > 0) config['num_hidden_layers'] = layers
  const summary = summarize(tensors, 'gguf', layers > 0 ? { layers } : {})
  return { config: { ...config, ...dtype(tensors), tensors: summary }, problems }
}

const counted = (value: unknown): number => (typeof value === 'number' ? value : 0)
const refuse = (...problems: readonly Problem[]): Found => ({ config: null, problems })

/** The fields that the file states. */
function stated(keys: Keys, read: (key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(keys).flatMap(([field, names]) => {
    const value = (typeof names === 'string' ? [names] : names ?? []).map(read).find(found => found !== null)
    return value === undefined ? [] : [[field, value]]
  }))
}

/** A value; of a list with one item per layer, the item that all share. */
function one(value: Value | undefined, key: string, name: string, problems: Problem[]): number | string | boolean | null {
  if (typeof value !== 'object') return value ?? null
  const [first = null] = value.items
  if (value.items.every(item => item === first) && value.items.length === value.length) return first
  problems.push(error('not-supported', 'model', `${name} has another ${key} for each of its layers, which is not covered yet.`))
  return null
}

/** MLA states the width of a whole head; config.json its two parts. Without a query compression it says null. */
function latent(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const [head, rope] = [fields['qk_head_dim'], fields['qk_rope_head_dim']]
  if (typeof head !== 'number' || typeof rope !== 'number') return {}
  return { qk_nope_head_dim: head - rope, q_lora_rank: fields['q_lora_rank'] ?? null }
}

/** Which layers see a window: every so many, or a list of yes and no. */
function pattern(value: Value | undefined, layers: unknown): Record<string, unknown> {
  if (typeof value === 'number') return { sliding_window_pattern: value }
  if (typeof value !== 'object' || value.items.length !== layers) return {}
  return { layer_types: value.items.map(windowed => (windowed === true ? 'sliding_attention' : 'full_attention')) }
}

/** Rows of the embedding table: its shape says, else the metadata, else the length of the list of tokens. */
function vocabulary(architecture: string, metadata: ReadonlyMap<string, Value>, tensors: readonly Tensor[]): unknown {
  const table = tensors.find(({ name }) => name === 'token_embd.weight')?.shape[1]
  const tokens = metadata.get('tokenizer.ggml.tokens')
  return table ?? metadata.get(`${architecture}.vocab_size`) ?? (typeof tokens === 'object' ? tokens.length : undefined)
}

/** Whether any block has a tensor of that name. */
function tensorNames(tensors: readonly Tensor[]): (tensor: string) => boolean {
  const names = new Set(tensors.map(({ name }) => name.replace(/^blk\.\d+\./, '')))
  return tensor => names.has(tensor)
}

const floats: Readonly<Record<string, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }

/** What most weights are held in, where config.json has a word for it. */
function dtype(tensors: readonly Tensor[]): Record<string, unknown> {
  const elements = new Map<string, number>()
  for (const tensor of tensors) elements.set(tensor.dtype, (elements.get(tensor.dtype) ?? 0) + tensor.elements)
  const [main = ''] = [...elements].sort(([, a], [, b]) => b - a).map(([id]) => id)
  return floats[main] === undefined ? {} : { torch_dtype: floats[main] }
}

/** Says which architecture it is, and why it is not read. */
function unknown(architecture: string): Problem {
  const shown = architecture.slice(0, 40)
  const type = known[architecture]
  const has = uncovered.get(type ?? '')
  if (has !== undefined) return error('unknown-architecture', 'model', `${shown} has ${has}, which is not covered yet.`)
  if (type !== undefined) return error('unknown-architecture', 'model', `${shown} is not read from a GGUF file yet; its config.json may be.`, ['config.json'])
  return error('unknown-architecture', 'model', `${shown} is not among the architectures that are read from GGUF files.`, closest(shown, [...rows.keys()], 3))
}
