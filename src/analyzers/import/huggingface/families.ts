/**
 * The architecture families that are read, a row each. A row spreads the one it resembles and says what differs.
 * Source of layer shapes and of defaults: transformers (https://github.com/huggingface/transformers), the file
 * `models/<family>/configuration_<family>.py` and the modules beside it, or the code published with the checkpoint.
 */
import type { Experts, Family } from './family.js'
import { count, flag, size } from './fields.js'

const llama: Family = {
  types: ['llama', 'Yi'],
  architectures: ['LlamaForCausalLM', 'LLaMAForCausalLM', 'YiForCausalLM'],
  names: {
    width: 'hidden_size', layers: 'num_hidden_layers', vocabulary: 'vocab_size', context: 'max_position_embeddings',
    heads: 'num_attention_heads', kvHeads: 'num_key_value_heads', headWidth: 'head_dim', valueWidth: null,
    window: 'sliding_window', ffn: 'intermediate_size',
  },
  defaults: {}, fixed: {},
  norm: 'rms', position: 'rope', extraRows: 0, embeddingNorm: false, headBias: false,
  attention: 'grouped', qkvBias: 'attention_bias', outBias: 'attention_bias', qkNorm: null, sinks: { local: false, global: false },
  window: 'never', local: {},
  gated: true, ffnBias: 'mlp_bias', ffnOverWidth: null, experts: null,
  parallel: false, inputNorms: 2, outputNorms: 0, normalizesInput: true, hiddenMtp: false,
}

const mistral: Family = {
  ...llama, types: ['mistral'], architectures: ['MistralForCausalLM'],
  defaults: { num_key_value_heads: 8, sliding_window: 4096 },
  qkvBias: false, outBias: false, ffnBias: false, window: 'always',
}

const routed: Experts = {
  experts: 'num_local_experts', active: ['num_experts_per_tok', 'experts_per_token'], width: 'intermediate_size',
  layers: 'all', bias: false, routerBias: false, shared: null, sharedGate: false,
}

const mixtral: Family = {
  ...mistral, types: ['mixtral'], architectures: ['MixtralForCausalLM'],
  defaults: { num_key_value_heads: 8 }, experts: routed,
}

const qwen2: Family = {
  ...llama, types: ['qwen2'], architectures: ['Qwen2ForCausalLM'],
  defaults: { num_key_value_heads: 32, sliding_window: 4096, max_window_layers: 28 },
  qkvBias: true, outBias: false, ffnBias: false, window: 'late',
}

const qwen2Moe: Family = {
  ...qwen2, types: ['qwen2_moe'], architectures: ['Qwen2MoeForCausalLM'],
  defaults: { num_key_value_heads: 16, sliding_window: 4096, max_window_layers: 28, decoder_sparse_step: 1, qkv_bias: true },
  qkvBias: 'qkv_bias',
  experts: {
    ...routed, experts: 'num_experts', width: 'moe_intermediate_size', layers: 'step',
    shared: { width: 'shared_expert_intermediate_size' }, sharedGate: true,
  },
}

const qwen3: Family = {
  ...qwen2, types: ['qwen3', 'qwen3_vl_text'], architectures: ['Qwen3ForCausalLM'],
  defaults: { num_key_value_heads: 32, head_dim: 128, sliding_window: 4096, max_window_layers: 28 },
  qkvBias: 'attention_bias', outBias: 'attention_bias', qkNorm: 'head',
}

const qwen3Moe: Family = {
  ...qwen3, types: ['qwen3_moe'], architectures: ['Qwen3MoeForCausalLM'],
  defaults: { num_key_value_heads: 4, sliding_window: 4096, max_window_layers: 28, decoder_sparse_step: 1 },
  experts: { ...routed, experts: ['num_experts', 'num_local_experts'], width: 'moe_intermediate_size', layers: 'step' },
}

const qwen3VlMoe: Family = {
  ...qwen3Moe, types: ['qwen3_vl_moe_text'], architectures: [],
  defaults: { num_key_value_heads: 16, decoder_sparse_step: 1 }, window: 'never',
}

const gemma: Family = {
  ...llama, types: ['gemma'], architectures: ['GemmaForCausalLM'],
  defaults: { tie_word_embeddings: true, num_key_value_heads: 16, head_dim: 256 }, ffnBias: false,
}

