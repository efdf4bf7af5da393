/** Decoders whose layers differ in kind: counts, caches and the cost of a layer against closed forms. */
import { describe, expect, test } from 'vitest'
import { analyze, models } from '../../src/index.js'
import { answered as answer, explains, shares } from './answered.js'

const gpu = 'b300-sxm'
function answered(model: string | object, workload: { batch?: number; prompt: number; output: number }, tp = 1) {
  return answer({ model, gpu, workload, mesh: { tp }, precision: { cache: 'bf16' } })
}
const checkpoint = (id: string) => models.find(model => model.id === id) ?? { config: {} }
type Answer = ReturnType<typeof answered>
/** FLOP of one run of the kernels whose ids match. */
const flops = ({ phases }: Answer, phase: 0 | 1, id: RegExp) => phases[phase]?.kernels.filter(k => id.test(k.id)).reduce((sum, k) => sum + k.flops, 0) ?? 0

test.each([
  ['gemma-4-26b-a4b', 25_233_141_790, 3_822_530_590],
  ['minimax-m3', 426_174_572_928, 25_962_473_856],
  ['kimi-linear-48b-a3b', 49_122_681_728, 3_484_459_904],
  ['kimi-k3', 2_779_484_476_000, 105_364_017_760],
  ['minimax-text-01', 456_089_655_296, 48_403_306_496],
  ['granite-4.0-h-small', 32_207_337_984, 8_803_121_664],
  ['bamba-9b', 9_780_235_392, 9_780_235_392],
  ['lfm2-1.2b', 1_170_340_608, 1_170_340_608],
])('%s: %i parameters, %i visited by a token', (model, parameters, activeParameters) => {
  expect(answered(model, { prompt: 100, output: 2 }).model).toMatchObject({ parameters, activeParameters })
})

describe('layers that no kind describes', () => {
  const problems = (id: string, change: (text: Record<string, unknown>) => void) => {
    const config = structuredClone(checkpoint(id).config) as Record<string, Record<string, unknown>>
    change(config['text_config'] ?? config)
    return analyze({ model: config, gpu }).problems.filter(({ severity }) => severity === 'error').map(({ code, path }) => `${code} ${path}`)
  }
  test.each<readonly [string, (text: Record<string, unknown>) => void, string]>([
    ['gemma-4-26b-a4b', text => { text['layer_types'] = Array(30).fill('conv') }, 'invalid-field model.text_config.layer_types'],
    ['gemma-4-26b-a4b', text => { text['layer_types'] = ['full_attention'] }, 'invalid-field model.text_config.layer_types'],
    ['gemma-4-26b-a4b', text => { delete text['layer_types'] }, 'missing-field model.text_config.layer_types'],
    ['gemma-4-26b-a4b', text => { delete text['hidden_size_per_layer_input'] }, 'not-supported model.text_config.hidden_size_per_layer_input'],
    ['gemma-4-26b-a4b', text => { text['num_kv_shared_layers'] = 10 }, 'not-supported model.text_config.num_kv_shared_layers'],
    ['minimax-m3', text => { text['moe_layer_freq'] = [0, 1] }, 'invalid-field model.moe_layer_freq'],
    ['minimax-m3', text => { text['num_key_value_heads'] = 8 }, 'not-supported model.sparse_attention_config.sparse_num_index_heads'],
    ['minimax-m3', text => { text['sparse_attention_config'] = { ...text['sparse_attention_config'] as object, sparse_disable_index_value: Array(60).fill(0) } }, 'invalid-field model.moe_layer_freq'],
    ['minimax-m3', text => { text['sparse_attention_config'] = { ...text['sparse_attention_config'] as object, sparse_local_block: 2 } }, 'not-supported model.sparse_attention_config.sparse_local_block'],
    ['kimi-linear-48b-a3b', text => { text['linear_attn_config'] = { ...text['linear_attn_config'] as object, full_attn_layers: [4, 8] } }, 'invalid-field model.linear_attn_config.full_attn_layers'],
    ['kimi-linear-48b-a3b', text => { text['linear_attn_config'] = { ...text['linear_attn_config'] as object, full_attn_layers: [1, 4, 8, 12, 16, 20, 24, 27] } }, 'invalid-field model.linear_attn_config.full_attn_layers'],
    ['kimi-linear-48b-a3b', text => { text['mla_use_nope'] = false }, 'not-supported model.mla_use_nope'],
    ['kimi-k3', text => { delete text['linear_attn_config'] }, 'missing-field model.text_config.linear_attn_config.kda_layers'],
    ['minimax-text-01', text => { text['attn_type_list'] = Array(80).fill(2) }, 'invalid-field model.attn_type_list'],
    ['bamba-9b', text => { delete text['attn_layer_indices'] }, 'missing-field model.attn_layer_indices'],
    ['lfm2-1.2b', text => { text['layer_types'] = Array(16).fill('mamba') }, 'invalid-field model.layer_types'],
  ])('%s: %s', (id, change, said) => { expect(problems(id, change)).toContain(said) })
})

