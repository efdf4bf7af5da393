/** Replicas, ranks of experts, pipeline stages and split contexts in inference: closed forms, conservation, and what must be refused. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { analyze, gpus, type Report, type Scenario } from '../../src/index.js'

type Answer = Omit<Report, 'stages'> & { readonly memory: NonNullable<Report['memory']>; readonly metrics: NonNullable<Report['metrics']>; readonly stages: readonly Stage[] }
interface Stage { readonly layers: readonly [number, number]; readonly memory: NonNullable<Report['memory']>; readonly seconds: Readonly<Record<'prefill' | 'decode', number>> }

function answered(scenario: Scenario): Answer {
  const report = analyze(scenario)
  expect(report.problems.filter(p => p.severity === 'error')).toEqual([])
  return report as unknown as Answer
}
const kernel = (report: Pick<Report, 'phases'>, phase: 'prefill' | 'decode', id: string) => report.phases.find(p => p.phase === phase)?.kernels.find(k => k.id === id)
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

// DeepSeek-V3 (config.json): 61 layers, 58 of them with 256 experts of 3 × 7168 × 2048 in fp8, a scale of 4 bytes per 128 × 128.
const expert = 3 * (7168 * 2048 + 56 * 16 * 4), experts = 58 * 256 * expert
/** Bytes of one token in the latent cache: 512 + 64 in bf16, 61 layers. */
const latent = 61 * (512 + 64) * 2
const v3: Scenario = { model: 'deepseek-v3', gpu: 'h100', workload: { batch: 64, prompt: 2048, output: 256 } }

describe('ranks of experts: DeepSeek-V3', () => {
  const at = (mesh: Scenario['mesh']) => answered({ ...v3, mesh })
  const whole = at({}).memory.weights
  const tp = at({ tp: 8 }).memory.weights

  test.each<readonly [mesh: NonNullable<Scenario['mesh']>, weights: number, sequences: number]>([
    // Attention and the rest whole, experts over all ranks; sequences over the ranks of data parallelism.
    [{ dp: 16, ep: 16 }, whole - experts * 15 / 16, 4],
    [{ dp: 16, ep: 8 }, whole - experts * 7 / 8, 4],
    [{ dp: 64, ep: 64 }, whole - experts * 63 / 64, 1],
    // Whole experts over tensor and data parallelism (etp 1), all else as tensor parallelism has it: a latent that every rank repeats.
    [{ tp: 8, dp: 2, ep: 16 }, tp - experts / 8 + experts / 16, 32],
    [{ tp: 8, ep: 8 }, tp, 64],
    // Experts over two replicas, each split over their tensor parallelism: half of what a replica of its own holds.
    [{ tp: 8, dp: 2, ep: 2, etp: 8 }, tp - experts / 8 + experts / 16, 32],
  ])('%o', (mesh, weights, sequences) => {
    const { memory } = at(mesh)
    expect(memory.weights / weights).toBeCloseTo(1, 12)
    expect(memory.cache).toBe(sequences * (2048 + 256) * latent)
  })

  test('every token goes to its 8 experts and back: tokens × x × d × 2 bytes × (n − 1)/n (GShard, arXiv:2006.16668)', () => {
    const report = at({ dp: 16, ep: 16 })
    for (const [phase, tokens] of [['prefill', 4 * 2048], ['decode', 4]] as const) for (const id of ['moe/moe/dispatch/all-to-all', 'moe/moe/down/all-to-all']) {
      expect(kernel(report, phase, id), `${phase} ${id}`).toMatchObject({ times: 58, sent: tokens * 8 * 7168 * 2 * 15 / 16 })
    }
    expect(report.phases.flatMap(p => p.kernels).filter(k => k.sent > 0)).toHaveLength(4)
  })

  test('tensor parallelism sends each copy once: a rank those for the experts beside its own', () => {
    const report = at({ tp: 8, dp: 2, ep: 16 })
    for (const id of ['moe/moe/dispatch/all-to-all', 'moe/moe/down/all-to-all']) expect(kernel(report, 'prefill', id)?.sent).toBe(32 * 2048 * 8 / 8 * 7168 * 2 / 2)
    // And adds what the ranks computed: an all-reduce of tokens × d after attention and after the experts.
    for (const id of ['moe/attn/out/all-reduce', 'moe/moe/sum/all-reduce']) expect(kernel(report, 'prefill', id)?.sent).toBe(2 * 7 / 8 * 32 * 2048 * 7168 * 2)
  })

  test('the tokens of all ranks hit experts together: e(1 − (1 − x/e)^tokens), a share of them on each', () => {
    for (const [mesh, tokens, ranks] of [[{ dp: 16, ep: 16 }, 64, 16], [{ dp: 16, ep: 8 }, 32, 8], [{ tp: 8, dp: 2, ep: 16 }, 64, 16]] as const) {
      const hit = 256 * (1 - (1 - 8 / 256) ** tokens) / ranks
      const { bytes = 0, flops } = kernel(at(mesh), 'decode', 'moe/moe/gate-up') ?? {}
      const copies = tokens * 8 / ranks
      // fp8 weights with scales, bf16 copies in and hidden values out.
      expect(bytes / (hit * expert * 2 / 3 + copies * (7168 + 2048) * 2)).toBeCloseTo(1, 12)
      expect(flops).toBeGreaterThanOrEqual(copies * 2 * 2 * 7168 * 2048)
    }
  })

  test('work is conserved: what the ranks execute adds up to the model', () => {
    const one = at({}), many = at({ dp: 16, ep: 16 })
    for (const [i, phase] of one.phases.entries()) {
      expect(many.phases[i]?.flops).toEqual(phase.flops)
      expect((many.phases[i]?.perGpu.flops ?? 0) * 16 / phase.perGpu.flops).toBeCloseTo(1, 12)
    }
  })
})

