import { describe, expect, it } from 'vitest'
import ggml from '../../data/ggml.json'
import { bytesPerElement, dtypes } from '../../src/hardware/precision.js'
import { analyze, formats } from '../../src/index.js'
import { findModel } from '../../src/analyzers/models/catalog.js'
import { answered } from './answered.js'

type Config = Readonly<Record<string, unknown>>

/** A checkpoint of the catalog with a quantization of its own. */
function config(id: string, quantization_config: unknown, changes: Config = {}): Config {
  const found = findModel(id)
  if ('code' in found) throw new Error(found.message)
  const text = found.config['text_config'] as Config | undefined
  return { ...found.config, ...(text === undefined ? {} : { text_config: { ...text, quantization_config: undefined } }), quantization_config, ...changes }
}

const report = (model: string | object, precision = {}) => answered({ model, gpu: 'b300-sxm', workload: { prompt: 16, output: 2 }, precision })
const bytes = (model: string | object, precision = {}): number => report(model, precision).memory.weights
const kinds = (model: object): string[] => [...new Set(report(model).phases[0]!.kernels.map(({ id }) => id.split('/')[0]!))].filter(id => /decoder|dense|moe|linear|full/.test(id))
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0)

describe('checkpoints of published size', () => {
  it('DeepSeek V3 as AWQ in groups of 64, total_size of its model.safetensors.index.json', () => {
    // github.com/kvcache-ai/sglang_awq; everything unquantized in 16 bits.
    expect(bytes(config('deepseek-v3', { quant_method: 'awq', bits: 4, group_size: 64, zero_point: true, version: 'gemm', modules_to_not_convert: null }, { torch_dtype: 'float16' }))).toBe(364_589_799_936)
  })
})

/** Llama 3.1 8B: 32 layers of these weights, in × out; and what no scheme touches. */
const llama: Readonly<Record<string, readonly [number, number]>> = { q: [4096, 4096], k: [4096, 1024], v: [4096, 1024], o: [4096, 4096], gate: [4096, 14336], up: [4096, 14336], down: [14336, 4096] }
const table = 128256 * 4096, gains = 65 * 4096
const names = Object.keys(llama)
const of = (name: string, layout: (into: number, out: number) => number): number => layout(...llama[name]!)
/** Bytes of a layer with one layout for all, or others for some weights. */
const layer = (layout: (into: number, out: number) => number, others: Readonly<Record<string, (into: number, out: number) => number>> = {}): number => sum(names.map(name => of(name, others[name] ?? layout)))
const outside = 2 * (2 * table + gains)

const plain = (i: number, o: number) => 2 * i * o
const channel = (scale: number) => (i: number, o: number) => i * o + scale * o
const tensor = (i: number, o: number) => i * o + 4
const block = (i: number, o: number) => i * o + 4 * Math.ceil(i / 128) * Math.ceil(o / 128)
const grouped = (bits: number, group: number, zero: number) => (i: number, o: number) => (bits * i * o + (16 + zero) * (i / group) * o) / 8
const nvfp4 = (i: number, o: number) => i * o / 2 + i * o / 16 + 4
const mx = (bits: number) => (i: number, o: number) => (bits * i * o + 8 * (i / 32) * o) / 8

