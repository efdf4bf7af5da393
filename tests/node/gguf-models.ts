/** The GGUF file that llama.cpp makes of a checkpoint, as its converter names and shapes things: github.com/ggml-org/llama.cpp, convert_hf_to_gguf.py. */
import type { Decoder, Layer } from './decoder.js'
import type { Meta, Shape } from './weight-files.js'

type Sized = Omit<Shape, 'type'>

/** general.architecture by model_type. */
export const architectures: Readonly<Record<string, string>> = {
  llama: 'llama', Yi: 'llama', mistral: 'llama', mixtral: 'llama', qwen2: 'qwen2', qwen2_moe: 'qwen2moe', qwen3: 'qwen3', qwen3_moe: 'qwen3moe',
  gemma: 'gemma', gemma2: 'gemma2', gemma3_text: 'gemma3', gemma3: 'gemma3', gpt2: 'gpt2', gpt_neox: 'gptneox', bloom: 'bloom', phi: 'phi2', phi3: 'phi3',
  internlm2: 'internlm2', olmo2: 'olmo2', deepseek_v2: 'deepseek2', deepseek_v3: 'deepseek2', kimi_k2: 'deepseek2', gpt_oss: 'gpt-oss', minimax_m2: 'minimax-m2',
}
const fused = new Set(['gpt2', 'gptneox', 'bloom', 'phi2', 'phi3'])

const layersOf = (d: Decoder): Layer[] => d.order.flatMap(([name, count]) => Array.from({ length: count }, () => d.kinds.find(kind => kind.name === name)!))

export function metadataOf(d: Decoder, architecture: string): Meta {
  const all = layersOf(d)
  const layer = all.at(-1)!
  const { attention: a, ffn } = layer
  const dense = all.find(({ ffn }) => ffn.kind === 'dense')?.ffn
  const meta: Record<string, Meta[string]> = {
    block_count: all.length, embedding_length: d.width, ...(d.context === null ? {} : { context_length: d.context }),
    feed_forward_length: dense?.width ?? (ffn.kind === 'experts' ? ffn.width : 0), 'attention.layer_norm_rms_epsilon': { f32: 1e-5 },
  }
  if (architecture === 'gptneox') meta['use_parallel_residual'] = layer.residual === 'parallel'
  if (a.kind === 'grouped') {
    Object.assign(meta, { 'attention.head_count': a.groups * a.queriesPerGroup, 'attention.head_count_kv': a.groups, 'attention.key_length': a.headWidth, 'attention.value_length': a.valueWidth })
    const windowed = all.map(({ attention }) => (attention.kind === 'grouped' ? attention.window : null))
    const window = windowed.find(w => w !== null)
    if (window != null) meta['attention.sliding_window'] = window
    if (window != null && windowed.includes(null)) meta['attention.sliding_window_pattern'] = windowed.map(w => w !== null)
  } else {
    Object.assign(meta, {
      'attention.head_count': a.heads, 'attention.head_count_kv': 1, 'attention.key_length': a.latentRank + a.ropeWidth, 'attention.value_length': a.latentRank,
      'attention.key_length_mla': a.nopeWidth + a.ropeWidth, 'attention.value_length_mla': a.valueWidth, 'attention.kv_lora_rank': a.latentRank, 'rope.dimension_count': a.ropeWidth,
      ...(a.queryRank === null ? {} : { 'attention.q_lora_rank': a.queryRank }),
    })
  }
  if (ffn.kind === 'experts') {
    Object.assign(meta, { expert_count: ffn.experts, expert_used_count: ffn.active, expert_feed_forward_length: ffn.width, leading_dense_block_count: all.findIndex(({ ffn }) => ffn.kind === 'experts') })
    if (ffn.sharedWidth !== null) Object.assign(meta, { expert_shared_count: ffn.sharedWidth / ffn.width, expert_shared_feed_forward_length: ffn.sharedWidth })
  }
  const known = Object.fromEntries(Object.entries(meta).map(([key, value]) => [`${architecture}.${key}`, value]))
  return { 'general.architecture': architecture, ...known, 'tokenizer.ggml.tokens': ['a', 'b', 'c'] }
}

export function tensorsOf(d: Decoder, architecture: string): Sized[] {
  const found: Sized[] = []
  const put = (name: string, ...shape: number[]): unknown => found.push({ name, shape })
  const norm = (name: string, width = d.width): void => { put(`${name}.weight`, width); if (d.norm.kind === 'layer') put(`${name}.bias`, width) }
  put('token_embd.weight', d.width, d.vocabulary)
  if (d.embeddingNorm) norm('token_embd_norm')
  if (d.position.kind === 'learned') put('position_embd.weight', d.width, d.position.rows)
  norm('output_norm')
  if (!d.tied) put('output.weight', d.width, d.vocabulary)
  if (d.headBias) put('output.bias', d.vocabulary)
  layersOf(d).forEach((layer, i) => {
    const at = (name: string): string => `blk.${String(i)}.${name}`
    if (layer.normalizesInput) norm(at('attn_norm'))
    if (layer.normalizesInput && layer.inputNorms === 2) norm(at('ffn_norm'))
    if (layer.outputNorms === 2) { norm(at('post_attention_norm')); norm(at('post_ffw_norm')) }
    attention(layer, d, at, put, fused.has(architecture))
    ffn(layer, d, at, put, architecture)
  })
  return found
}