describe('replicas', () => {
  test.each<readonly [Scenario, number]>([
    [{ model: 'llama-3.1-8b', gpu: 'h100', profile: 'vllm', workload: { batch: 8 } }, 4],
    [{ model: 'gemma-3-27b', gpu: 'h200', mesh: { tp: 2 }, workload: { batch: 3, images: 2, image: [500, 400] } }, 2],
    [{ model: 'llama-3.1-70b', gpu: 'h100', mesh: { tp: 4 }, workload: { batch: 2, draft: { model: 'llama-3.2-1b', tokens: 4, acceptance: 0.8 } } }, 2],
    [{ model: 'resnet50', gpu: 'h100', workload: { batch: 32 } }, 8],
    [{ model: 'bert-base-uncased', gpu: 'h100', workload: { batch: 32, sequence: 128 } }, 2],
    [{ model: 'whisper-large-v3', gpu: 'l4', workload: { batch: 4, prompt: 4, output: 100 } }, 2],
  ])('%o: each as if it was alone, sums over all of %i', (scenario, dp) => {
    const one = answered(scenario)
    const many = answered({ ...scenario, mesh: { ...scenario.mesh, dp }, workload: { ...scenario.workload, batch: (scenario.workload?.batch ?? 1) * dp } })
    expect(many.memory).toEqual({ ...one.memory, ...one.memory.reserved && { reserved: { ...one.memory.reserved, maxBatch: one.memory.reserved.maxBatch * dp } } })
    expect(many.phases.map(p => p.kernels)).toEqual(one.phases.map(p => p.kernels))
    expect(many.phases.map(p => p.seconds)).toEqual(one.phases.map(p => p.seconds))
    expect(many.phases.map(p => p.flops.matrix)).toEqual(one.phases.map(p => p.flops.matrix * dp))
    const { tpot, ttft, tokensPerSecond, usdPerMillionTokens, joulesPerToken, mfu, maxBatch, maxContext } = one.metrics
    expect(many.metrics).toMatchObject({ tpot, ttft, maxBatch: (maxBatch ?? 0) * dp, maxContext })
    for (const [field, value] of Object.entries({ tokensPerSecond: tokensPerSecond === null ? null : tokensPerSecond * dp, usdPerMillionTokens, joulesPerToken, mfu })) {
      const own = many.metrics[field as keyof typeof many.metrics]
      if (value === null) expect(own).toBeNull()
      else expect((own ?? 0) / value, field).toBeCloseTo(1, 12)
    }
    expect(many.links).toEqual(one.links)
  })

  test('a batch that does not divide: the busiest rank, and a note', () => {
    const uneven = answered({ model: 'llama-3.1-8b', gpu: 'h100', mesh: { dp: 4 }, workload: { batch: 10 } }), even = answered({ model: 'llama-3.1-8b', gpu: 'h100', mesh: { dp: 4 }, workload: { batch: 12 } })
    expect(uneven.problems).toMatchObject([{ code: 'batch-uneven', severity: 'note', suggestions: ['8', '12'] }])
    expect(uneven.metrics.tpot).toBe(even.metrics.tpot)
    expect(uneven.memory).toEqual(even.memory)
    expect(uneven.phases[0]?.flops.matrix).toBe((even.phases[0]?.flops.matrix ?? 0) * 10 / 12)
  })
})