describe('schemes in closed form, to the last scale', () => {
  const linear = { targets: ['Linear'] }
  it.each<[string, Config, (i: number, o: number) => number]>([
    ['GPTQ, 4 bits in groups of 128 with packed zero points', { quant_method: 'gptq', bits: 4, group_size: 128, sym: true }, grouped(4, 128, 4)],
    ['GPTQ, 3 bits in groups of 64', { quant_method: 'gptq', bits: 3, group_size: 64 }, grouped(3, 64, 3)],
    ['GPTQ, 4 bits, one group per channel', { quant_method: 'gptq', bits: 4, group_size: -1 }, (i, o) => i * o / 2 + 2.5 * o],
    ['AWQ, 4 bits in groups of 32', { quant_method: 'awq', w_bit: 4, q_group_size: 32 }, grouped(4, 32, 4)],
    ['symmetric groups of 128 without zero points', { quant_method: 'compressed-tensors', config_groups: { g: { ...linear, weights: { num_bits: 4, type: 'int', group_size: 128, symmetric: true, strategy: 'group' } } } }, grouped(4, 128, 0)],
    ['W8A8 in INT8, scales per channel', { quant_method: 'compressed-tensors', config_groups: { g: { ...linear, weights: { num_bits: 8, type: 'int', strategy: 'channel' }, input_activations: { num_bits: 8, type: 'int' } } } }, channel(2)],
    ['LLM.int8', { quant_method: 'bitsandbytes', load_in_8bit: true }, channel(4)],
    ['FP8 per tensor', { quant_method: 'fp8' }, tensor],
    ['FP8 per channel', { quant_method: 'compressed-tensors', config_groups: { g: { ...linear, weights: { num_bits: 8, type: 'float', strategy: 'channel' } } } }, channel(2)],
    ['FP8 in blocks', { quant_method: 'fp8', weight_block_size: [128, 128] }, block],
    ['NVFP4', { quant_method: 'modelopt', quant_algo: 'NVFP4' }, nvfp4],
    ['MXFP4', { quant_method: 'compressed-tensors', format: 'mxfp4-pack-quantized', config_groups: { g: { ...linear, weights: { num_bits: 4, type: 'float' } } } }, mx(4)],
    ['MXFP8', { quant_method: 'mxfp8' }, mx(8)],
    ['NF4', { quant_method: 'bitsandbytes', load_in_4bit: true }, (i, o) => i * o / 2 + 4 * i * o / 64],
    ['NF4, double quantization', { quant_method: 'bitsandbytes', load_in_4bit: true, bnb_4bit_use_double_quant: true }, (i, o) => i * o / 2 + i * o / 64 + 4 * i * o / 64 / 256],
  ])('%s', (_, scheme, layout) => { expect(bytes(config('llama-3.1-8b', scheme))).toBe(outside + 32 * layer(layout)) })

  it('rounds blocks up: MLA has a latent of 576', () => {
    const own = config('deepseek-v3', { quant_method: 'fp8', weight_block_size: [128, 128] })
    const attention = [[7168, 1536], [1536, 128 * 192], [7168, 512], [7168, 64], [512, 128 * 128], [512, 128 * 128], [128 * 128, 7168]] as const
    const ffn = (width: number) => sum([[7168, width], [7168, width], [width, 7168]].map(([i, o]) => block(i!, o!)))
    const rest = 2 * (2 * 129280 * 7168 + 61 * (2 * 7168 + 1536 + 512) + 7168 + 58 * 256 * 7169)
    expect(bytes(own)).toBe(rest + 61 * sum(attention.map(([i, o]) => block(i, o))) + 3 * ffn(18432) + 58 * 257 * ffn(2048))
  })
})

