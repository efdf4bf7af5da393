import { describe, expect, test } from 'vitest'
import { analyze, gpus, type Scenario } from '../../src/index.js'
import { alternatives, changes, found } from '../../src/serving/index.js'

const large: Scenario = { model: 'llama-3.1-70b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 }, profile: 'vllm' }

describe('alternatives', () => {
  const all = found(alternatives(large))
  const of = (id: string) => all.find(({ gpu }) => gpu.id === id)!

  test('names every GPU once, in the order of the data', () => {
    expect(all.map(({ gpu }) => gpu.id)).toEqual(gpus.map(({ id }) => id))
    for (const { figures, reason } of all) expect((figures === null) !== (reason === null)).toBe(true)
  })

  test('says what analyze says', () => {
    for (const { gpu, scenario, figures } of all) {
      if (figures === null) continue
      const { metrics, memory, phases } = analyze({ ...large, gpu: gpu.id, mesh: { tp: figures.tp } })
      expect(analyze(scenario).metrics).toEqual(metrics)
      expect(figures).toMatchObject({
        ttft: metrics!.ttft, tpot: metrics!.tpot, tokensPerSecondPerGpu: metrics!.tokensPerSecondPerGpu, usdPerMillionTokens: metrics!.usdPerMillionTokens,
        free: memory!.capacity - memory!.total, least: phases[1]!.seconds.bound,
      })
    }
  })

  test('takes the fewest GPUs that hold the model', () => {
    for (const { gpu, figures } of all) {
      if (figures === null) continue
      expect(figures.free).toBeGreaterThanOrEqual(0)
      if (figures.tp > 1) expect(analyze({ ...large, gpu: gpu.id, mesh: { tp: figures.tp / 2 } }).memory?.fits ?? false).toBe(false)
    }
    expect(of('h100-sxm5-80gb').figures!.tp).toBe(4)
  })

  test('says why a GPU cannot', () => {
    const short = all.filter(({ reason }) => reason !== null && 'missing' in reason)
    expect(short.length).toBeGreaterThan(0)
    for (const { gpu, reason } of short) {
      if (reason === null || !('missing' in reason)) continue
      const { memory } = analyze({ ...large, gpu: gpu.id, mesh: { tp: reason.gpus } })
      expect(reason.missing).toBe(memory!.total - memory!.capacity)
      expect(reason.missing).toBeGreaterThan(0)
    }
    const [volta] = found(alternatives({ ...large, precision: { activations: 'bf16' } }, gpus.filter(({ id }) => id === 'v100-sxm2-32gb')))
    expect(volta!.reason).toMatchObject({ problem: { code: 'no-engine' } })
  })

  test('forgets price, system and number of the GPU it leaves', () => {
    const [other] = found(alternatives({ ...large, price: 99, system: 'dgx-h100', gpus: 1 }, gpus.filter(({ id }) => id === 'h200-sxm-141gb')))
    expect(Object.keys(other!.scenario).sort()).toEqual(['gpu', 'mesh', 'model', 'profile', 'workload'])
    expect(other!.figures!.tp).toBe(2)
  })
})

describe('the smallest changes', () => {
  test('fit, with the room that they say', () => {
    for (const scenario of [large, { ...large, workload: { batch: 1, prompt: 128 } }, { ...large, model: 'llama-3.1-405b' }] satisfies Scenario[]) {
      const report = analyze(scenario)
      expect(report.memory?.fits).toBe(false)
      const all = found(changes(scenario, report))
      expect(all.length).toBeGreaterThan(0)
      for (const { scenario: next, free } of all) {
        const { memory } = analyze(next)
        expect(memory!.fits).toBe(true)
        expect(free).toBe(memory!.capacity - memory!.total)
      }
    }
  })

  test('are a smaller batch where one is enough', () => {
    const scenario: Scenario = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 512, prompt: 8192 } }
    const report = analyze(scenario)
    expect(found(changes(scenario, report))[0]!.settings).toEqual({ batch: report.metrics!.maxBatch })
  })

  test('leave out what the scenario does not say', () => {
    const scenario: Scenario = { model: 'llama-3.1-70b', gpu: 'h100-sxm5-80gb' }
    for (const { scenario: next } of found(changes(scenario, analyze(scenario)))) expect(Object.keys(next).every(key => ['model', 'gpu', 'mesh', 'precision'].includes(key))).toBe(true)
  })
})
