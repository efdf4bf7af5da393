/** Adds up the tensors of a checkpoint: how many of which dtype, in which part of the model. Loaded on demand. */
import type { Held, TensorGroup, TensorSummary } from './tensors.js'

/** One tensor as a file describes it. */
export interface Tensor {
  readonly name: string
  /** The file's own name of the dtype: `Q4_K`, `BF16`, `F8_E4M3`. */
  readonly dtype: string
  readonly shape: readonly number[]
  /** Numbers in it, as the file counts them. */
  readonly elements: number
  readonly bytes: number
}

/** What a name alone does not say. */
export interface Context {
  /** Layers that the model counts; tensors of later ones predict further tokens. */
  readonly layers?: number
  /** Bits of weights that are packed into integers. */
  readonly bits?: number | null
  /** Whether a stored head is the embedding once more. */
  readonly tied?: boolean
}

/** Scales, zero points and orders that a quantizer puts beside its weights. */
const beside = /(?:weight_scale(?:_inv|_2)?|_scales|\.scales?|qzeros|g_idx|zero_point|(?:input|output|global|[kv])_scale|weight_shape|absmax|quant_map|quant_state\..+|\.SCB|weight_format)$/

/** Words in a tensor's name and the group they stand for, the first match wins: names of Hugging Face, then of GGUF. */
const words: readonly (readonly [word: RegExp, group: TensorGroup])[] = [
  [/audio|(?:^|\.)mtp|nextn|rope_f|rot_embd|rotary|inv_freq|(?:^|\.)att(?:entio)?n\.(?:masked_)?bias$/, 'other'],
  [/vision|visual|image|projector|multi_modal|^mm\.|^v\./, 'tower'],
  [/bias$|norm|(?:^|\.)ln_|sinks|e_score_correction|exp_probs_b/, 'norm'],
  [/shared_?expert_gate|ffn_gate_inp|router|\.gate\.\w+$/, 'router'],
  [/shared_?expert|shexp/, 'shared'],
  [/experts|_exps\./, 'experts'],
  [/lm_head|embed_out|^(?:model\.)?(?:output|head)\./, 'head'],
  [/embed|wte|wpe|token_embd|position_embd/, 'embedding'],
  [/attn|attention|[qkvo]_proj|qkv|query_key_value/, 'attention'],
  [/mlp|ffn|feed_forward|fc[12_]|(?:gate|up|down)_proj/, 'ffn'],
]

/** Which group a tensor belongs to, from its name in a Hugging Face checkpoint or a GGUF file. */
export function groupOf(name: string, { layers, tied }: Context = {}): TensorGroup {
  const plain = name.replace(beside, '').replace(/\.$/, '.weight')
  const group = words.find(([word]) => word.test(plain))?.[1] ?? 'other'
  const number = group === 'tower' ? undefined : /(?:^|\.)(?:layers|blk|h|blocks)\.(\d+)\./.exec(name)?.[1]
  if (layers !== undefined && number !== undefined && Number(number) >= layers) return 'other'
  return group === 'head' && tied === true ? 'other' : group
}

/** Bits of the integers that weights are packed into. */
const containers: ReadonlyMap<string, number> = new Map([['U8', 8], ['I8', 8], ['I16', 16], ['U16', 16], ['I32', 32], ['U32', 32]])

/** Weights in a tensor; null where it packs an unknown number of them. */
function weightsIn({ name, dtype, elements }: Tensor, bits: number | null, format: TensorSummary['format']): number | null {
  if (beside.test(name) || dtype === 'F8_E8M0') return 0
  const container = format === 'gguf' ? undefined : containers.get(dtype)
  if (container === undefined) return elements
  return bits === null ? (dtype === 'I8' ? elements : null) : Math.floor((elements * container) / bits)
}

/** Adds tensors up. */
export function summarize(tensors: readonly Tensor[], format: TensorSummary['format'], context: Context = {}): TensorSummary {
  const dtypes = new Map<string, Held>()
  const groups = new Map<TensorGroup, Map<string, Held>>()
  let bytes = 0
  let parameters: number | null = 0
  for (const tensor of tensors) {
    const group = groupOf(tensor.name, context)
    const weights = weightsIn(tensor, context.bits ?? null, format)
    let own = groups.get(group)
    if (own === undefined) groups.set(group, own = new Map<string, Held>())
    for (const into of [dtypes, own]) add(into, tensor, weights ?? tensor.elements)
    bytes += tensor.bytes
    if (group !== 'other') parameters = parameters === null || weights === null ? null : parameters + weights
  }
  return {
    format, tensors: tensors.length, bytes, parameters, dtypes: Object.fromEntries(dtypes),
    groups: Object.fromEntries([...groups].map(([group, held]) => [group, Object.fromEntries(held)])),
  }
}

function add(into: Map<string, Held>, { dtype, bytes }: Tensor, elements: number): void {
  const held = into.get(dtype) ?? { tensors: 0, elements: 0, bytes: 0 }
  into.set(dtype, { tensors: held.tensors + 1, elements: held.elements + elements, bytes: held.bytes + bytes })
}
