/** Tensor and sequence parallelism: what is derived must be what the papers say, and shards must sum to the whole. */
import { describe, expect, test } from 'vitest'
import { analyze, type Phase, type Scenario } from '../../src/index.js'
import { transition } from '../../src/analyzers/shard.js'

function phases(scenario: Scenario): readonly [Phase, Phase] {
  const report = analyze(scenario)
  expect(report.problems.filter(p => p.severity === 'error')).toEqual([])
  const [prefill, decode] = report.phases
  if (!prefill || !decode) throw new Error('no phases')
  return [prefill, decode]
}
const collectives = (phase: Phase, kind: string) => phase.kernels.filter(k => k.id.startsWith('decoder/') && k.id.endsWith(kind))

test('the table of transitions', () => {
  expect(transition('partial', 'whole')).toBe('reduce')
  expect(transition('partial', 'split s')).toBe('scatter')
  expect(transition('split s', 'whole')).toBe('gather')
  expect(transition('split s', 'split g')).toBe('exchange')
  expect(transition('whole', 'split s')).toBeNull()
  expect(transition('split s', 'split s')).toBeNull()
})

describe('Llama-2-70B at TP 8', () => {
  const workload = { batch: 8, prompt: 512, output: 0 }
  const [plain, plainStep] = phases({ model: 'llama-2-70b', gpu: 'h100', mesh: { tp: 8 }, workload })
  const [sequence, sequenceStep] = phases({ model: 'llama-2-70b', gpu: 'h100', mesh: { tp: 8, sequence: true }, workload })
  const bsd = 8 * 512 * 8192 * 2

  test('two all-reduces per layer of b·s·d elements (arXiv:1909.08053)', () => {
    expect(collectives(plain, 'all-reduce')).toMatchObject([{ times: 80, sent: 2 * 7 / 8 * bsd }, { times: 80, sent: 2 * 7 / 8 * bsd }])
    expect(collectives(plainStep, 'all-reduce')).toMatchObject([{ times: 80, sent: 2 * 7 / 8 * bsd / 512 }, { times: 80, sent: 2 * 7 / 8 * bsd / 512 }])
  })

  test('sequence parallelism sends the same volume as reduce-scatter and all-gather (arXiv:2205.05198)', () => {
    for (const [a, b] of [[plain, sequence], [plainStep, sequenceStep]] as const) {
      expect(collectives(b, 'all-reduce')).toEqual([])
      expect(collectives(b, 'reduce-scatter')).toHaveLength(2)
      expect(collectives(b, 'all-gather')).toHaveLength(2)
      const layers = (p: Phase) => p.kernels.filter(k => k.id.startsWith('decoder/')).reduce((sum, k) => sum + k.times * k.sent, 0)
      expect(layers(b)).toBe(layers(a))
    }
  })

  test('the embedding is reduced once, not once per layer', () => {
    expect(plain.kernels.filter(k => k.id.startsWith('embed/'))).toMatchObject([{ id: 'embed/all-reduce', times: 1 }])
  })

  test('sequence parallelism splits the vector work that plain TP repeats', () => {
    const whole = phases({ model: 'llama-2-70b', gpu: 'gb200', workload })[0]
    expect(sequence.perGpu.flops * 8).toBeCloseTo(whole.perGpu.flops, -6)
    expect(plain.perGpu.flops * 8).toBeGreaterThan(whole.perGpu.flops)
  })
})

