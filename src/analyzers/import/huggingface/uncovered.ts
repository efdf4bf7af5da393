/** Architectures that are known by name and not covered, with what they have that a `Decoder` cannot say. */

const hybrid = 'state-space layers between its attention layers'
const delta = 'gated delta-rule linear attention'
const sparse = 'sparse attention that an indexer selects'
const encoder = 'an encoder'

/** By `model_type`. */
export const uncovered: ReadonlyMap<string, string> = new Map([
  ['mamba', 'state-space layers'], ['mamba2', 'state-space layers'], ['falcon_mamba', 'state-space layers'], ['rwkv', 'recurrent layers'],
  ['jamba', hybrid], ['bamba', hybrid], ['zamba', hybrid], ['zamba2', hybrid], ['nemotron_h', hybrid], ['granitemoehybrid', hybrid], ['falcon_h1', hybrid],
  ['recurrent_gemma', 'recurrent layers between its attention layers'], ['lfm2', 'convolution layers between its attention layers'],
  ['qwen3_next', delta], ['qwen3_5', delta], ['qwen3_5_text', delta], ['qwen3_5_moe', delta], ['qwen3_5_moe_text', delta],
  ['kimi_linear', 'delta-rule linear attention'], ['kimi_k3', 'delta-rule linear attention and gated latent attention'],
  ['minimax', 'linear attention'], ['minimax_text_01', 'linear attention'], ['minimax_m1', 'linear attention'], ['minimax_m3', 'block-sparse attention'],
  ['deepseek_v32', sparse], ['glm_moe_dsa', sparse], ['deepseek_v4', 'compressed sparse attention, hyper-connections and hashed routing'],
  ['llama4', 'chunked attention and layers without positions'], ['llama4_text', 'chunked attention and layers without positions'],
  ['gemma4', 'global layers with head sizes of their own and experts beside a dense FFN'], ['gemma4_text', 'global layers with head sizes of their own and experts beside a dense FFN'],
  ['gemma3n', 'per-layer embeddings and shared caches'], ['gemma3n_text', 'per-layer embeddings and shared caches'],
  ['mllama', 'cross-attention layers'], ['mllama_text_model', 'cross-attention layers'],
  ['bert', encoder], ['roberta', encoder], ['distilbert', encoder], ['vit', encoder], ['clip', encoder], ['siglip', encoder],
  ['t5', 'an encoder and cross-attention'], ['bart', 'an encoder and cross-attention'], ['whisper', 'an encoder and cross-attention'],
])

/** The `model_type` behind a class name, where the type says nothing: by the start of the name, longest first. */
export const classes: readonly (readonly [start: string, type: string])[] = [
  ['DeepseekV32', 'deepseek_v32'], ['DeepseekV4', 'deepseek_v4'], ['GlmMoeDsa', 'glm_moe_dsa'], ['NemotronH', 'nemotron_h'], ['KimiLinear', 'kimi_linear'],
  ['KimiK3', 'kimi_k3'], ['Qwen3Next', 'qwen3_next'], ['Qwen3_5', 'qwen3_5'], ['Llama4', 'llama4'], ['Gemma4', 'gemma4'], ['MiniMaxM3', 'minimax_m3'],
  ['FalconMamba', 'falcon_mamba'], ['Mamba', 'mamba'], ['Jamba', 'jamba'], ['Bamba', 'bamba'],
]

/** Fields whose presence, with a value, means a mechanism that is not covered, whatever the family. */
export const mechanisms: readonly (readonly [field: string, what: string])[] = [
  ['index_topk', sparse], ['sparse_attention_config', 'sparse attention'], ['compress_ratios', 'compressed sparse attention'],
  ['linear_attn_config', 'linear attention'], ['linear_num_key_heads', delta], ['hybrid_override_pattern', hybrid], ['layers_block_type', hybrid],
  ['ssm_state_size', hybrid], ['mamba_num_heads', hybrid], ['hc_mult', 'hyper-connections'], ['num_kv_shared_layers', 'shared caches'],
  ['cross_attention_layers', 'cross-attention layers'], ['attn_output_gate', 'gated attention'],
]