const gemma2: Family = {
  ...gemma, types: ['gemma2'], architectures: ['Gemma2ForCausalLM'],
  defaults: { tie_word_embeddings: true, num_key_value_heads: 4, head_dim: 256, sliding_window: 4096, sliding_window_pattern: 2 },
  window: 'pattern', outputNorms: 2,
}

/** Published Gemma 3 checkpoints leave most of these out of `text_config`. */
const gemma3: Family = {
  ...gemma2, types: ['gemma3_text'], architectures: ['Gemma3ForCausalLM'],
  defaults: {
    tie_word_embeddings: true, vocab_size: 262208, max_position_embeddings: 131072, num_attention_heads: 8, num_key_value_heads: 4,
    head_dim: 256, sliding_window: 4096, sliding_window_pattern: 6,
  },
  qkNorm: 'head',
}

const gpt2: Family = {
  ...llama, types: ['gpt2'], architectures: ['GPT2LMHeadModel'],
  names: {
    ...llama.names, width: ['n_embd', 'hidden_size'], layers: ['n_layer', 'num_hidden_layers'], context: ['n_positions', 'n_ctx', 'max_position_embeddings'],
    heads: ['n_head', 'num_attention_heads'], kvHeads: null, headWidth: null, ffn: 'n_inner',
  },
  defaults: { tie_word_embeddings: true }, fixed: { add_cross_attention: false },
  norm: 'layer', position: 'learned', qkvBias: true, outBias: true, gated: false, ffnBias: true, ffnOverWidth: 4,
}

const gptj: Family = {
  ...gpt2, types: ['gptj'], architectures: ['GPTJForCausalLM'], defaults: {}, fixed: {},
  position: 'rope', headBias: true, qkvBias: false, outBias: false, parallel: true, inputNorms: 1,
}

const gptNeox: Family = {
  ...gpt2, types: ['gpt_neox'], architectures: ['GPTNeoXForCausalLM'],
  names: { ...llama.names, kvHeads: null, headWidth: null },
  defaults: { attention_bias: true, use_parallel_residual: true }, fixed: {},
  position: 'rope', qkvBias: 'attention_bias', outBias: 'attention_bias', ffnOverWidth: null, parallel: 'use_parallel_residual',
}

/** OPT keeps two unused rows at the start of its position table. */
const opt: Family = {
  ...gpt2, types: ['opt'], architectures: ['OPTForCausalLM'],
  names: { ...llama.names, kvHeads: null, headWidth: null, ffn: 'ffn_dim' },
  defaults: { tie_word_embeddings: true, enable_bias: true },
  fixed: { do_layer_norm_before: true, _remove_final_layer_norm: false, layer_norm_elementwise_affine: true },
  equalsWidth: 'word_embed_proj_dim', extraRows: 2, qkvBias: 'enable_bias', outBias: 'enable_bias', ffnBias: 'enable_bias', ffnOverWidth: null,
}

const bloom: Family = {
  ...gpt2, types: ['bloom'], architectures: ['BloomForCausalLM'],
  names: { ...gpt2.names, width: ['hidden_size', 'n_embed', 'n_embd'], heads: ['num_attention_heads', 'n_head'], context: 'seq_length' },
  fixed: {}, position: 'alibi', embeddingNorm: true,
}

const falcon: Family = {
  ...gpt2, types: ['falcon', 'RefinedWebModel', 'RefinedWeb'], architectures: ['FalconForCausalLM', 'RWForCausalLM'],
  names: {
    ...gpt2.names, width: ['hidden_size', 'n_embed'], layers: ['num_hidden_layers', 'n_layer'], heads: ['num_attention_heads', 'n_head'],
    context: 'max_position_embeddings', ffn: 'ffn_hidden_size',
  },
  defaults: { tie_word_embeddings: true, multi_query: true, parallel_attn: true }, fixed: {},
  position: { alibi: 'alibi' }, qkvBias: 'bias', outBias: 'bias', ffnBias: 'bias', parallel: 'parallel_attn',
  groups: (fields, heads) => flag(fields, 'new_decoder_architecture') ? size(fields, ['num_kv_heads', 'n_head_kv']) : flag(fields, 'multi_query') ? 1 : heads,
  norms: fields => {
    if (!flag(fields, 'parallel_attn')) return 2
    return (count(fields, 'num_ln_in_parallel_attn') || (flag(fields, 'new_decoder_architecture') ? 2 : 1)) === 2 ? 2 : 1
  },
}