describe('layers and modules apart', () => {
  const fp8 = (ignore: readonly string[]) => config('llama-3.1-8b', { quant_method: 'fp8', modules_to_not_convert: ignore })
  const all = (layout: (i: number, o: number) => number) => Object.fromEntries(names.map(name => [name, layout]))
  const attention = { q: plain, k: plain, v: plain, o: plain }
  it.each<[string, readonly string[], number]>([
    ['the first three layers stay in 16 bits', ['model.layers.0', 'model.layers.1.*', 're:.*layers\\.2\\..*'], 29 * layer(tensor) + 3 * layer(plain)],
    ['the same as a list', ['re:.*layers\\.(0|1|2)\\..*'], 29 * layer(tensor) + 3 * layer(plain)],
    ['the same as a range', ['re:model\\.layers\\.[0-2]\\..*'], 29 * layer(tensor) + 3 * layer(plain)],
    ['a star begins numbers', ['model.layers.1*'], 21 * layer(tensor) + 11 * layer(plain)],
    ['the attention of one layer', ['model.layers.0.self_attn'], 31 * layer(tensor) + layer(tensor, attention)],
    ['one projection of every layer', ['re:.*down_proj'], 32 * layer(tensor, { down: plain })],
    ['one projection of one layer', ['model.layers.31.mlp.down_proj', 'model.layers.31.self_attn.qkv_proj'], 31 * layer(tensor) + layer(tensor, { down: plain, q: plain, k: plain, v: plain })],
    ['all', ['re:.*self_attn.*', 're:.*mlp.*'], 32 * layer(tensor, all(plain))],
  ])('%s', (_, ignore, expected) => { expect(bytes(fp8(ignore))).toBe(outside + expected) })

  it('are kinds of their own, and layers that do not differ are not', () => {
    expect(kinds(fp8(['lm_head', 're:.*self_attn.*']))).toEqual(['decoder'])
    expect(kinds(fp8(['model.layers.0', 'model.layers.7.mlp.down_proj']))).toEqual(['decoder', 'decoder-plain', 'decoder-plain-2'].sort())
  })
  it('run at their own rate', () => {
    const kernel = (id: string) => report(fp8(['model.layers.0'])).phases[0]!.kernels.find(k => k.id === id)!
    expect(kernel('decoder/ffn/down').bytes).toBeLessThan(kernel('decoder-plain/ffn/down').bytes)
    expect(kernel('decoder-plain/ffn/down').times).toBe(1)
  })
  it('count no parameter twice', () => { expect(report(fp8(['model.layers.0'])).model.parameters).toBe(8_030_261_248) })

  it.each<[string, Config, number]>([
    ['compressed-tensors with two groups', { quant_method: 'compressed-tensors', ignore: ['lm_head', 'model.layers.0.self_attn.o_proj'], config_groups: {
      a: { targets: ['re:.*self_attn.*'], weights: { num_bits: 8, type: 'float', strategy: 'tensor' } },
      b: { targets: ['re:.*mlp.*'], weights: { num_bits: 4, type: 'float', group_size: 16 } } } },
    32 * layer(nvfp4, { q: tensor, k: tensor, v: tensor, o: tensor }) - of('o', tensor) + of('o', plain)],
    ['ModelOpt in mixed precision', { quant_method: 'modelopt', quant_algo: 'MIXED_PRECISION', exclude_modules: ['lm_head'], quantized_layers: Object.fromEntries(Array.from({ length: 32 }, (_, i) => [
      [`model.layers.${i}.mlp.down_proj`, { quant_algo: 'FP8' }], [`model.layers.${i}.mlp.up_proj`, { quant_algo: 'NVFP4', group_size: 16 }], [`model.layers.${i}.mlp.gate_proj`, { quant_algo: 'NVFP4', group_size: 16 }],
      ...(i < 2 ? [[`model.layers.${i}.self_attn.o_proj`, { quant_algo: 'W4A16_AWQ', group_size: 64 }]] as const : [])] as const).flat()) },
    32 * layer(nvfp4, { ...attention, down: tensor }) - 2 * of('o', plain) + 2 * of('o', grouped(4, 64, 0))],
    ['a quantized head', { quant_method: 'gptq', bits: 4, group_size: 128, lm_head: true }, 32 * layer(grouped(4, 128, 4)) - 2 * table + grouped(4, 128, 4)(4096, 128256)],
    ['GPTQModel leaves modules out by its dynamic rules', { quant_method: 'gptq', bits: 4, group_size: 128, dynamic: { '-:.*self_attn.*': {} } }, 32 * layer(grouped(4, 128, 4), attention)],
  ])('%s', (_, scheme, expected) => { expect(bytes(config('llama-3.1-8b', scheme))).toBe(outside + expected) })

  it('keep their place in a hybrid', () => {
    const own = (ignore: readonly string[]) => config('qwen3.5-35b-a3b', { quant_method: 'fp8', modules_to_not_convert: ignore })
    const experts = 3 * 256 * 2048 * 512
    const [none, third, fourth] = [[], ['model.layers.2.mlp.experts'], ['model.layers.3.mlp.experts']].map(ignore => bytes(own(ignore)))
    for (const some of [third, fourth]) expect(some! - none!).toBe(experts - 3 * 256 * 4)
    expect(kinds(own(['model.layers.3.mlp.experts']))).toContain('full-plain')
    expect(kinds(own(['model.layers.2.mlp.experts']))).toContain('linear-plain')
  })
  it('are found by the pattern of a hybrid: layer 0 is Mamba, 1 has experts, 5 attention', () => {
    const own = (...ignore: readonly string[]) => bytes(config('nemotron-3-nano', { quant_method: 'fp8', ignore }))
    const more = (...ignore: readonly string[]) => own(...ignore) - own()
    const saved = (weights: number, scales: number) => weights - 4 * scales
    expect(more('backbone.layers.0.mixer.in_proj')).toBe(saved(2688 * (2 * 64 * 64 + 2 * 8 * 128 + 64), 4))
    expect(more('backbone.layers.1.mixer.in_proj')).toBe(0)
    expect(more('backbone.layers.5.mixer.*')).toBe(saved(2688 * 128 * (32 + 2 + 2 + 32), 4))
    expect(more('backbone.layers.1.mixer')).toBe(saved(2688 * 2 * (128 * 1856 + 3712), 2 * 129))
  })
  it('give way to other weights that are asked for', () => {
    expect(bytes(fp8(['model.layers.0']), { weights: 'bf16' })).toBe(2 * 8_030_261_248)
    expect(bytes(fp8(['model.layers.0']), { weights: 'fp8' })).toBe(bytes(fp8(['model.layers.0'])))
  })
  it('say where too many layers differ', () => {
    const ignore = Array.from({ length: 80 }, (_, i) => Array.from({ length: 7 }, (_, j) => (i >> j) & 1 ? [`model.layers.${i}.${['self_attn.q', 'self_attn.k', 'self_attn.v', 'self_attn.o', 'mlp.gate', 'mlp.up', 'mlp.down'][j]!}_proj`] : []).flat()).flat()
    const { problems } = analyze({ model: config('llama-3.1-70b', { quant_method: 'fp8', modules_to_not_convert: ignore }), gpu: 'b300-sxm' })
    expect(problems.map(({ code }) => code)).toContain('partly-quantized')
  })
})

