/** Prompts that are read from a cache or in chunks: against closed forms, and against the chunks one by one. */
import { describe, expect, test } from 'vitest'
import type { KernelReport, Phase, Scenario as Given } from '../../src/index.js'
import { chunksOf } from '../../src/analyzers/chunks.js'
import { answered, explains, gpu } from './answered.js'

type Scenario = Omit<Given, 'gpu'> & { readonly gpu?: string }
type Workload = NonNullable<Scenario['workload']>
const prefill = (model: string, workload: Workload, rest: Partial<Scenario> = {}): Phase => answered({ model, ...rest, workload: { output: 2, ...workload } }).phases[0]!
const sum = (kernels: readonly KernelReport[], of: (k: KernelReport) => number): number => kernels.reduce((all, k) => all + k.times * of(k), 0)
const near = (actual: number, expected: number, digits: number): void => { expect(Math.abs(actual / expected - 1), `${String(actual)}, not ${String(expected)}`).toBeLessThan(10 ** -digits) }

describe('a prefix that is cached', () => {
  // Llama 3.1 8B: 32 layers of d 4096, 8 groups of 4 queries, k 128, f 14336; v 128,256.
  const layer = 2 * (4096 * 6144 + 4096 * 4096 + 3 * 4096 * 14_336)
  test.each([[2048, 0], [2048, 1024], [2048, 2047], [100_000, 99_000]])('%i prompt tokens of which %i are there', (prompt, cached) => {
    const s = prompt - cached
    const pairs = s * cached + s * (s + 1) / 2
    const { flops, kernels } = prefill('llama-3.1-8b', { prompt, cached })
    expect(flops.matrix).toBe(32 * (s * layer + pairs * 2 * 2 * 4096) + 2 * 4096 * 128_256)
    const core = kernels.find(({ id }) => id.endsWith('attn/core'))!
    expect(core.bytes).toBe(2 * (2 * prompt * 1024 + 2 * s * 4096))
    expect(answered({ model: 'llama-3.1-8b', workload: { prompt, cached, output: 10 } }).memory.cache).toBe((prompt + 10) * 131_072)
  })
})

/** Every chunk as a prompt of its own whose beginning is cached. Only the last one runs the head, unless all do. */
function onebyone(model: string, { prompt, cached, chunk, ...workload }: { prompt: number; cached: number; chunk: number } & Workload, rest: Partial<Scenario>) {
  const kernels = new Map<string, { times: number; flops: number; bytes: number; sent: number; bound: number; estimate: number }>()
  let host = 0
  for (let from = cached; from < prompt; from += chunk) {
    const to = Math.min(prompt, from + chunk)
    const phase = prefill(model, { ...workload, prompt: to, cached: from }, rest)
    host += phase.seconds.estimate - sum(phase.kernels, k => k.seconds.estimate)
    for (const k of phase.kernels) {
      if (to < prompt && rest.conventions?.head !== 'all' && ['norm', 'head', 'head/all-gather', 'norm-head'].includes(k.id)) continue
      const all = kernels.get(k.id) ?? { times: 0, flops: 0, bytes: 0, sent: 0, bound: 0, estimate: 0 }
      kernels.set(k.id, { times: all.times + k.times, flops: all.flops + k.times * k.flops, bytes: all.bytes + k.times * k.bytes, sent: all.sent + k.times * k.sent, bound: all.bound + k.times * k.seconds.bound, estimate: all.estimate + k.times * k.seconds.estimate })
    }
  }
  return { kernels, host }
}

const cases: readonly (readonly [model: string, prompt: number, cached: number, chunk: number, rest: Partial<Scenario>])[] = [
  ['llama-3.1-8b', 2048, 0, 512, {}], ['llama-3.1-8b', 2000, 0, 512, {}], ['llama-3.1-8b', 2000, 300, 512, {}], ['llama-3.1-8b', 1000, 0, 1, {}], ['llama-3.1-8b', 130_000, 7, 300, {}],
  ['llama-3.1-8b', 2000, 0, 512, { conventions: { head: 'all' } }], ['llama-3.1-8b', 4000, 0, 512, { profile: 'vllm', mesh: { tp: 4 } }], ['llama-3.1-8b', 2000, 0, 256, { profile: 'eager' }],
  ['mistral-7b-v0.1', 20_000, 0, 512, {}], ['mistral-7b-v0.1', 60_000, 100, 70, {}], ['gemma-3-27b', 30_000, 0, 100, {}], ['gpt-oss-120b', 40_000, 0, 192, { gpu: 'b300-sxm' }],
  ['deepseek-v3', 6000, 0, 512, { gpu: 'b300-sxm', mesh: { tp: 8 } }], ['deepseek-v3', 50_000, 0, 100, { gpu: 'b300-sxm', mesh: { tp: 8 } }],
  ['deepseek-v3.2', 9000, 0, 100, { gpu: 'b300-sxm', mesh: { tp: 8 } }], ['deepseek-v3.2', 9000, 0, 7, { gpu: 'b300-sxm', mesh: { tp: 8 } }],
  ['deepseek-v4-flash', 30_000, 0, 100, { gpu: 'b300-sxm', mesh: { tp: 8 } }], ['deepseek-v4-flash', 9000, 13, 7, { gpu: 'b300-sxm', mesh: { tp: 8 } }],
  ['minimax-m3', 30_000, 0, 100, { gpu: 'b300-sxm', mesh: { tp: 4 } }], ['minimax-m3', 9000, 13, 7, { gpu: 'b300-sxm', mesh: { tp: 4 } }], ['gemma-4-26b-a4b', 30_000, 0, 100, {}],
  ['llama-4-scout', 50_000, 0, 128, { gpu: 'b300-sxm' }], ['llama-4-scout', 60_000, 50, 96, { gpu: 'b300-sxm' }], ['mixtral-8x7b', 5000, 0, 300, { gpu: 'b200-sxm' }],
]