describe('Gemma 4: heads of their own in global layers, experts beside a dense FFN', () => {
  const [d, f, e, x, fe] = [2816, 2112, 128, 8, 704]

  test('25 windows of 1024 hold 8 heads of 256, 5 global layers 2 of 512, keys and values both', () => {
    const { model, memory } = answered('gemma-4-26b-a4b', { prompt: 131_071, output: 1 })
    expect(model.cacheBytesPerToken).toBe(2 * (25 * 2 * 8 * 256 + 5 * 2 * 2 * 512))
    expect(memory.cache).toBe(2 * (25 * 2 * 8 * 256 * 1024 + 5 * 2 * 2 * 512 * 131_072))
  })

  test('a global layer in decode: no value projection, both FFNs, a router over all experts', () => {
    const report = answered('gemma-4-26b-a4b', { prompt: 1000, output: 2 })
    const weight = 6, softmax = 5 * e
    const norms = 4 * (2 * 512 + 16 * 512 + 2 * 512) // keys, queries, values
    expect(flops(report, 1, /^global\/attn\/qkv$/)).toBe(2 * d * (16 * 512 + 2 * 512) + norms)
    expect(flops(report, 1, /^global\/ffn\/(gate-up|down)$/)).toBe(2 * 3 * d * f + 5 * f)
    expect(flops(report, 1, /^global\/moe\/(route|gate-up|down)$/)).toBe(2 * d * e + softmax + x * (weight * d * fe + 5 * fe + 2 * d))
  })

  test('the NVFP4 checkpoint keeps attention and the dense FFN: experts alone are narrow', () => {
    const ignore = ['lm_head', 'model.embed_vision*', ...Array.from({ length: 30 }, (_, i) => ['mlp', 'router', 'self_attn'].map(part => `model.language_model.layers.${String(i)}.${part}*`)).flat()]
    const quantization_config = { quant_algo: 'NVFP4', quant_method: 'modelopt', ignore }
    const { config } = checkpoint('gemma-4-26b-a4b')
    const weights = answered({ ...config, quantization_config }, { prompt: 100, output: 2 }).memory.weights
    const experts = 30 * e * 3 * d * fe
    // Each of an expert's three matrices has an FP32 scale on top.
    expect(weights).toBe((25_233_141_790 - experts) * 2 + experts * 4.5 / 8 + 30 * e * 3 * 4)
  })
})