describe('shards sum to the whole', () => {
  test.each([
    ['llama-2-70b', 8], ['llama-3.1-8b', 4], ['mixtral-8x7b', 8], ['deepseek-v3', 8], ['gpt-oss-120b', 8], ['gemma-3-27b', 4], ['gpt-neox-20b', 8], ['falcon-7b', 71],
  ])('%s over %i GPUs', (model, tp) => {
    const at = (degree: number) => analyze({ model, gpu: 'gb200', mesh: { tp: degree }, workload: { batch: 4, prompt: 128, output: 8 } })
    const [one, many] = [at(1), at(tp)]
    expect(many.phases).toHaveLength(2)
    one.phases.forEach((whole, i) => {
      const part = many.phases[i]
      if (!part) throw new Error('no phase')
      expect(part.flops, 'counted FLOP do not depend on the mesh').toEqual(whole.flops)
      for (const kernel of whole.kernels) {
        // Kernels that TP splits: projections, attention, FFN, experts. Every rank combines its own partial sums of the experts, so `moe/down` is not among them.
        if (!/(qkv|core|out|gate-up|ffn\/up|ffn\/down|head)$/.test(kernel.id) || /falcon/.test(model)) continue
        const shard = part.kernels.find(k => k.id === kernel.id)
        if (shard) expect(shard.flops * tp / kernel.flops, kernel.id).toBeCloseTo(1, 9)
      }
    })
    const [w, wTp] = [one.memory?.weights ?? 0, many.memory?.weights ?? 0]
    expect(wTp * tp).toBeGreaterThanOrEqual(w)
    if (model === 'llama-2-70b') expect(wTp * tp - w, 'only the norms are repeated').toBe(7 * 161 * 8192 * 2)
  })

  test('KV groups are split where TP divides them and replicated where they divide TP', () => {
    const cache = (tp: number) => analyze({ model: 'llama-3.1-70b', gpu: 'gb200', mesh: { tp }, workload: { batch: 1, prompt: 1000, output: 24 } }).memory?.cache
    expect(cache(1)).toBe(1024 * 327_680)
    expect(cache(8)).toBe(1024 * 327_680 / 8)
    expect(cache(16)).toBe(1024 * 327_680 / 8)
    expect(cache(64)).toBe(1024 * 327_680 / 8)
  })

  test('the latent of MLA is repeated on every rank', () => {
    const cache = (tp: number) => analyze({ model: 'deepseek-v3', gpu: 'b300-sxm', mesh: { tp }, workload: { batch: 1, prompt: 1000, output: 24 } }).memory?.cache
    expect(cache(8)).toBe(cache(1))
  })

  test('a vocabulary is padded to a multiple of TP in bytes, never in parameters', () => {
    const at = (tp: number) => analyze({ model: 'gpt2', gpu: 'gb200', mesh: { tp }, workload: { prompt: 100, output: 1 } })
    const [one, four] = [at(1), at(4)]
    expect(four.model?.parameters).toBe(124_439_808)
    const padded = Math.ceil(50_257 / 4) * 768 * 2
    const rest = (r: typeof one, embedding: number) => (r.memory?.weights ?? 0) - embedding
    expect(rest(four, padded)).toBeLessThan(rest(one, 50_257 * 768 * 2))
    expect(four.phases[0]?.kernels.find(k => k.id === 'head')?.flops).toBe(2 * 768 * Math.ceil(50_257 / 4))
  })
})

test('sequence parallelism is off in decode where the tokens do not split, and the report says so', () => {
  const report = analyze({ model: 'llama-2-70b', gpu: 'h100', mesh: { tp: 8, sequence: true }, workload: { batch: 3 } })
  expect(report.problems).toMatchObject([{ code: 'sequence-off', severity: 'note' }])
  const [prefill, decode] = report.phases
  expect(prefill?.kernels.some(k => k.id.endsWith('reduce-scatter'))).toBe(true)
  expect(decode?.kernels.some(k => k.id.endsWith('reduce-scatter'))).toBe(false)
})

test('beyond the NVLink domain the network is charged, and the report says so', () => {
  const report = analyze({ model: 'llama-3.1-8b', gpu: 'h100', mesh: { tp: 16 } })
  expect(report.problems).toMatchObject([{ code: 'beyond-domain', severity: 'note' }])
  expect(report.links).toMatchObject([{ link: 'network' }])
})

test.each([
  ['llama-3.1-8b', 3], ['llama-3.1-8b', 64], ['gpt2', 5], ['falcon-7b', 2], ['llama-3.1-70b', 24],
])('%s cannot be split over %i: a problem with legal degrees', (model, tp) => {
  const report = analyze({ model, gpu: 'h100', system: 'gb200-nvl72', mesh: { tp } })
  expect(report.phases).toEqual([])
  expect(report.problems).toMatchObject([{ code: 'illegal-mesh', path: 'mesh.tp', severity: 'error' }])
  for (const suggestion of report.problems[0]?.suggestions ?? []) {
    expect(analyze({ model, gpu: 'h100', system: 'gb200-nvl72', mesh: { tp: Number(suggestion) } }).phases).toHaveLength(2)
  }
})
