/** Numbers that must be exactly right: published counts, closed forms, and the tables of other tools under their own conventions. */
import { describe, expect, test } from 'vitest'
import { analyze, models, type Phase, type Report, type Scenario } from '../../src/index.js'
import { activeParameters, parameters } from './count.js'
import { decoderOf } from './decoder.js'

function answered(scenario: Scenario): Report & { model: NonNullable<Report['model']>; memory: NonNullable<Report['memory']>; metrics: NonNullable<Report['metrics']> } {
  const report = analyze(scenario)
  expect(report.problems.filter(p => p.severity === 'error')).toEqual([])
  return report as ReturnType<typeof answered>
}

function phase(report: Report, name: Phase['phase']): Phase {
  const found = report.phases.find(p => p.phase === name)
  if (!found) throw new Error(`no phase ${name}`)
  return found
}

describe('parameters and cache', () => {
  test.each([
    ['gpt2', 124_439_808, 36_864],
    ['llama-2-7b', 6_738_415_616, 524_288],
    ['llama-2-13b', 13_015_864_320, 819_200],
    ['llama-2-70b', 68_976_648_192, 327_680],
    ['llama-3.1-8b', 8_030_261_248, 131_072],
    ['mistral-7b-v0.1', 7_241_732_096, 131_072],
    ['mixtral-8x7b', 46_702_792_704, 131_072],
    ['deepseek-v3', 671_026_419_200, 70_272],
    ['gpt-oss-120b', 116_829_156_672, 73_728],
  ])('%s has %i parameters and %i bytes of cache per token', (model, count, bytes) => {
    const report = answered({ model, gpu: 'b300-sxm', workload: { prompt: 100 } })
    expect(report.model.parameters).toBe(count)
    expect(report.model.cacheBytesPerToken).toBe(bytes)
  })

  test.each(models.map(m => [m.id, m] as const))('%s: the graph counts what the closed form counts', (id, checkpoint) => {
    const decoder = decoderOf(checkpoint.config)
    const report = answered({ model: id, gpu: 'b300-sxm' })
    if (decoder !== null) {
      // The closed form is that of the text; a tower is counted in towers.test.ts.
      const tower = checkpoint.expected?.towerParameters ?? 0
      expect(report.model.parameters - tower).toBe(parameters(decoder))
      expect(report.model.activeParameters - tower).toBe(activeParameters(decoder))
    } else if (!('network' in checkpoint.config)) expect(checkpoint.expected).not.toBeNull()
    if (checkpoint.expected) expect(report.model.parameters).toBe(checkpoint.expected.parameters)
  })

  test('Mixtral visits 12,879,925,248 parameters per token', () => {
    expect(answered({ model: 'mixtral-8x7b', gpu: 'b300-sxm' }).model.activeParameters).toBe(12_879_925_248)
  })

  test('a window caps the cache, not the bytes of one more token before it', () => {
    const cache = (prompt: number) => answered({ model: 'mistral-7b-v0.1', gpu: 'h100', workload: { prompt, output: 0 } }).memory.cache
    expect(cache(4096)).toBe(4096 * 131_072)
    expect(cache(4095)).toBe(4095 * 131_072)
    expect(cache(8192)).toBe(4096 * 131_072)
  })

  test('interleaved windows cap their own layers', () => {
    const { cache } = answered({ model: 'gpt-oss-120b', gpu: 'b300-sxm', workload: { prompt: 8192, output: 0 } }).memory
    expect(cache).toBe(73_728 / 2 * 8192 + 73_728 / 2 * 128)
  })
})

describe('caches at the longest context, as published for the models, in GiB', () => {
  // Kimi K2.5 is the decoder of K2 with a longer context. GLM-5, whose published figure counts one layer more, is in sparse.test.ts.
  test.each([['deepseek-v3.1', 163_840, '10.72'], ['kimi-k2', 262_144, '17.16'], ['qwen3-0.6b', 40_960, '4.38'], ['gemma-3-27b', 131_072, '10.41']])('%s at %i tokens: %s', (model, prompt, published) => {
    expect((answered({ model, gpu: 'b300-sxm', workload: { prompt, output: 0 }, precision: { cache: 'bf16' } }).memory.cache / 2 ** 30).toFixed(2)).toBe(published)
  })

  test('Gemma 3 27B at 131,072 tokens: 11,173,625,856 bytes; 62 GiB without windows, and 81.38 if heads were the width over their number', () => {
    const report = answered({ model: 'gemma-3-27b', gpu: 'b300-sxm', workload: { prompt: 131_072, output: 0 }, precision: { cache: 'bf16' } })
    expect(report.memory.cache).toBe(11_173_625_856)
    expect((report.model.cacheBytesPerToken ?? 0) * 131_072 / 2 ** 30).toBe(62)
    expect((62 * 5376 / 32 / 128).toFixed(2)).toBe('81.38')
  })
})

test('Qwen3-30B-A3B weighs 61 GB; one token reads its own experts, 256 nearly all', () => {
  const at = (batch: number) => answered({ model: 'qwen3-30b-a3b', gpu: 'b300-sxm', workload: { batch, prompt: 16, output: 2 } })
  expect((at(1).memory.weights / 1e9).toFixed(0)).toBe('61')
  const experts = (batch: number) => at(batch).phases[1]?.kernels.filter(({ id }) => /moe\/(gate-up|down)$/.test(id)).reduce((sum, k) => sum + k.times * k.bytes, 0) ?? 0
  const all = 48 * 128 * 3 * 2048 * 768 * 2
  expect(experts(1) / all).toBeCloseTo(8 / 128, 3)
  expect(experts(256) / all).toBeGreaterThan(0.99)
})