describe('pipeline stages', () => {
  const llama: Scenario = { model: 'llama-3.1-405b', gpu: 'h100', precision: { weights: 'bf16' }, workload: { batch: 16, prompt: 1024, output: 128 } }
  const at = (mesh: Scenario['mesh'], workload = llama.workload) => answered({ ...llama, mesh, workload })

  // github.com/sgl-project/sglang/pull/6666 has the 61 layers in 8 stages, as vLLM cuts them.
  test.each<readonly [model: string, pp: number, sizes: readonly number[]]>([
    ['llama-3.1-405b', 2, [63, 63]], ['llama-3.1-405b', 4, [31, 32, 32, 31]], ['deepseek-v3', 2, [31, 30]], ['deepseek-v3', 8, [7, 7, 8, 8, 8, 8, 8, 7]], ['llama-3.2-1b', 16, Array<number>(16).fill(1)],
  ])('%s in %i: %j layers', (model, pp, sizes) => {
    const { stages } = answered({ ...llama, model, precision: {}, mesh: { tp: 8, pp } })
    expect(stages.map(({ layers: [from, to] }) => to - from)).toEqual(sizes)
    expect(stages.map(({ layers: [from] }) => from)).toEqual(sizes.map((_, i) => sum(sizes.slice(0, i))))
  })

  test.each([['llama-3.1-405b', {}], ['deepseek-v3', {}], ['gpt-oss-120b', {}], ['gemma-3-27b', {}], ['deepseek-v3', { dp: 4, ep: 4 }], ['mixtral-8x7b', { cp: 2 }]])('weights and caches of the stages of %s %o add up to the whole', (model, mesh) => {
    const one = answered({ ...llama, model, precision: {}, mesh }), cut = answered({ ...llama, model, precision: {}, mesh: { ...mesh, pp: 3 } })
    // What is tied lies on both ends.
    const tied = model === 'gemma-3-27b' ? 262_208 * 5376 * 2 : 0
    expect(sum(cut.stages.map(({ memory }) => memory.weights))).toBeCloseTo(one.memory.weights + tied, -3)
    expect(sum(cut.stages.map(({ memory }) => memory.cache))).toBeCloseTo(one.memory.cache, -1)
    expect(cut.memory.total).toBe(Math.max(...cut.stages.map(({ memory }) => memory.total)))
    expect(cut.model).toEqual(one.model)
    expect(cut.phases.map(p => p.flops)).toEqual(one.phases.map(p => p.flops))
  })

  test('a step takes as many runs of the slowest stage as there are groups, at a batch of one group', () => {
    const { stages, phases, metrics } = at({ tp: 8, pp: 4 })
    const slowest = Math.max(...stages.map(({ seconds }) => seconds.decode))
    expect(phases[1]?.seconds.estimate).toBeCloseTo(4 * slowest, 12)
    expect(metrics.tpot).toBeCloseTo(4 * slowest, 12)
    // A stage runs 32 of 126 layers on 4 of 16 sequences.
    const alone = at({ tp: 8 }, { ...llama.workload, batch: 4 })
    expect(kernel({ phases }, 'decode', 'decoder/ffn/gate-up')).toMatchObject({ ...kernel(alone, 'decode', 'decoder/ffn/gate-up'), times: 4 * (stages.find(({ seconds }) => seconds.decode === slowest)?.layers.reduce((a, b) => b - a) ?? 0) })
  })

  test('one sequence goes through all stages: nothing runs beside it', () => {
    const { stages, metrics } = at({ tp: 8, pp: 4 }, { batch: 1, prompt: 1024, output: 128 })
    expect(metrics.tpot).toBeCloseTo(sum(stages.map(({ seconds }) => seconds.decode)), 12)
    expect(metrics.ttft).toBeCloseTo(sum(stages.map(({ seconds }) => seconds.prefill)), 12)
  })

  test('a prompt runs empty once: groups × the slowest stage and one pass of each other (GPipe, arXiv:1811.06965); chunks are passes too', () => {
    for (const [chunk, passes] of [[null, 1], [256, 4]] as const) {
      const { stages, metrics } = at({ tp: 8, pp: 4 }, { ...llama.workload, chunk })
      const times = stages.map(({ seconds }) => seconds.prefill), slowest = Math.max(...times)
      expect(metrics.ttft).toBeCloseTo(4 * slowest + (sum(times) - slowest) / passes, 10)
    }
  })

  test('each pass hands on b·s·d, and between nodes it does so over the network', () => {
    const report = at({ tp: 8, pp: 2 }), inside = at({ tp: 4, pp: 2 })
    expect(kernel(report, 'prefill', 'pipeline/send')).toMatchObject({ times: 2, sent: 8 * 1024 * 16384 * 2 })
    expect(report.links.map(({ link }) => link)).toEqual(['nvlink', 'network'])
    expect(inside.links.map(({ link }) => link)).toEqual(['nvlink'])
    const sent = sum(report.links.map(({ bytes }) => bytes))
    expect(sent).toBeCloseTo(report.phases.reduce((all, p) => all + p.perGpu.sent * (p.phase === 'decode' ? 127 : 1), 0), -3)
  })

  test('kernels × times sum to the phase', () => {
    for (const mesh of [{ tp: 8, pp: 4 }, { tp: 2, pp: 3, dp: 2 }, { pp: 5 }]) for (const phase of at(mesh, { batch: 3, prompt: 1024, output: 128, chunk: 300 }).phases) {
      expect(sum(phase.kernels.map(k => k.times * k.seconds.estimate))).toBeCloseTo(phase.seconds.estimate, 9)
      expect(sum(phase.kernels.map(k => k.times * k.seconds.bound))).toBeCloseTo(phase.seconds.bound, 9)
    }
  })
})