type Put = (name: string, ...shape: number[]) => unknown

function attention({ attention: a }: Layer, d: Decoder, at: (name: string) => string, put: Put, isFused: boolean): void {
  if (a.kind === 'latent') {
    const key = a.nopeWidth + a.ropeWidth
    if (a.queryRank === null) put(at('attn_q.weight'), d.width, a.heads * key)
    else { put(at('attn_q_a.weight'), d.width, a.queryRank); put(at('attn_q_a_norm.weight'), a.queryRank); put(at('attn_q_b.weight'), a.queryRank, a.heads * key) }
    put(at('attn_kv_a_mqa.weight'), d.width, a.latentRank + a.ropeWidth)
    put(at('attn_kv_a_norm.weight'), a.latentRank)
    put(at('attn_k_b.weight'), a.nopeWidth, a.latentRank, a.heads)
    put(at('attn_v_b.weight'), a.latentRank, a.valueWidth, a.heads)
    put(at('attn_output.weight'), a.heads * a.valueWidth, d.width)
    return
  }
  const heads = a.groups * a.queriesPerGroup
  const sizes: [string, number][] = [['attn_q', heads * a.headWidth], ['attn_k', a.groups * a.headWidth], ['attn_v', a.groups * a.valueWidth]]
  const projections: [string, number][] = isFused ? [['attn_qkv', sizes.reduce((sum, [, n]) => sum + n, 0)]] : sizes
  for (const [name, out] of projections) { put(at(`${name}.weight`), d.width, out); if (a.bias.qkv) put(at(`${name}.bias`), out) }
  put(at('attn_output.weight'), heads * a.valueWidth, d.width)
  if (a.bias.out) put(at('attn_output.bias'), d.width)
  if (a.qkNorm !== null) { put(at('attn_q_norm.weight'), a.qkNorm === 'head' ? a.headWidth : heads * a.headWidth); put(at('attn_k_norm.weight'), a.qkNorm === 'head' ? a.headWidth : a.groups * a.headWidth) }
  if (a.sinks) put(at('attn_sinks.weight'), heads)
}

function ffn({ ffn: f }: Layer, { width: d }: Decoder, at: (name: string) => string, put: Put, architecture: string): void {
  if (f.kind === 'dense') {
    const both = architecture === 'phi3'
    if (f.gated && !both) put(at('ffn_gate.weight'), d, f.width)
    put(at('ffn_up.weight'), d, both ? 2 * f.width : f.width)
    put(at('ffn_down.weight'), f.width, d)
    if (f.bias) { put(at('ffn_up.bias'), f.width); put(at('ffn_down.bias'), d); if (f.gated) put(at('ffn_gate.bias'), f.width) }
    return
  }
  put(at('ffn_gate_inp.weight'), d, f.experts)
  for (const name of ['ffn_gate_exps', 'ffn_up_exps']) { put(at(`${name}.weight`), d, f.width, f.experts); if (f.bias) put(at(`${name}.bias`), f.width, f.experts) }
  put(at('ffn_down_exps.weight'), f.width, d, f.experts)
  if (f.bias) put(at('ffn_down_exps.bias'), d, f.experts)
  if (f.routerBias) put(at(architecture === 'gpt-oss' ? 'ffn_gate_inp.bias' : 'exp_probs_b.bias'), f.experts)
  if (f.sharedWidth !== null) { put(at('ffn_gate_shexp.weight'), d, f.sharedWidth); put(at('ffn_up_shexp.weight'), d, f.sharedWidth); put(at('ffn_down_shexp.weight'), f.sharedWidth, d) }
  if (f.sharedGate) put(at('ffn_gate_inp_shexp.weight'), d)
}

/**
 * The mixture Q4_K_M: which type each tensor is held in. Source: github.com/ggml-org/llama.cpp, src/llama-quant.cpp,
 * llama_tensor_get_type: Q6_K for the head and, in layers with `use_more_bits`, for values and FFN outputs; Q5_K where Q, K and V are one.
 */
export function q4km(name: string, shape: readonly number[], layers: number, hasOutput: boolean): string {
  if (shape.length === 1 || name.includes('ffn_gate_inp')) return 'F32'
  const layer = Number(/^blk\.(\d+)/.exec(name)?.[1] ?? -1)
  const eighth = Math.floor(layers / 8)
  const more = layer < eighth || layer >= Math.floor(7 * layers / 8) || (layer - eighth) % 3 === 2
  if (name === 'output.weight' || (name === 'token_embd.weight' && !hasOutput)) return 'Q6_K'
  if (name.includes('attn_qkv')) return 'Q5_K'
  return more && /attn_v|ffn_down/.test(name) ? 'Q6_K' : 'Q4_K'
}