describe('an encoder-decoder', () => {
  const fp8 = { quant_method: 'compressed-tensors', config_groups: { g: { targets: ['Linear'], weights: { num_bits: 8, type: 'float', strategy: 'channel' } } } }
  it.each([['a layer of the encoder', 're:.*layers.1.*', false], ['a layer of the decoder', 're:.*layers.13.*', true], ['all attention', 're:.*attention.*', false]])('%s apart loses no parameter, and what is not told apart is said', (_, pattern, said) => {
    const [whole, some] = [undefined, { ...fp8, ignore: [pattern] }].map(quantization => answered({ model: config('t5-small', quantization) }))
    expect(some!.model.parameters).toBe(whole!.model.parameters)
    expect(some!.phases.map(({ flops }) => flops)).toEqual(whole!.phases.map(({ flops }) => flops))
    expect(some!.problems.some(({ code }) => code === 'partly-quantized')).toBe(said)
  })
})

describe('networks', () => {
  // ResNet-50: weights of 53 convolutions and a classifier, their outputs; batch norms are folded into biases of 16 bits.
  const products = 23_454_912 + 2_048_000, outputs = 26_560 + 1000
  it.each([['bf16', 2 * products], ['fp8', products + 54 * 4], ['fp8-channel', products + 2 * outputs], ['int8', products + 2 * outputs], ['int4', products * (4 + 20 / 128) / 8]])('ResNet-50 in %s', (format, expected) => {
    expect(bytes('resnet-50', { weights: format })).toBe(expected + 2 * outputs)
  })
  it('the first convolution is widened once per tile of 64 of its 112 × 112 outputs', () => {
    const flops = (weights: string) => answered({ model: 'resnet-50', workload: { batch: 4 }, precision: { weights } }).phases[0]!.kernels[0]!.flops
    expect(flops('int4') - flops('bf16')).toBe(2 * 64 * 3 * 7 * 7 * 4 * 112 * 112 / 64)
  })
})