describe('split contexts', () => {
  const llama: Scenario = { model: 'llama-3.1-8b', gpu: 'h100', workload: { batch: 2, prompt: 65_536, output: 256 } }
  const one = answered(llama), four = answered({ ...llama, mesh: { cp: 4 } })

  test('the cache is divided, weights are not', () => {
    expect(four.memory.cache).toBe(one.memory.cache / 4)
    expect(four.memory.cache).toBe(2 * (65_536 + 256) * 131_072 / 4)
    expect(four.memory.weights).toBe(one.memory.weights)
  })

  test('prefill: a quarter of all pairs, and the keys and values of the other ranks (arXiv:2310.01889; arXiv:2407.21783, section 3.3.2)', () => {
    expect(kernel(four, 'prefill', 'decoder/attn/core')?.flops).toBe((kernel(one, 'prefill', 'decoder/attn/core')?.flops ?? 0) / 4)
    const gathers = four.phases[0]?.kernels.filter(k => k.sent > 0)
    expect(gathers).toMatchObject(Array(2).fill({ times: 32, sent: 3 / 4 * 2 * 65_536 * 8 * 128 * 2 }))
    // One rank has the last tokens of all prompts.
    expect(kernel(four, 'prefill', 'head')).toEqual(kernel(one, 'prefill', 'head'))
  })

  test('decode: a quarter of the cache is read, and what the ranks made of theirs is added', () => {
    const [whole, part] = [one, four].map(report => kernel(report, 'decode', 'decoder/attn/core'))
    expect(part?.flops).toBe((whole?.flops ?? 0) / 4)
    const cache = 2 * (65_536 + 128) * 8 * 128 * 2 * 2
    expect((whole?.bytes ?? 0) - (part?.bytes ?? 0)).toBeCloseTo(cache * 3 / 4, -1)
    expect(four.phases[1]?.kernels.filter(k => k.sent > 0)).toMatchObject([{ id: 'decoder/attn/out/all-reduce', times: 32, sent: 2 * 3 / 4 * 2 * 4096 * 2 }])
  })

  test('with tensor parallelism both are added in one group', () => {
    const report = answered({ ...llama, mesh: { tp: 2, cp: 4 } })
    expect(kernel(report, 'decode', 'decoder/attn/out/all-reduce')?.sent).toBe(2 * 7 / 8 * 2 * 4096 * 2)
    expect(kernel(report, 'decode', 'decoder/ffn/down/all-reduce')?.sent).toBe(2 * 1 / 2 * 2 * 4096 * 2)
    expect(report.memory.cache).toBe(one.memory.cache / 8)
  })

  test('windows and latents are divided as well', () => {
    for (const model of ['gpt-oss-120b', 'deepseek-v3', 'gemma-3-27b']) {
      const at = (cp: number) => answered({ model, gpu: 'b300', mesh: { tp: 4, cp }, workload: { batch: 2, prompt: 20_000, output: 100 } })
      expect(at(2).memory.cache, model).toBe(at(1).memory.cache / 2)
    }
  })
})