describe('biases and sinks keep 16 bits when the layers are quantized', () => {
  test.each([
    ['gpt-oss-20b', null, 13_761_264_768],
    ['qwen2.5-7b', 'int4', 5_570_747_392],
    // A 16-bit scale for each of the 9 · 768 output channels of 12 layers.
    ['gpt2', 'int8', 163_944_960 + 2 * 12 * 9 * 768],
  ])('%s in %s', (model, weights, bytes) => {
    expect(Math.round(answered({ model, gpu: 'b200', precision: { weights }, workload: { prompt: 64, output: 2 } }).memory.weights)).toBe(bytes)
  })
})

describe('Llama-2-7B, batch 1, prompt 2048, head on the last token', () => {
  const run = (attention: 'causal' | 'full') => answered({ model: 'llama-2-7b', gpu: 'h100', workload: { batch: 1, prompt: 2048, output: 0 }, conventions: { attention } })

  test.each([
    ['causal', 27_626_028_662_784, 17_034_133_504],
    ['full', 28_725_003_419_648, 27_766_308_864],
  ] as const)('prefill, %s: %i matrix and %i vector FLOP', (attention, matrix, vector) => {
    expect(phase(run(attention), 'prefill').flops).toEqual({ matrix, vector })
  })

  test('one decode step over 2048 tokens: 14,287,896,576 matrix and 13,574,144 vector FLOP', () => {
    expect(phase(run('causal'), 'decode').flops).toEqual({ matrix: 14_287_896_576, vector: 13_574_144 })
  })

  test('the convention changes what is counted, never the time', () => {
    const [causal, full] = [phase(run('causal'), 'prefill'), phase(run('full'), 'prefill')]
    expect(full.seconds).toEqual(causal.seconds)
    expect(full.perGpu).toEqual(causal.perGpu)
  })

  test('decode reads every weight once, but one embedding row per token', () => {
    const decode = phase(run('causal'), 'decode')
    const weights = (6_738_415_616 - 32_000 * 4096) * 2
    const cache = 2048 * 524_288
    const activations = decode.perGpu.bytes - weights - cache
    expect(decode.kernels[0]).toMatchObject({ id: 'embed', bytes: 4 + 4096 * 2 + 4096 * 2 })
    expect(activations).toBeGreaterThan(0)
    expect(activations / decode.perGpu.bytes).toBeLessThan(0.001)
  })

  test('head on all tokens adds their logits', () => {
    const all = phase(answered({ model: 'llama-2-7b', gpu: 'h100', workload: { prompt: 2048, output: 0 }, conventions: { head: 'all' } }), 'prefill')
    expect(all.flops.matrix - 27_626_028_662_784).toBe(2 * 2047 * 4096 * 32_000)
  })
})

test('kernels sum to their phase, per GPU', () => {
  const report = answered({ model: 'mixtral-8x7b', gpu: 'h100', mesh: { tp: 4 }, workload: { batch: 8 } })
  for (const p of report.phases) {
    const sum = (of: (k: Phase['kernels'][number]) => number) => p.kernels.reduce((total, k) => total + k.times * of(k), 0)
    expect(sum(k => k.flops)).toBeCloseTo(p.perGpu.flops, 0)
    expect(sum(k => k.bytes)).toBeCloseTo(p.perGpu.bytes, 0)
    expect(sum(k => k.sent)).toBeCloseTo(p.perGpu.sent, 0)
    expect(sum(k => k.seconds.bound) / p.seconds.bound).toBeCloseTo(1, 12)
    expect(sum(k => k.seconds.estimate) / p.seconds.estimate).toBeCloseTo(1, 12)
  }
})

test('latency, TPOT and throughput follow from the phases', () => {
  const { phases: [prefill, decode], metrics } = answered({ model: 'llama-3.1-8b', gpu: 'h100', workload: { batch: 16, prompt: 2048, output: 256 }, price: 3.6 })
  const [first = NaN, step = NaN] = [prefill?.seconds.estimate, decode?.seconds.estimate]
  expect(metrics.ttft).toBe(first)
  expect(metrics.latency).toBe(first + 255 * step)
  expect(metrics.tpot).toBeCloseTo(step, 15)
  expect(metrics.tokensPerSecond).toBeCloseTo(16 * 256 / (first + 255 * step), 9)
  expect(metrics.joulesPerToken).toBeCloseTo(700 * (first + 255 * step) / (16 * 256), 12)
  expect(metrics.usdPerMillionTokens).toBeCloseTo(3.6 / 3600 * (first + 255 * step) / (16 * 256) * 1e6, 9)
  expect(metrics.samplesPerSecond).toBeNull()
})

test('without output tokens what needs them is null, not zero', () => {
  const { metrics } = answered({ model: 'llama-3.1-8b', gpu: 'h100', workload: { output: 0 } })
  expect(metrics).toMatchObject({ tpot: null, mbu: null, tokensPerSecond: null, joulesPerToken: null, usdPerMillionTokens: null })
  expect(metrics.latency).toBe(metrics.ttft)
})
