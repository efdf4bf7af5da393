/**
 * What a decoder is, read from the fields of its config.json by family, from nothing in src and without its tables, so that
 * it can judge what the rows of data/decoders.json say. It trusts its input: only legal configs are read. Sources: the
 * configuration and modeling files of transformers, by model_type.
 */
type Config = Readonly<Record<string, unknown>>

export interface Decoder {
  /** Model width. */
  readonly width: number
  /** Rows of the token embedding. */
  readonly vocabulary: number
  /** Longest context that the checkpoint states, in tokens; null where it states none. */
  readonly context: number | null
  /** How tokens learn their position. Only a learned table has parameters: `rows` of them. */
  readonly position: { readonly kind: 'rope' | 'alibi' | 'none' } | { readonly kind: 'learned'; readonly rows: number }
  /** Whether the output head is the embedding table transposed. */
  readonly tied: boolean
  /** Bias of the output head (GPT-J, Phi). */
  readonly headBias: boolean
  readonly norm: Norm
  /** Norm applied to the embeddings before the first layer (BLOOM). */
  readonly embeddingNorm: boolean
  /** Norm before the head; every decoder read so far has one. */
  readonly finalNorm: boolean
  /** The kinds of layer, each once. A model with one kind names it `decoder`. */
  readonly kinds: readonly Layer[]
  /** The order of layers as runs of a kind: `[['local', 5], ['global', 1], …]`. */
  readonly order: readonly (readonly [kind: string, count: number])[]
}

export interface Norm {
  /** `rms` has a gain vector, `layer` a gain and a bias vector, `plain` no parameters. */
  readonly kind: 'rms' | 'layer' | 'plain'
}

export interface Layer {
  readonly name: string
  readonly attention: GroupedAttention | LatentAttention
  readonly ffn: DenseFfn | ExpertFfn
  /** `serial`: norm → attention → add → norm → FFN → add. `parallel`: both read the layer's input and are added once. */
  readonly residual: 'serial' | 'parallel'
  /** Norms before attention and FFN. A parallel layer may share one (GPT-J, Falcon-7B, Phi) or have two (GPT-NeoX). */
  readonly inputNorms: 1 | 2
  /** Norms on the outputs of attention and FFN, before they are added (Gemma 2 and 3). */
  readonly outputNorms: 0 | 2
  /** False where the norms sit only on the outputs (OLMo 2): then `inputNorms` are not applied. */
  readonly normalizesInput: boolean
}

/** MHA, GQA and MQA: `groups` key-value heads, each serving `queriesPerGroup` query heads. */
export interface GroupedAttention {
  readonly kind: 'grouped'
  readonly groups: number
  readonly queriesPerGroup: number
  /** Width of a query and key head; independent of the model width. */
  readonly headWidth: number
  /** Width of a value head; mostly `headWidth`. */
  readonly valueWidth: number
  /** Tokens a query sees at most, itself included; null sees all. */
  readonly window: number | null
  /** Tokens of a chunk, within which a query sees what is before it (Llama 4); null without chunks. */
  readonly chunk: number | null
  readonly bias: { readonly qkv: boolean; readonly out: boolean }
  /** Norm of queries and keys: one gain per head width (`head`: Qwen 3, Gemma 3), per all heads together (`all`: OLMo 2, MiniMax), without gains (`plain`: Llama 4), or none. */
  readonly qkNorm: 'head' | 'all' | 'plain' | null
  /** A learned gate per head on the output (Step 3.5). */
  readonly headGate: boolean
  readonly rope: boolean
  /** A learned logit per query head that joins the softmax (gpt-oss). */
  readonly sinks: boolean
}

