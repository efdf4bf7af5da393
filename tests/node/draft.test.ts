/** Tokens that are drafted and verified: what it costs, what it yields, and what cannot draft. */
import { describe, expect, test } from 'vitest'
import { analyze, type Scenario } from '../../src/index.js'
import { answered, explains } from './answered.js'

type Draft = NonNullable<NonNullable<Scenario['workload']>['draft']>
const b300 = { gpu: 'b300-sxm', mesh: { tp: 8 } } as const
const llama = { model: 'llama-3.1-70b', gpu: 'h100-sxm5-80gb', mesh: { tp: 4 } } as const
const small: Draft = { model: 'llama-3.2-1b', tokens: 4, acceptance: 0.8 }
const drafting = (draft: Draft | null, rest: Omit<Scenario, 'gpu'> & { readonly gpu: string } = llama, workload: Scenario['workload'] = {}) => answered({ ...rest, workload: { ...workload, draft } })

describe('tokens per step: (1 − α^(γ + 1)) / (1 − α)', () => {
  test.each([[0, 4, 1], [0.5, 1, 1.5], [0.8, 4, 3.3616], [0.8, 7, 4.16114], [0.9, 3, 3.439], [1, 4, 5]])('α %f, γ %i: %f', (acceptance, tokens, expected) => {
    const { metrics } = drafting({ ...small, acceptance, tokens })
    expect(metrics.tokensPerStep).toBeCloseTo(expected, 5)
    let sum = 0
    for (let i = 0; i <= tokens; i++) sum += acceptance ** i
    expect(metrics.tokensPerStep).toBeCloseTo(sum, 12)
  })
})

describe('a step is γ passes of the draft and one of the model over γ + 1 tokens', () => {
  const plain = drafting(null), draft = answered({ ...llama, model: 'llama-3.2-1b', workload: { prompt: 2048 + 1, output: 257 } })
  const both = drafting({ ...small, tokens: 4 })
  const [prefill, decode] = both.phases
  const own = decode!.kernels.filter(({ id }) => !id.startsWith('draft/')), other = decode!.kernels.filter(({ id }) => id.startsWith('draft/'))
  const seconds = (kernels: typeof own) => kernels.reduce((all, k) => all + k.times * k.seconds.estimate, 0)

  test('the draft runs four times, at the mean of its contexts', () => {
    for (const k of draft.phases[1]!.kernels) {
      const four = other.find(({ id }) => id === `draft/${k.id}`)!
      expect(four.times).toBe(4 * k.times)
      // The middle of four steps is 1.5 tokens on; 2049 + 257 / 2 is as far from the middle of the output.
      if (k.flops > 0) expect(four.flops / k.flops).toBeCloseTo(1, 9)
      if (k.bytes > 0) expect(four.bytes / k.bytes).toBeCloseTo(1, 9)
    }
  })

  test('the model verifies five tokens: products five times, weights once, pairs of all five', () => {
    const kernel = (id: string, kernels = own) => kernels.find(k => k.id === `decoder/${id}`)!
    const before = plain.phases[1]!.kernels
    for (const id of ['attn/qkv', 'ffn/gate-up', 'ffn/down']) expect(kernel(id).flops / kernel(id, [...before]).flops).toBeCloseTo(5, 3)
    const t = 2048 + 128, pairs = [0, 1, 2, 3, 4].reduce((all, i) => all + t + i, 0)
    expect(kernel('attn/core').flops).toBe(pairs * 16 * (2 * 2 * 128 + 5))
    expect(own.find(k => k.id === 'head')!.flops).toBe(5 * 2 * 8192 * 128_256 / 4)
  })

  test('TPOT is a step by its tokens; prefill reads the prompt twice', () => {
    const step = seconds(own) + seconds(other)
    expect(decode!.seconds.estimate).toBeCloseTo(step, 12)
    expect(both.metrics.tpot).toBeCloseTo(step / both.metrics.tokensPerStep!, 12)
    expect(both.metrics.latency).toBeCloseTo(both.metrics.ttft! + 255 * both.metrics.tpot!, 10)
    expect(prefill!.seconds.estimate).toBeGreaterThan(plain.phases[0]!.seconds.estimate)
    expect(prefill!.kernels.filter(({ id }) => !id.startsWith('draft/'))).toEqual(plain.phases[0]!.kernels)
  })

  test('weights and cache of both are there, activations of the larger; only the tokens of the answer count for MFU', () => {
    const alone = answered({ ...llama, model: 'llama-3.2-1b' })
    expect(both.memory.weights).toBe(plain.memory.weights + alone.memory.weights)
    expect(both.memory.cache).toBe(plain.memory.cache + alone.memory.cache)
    expect(both.memory.activations).toBe(Math.max(plain.memory.activations, alone.memory.activations))
    expect(both.draft).toEqual({ id: 'llama-3.2-1b', parameters: alone.model.parameters, weights: alone.memory.weights, cache: alone.memory.cache })
    expect(both.metrics.mfu! * both.metrics.latency!).toBeCloseTo(plain.metrics.mfu! * plain.metrics.latency!, 9)
    expect(both.metrics.maxBatch).toBeLessThan(plain.metrics.maxBatch!)
    expect(both.model).toEqual(plain.model)
  })
})