describe('caches in closed form', () => {
  // 32 layers, 8 heads of 128 for keys and as many for values.
  const cache = (tokens: number, format: string, batch = 1) => answered({ model: 'llama-3.1-8b', workload: { batch, prompt: tokens - 2, output: 2 }, precision: { cache: format } }).memory.cache
  const vectors = 32 * 8 * 2
  it.each<[string, (tokens: number) => number]>([
    ['bf16', tokens => 2 * 128 * vectors * tokens],
    ['fp8', tokens => 128 * vectors * tokens],
    ['int8', tokens => (128 + 4) * vectors * tokens],
    ['int4', tokens => (64 + 4) * vectors * tokens],
    ['mxfp8', tokens => (128 + 4) * vectors * tokens],
    ['nvfp4', tokens => (64 + 8) * vectors * tokens],
    // Keys leave full precision in groups of 128 tokens, values one by one.
    ['kivi-2bit', tokens => 32 * 8 * (2 * 128 * (tokens % 128 + Math.min(tokens, 128)) + (32 + 16) * (2 * tokens - tokens % 128 - Math.min(tokens, 128)))],
    ['kivi-int4', tokens => 32 * 8 * (2 * 128 * (tokens % 128 + Math.min(tokens, 128)) + (64 + 16) * (2 * tokens - tokens % 128 - Math.min(tokens, 128)))],
  ])('%s', (format, expected) => {
    for (const tokens of [8, 128, 1000, 4096]) expect(cache(tokens, format)).toBe(expected(tokens))
    expect(cache(1000, format, 3)).toBe(3 * expected(1000))
  })
  it('bytes per token hold the scales, and what one GPU of two keeps is half', () => {
    expect(answered({ model: 'llama-3.1-8b', precision: { cache: 'int8' } }).model.cacheBytesPerToken).toBe((128 + 4) * vectors)
    for (const format of ['int8', 'int4', 'kivi']) {
      const held = (tp: number) => answered({ model: 'llama-3.1-8b', mesh: { tp }, precision: { cache: format } }).memory.cache
      expect(held(2)).toBe(held(1) / 2)
    }
  })
  it('KIVI has nothing for latents', () => {
    expect(analyze({ model: 'deepseek-v3', gpu: 'b300-sxm', mesh: { tp: 8 }, precision: { cache: 'kivi' } }).problems.map(({ code, path }) => `${code} ${path}`)).toContain('not-supported precision.cache')
    expect(answered({ model: 'deepseek-v3', gpu: 'b300-sxm', mesh: { tp: 8 }, precision: { cache: 'int8' } }).model.cacheBytesPerToken).toBe(61 * (512 + 4 + 64 + 4))
  })
})

describe('widening', () => {
  const prefill = (weights: string, model = 'llama-3.1-8b', gpu = 'h100-sxm5-80gb') => answered({ model, gpu, workload: { batch: 8, prompt: 2048, output: 16 }, precision: { weights } })
  it.each(['int4', 'nf4', 'mxfp4', 'int8-g128', 'q4_k'].flatMap(weights => ['llama-3.1-8b', 'mixtral-8x7b'].map(model => [weights, model])))('%s is no faster than bf16 in the prefill of many tokens of %s, and faster in decode', (weights, model) => {
    const [wide, narrow] = ['bf16', weights].map(format => prefill(format, model).phases)
    expect(narrow![0]!.seconds.estimate).toBeGreaterThanOrEqual(wide![0]!.seconds.estimate)
    expect(narrow![1]!.seconds.estimate).toBeLessThan(wide![1]!.seconds.estimate)
  })
  it('is vector work of the kernel: each weight once per tile of 64 rows, a subtraction and a product', () => {
    const flops = (weights: string, phase: number) => prefill(weights).phases[phase]!.kernels.find(({ id }) => id === 'decoder/ffn/down')!.flops
    expect(flops('int4', 0) - flops('bf16', 0)).toBe(2 * 4096 * 14336 * Math.ceil(8 * 2048 / 64))
    expect(flops('nf4', 0) - flops('bf16', 0)).toBe(4096 * 14336 * Math.ceil(8 * 2048 / 64))
    expect(flops('int4', 1) - flops('bf16', 1)).toBe(2 * 4096 * 14336)
    expect(flops('fp8', 1)).toBe(flops('bf16', 1))
    expect(prefill('int4').phases[0]!.flops).toEqual(prefill('bf16').phases[0]!.flops)
  })
  it('FP4 that is multiplied in FP8 is widened to it', () => {
    const flops = (weights: string) => prefill(weights).phases[1]!.kernels.find(({ id }) => id === 'decoder/ffn/down')!.flops
    expect(flops('mxfp4-fp8') - flops('fp8')).toBe(4096 * 14336)
  })
  it('W4A8 runs at the rate of its activations', () => {
    const core = (weights: string) => prefill(weights).device!.roofs.map(({ flops }) => flops)
    expect(core('w4a8')).toEqual(core('fp8'))
    expect(prefill('w4a8', 'llama-3.1-8b', 'a100-sxm4-80gb').problems.map(({ code }) => code)).toContain('weight-only')
  })
})