/** MLA: keys and values come from one compressed latent per token (DeepSeek V2). */
export interface LatentAttention {
  readonly kind: 'latent'
  readonly heads: number
  /** Rank of the query compression; null projects queries directly (DeepSeek-V2-Lite). */
  readonly queryRank: number | null
  /** Rank of the key-value latent; with `ropeWidth` it is what the cache holds per token. */
  readonly latentRank: number
  /** Width per head of the part without and with rotary position, and of a value. */
  readonly nopeWidth: number
  readonly ropeWidth: number
  readonly valueWidth: number
  readonly bias: boolean
  /** Sparse attention that an indexer selects (DeepSeek V3.2): each query attends to the best tokens; null attends to all. */
  readonly index: Index | null
}

/** The indexer of a layer: `heads` of `width` score every token before a query, the best `selected` are attended to. */
export interface Index {
  readonly heads: number
  readonly width: number
  readonly selected: number
  /** False where a layer takes the choice of the one before it and has no indexer (GLM 5.2). */
  readonly own: boolean
}

export interface DenseFfn {
  readonly kind: 'dense'
  readonly width: number
  /** Gated has two input projections (SwiGLU, GeGLU), plain has one. */
  readonly gated: boolean
  readonly bias: boolean
}

export interface ExpertFfn {
  readonly kind: 'experts'
  readonly experts: number
  /** Experts each token visits. */
  readonly active: number
  /** Width of one routed expert. */
  readonly width: number
  readonly gated: boolean
  readonly bias: boolean
  /** Bias of the router's linear layer (gpt-oss), or a correction bias per expert beside it (DeepSeek V3): one number per expert either way. */
  readonly routerBias: boolean
  /** Width of the shared expert(s) together, null without. */
  readonly sharedWidth: number | null
  /** A learned scalar gate on the shared expert: one more `width`-vector (Qwen2-MoE). */
  readonly sharedGate: boolean
}

/** What the config class of a family fills in. */
const usual: Readonly<Record<string, Config>> = {
  mistral: { num_key_value_heads: 8, sliding_window: 4096 }, mixtral: { num_key_value_heads: 8 },
  qwen2: { num_key_value_heads: 32, sliding_window: 4096, max_window_layers: 28 },
  qwen2_moe: { num_key_value_heads: 16, sliding_window: 4096, max_window_layers: 28, decoder_sparse_step: 1, qkv_bias: true },
  qwen3: { num_key_value_heads: 32, head_dim: 128, sliding_window: 4096, max_window_layers: 28 },
  qwen3_moe: { num_key_value_heads: 4, sliding_window: 4096, max_window_layers: 28, decoder_sparse_step: 1 },
  qwen3_vl_moe_text: { num_key_value_heads: 16, decoder_sparse_step: 1 },
  gemma: { tie_word_embeddings: true, num_key_value_heads: 16, head_dim: 256 },
  gemma2: { tie_word_embeddings: true, num_key_value_heads: 4, head_dim: 256, sliding_window: 4096 },
  gemma3_text: { tie_word_embeddings: true, vocab_size: 262208, max_position_embeddings: 131072, num_attention_heads: 8, num_key_value_heads: 4, head_dim: 256, sliding_window: 4096 },
  gpt2: { tie_word_embeddings: true }, opt: { tie_word_embeddings: true, enable_bias: true }, bloom: { tie_word_embeddings: true },
  gpt_neox: { attention_bias: true, use_parallel_residual: true }, falcon: { tie_word_embeddings: true, multi_query: true, parallel_attn: true },
  internlm2: { bias: true }, deepseek_v2: { topk_method: 'greedy' }, deepseek_v3: { topk_method: 'noaux_tc', first_k_dense_replace: 3 },
  deepseek_v32: { topk_method: 'noaux_tc', first_k_dense_replace: 3, index_n_heads: 64, index_head_dim: 128, index_topk: 2048 },
  glm_moe_dsa: { topk_method: 'noaux_tc', first_k_dense_replace: 3, index_n_heads: 32, index_head_dim: 128, index_topk: 2048 },
  llama4_text: { num_key_value_heads: 8, head_dim: 128, attention_chunk_size: 8192, no_rope_layer_interval: 4, interleave_moe_layer_step: 1, use_qk_norm: true },
  step3p5: { first_k_dense_replace: 3, num_key_value_heads: 8, head_dim: 128 },
  gpt_oss: { attention_bias: true, num_key_value_heads: 8, sliding_window: 128 },
  minimax_m2: { use_routing_bias: true }, mimo_v2_flash: { topk_method: 'noaux_tc', add_swa_attention_sink_bias: true }, llama: {}, gptj: {}, phi: {}, phi3: {}, olmo2: {},
}
const other: Readonly<Record<string, string>> = { Yi: 'llama', kimi_k2: 'deepseek_v3', qwen3_vl_text: 'qwen3', RefinedWeb: 'falcon', RefinedWebModel: 'falcon', internlm: 'internlm2', step3p7: 'step3p5', LlamaForCausalLM: 'llama' }