describe('what is gained', () => {
  test('grows with acceptance; with none it is slower than without a draft', () => {
    const plain = drafting(null).metrics.tpot!
    const times = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.99, 1].map(acceptance => drafting({ ...small, acceptance }).metrics.tpot!)
    expect(times).toEqual([...times].sort((a, b) => b - a))
    expect(times[0]).toBeGreaterThan(plain)
    expect(times.at(-1)).toBeLessThan(plain / 2)
  })

  test('at α = 1 a step yields γ + 1 tokens, and the limit is reached from below', () => {
    const [one, nearly] = [1, 1 - 1e-9].map(acceptance => drafting({ ...small, acceptance }).metrics)
    expect(one!.tpot).toBeCloseTo(nearly!.tpot!, 9)
  })

  // Where memory bounds both, a step costs the weights of both: the speedup of Leviathan et al., theorem 3.8, is E / (γc + 1).
  test('on the plain roofline at small context the speedup is E / (γ c + 1)', () => {
    const request = { prompt: 1, output: 2 } as const
    const bound = (draft: Draft | null, rest = llama) => drafting(draft, { ...rest, mesh: { tp: 1 } }, request).phases[1]!.seconds.bound
    const c = bound(null, { ...llama, model: 'llama-3.2-1b' } as never) / bound(null)
    const E = 3.3616
    expect(E * bound(null) / bound(small)).toBeCloseTo(E / (4 * c + 1), 2)
  })
})

describe('the module that predicts further tokens', () => {
  // DeepSeek-V3: a layer of 256 experts, two norms and a projection; with embedding and head 684,489,845,504 parameters
  // lie in the published checkpoint ("685B"), 671,026,419,200 of them without the module (README: 671B and 14B).
  const layer = 7168 * 1536 + 1536 + 1536 * 128 * 192 + 7168 * 576 + 512 + 512 * 128 * 256 + 128 * 128 * 7168 + 256 * 3 * 7168 * 2048 + 3 * 7168 * 2048 + 7168 * 256 + 256 + 2 * 7168
  const module = layer + 2 * 7168 * 7168 + 3 * 7168

  test('DeepSeek-V3 has 11.6 B more, and 13.5 B with embedding and head again', () => {
    const report = drafting({ mtp: true, tokens: 1, acceptance: 0.85 }, { model: 'deepseek-v3', ...b300 })
    expect(report.draft?.parameters).toBe(module)
    expect(module).toBe(11_610_068_224)
    expect(report.model.parameters).toBe(671_026_419_200)
    expect(671_026_419_200 + module + 2 * 129_280 * 7168).toBe(684_489_845_504)
    expect(report.problems.map(({ code }) => code)).not.toContain('mtp-not-counted')
    expect(report.metrics.tokensPerStep).toBeCloseTo(1.85, 12)
    expect(report.draft?.cache).toBe((2048 + 256) * 576 * 2)
  })

  test('a token is one pass of one layer and the head', () => {
    const { phases } = drafting({ mtp: true, tokens: 2, acceptance: 0.85 }, { model: 'deepseek-v3', ...b300 })
    const kernels = phases[1]!.kernels.filter(({ id }) => id.startsWith('draft/'))
    expect(kernels.find(({ id }) => id === 'draft/join')).toMatchObject({ times: 2, flops: 2 * 2 * 7168 * 7168 })
    expect(kernels.find(({ id }) => id === 'draft/head')).toMatchObject({ times: 2, flops: 2 * 7168 * 129_280 / 8 })
    expect(kernels.filter(({ id }) => id.startsWith('draft/mtp/')).every(({ times }) => times === 2)).toBe(true)
  })

  test('more tokens than modules use the last again, and a word says so', () => {
    expect(drafting({ mtp: true, tokens: 2, acceptance: 0.8 }, { model: 'deepseek-v3', ...b300 }).problems).toContainEqual(expect.objectContaining({ code: 'module-reused', severity: 'note' }))
    const step = drafting({ mtp: true, tokens: 3, acceptance: 0.8 }, { model: 'step-3.7-flash', ...b300 })
    const one = drafting({ mtp: 1, tokens: 1, acceptance: 0.8 }, { model: 'step-3.7-flash', ...b300 })
    expect(step.problems.map(({ code }) => code)).not.toContain('module-reused')
    expect(step.draft).toMatchObject({ parameters: 3 * one.draft!.parameters, weights: 3 * one.draft!.weights, cache: 3 * one.draft!.cache })
  })
})

