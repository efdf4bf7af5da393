/** Random but legal inputs: config.json objects of every shape of decoder, and scenarios around them. */
import fc from 'fast-check'
import { gpus, type Scenario } from '../../src/index.js'

const heads = fc.record({ groups: fc.constantFrom(1, 2, 4, 8), queries: fc.constantFrom(1, 2, 4), width: fc.constantFrom(32, 64, 128) })
const common = fc.record({ layers: fc.integer({ min: 1, max: 12 }), hidden: fc.constantFrom(128, 256, 1024), ffn: fc.constantFrom(256, 512, 2816), vocabulary: fc.integer({ min: 100, max: 5000 }), tied: fc.boolean() })

/** Decoders as config.json objects: dense, windowed, experts, MLA, plain GPT. */
export const config: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.tuple(common, heads, fc.constantFrom('llama', 'mistral', 'qwen3', 'gemma2', 'mixtral', 'deepseek_v3', 'gpt_neox', 'gpt2')).map(([c, h, type]) => {
  const n = h.groups * h.queries
  const base = {
    model_type: type, hidden_size: c.hidden, num_hidden_layers: c.layers, num_attention_heads: n, num_key_value_heads: h.groups, head_dim: h.width,
    intermediate_size: c.ffn, vocab_size: c.vocabulary, tie_word_embeddings: c.tied, max_position_embeddings: 1_000_000, torch_dtype: 'bfloat16',
  }
  switch (type) {
    case 'mistral': return { ...base, sliding_window: 64 }
    case 'gemma2': return { ...base, sliding_window: 100 }
    case 'mixtral': return { ...base, num_local_experts: 8, num_experts_per_tok: 2 }
    case 'deepseek_v3': return {
      ...base, num_key_value_heads: n, q_lora_rank: 96, kv_lora_rank: 64, qk_nope_head_dim: 32, qk_rope_head_dim: 16, v_head_dim: 32, first_k_dense_replace: 1,
      moe_intermediate_size: 128, n_routed_experts: 16, num_experts_per_tok: 4, n_shared_experts: 1, moe_layer_freq: 1,
    }
    case 'gpt_neox': return { ...base, hidden_size: n * h.width }
    case 'gpt2': return { model_type: type, n_embd: n * h.width, n_layer: c.layers, n_head: n, vocab_size: c.vocabulary, n_positions: 1_000_000 }
    default: return base
  }
})

const gpu = fc.constantFrom(...gpus.filter(g => g.peaks.bf16 !== null || g.peaks.fp16 !== null).map(g => g.id))

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  model: config, gpu,
  workload: fc.record({ batch: fc.integer({ min: 1, max: 200 }), prompt: fc.integer({ min: 1, max: 20_000 }), output: fc.integer({ min: 0, max: 2000 }) }),
  mesh: fc.record({ tp: fc.constantFrom(1, 1, 1, 2, 4) }),
  precision: fc.record({ weights: fc.constantFrom(null, 'bf16', 'fp8', 'int8', 'int4', 'nvfp4', 'mxfp4'), cache: fc.constantFrom(null, 'fp8', 'fp16') }),
  profile: fc.constantFrom('ideal', 'eager', 'compiled'),
  conventions: fc.record({ attention: fc.constantFrom('causal', 'full'), head: fc.constantFrom('last', 'all') }),
})

/** Any JSON at all in any place of a scenario. */
export const nonsense: fc.Arbitrary<Scenario> = fc.tuple(scenario, fc.constantFrom('model', 'gpu', 'system', 'gpus', 'workload', 'mesh', 'precision', 'profile', 'training', 'offload', 'adapter', 'utilization', 'capacity', 'price', 'conventions', 'batch', '__proto__'), fc.oneof(fc.jsonValue(), fc.constantFrom(NaN, Infinity, -1, 0, 1e300, 2.5, '4', null, undefined)))
  .chain(([s, field, value]) => fc.constantFrom({ ...s, [field]: value }, { ...s, workload: { ...s.workload, [field]: value, batch: value } }, { ...s, mesh: { tp: value } }, { ...s, precision: { weights: value } }) as unknown as fc.Arbitrary<Scenario>)