describe('sparsity', () => {
  const run = (weights: string, gpu = 'h100-sxm5-80gb') => answered({ model: 'llama-3.1-8b', gpu, workload: { batch: 8, prompt: 2048, output: 16 }, precision: { weights } })
  const linear = 32 * layer((i, o) => i * o), channels = 32 * layer((_, o) => o)
  const weights = (format: string) => run(format).memory.weights
  it('2:4 keeps half the values and two bits for each', () => {
    expect(weights('bf16+2:4')).toBe(outside + linear * (16 / 2 + 2 / 2) / 8)
    expect(weights('int8+2:4')).toBe(outside + linear * (8 / 2 + 2 / 2) / 8 + 2 * channels)
    expect(weights('int4+2:4')).toBe(outside + linear * (4 / 2 + 1 + 20 / 128) / 8)
  })
  it('unstructured, a bit per value says which are kept', () => { expect(weights('bf16+75%')).toBeCloseTo(outside + linear * (16 / 4 + 1) / 8, 0) })
  it.each<[string, string, number]>([['bf16+2:4', 'h100-sxm5-80gb', 2], ['fp8+2:4', 'h100-sxm5-80gb', 2], ['int8+2:4', 'a100-sxm4-80gb', 2], ['fp16+2:4', 'v100-sxm2-32gb', 1], ['bf16+50%', 'h100-sxm5-80gb', 1], ['nvfp4+2:4', 'b300-sxm', 1]])(
    '%s on %s multiplies at %d times the dense rate', (format, gpu, gain) => {
      const fastest = (format: string) => run(format, gpu).device!.roofs[0]!.flops
      expect(fastest(format)).toBe(gain * fastest(format.replace(/\+.*/, '')))
      expect(run(format, gpu).problems.map(({ code }) => code).includes('not-skipped')).toBe(gain === 1)
    })
  it('reads compressed-tensors', () => {
    const scheme = (sparsity: object, groups?: object) => config('llama-3.1-8b', { quant_method: 'compressed-tensors', ...(groups === undefined ? {} : { config_groups: { g: groups } }), sparsity_config: sparsity, ignore: ['lm_head'] })
    const pairs = { format: 'sparse-24-bitmask', sparsity_structure: '2:4', global_sparsity: 0.5, targets: ['Linear'], ignore: ['lm_head'] }
    expect(bytes(scheme(pairs))).toBe(weights('bf16+2:4'))
    expect(bytes(scheme({ ...pairs, format: 'dense' }, { targets: ['Linear'], weights: { num_bits: 8, type: 'float', strategy: 'tensor' } }))).toBe(outside + 32 * layer(tensor))
    expect(bytes(scheme(pairs, { targets: ['Linear'], weights: { num_bits: 8, type: 'float', strategy: 'channel' } }))).toBe(outside + linear * 5 / 8 + 2 * channels)
    expect(bytes(scheme({ ...pairs, ignore: ['model.layers.0.mlp'] }))).toBe(weights('bf16+2:4') + 3 * 4096 * 14336 * 7 / 8)
    expect(bytes(scheme({ ...pairs, format: 'sparse-bitmask', sparsity_structure: 'unstructured', global_sparsity: 0.25 }))).toBe(outside + linear * 13 / 8)
  })
})

describe('mixtures of llama.cpp', () => {
  // tools/quantize/README.md of llama.cpp: bits per weight of Llama 3.1 8B, to which a table of 64 frequencies in FP32 belongs.
  it.each([['q8_0', 8.5008], ['Q6_K', 6.5633], ['q5_k_m', 5.7036], ['Q5_K_S', 5.5704], ['q4_k_m', 4.8944], ['q4_k_s', 4.6672], ['q3_k_l', 4.2979], ['q3_k_s', 3.6429]])('%s has %d bits per weight', (name, bits) => {
    const weights = 8_030_261_248 + 64
    expect((bytes('llama-3.1-8b', { weights: name }) + 4 * 64) * 8 / weights).toBeCloseTo(bits, 3.5)
  })
  it('are named in the report, with kinds of layers apart', () => {
    const { scenario, phases } = report('llama-3.1-8b', { weights: 'Q4_K_M' })
    expect(scenario.precision!.weights).toBe('q4_k_m')
    expect(phases[0]!.kernels.find(({ id }) => id === 'decoder-q6_k/ffn/down')).toMatchObject({ times: 16 })
  })
  it('give the values of Mixtral 8 bits', () => {
    const { v, o, router } = { v: 4096 * 1024, o: 4096 * 4096, router: 8 * 4096 }
    const experts = 8 * 4096 * 14336
    const expected = 65 * 4096 * 4 + 32000 * 4096 * (4.5 + 6.5625) / 8 + 32 * (4 * router + 2 * v * 8.5 / 8 + (o * (4.5 + 5.5) + 2 * experts * 4.5) / 8) + experts * 16 * (4.5 + 6.5625) / 8
    expect(bytes('mixtral-8x7b', { weights: 'q4_k_m' })).toBe(expected)
  })
  it('blocks take the bytes of ggml', () => {
    for (const dtype of dtypes) {
      const type = ggml.types.find(({ id }) => id.toLowerCase() === dtype.id)
      if (type) expect([dtype.id, bytesPerElement(dtype)]).toEqual([dtype.id, type.bytes / type.block])
    }
  })
  it.each([['deepseek-v3', 'other parts'], ['qwen2.5-0.5b', 'rows of 896']])('are refused for %s: %s', (model, why) => {
    const { problems } = analyze({ model, gpu: 'b300-sxm', precision: { weights: 'q4_k_m' } })
    expect(problems).toContainEqual(expect.objectContaining({ code: 'not-supported', path: 'precision.weights', message: expect.stringContaining(why) as string }))
  })
})