describe('Medusa heads', () => {
  // Vicuna 7B is Llama 7B: each head a residual block of d × d + d and an output matrix of d × v.
  const report = drafting({ medusa: 5, tokens: 5, acceptance: 0.6 }, { model: 'llama-2-7b', gpu: 'a100-sxm4-80gb' })
  test('five heads of Llama 2 7B: 739 M parameters, one pass each, no cache', () => {
    expect(report.draft).toEqual({ id: 'medusa', parameters: 5 * (4096 * 4096 + 4096 + 4096 * 32_000), weights: 2 * 5 * (4096 * 4096 + 4096 + 4096 * 32_000), cache: 0 })
    const kernels = report.phases[1]!.kernels.filter(({ id }) => id.startsWith('draft/'))
    expect(kernels.map(({ times }) => times)).toEqual(kernels.map(() => 5))
    expect(kernels.reduce((all, k) => all + k.times * k.flops, 0)).toBe(5 * (2 * 4096 * 4096 + 2 * 4096 * 32_000 + (8 + 1) * 4096))
    expect(report.phases[0]).toEqual(drafting(null, { model: 'llama-2-7b', gpu: 'a100-sxm4-80gb' }).phases[0])
  })
})

describe('what cannot draft is a problem', () => {
  test.each<[Draft | object, string, string, Partial<Scenario>?]>([
    [{ model: 'qwen3-0.6b', tokens: 4, acceptance: 0.8 }, 'invalid-field', 'workload.draft.model'], [{ model: 'llama-9', tokens: 4, acceptance: 0.8 }, 'unknown-model', 'workload.draft.model'],
    [{ model: 'bert-base', tokens: 4, acceptance: 0.8 }, 'not-supported', 'workload.draft.model'],
    [{ ...small, acceptance: 1.1 }, 'invalid-field', 'workload.draft.acceptance'], [{ ...small, acceptance: -0.1 }, 'invalid-field', 'workload.draft.acceptance'],
    [{ ...small, tokens: 0 }, 'invalid-field', 'workload.draft.tokens'], [{ ...small, tokens: 1.5 }, 'invalid-field', 'workload.draft.tokens'], [{ model: 'llama-3.2-1b', acceptance: 0.8 }, 'missing-field', 'workload.draft.tokens'],
    [{ mtp: true, tokens: 1, acceptance: 0.8 }, 'not-supported', 'workload.draft.mtp'], [{ mtp: 2, tokens: 1, acceptance: 0.8 }, 'invalid-field', 'workload.draft.mtp', { model: 'deepseek-v3', ...b300 }],
    [{ medusa: 3, tokens: 4, acceptance: 0.8 }, 'invalid-field', 'workload.draft.tokens'], [{ tokens: 4, acceptance: 0.8 }, 'invalid-field', 'workload.draft'], [{ ...small, medusa: 4 }, 'invalid-field', 'workload.draft'],
    [{ ...small, speed: 4 }, 'unknown-field', 'workload.draft.speed'], [{ medusa: 3, tokens: 3, acceptance: 0.8 }, 'not-supported', 'workload.draft', { model: 't5-base', mesh: {} }],
  ])('%o: %s at %s', (draft, code, path, rest = {}) => {
    const report = analyze({ ...llama, ...rest, workload: { draft: draft as Draft } })
    expect(report.phases).toEqual([])
    expect(report.problems.filter(({ severity }) => severity === 'error')[0]).toMatchObject({ code, path })
  })
})

explains([
  { ...llama, workload: { draft: small } }, { ...llama, workload: { draft: { ...small, acceptance: 1 }, prompt: 5000, chunk: 512 }, profile: 'vllm' },
  { model: 'deepseek-v3', ...b300, workload: { draft: { mtp: true, tokens: 2, acceptance: 0.8 } } }, { model: 'llama-2-7b', gpu: 'a100-sxm4-80gb', workload: { draft: { medusa: 5, tokens: 5, acceptance: 0.6 } } },
])