describe('two questions', () => {
  test.each<readonly [model: string, precision: string, mesh: NonNullable<Scenario['mesh']>, fits: boolean, total: number, ttft: number, tpot: number]>([
    ['deepseek-v3', 'fp8-block', { tp: 8 }, false, 0, 0, 0],
    ['deepseek-v3', 'fp8-block', { tp: 8, pp: 2 }, true, 52.8, 2.49, 27.0],
    ['deepseek-v3', 'fp8-block', { dp: 16, ep: 16 }, true, 62.1, 2.26, 25.3],
    ['deepseek-v3', 'fp8-block', { tp: 8, dp: 2, ep: 16 }, true, 59.1, 3.38, 23.4],
    ['llama-3.1-405b', 'bf16', { tp: 8 }, false, 0, 0, 0],
    ['llama-3.1-405b', 'bf16', { tp: 8, pp: 2 }, true, 64.1, 18.9, 46.7],
  ])('does %s in %s run on H100 under %o, 64 requests of 2,048 tokens at a time?', (model, precision, mesh, fits, total, ttft, tpot) => {
    const { memory, metrics, scenario, phases } = answered({ model, gpu: 'h100', mesh, workload: { batch: 64, prompt: 2048, output: 256 } })
    expect(scenario.precision?.weights).toBe(precision)
    expect(memory.fits).toBe(fits)
    if (!fits) return
    expect([memory.total / 1e9, metrics.ttft ?? 0, (metrics.tpot ?? 0) * 1e3].map(n => Number(n.toPrecision(3)))).toEqual([total, ttft, tpot])
    // A step cannot be faster than the weights that it reads, once for each group; 32 sequences hit 64 % of the experts.
    expect(phases[1]?.seconds.bound).toBeGreaterThan((mesh.pp ?? 1) * memory.weights * 0.64 / 3.35e12)
  })
})