describe('chunks in closed form are the chunks one by one', () => {
  test.each(cases)('%s: %i tokens, %i of them cached, in chunks of %i, %o', (model, prompt, cached, chunk, rest) => {
    const phase = prefill(model, { prompt, cached, chunk }, rest)
    const { kernels, host } = onebyone(model, { prompt, cached, chunk }, rest)
    const few = (prompt - cached) / chunk <= 129
    expect(phase.kernels.map(({ id }) => id)).toEqual([...kernels.keys()].sort((a, b) => phase.kernels.findIndex(k => k.id === a) - phase.kernels.findIndex(k => k.id === b)))
    for (const k of phase.kernels) {
      const all = kernels.get(k.id)!
      expect(k.times, k.id).toBeCloseTo(all.times, 6)
      for (const of of ['flops', 'bytes', 'sent'] as const) if (all[of] > 0) near(k.times * k[of], all[of], 11); else expect(k[of]).toBe(0)
      // Seconds turn where one limit takes over from another: beyond 129 chunks that is met to a few parts in 100,000.
      near(k.times * k.seconds.bound, all.bound, few ? 11 : 4)
      near(k.times * k.seconds.estimate, all.estimate, few ? 11 : 4)
    }
    near(phase.seconds.estimate, sum(phase.kernels, k => k.seconds.estimate) + host, 11)
    near(phase.perGpu.bytes, sum(phase.kernels, k => k.bytes), 12)
    near(phase.perGpu.flops, sum(phase.kernels, k => k.flops), 12)
  })
})

describe('what chunks change and what they do not', () => {
  const whole = prefill('llama-3.1-8b', { prompt: 8192 })
  test.each([100, 512, 1000, 4096])('%i tokens: FLOP stay, traffic and time grow', chunk => {
    const cut = prefill('llama-3.1-8b', { prompt: 8192, chunk })
    const runs = Math.ceil(8192 / chunk)
    expect(cut.flops).toEqual(whole.flops)
    near(cut.perGpu.flops, whole.perGpu.flops, 12)
    // Layer weights once per chunk; keys and values of all tokens up to the end of each chunk.
    const weights = 32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14_336 + 2 * 4096) * 2
    let context = 0
    for (let t = chunk; t < 8192 + chunk; t += chunk) context += Math.min(t, 8192)
    near(cut.perGpu.bytes - whole.perGpu.bytes, (runs - 1) * weights + (context - 8192) * 131_072, 10)
    expect(cut.seconds.estimate).toBeGreaterThan(whole.seconds.estimate)
    expect(cut.seconds.bound).toBeGreaterThanOrEqual(whole.seconds.bound * (1 - 1e-12))
  })

  test('a chunk as long as the prompt is no chunk', () => {
    expect(prefill('llama-3.1-8b', { prompt: 8192, chunk: 8192 })).toEqual(whole)
    expect(prefill('llama-3.1-8b', { prompt: 8192, cached: 8000, chunk: 512 })).toEqual(prefill('llama-3.1-8b', { prompt: 8192, cached: 8000 }))
  })

  test('activations are those of a chunk, the cache is that of the prompt, and more fits', () => {
    const of = (chunk: number | null, prompt = 8192) => answered({ model: 'llama-3.1-8b', workload: { batch: 8, prompt, chunk } })
    expect(of(512).memory.activations).toBe(of(null, 512).memory.activations)
    expect(of(512).memory.cache).toBe(of(null).memory.cache)
    expect(of(512).metrics.maxContext).toBeGreaterThan(of(null).metrics.maxContext!)
    expect(of(512).metrics.maxBatch).toBeGreaterThan(of(null).metrics.maxBatch!)
    expect(of(512).metrics.ttft).toBe(of(512).phases[0]!.seconds.estimate)
    expect(of(512).phases[1]).toEqual(of(null).phases[1])
  })

  test('100,000 chunks cost few evaluations', () => {
    expect(chunksOf([], 1e7, 0, 100, true).length).toBeLessThan(200)
    expect(chunksOf([], 1e7, 0, 100, false).length).toBeLessThan(10)
    expect(chunksOf([], 1e7, 0, 100, true).reduce((all, { runs, s }) => all + runs * s, 0)).toBeCloseTo(1e7, 3)
  })

  test.each([['bert-base', {}, 'workload.chunk'], ['t5-base', {}, 'workload.chunk']])('%s reads no chunks', model => {
    expect(() => prefill(model, { chunk: 128 })).toThrow(/workload\.chunk does not apply/)
  })
})

explains([
  { model: 'llama-3.1-8b', gpu, workload: { prompt: 2000, chunk: 512 }, profile: 'vllm' }, { model: 'mistral-7b-v0.1', gpu, workload: { prompt: 60_000, chunk: 100 } },
  { model: 'deepseek-v3', gpu: 'b300-sxm', mesh: { tp: 8 }, workload: { prompt: 3000, chunk: 512 } },
])