/** The decoder of a config; null where its family is not one of these. */
export function decoderOf(source: Config): Decoder | null {
  const inner = (source['text_config'] ?? source) as Config
  const stated = (inner['model_type'] as string | undefined) ?? (inner['architectures'] as readonly string[] | undefined)?.[0] ?? ''
  const type = other[stated] ?? stated
  if (!(type in usual)) return null
  const c: Config = { ...usual[type], ...inner, ...('tie_word_embeddings' in source ? { tie_word_embeddings: source['tie_word_embeddings'] } : {}) }
  const is = (...types: readonly string[]) => types.includes(type)
  const maybe = (...names: readonly string[]): number | null => { const name = names.find(n => c[n] != null); return name === undefined ? null : Number(c[name]) }
  const n = (...names: readonly string[]): number => maybe(...names) ?? NaN
  const yes = (name: string): boolean => c[name] === true
  const listed = (name: string): readonly unknown[] | null => Array.isArray(c[name]) && (c[name] as readonly unknown[]).length > 0 ? c[name] as readonly unknown[] : null

  const [width, layers, allHeads] = [n('hidden_size', 'n_embd', 'n_embed'), n('num_hidden_layers', 'n_layer'), n('num_attention_heads', 'n_head')]
  const gpt = is('gpt2', 'gptj', 'gpt_neox', 'opt', 'bloom', 'falcon', 'phi'), latent = type.startsWith('deepseek') || is('glm_moe_dsa'), sparse = is('deepseek_v32', 'glm_moe_dsa')
  const period = maybe('sliding_window_pattern', '_sliding_window_pattern') ?? (is('gemma3_text') ? 6 : 2)

  const local = (i: number): boolean => {
    const types = listed('layer_types')
    if (is('qwen2', 'qwen2_moe', 'qwen3', 'qwen3_moe') && !yes('use_sliding_window')) return false
    if (types !== null) return types[i] === (is('llama4_text') ? 'chunked_attention' : 'sliding_attention')
    if (is('llama4_text')) return listed('no_rope_layers') === null ? (i + 1) % n('no_rope_layer_interval') > 0 : listed('no_rope_layers')![i] === 1
    if (is('gemma2', 'gemma3_text', 'gpt_oss')) return (i + 1) % period > 0
    if (is('mimo_v2_flash')) return listed('hybrid_layer_pattern')![i] === 1
    if (is('mistral', 'mixtral', 'phi3')) return maybe('sliding_window') !== null
    return is('qwen2', 'qwen2_moe', 'qwen3', 'qwen3_moe') && maybe('sliding_window') !== null && i >= (maybe('max_window_layers') ?? 0)
  }
  const routed = (i: number): boolean => {
    if (is('mixtral', 'gpt_oss', 'minimax_m2')) return true
    if (is('qwen2_moe', 'qwen3_moe', 'qwen3_vl_moe_text')) return listed('mlp_only_layers')?.includes(i) !== true && (i + 1) % n('decoder_sparse_step') === 0
    if (is('llama4_text')) return c['moe_layers'] == null ? (i + 1) % n('interleave_moe_layer_step') === 0 : (c['moe_layers'] as readonly number[]).includes(i)
    if (!latent && !is('step3p5', 'mimo_v2_flash')) return false
    const which = listed('moe_layer_freq')
    return i >= (maybe('first_k_dense_replace') ?? 0) && (which === null ? i % (maybe('moe_layer_freq') ?? 1) === 0 : which[i] === 1)
  }
  const indexed = (i: number): boolean => listed('indexer_types') !== null ? listed('indexer_types')![i] === 'full' : typeof c['index_topk_pattern'] === 'string' ? c['index_topk_pattern'][i] === 'F'
    : Math.max(i + 1 - (maybe('index_skip_topk_offset') ?? 2), 0) % (maybe('index_topk_freq') ?? 1) === 0

  const grouped = (near: boolean): GroupedAttention => {
    const heads = near && is('step3p5') ? n('num_sliding_attention_heads', 'num_attention_heads') : near && is('mimo_v2_flash') ? n('swa_num_attention_heads', 'num_attention_heads') : allHeads
    const falcon = yes('new_decoder_architecture') ? n('num_kv_heads', 'n_head_kv') : yes('multi_query') ? 1 : heads
    const groups = is('falcon') ? falcon : near && is('mimo_v2_flash') ? n('swa_num_key_value_heads') : gpt && !is('phi') ? heads : maybe('num_key_value_heads') ?? heads
    const headWidth = (gpt ? null : near && is('mimo_v2_flash') ? maybe('swa_head_dim', 'head_dim') : maybe('head_dim')) ?? width / heads
    const valueWidth = (!is('mimo_v2_flash') ? null : near ? maybe('swa_v_head_dim', 'v_head_dim') : maybe('v_head_dim')) ?? headWidth
    const bias = is('gpt2', 'bloom', 'phi') ? [true, true] : is('gptj', 'mistral', 'mixtral', 'minimax_m2', 'phi3') ? [false, false] : is('qwen2') ? [true, false] : is('qwen2_moe') ? [yes('qkv_bias'), false]
      : is('opt') ? [yes('enable_bias'), yes('enable_bias')] : is('falcon', 'internlm2') ? [yes('bias'), yes('bias')] : [yes('attention_bias'), yes('attention_bias') && !is('mimo_v2_flash')]
    return {
      kind: 'grouped', groups, queriesPerGroup: heads / groups, headWidth, valueWidth, bias: { qkv: bias[0] === true, out: bias[1] === true },
      window: near && !is('llama4_text') ? n('sliding_window') : null, chunk: near && is('llama4_text') ? n('attention_chunk_size') : null,
      qkNorm: is('qwen3', 'qwen3_moe', 'qwen3_vl_moe_text', 'gemma3_text', 'step3p5') ? 'head' : is('olmo2', 'minimax_m2') ? 'all' : near && is('llama4_text') && yes('use_qk_norm') ? 'plain' : null,
      headGate: is('step3p5'), rope: is('llama4_text') ? near : is('falcon') ? !yes('alibi') : !is('gpt2', 'opt', 'bloom'),
      sinks: is('gpt_oss') || (is('mimo_v2_flash') && yes(near ? 'add_swa_attention_sink_bias' : 'add_full_attention_sink_bias')),
    }
  }
  const compressed = (own: boolean): LatentAttention => ({
    kind: 'latent', heads: allHeads, queryRank: maybe('q_lora_rank'), latentRank: n('kv_lora_rank'), nopeWidth: n('qk_nope_head_dim'), ropeWidth: n('qk_rope_head_dim'), valueWidth: n('v_head_dim'),
    bias: yes('attention_bias'), index: sparse ? { heads: n('index_n_heads'), width: n('index_head_dim'), selected: n('index_topk'), own } : null,
  })
  const dense = (): DenseFfn => ({
    kind: 'dense', gated: !gpt, width: maybe(...(is('llama4_text') ? ['intermediate_size_mlp'] : ['intermediate_size', 'n_inner', 'ffn_dim', 'ffn_hidden_size'])) ?? 4 * width,
    bias: is('opt') ? yes('enable_bias') : is('falcon') ? yes('bias') : gpt || (is('llama') && yes('mlp_bias')),
  })
  const experts = (): ExpertFfn => {
    const each = is('mixtral', 'gpt_oss', 'minimax_m2', 'llama4_text') ? n('intermediate_size') : n('moe_intermediate_size')
    const shared = latent || is('mimo_v2_flash') ? (maybe('n_shared_experts') ?? 0) * each : is('llama4_text') ? each
      : is('qwen2_moe') ? maybe('shared_expert_intermediate_size') : is('step3p5') ? maybe('share_expert_dim') : is('minimax_m2') ? maybe('shared_intermediate_size') : 0
    return {
      kind: 'experts', width: each, gated: true, bias: is('gpt_oss'), sharedWidth: shared || null, sharedGate: is('qwen2_moe') && (shared ?? 0) > 0,
      experts: n('moe_num_experts', 'n_routed_experts', 'num_experts', 'num_local_experts'), active: n('moe_top_k', 'num_experts_per_tok', 'experts_per_token'),
      routerBias: is('gpt_oss') || (latent || is('mimo_v2_flash') ? c['topk_method'] === 'noaux_tc' : is('step3p5') ? yes('use_moe_router_bias') : is('minimax_m2') && yes('use_routing_bias')),
    }
  }
  const parallel = is('gptj', 'phi') || (is('gpt_neox') && yes('use_parallel_residual')) || (is('falcon') && yes('parallel_attn'))
  const layer = (name: string, i: number): Layer => ({
    name, attention: latent ? compressed(indexed(i)) : grouped(local(i)), ffn: routed(i) ? experts() : dense(), residual: parallel ? 'parallel' : 'serial',
    inputNorms: is('gptj', 'phi') || (is('falcon') && parallel && ((maybe('num_ln_in_parallel_attn') ?? 0) || (yes('new_decoder_architecture') ? 2 : 1)) !== 2) ? 1 : 2,
    outputNorms: is('gemma2', 'gemma3_text', 'olmo2') ? 2 : 0, normalizesInput: !is('olmo2'),
  })

  const all = Array.from({ length: layers }, (_, i) => [local(i), routed(i), sparse && indexed(i)] as const)
  const differ = [0, 1, 2].map(part => new Set(all.map(marks => marks[part])).size > 1)
  const names = all.map(marks => marks.flatMap((mark, part) => differ[part] ? [[['local', 'global'], ['moe', 'dense'], ['full', 'shared']][part]![mark ? 0 : 1]!] : []).join('-') || 'decoder')
  const starts = names.flatMap((name, i) => name === names[i - 1] ? [] : [i])
  const context = maybe(...(is('gpt2', 'gptj') ? ['n_positions', 'n_ctx', 'max_position_embeddings'] : is('bloom') ? ['seq_length'] : ['max_position_embeddings']))
  return {
    width, vocabulary: n('vocab_size'), context, tied: yes('tie_word_embeddings'), headBias: is('gptj', 'phi'), norm: { kind: gpt ? 'layer' : 'rms' }, embeddingNorm: is('bloom'), finalNorm: true,
    position: is('gpt2', 'opt') ? { kind: 'learned', rows: (context ?? NaN) + (is('opt') ? 2 : 0) } : { kind: is('bloom') || (is('falcon') && yes('alibi')) ? 'alibi' : 'rope' },
    kinds: [...new Set(names)].map(name => layer(name, names.indexOf(name))), order: starts.map((start, i) => [names[start]!, (starts[i + 1] ?? layers) - start]),
  }
}