describe('weights that are asked for', () => {
  it.each<[string, string]>([
    ['w8a8-int8', 'int8'], ['gptq-int4-g128', 'int4'], ['awq-int4', 'int4'], ['fp8-w8a8', 'fp8'], ['gptq-int4-g32', 'int4-g32'], ['w4a16-g64', 'int4-g64'], ['awq', 'int4'], ['bnb-4bit', 'nf4'], ['Q4-K-M', 'q4_k_m'],
  ])('%s is %s', (name, id) => { expect(report('llama-3.1-8b', { weights: name }).scenario.precision!.weights).toBe(id) })
  it('by group', () => {
    const experts = 48 * 128 * 3 * 2048 * 768, attention = 48 * 2048 * 128 * (32 + 4 + 4 + 32), router = 48 * 2048 * 128
    const all = report('qwen3-30b-a3b').model.parameters
    const held = bytes('qwen3-30b-a3b', { weights: 'nvfp4, attention=fp8, router=fp32' })
    expect(held).toBe(experts * 4.5 / 8 + 48 * 128 * 3 * 4 + attention + 48 * 4 * 4 + 4 * router + 2 * (all - experts - attention - router))
    expect(bytes('qwen3-30b-a3b', { weights: 'router=fp32' })).toBe(2 * all + 2 * router)
  })
  const problems = (precision: object) => analyze({ model: 'llama-3.1-8b', gpu: 'h100', precision }).problems.filter(({ severity }) => severity === 'error').map(({ code, path, suggestions }) => [code, path, suggestions[0]])
  it.each<[object, string, string]>([
    [{ weights: 'q4_k_n' }, 'unknown-dtype', 'precision.weights'], [{ weights: 'nvpf4' }, 'unknown-dtype', 'precision.weights'], [{ weights: 'fp8+1:2' }, 'unknown-dtype', 'precision.weights'],
    [{ weights: 'fp8, atention=bf16' }, 'unknown-group', 'precision.weights'], [{ weights: 'attention=fp7' }, 'unknown-dtype', 'precision.weights'],
    [{ weights: 'kivi' }, 'unknown-dtype', 'precision.weights'], [{ cache: 'int4-g128-sym' }, 'unknown-dtype', 'precision.cache'], [{ cache: 'fp8-block' }, 'unknown-dtype', 'precision.cache'],
  ])('%j: %s at %s', (precision, code, path) => { expect(problems(precision).map(found => found.slice(0, 2))).toContainEqual([code, path]) })
  it('names what is close', () => { for (const [name, close] of [['q4_k_mm', 'q4_k_m'], ['nvpf4', 'nvfp4'], ['atention=fp8', 'attention']]) expect(problems({ weights: name })[0]![2]).toBe(close) })
  it('are all offered, and what is offered runs', () => {
    for (const part of ['weights', 'activations', 'cache'] as const) for (const { id, title } of formats[part]) {
      expect(title).not.toBe('')
      expect([id, problems({ [part]: id }).filter(([code]) => code !== 'no-engine')]).toEqual([id, []])
    }
  })
})