describe('what cannot be', () => {
  test.each<readonly [change: Partial<Scenario>, path: string, suggestions: readonly string[]]>([
    [{ mesh: { tp: 8, pp: 2 }, gpus: 8 }, 'gpus', ['16']],
    [{ mesh: { pp: 62 } }, 'mesh.pp', ['61']],
    [{ mesh: { dp: 3, ep: 3 } }, 'mesh.ep', ['1']],
    [{ mesh: { dp: 4, ep: 8 } }, 'mesh.ep', ['4', '2', '1']],
    [{ mesh: { tp: 8, dp: 2, ep: 4 } }, 'mesh.ep', ['1', '8', '16']],
    [{ mesh: { tp: 4, dp: 4, ep: 4, etp: 2 } }, 'mesh.etp', ['1', '4']],
    [{ mesh: { cp: 2 }, workload: { prompt: 3 } }, 'mesh.cp', ['1']],
    [{ mesh: { dp: 2, order: ['tp', 'tp', 'dp', 'pp'] } }, 'mesh.order', ['tp,cp,dp,pp']],
    [{ model: 'llama-3.1-8b', mesh: { dp: 2, ep: 2 } }, 'mesh.ep', ['1']],
    [{ model: 'mamba-130m', mesh: { cp: 2 } }, 'mesh.cp', ['1']],
    [{ model: 't5-base', mesh: { pp: 2 } }, 'mesh.pp', ['1']],
    [{ model: 'resnet50', mesh: { pp: 2 } }, 'mesh.pp', ['1']],
    [{ mesh: { tp: 8, pp: 2 }, workload: { draft: { mtp: true, tokens: 1, acceptance: 0.8 } } }, 'workload.draft', []],
    [{ mesh: { tp: 8, pp: 2 }, offload: { weights: 0.5 } }, 'offload', []],
    [{ gpu: 'rtx-4090', mesh: { tp: 8, pp: 2 } }, 'system', []],
  ])('%o', (change, path, suggestions) => {
    const scenario: Scenario = { model: 'deepseek-v3', gpu: 'h100', ...change }
    const report = analyze(scenario)
    const [problem] = report.problems.filter(p => p.severity === 'error' && p.path === path)
    expect(report.phases).toEqual([])
    expect(problem, JSON.stringify(report.problems)).toBeDefined()
    expect(problem?.suggestions.slice(0, suggestions.length)).toEqual(suggestions)
    // Every suggestion is one that works.
    if (path.startsWith('mesh.') && path !== 'mesh.order') for (const value of problem?.suggestions ?? []) {
      const other = analyze({ ...scenario, mesh: { ...scenario.mesh, [path.slice(5)]: Number(value) } })
      expect(other.problems.filter(p => p.path === path && p.severity === 'error'), value).toEqual([])
    }
  })
})