const phi: Family = {
  ...gptj, types: ['phi'], architectures: ['PhiForCausalLM'], names: { ...llama.names, headWidth: null },
  fixed: { qk_layernorm: false }, qkvBias: true, outBias: true, ffnOverWidth: null,
}

const phi3: Family = {
  ...llama, types: ['phi3'], architectures: ['Phi3ForCausalLM'],
  qkvBias: false, outBias: false, ffnBias: false, window: 'always',
}

const internlm: Family = {
  ...llama, types: ['internlm2', 'internlm'], architectures: ['InternLM2ForCausalLM', 'InternLMForCausalLM'],
  defaults: { bias: true }, qkvBias: 'bias', outBias: 'bias', ffnBias: false,
}

const olmo2: Family = {
  ...llama, types: ['olmo2'], architectures: ['Olmo2ForCausalLM'],
  ffnBias: false, qkNorm: 'all', outputNorms: 2, normalizesInput: false,
}

const deepseekV2: Family = {
  ...llama, types: ['deepseek_v2'], architectures: ['DeepseekV2ForCausalLM'], attention: 'latent', ffnBias: false,
  defaults: { moe_layer_freq: 1, topk_method: 'greedy' },
  experts: {
    ...routed, experts: 'n_routed_experts', width: 'moe_intermediate_size', layers: 'after',
    routerBias: ['topk_method', 'noaux_tc'], shared: { count: 'n_shared_experts' },
  },
}

const deepseekV3: Family = {
  ...deepseekV2, types: ['deepseek_v3', 'kimi_k2'], architectures: ['DeepseekV3ForCausalLM'],
  defaults: { moe_layer_freq: 1, topk_method: 'noaux_tc', first_k_dense_replace: 3 },
}

const gptOss: Family = {
  ...llama, types: ['gpt_oss'], architectures: ['GptOssForCausalLM'],
  defaults: { attention_bias: true, num_key_value_heads: 8, sliding_window: 128, sliding_window_pattern: 2 },
  window: 'pattern', sinks: { local: true, global: true },
  experts: { ...routed, bias: true, routerBias: true },
}

const minimaxM2: Family = {
  ...mixtral, types: ['minimax_m2'], architectures: ['MiniMaxM2ForCausalLM'],
  defaults: { use_routing_bias: true }, fixed: { use_qk_norm: true, qk_norm_type: 'per_layer' }, window: 'never', qkNorm: 'all',
  experts: { ...routed, routerBias: 'use_routing_bias', shared: { width: 'shared_intermediate_size' } },
}

/** Its prediction modules are in the checkpoint and not in the config. */
const mimoV2Flash: Family = {
  ...llama, types: ['mimo_v2_flash'], architectures: ['MiMoV2FlashForCausalLM'],
  names: { ...llama.names, valueWidth: 'v_head_dim' },
  defaults: { topk_method: 'noaux_tc', add_swa_attention_sink_bias: true },
  outBias: false, ffnBias: false, hiddenMtp: true,
  window: { listed: 'hybrid_layer_pattern' },
  local: {
    heads: ['swa_num_attention_heads', 'num_attention_heads'], kvHeads: 'swa_num_key_value_heads',
    headWidth: ['swa_head_dim', 'head_dim'], valueWidth: ['swa_v_head_dim', 'v_head_dim'],
  },
  sinks: { local: 'add_swa_attention_sink_bias', global: 'add_full_attention_sink_bias' },
  experts: {
    ...routed, experts: 'n_routed_experts', width: 'moe_intermediate_size', layers: 'after',
    routerBias: ['topk_method', 'noaux_tc'], shared: { count: 'n_shared_experts' },
  },
}

/** Every family that is read. */
export const families: readonly Family[] = [
  llama, mistral, mixtral, qwen2, qwen2Moe, qwen3, qwen3Moe, qwen3VlMoe, gemma, gemma2, gemma3, gpt2, gptj, gptNeox, opt, bloom,
  falcon, phi, phi3, internlm, olmo2, deepseekV2, deepseekV3, gptOss, minimaxM2, mimoV2Flash,
]

/** Models whose `text_config` is a decoder of one of the families, unchanged; what stands beside it is not counted. */
export const wrappers: readonly string[] = ['gemma3', 'qwen3_vl', 'qwen3_vl_moe', 'kimi_k25', 'kimi_vl', 'mistral3', 'llava', 'llava_next']