describe('MiniMax-M3: 57 of 60 layers attend to 16 blocks of 128 tokens that an indexer selects', () => {
  const [d, g, r, k, indexed] = [6144, 4, 16, 128, 57]

  test('keys and values of 60 layers and one index key of 128 in 57', () => {
    const { model, memory } = answered('minimax-m3', { prompt: 99_999, output: 1 }, 8)
    expect(model.cacheBytesPerToken).toBe(2 * (60 * 2 * g * k + indexed * 128))
    // Over 8 GPUs 4 groups are replicated twice, and the one index key lies on all.
    expect(memory.cache).toBe(2 * 100_000 * (60 * 2 * k + indexed * 128))
  })

  test('a step at 131,072 tokens: scores of all, attention to 15 blocks and its own', () => {
    const report = answered('minimax-m3', { prompt: 131_071, output: 2 }, 1)
    expect(flops(report, 1, /^moe-sparse\/index\/qk$/)).toBe(2 * d * (g + 1) * 128 + 4 * (g + 1) * 128)
    expect(flops(report, 1, /^moe-sparse\/index\/core$/)).toBe(2 * g * 128 * 131_072)
    expect(flops(report, 1, /^moe-sparse\/attn\/core$/)).toBe(g * r * 16 * 128 * (4 * k + 5))
    const keysAndValues = 2 * 2 * g * k * 16 * 128
    expect(report.phases[1]?.kernels.find(kernel => kernel.id === 'moe-sparse/attn/core')?.bytes).toBe(keysAndValues + 2 * 2 * g * r * k)
  })

  test('up to 2048 tokens it is dense attention', () => {
    const report = answered('minimax-m3', { prompt: 2048, output: 2 }, 1)
    expect(flops(report, 0, /^moe-sparse\/attn\/core$/)).toBe(flops(report, 0, /^dense\/attn\/core$/))
  })
})

describe('Kimi Delta Attention', () => {
  const kernel = (model: string, prompt: number, id: RegExp, phase: 0 | 1) => answered(model, { prompt, output: 2 }, 8).phases[phase]?.kernels.find(k => id.test(k.id))

  test.each([['kimi-linear-48b-a3b', 32, 2304, 128], ['kimi-k3', 96, 7168, 0]])('%s: a layer of %i heads of 128', (model, heads, d, rank) => {
    const report = answered(model, { prompt: 4096, output: 2 })
    const [s, q, k, inner] = [4096, 64, 128, heads * 128]
    const gate = rank === 0 ? d * inner : d * rank + rank * inner
    expect(flops(report, 1, /^kda-moe\/delta\/in$/)).toBe(2 * (3 * d * inner + gate + d * heads + d * k + k * inner))
    expect(flops(report, 1, /^kda-moe\/delta\/recur$/)).toBe(7 * heads * k * k)
    expect(flops(report, 0, /^kda-moe\/delta\/chunk$/)).toBe(s * heads * (10 * q * k + q * q + 6 * k * k) + (s / q) * heads * 2 * k * k)
    expect(kernel(model, 100, /delta\/recur$/, 1)?.bytes).toBe(kernel(model, 10_000, /delta\/recur$/, 1)?.bytes)
  })

  // Layers, heads of 128, layers of latent attention with 512 + 64 elements per token.
  test.each([['kimi-linear-48b-a3b', 20, 32, 7], ['kimi-k3', 69, 96, 24]])('%s: %i layers keep a state in fp32 and three tokens of three convolutions', (model, layers, heads, full) => {
    const { model: counts, memory } = answered(model, { prompt: 999, output: 1 })
    expect(counts.cacheBytesPerToken).toBe(full * 576 * 2)
    expect(memory.cache).toBe(1000 * full * 576 * 2 + layers * heads * (4 * 128 * 128 + 2 * 3 * 3 * 128))
  })
})

describe('Kimi K3', () => {
  test('its checkpoint has 1.56 TB: experts in MXFP4, the rest in 16 bits', () => {
    const experts = 92 * 896 * 3 * 3584 * 3072
    expect(answered('kimi-k3', { prompt: 1, output: 1 }).memory.weights).toBe(experts * 4.25 / 8 + (2_779_484_476_000 - experts) * 2)
  })

  test('a layer mixes the sums of the blocks of 12 layers before it: 493 sources before attention, 501 before FFNs, 9 at the end', () => {
    const d = 7168
    const decode = answer({ model: 'kimi-k3', gpu, profile: 'eager', workload: { prompt: 9, output: 2 } }).phases[1]
    const all = (id: RegExp) => decode?.kernels.filter(k => id.test(k.id)).reduce((sum, k) => sum + k.times * k.flops, 0)
    expect(all(/\/attn\/mix$/)).toBeCloseTo(6 * d * 493, 3)
    expect(all(/\/ffn\/mix$/)).toBeCloseTo(6 * d * 501, 3)
    expect(all(/^residual-mix$/)).toBe(6 * d * 9)
  })
})