describe('properties over meshes', () => {
  const h100 = gpus.find(g => g.id === 'h100-sxm5-80gb')
  const meshes = fc.record({ tp: fc.constantFrom(1, 2, 8), pp: fc.integer({ min: 1, max: 5 }), dp: fc.constantFrom(1, 2, 3, 8), cp: fc.constantFrom(1, 2, 4), ep: fc.constantFrom(1, 2, 8, 16), etp: fc.constantFrom(1, 8), sequence: fc.boolean() })
  const scenarios = fc.record({
    model: fc.constantFrom('deepseek-v3', 'llama-3.1-70b', 'gpt-oss-120b', 'qwen3-30b-a3b', 'mixtral-8x7b'), gpu: fc.constant('h100'), profile: fc.constantFrom('ideal', 'vllm', 'eager'), mesh: meshes,
    workload: fc.record({ batch: fc.integer({ min: 1, max: 100 }), prompt: fc.integer({ min: 16, max: 5000 }), output: fc.integer({ min: 1, max: 300 }), chunk: fc.constantFrom(null, 100, 1000) }),
  })
  const finite = (value: unknown): boolean => typeof value === 'number' ? Number.isFinite(value) && value >= 0 : typeof value === 'object' && value !== null ? Object.values(value).every(finite) : true

  test('answers are sound, count the same FLOP whatever the mesh, and no rank does less than its share', () => {
    let answers = 0
    fc.assert(fc.property(scenarios, s => {
      const report = analyze(s)
      if (report.phases.length === 0) return
      answers++
      expect(finite({ ...report, scenario: null })).toBe(true)
      const { sequence, ...single } = { ...s.mesh, tp: 1, pp: 1, dp: 1, cp: 1, ep: 1, etp: 1 }
      const one = analyze({ ...s, mesh: { ...single, sequence: sequence && false } })
      expect(report.model).toEqual(one.model)
      const { tp, pp, dp, cp } = s.mesh
      report.phases.forEach((phase, i) => {
        const whole = one.phases[i]
        expect(phase.flops).toEqual(whole?.flops)
        // The busiest rank has at least the mean; of stages it is the slowest, whatever it executes.
        if (pp === 1) expect(phase.perGpu.flops * tp * pp * dp * cp).toBeGreaterThan((whole?.perGpu.flops ?? 0) * 0.999)
        expect(phase.seconds.estimate).toBeGreaterThanOrEqual(phase.seconds.bound)
        for (const k of phase.kernels) expect(k.seconds.estimate, k.id).toBeGreaterThanOrEqual(k.seconds.bound)
        expect(new Set(phase.kernels.map(k => k.id)).size).toBe(phase.kernels.length)
      })
      if (pp > 1) return
      expect((report.memory?.weights ?? 0) * tp * pp * dp * cp).toBeGreaterThanOrEqual((one.memory?.weights ?? 0) * (1 - 1e-12))
      expect((report.memory?.cache ?? 0) * tp * pp * dp * cp).toBeGreaterThanOrEqual((one.memory?.cache ?? 0) * (1 - 1e-12))
    }), { numRuns: 150 })
    expect(answers).toBeGreaterThan(20)
  })

  test('more memory bandwidth, and faster links, are never slower', () => {
    if (!h100) throw new Error('no H100')
    const wide = { ...h100, bandwidth: h100.bandwidth * 1.7 }, linked = { ...h100, nvlink: { ...h100.nvlink, bandwidth: 225e9 } }
    fc.assert(fc.property(scenarios, s => {
      const [base, more, less] = [h100, wide, linked].map(gpu => analyze({ ...s, gpu, system: 'dgx-h100' }).phases.map(p => p.seconds.estimate))
      base?.forEach((seconds, i) => {
        expect(more?.[i]).toBeLessThanOrEqual(seconds * (1 + 1e-12))
        expect(less?.[i]).toBeGreaterThanOrEqual(seconds * (1 - 1e-12))
      })
    }), { numRuns: 60 })
  })

  test('the largest batch and context fit, and more do not', () => {
    fc.assert(fc.property(scenarios, s => {
      const report = analyze(s)
      const { maxBatch, maxContext } = report.metrics ?? {}
      if (report.phases.length === 0 || maxBatch === undefined || maxBatch === null || maxContext === null || maxContext === undefined) return
      const fits = (workload: Scenario['workload']) => analyze({ ...s, workload: { ...s.workload, ...workload } }).memory?.fits
      if (maxBatch > 0) { expect(fits({ batch: maxBatch })).toBe(true); expect(fits({ batch: maxBatch + 1 })).toBe(false) }
      if (maxContext > s.workload.output + 16) { expect(fits({ prompt: maxContext - s.workload.output })).toBe(true); expect(fits({ prompt: maxContext - s.workload.output + 1 })).toBe(false) }
    }), { numRuns: 60 })
  })
})