describe('MiniMax-Text-01: lightning attention of 64 heads of 128 in 70 layers, 10 of softmax attention', () => {
  const [d, h, k] = [6144, 64, 128]

  test('10 layers keep keys and values of 8 heads, 70 a state of 128 × 128 per head', () => {
    const { model, memory } = answered('minimax-text-01', { prompt: 999, output: 1 }, 8)
    expect(model.cacheBytesPerToken).toBe(10 * 2 * 8 * k * 2)
    expect(memory.cache * 8).toBe(1000 * 40_960 + 2 * 70 * h * k * k)
  })

  test('a layer: four projections and one back; 5 FLOP per element of the state in a step; blocks of 256 in a prefill', () => {
    const report = answered('minimax-text-01', { prompt: 4096, output: 2 })
    const [s, q] = [4096, 256]
    expect(flops(report, 1, /linear\/(in|out)$/)).toBe(2 * 5 * d * h * k)
    expect(flops(report, 1, /linear\/recur$/)).toBe(5 * h * k * k)
    expect(flops(report, 0, /linear\/chunk$/)).toBe(s * h * (4 * q * k + q + 4 * k * k) + (s / q) * h * 2 * k * k)
  })

  test('transformers states the same order as layer_types', () => {
    const { attn_type_list: types, ...config } = checkpoint('minimax-text-01').config as { attn_type_list: readonly number[] }
    const model = { ...config, model_type: 'minimax', architectures: ['MiniMaxForCausalLM'], layer_types: types.map(type => type === 1 ? 'full_attention' : 'linear_attention') }
    expect(answered(model, { prompt: 9, output: 2 }, 8).metrics).toEqual(answered('minimax-text-01', { prompt: 9, output: 2 }, 8).metrics)
  })
})

describe('LFM2: 10 of 16 layers are short convolutions', () => {
  test('a convolution keeps two tokens of 2048 channels, 81,920 bytes in all', () => {
    const { model, memory } = answered('lfm2-1.2b', { prompt: 999, output: 1 })
    expect(model.cacheBytesPerToken).toBe(6 * 2 * 8 * 64 * 2)
    expect(memory.cache).toBe(1000 * 12_288 + 81_920)
  })

  test('a layer: three projections, two gates, a kernel of 3, and an FFN of two thirds of 12288', () => {
    const report = answered('lfm2-1.2b', { prompt: 100, output: 2 })
    const d = 2048
    expect(flops(report, 1, /^conv\/conv\/(in|out)$/)).toBe(2 * 4 * d * d)
    expect(flops(report, 1, /^conv\/conv\/conv$/)).toBe((1 + 2 * 3 + 1) * d)
    expect(flops(report, 1, /^conv\/ffn\/(gate-up|down)$/)).toBe(2 * 3 * d * 8192 + 5 * 8192)
  })

  test('layer_types says the same', () => {
    const config = { ...checkpoint('lfm2-1.2b').config, layer_types: Array.from({ length: 16 }, (_, i) => [2, 5, 8, 10, 12, 14].includes(i) ? 'full_attention' : 'conv') }
    expect(answered(config, { prompt: 9, output: 2 }).metrics).toEqual(answered('lfm2-1.2b', { prompt: 9, output: 2 }).metrics)
  })
})

test.each([['bamba-9b', 29, 128, 3], ['granite-4.0-h-small', 36, 128, 4]])('%s: %i layers keep a state of %i heads of 64 × 128, the others keys and values', (model, layers, heads, full) => {
  const { memory, model: { cacheBytesPerToken } } = answered(model, { prompt: 999, output: 1 })
  expect(cacheBytesPerToken).toBe(full * 2 * 8 * 128 * 2)
  expect(memory.cache).toBe(2 * layers * (heads * 64 * 128 + 3 * (heads * 64 + 2 * 128)) + 1000 * full * 4096)
})

const hybrids = ['gemma-4-26b-a4b', 'minimax-m3', 'kimi-linear-48b-a3b', 'kimi-k3', 'minimax-text-01', 'bamba-9b', 'granite-4.0-h-small', 'lfm2-1.2b']
shares(hybrids)
explains(hybrids.map(model => ({ model, gpu })))
