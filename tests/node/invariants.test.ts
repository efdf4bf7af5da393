/** What must hold for every legal scenario, and what an illegal one must come to. */
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { analyze, gpus, type Device, type Report, type Scenario } from '../../src/index.js'
import { report as schema } from '../../src/scenario/report.js'
import { parameters } from './count.js'
import { decoderOf } from './decoder.js'
import { config, nonsense, scenario } from './generate.js'

const runs = { numRuns: 300 }
const errors = (report: Report) => report.problems.filter(p => p.severity === 'error')

/** Every number of a report is finite and not negative. */
function sound(value: unknown, path = 'report'): void {
  if (typeof value === 'number' && (!Number.isFinite(value) || value < 0)) throw new Error(`${path} is ${String(value)}`)
  if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) sound(item, `${path}.${key}`)
}

test('a legal scenario has an answer of the schema, with sound numbers only', () => {
  fc.assert(fc.property(scenario, s => {
    const report = analyze(s)
    sound({ ...report, scenario: null })
    const parsed = v.safeParse(schema, report)
    if (!parsed.success) throw new Error(JSON.stringify(parsed.issues.map(i => [i.path?.map(p => p.key).join('.'), i.message])))
    if (errors(report).length > 0) { expect(report.phases).toEqual([]); return }
    expect(report.phases).toHaveLength(2)
    for (const phase of report.phases) {
      expect(phase.seconds.estimate).toBeGreaterThanOrEqual(phase.seconds.bound)
      for (const k of phase.kernels) expect(k.seconds.estimate, k.id).toBeGreaterThanOrEqual(k.seconds.bound)
    }
  }), runs)
})

test('analysis is deterministic and its normal form a fixed point', () => {
  fc.assert(fc.property(scenario, s => {
    const first = analyze(s)
    if (errors(first).length > 0) return
    expect(analyze(s)).toEqual(first)
    const again = analyze(first.scenario)
    expect({ ...again, problems: [] }).toEqual({ ...first, problems: [] })
  }), { numRuns: 100 })
})

test('nonsense comes to problems with a path, never to an exception or to half an answer', () => {
  fc.assert(fc.property(nonsense, s => {
    const report = analyze(s)
    sound({ ...report, scenario: null })
    if (errors(report).length === 0) { expect(report.phases).toHaveLength(2); return }
    expect(report).toMatchObject({ phases: [], memory: null, metrics: null, model: null })
    for (const p of report.problems) {
      expect(p.path).not.toBe('')
      expect(p.message).not.toMatch(/undefined|\[object|NaN\b.*NaN|at .*\.ts/)
    }
  }), { numRuns: 1000 })
})

test('parameters agree with the closed form', () => {
  fc.assert(fc.property(config, model => {
    const report = analyze({ model, gpu: 'h100', workload: { prompt: 8, output: 2 } })
    expect(report.model?.parameters).toBe(parameters(decoderOf(model)!))
  }), runs)
})

describe('conservation and linearity', () => {
  const at = (model: object, batch: number, tp = 1) => analyze({ model, gpu: 'gb200', system: 'gb200-nvl72', mesh: { tp }, workload: { batch, prompt: 300, output: 20 } })

  test('counted FLOP, cache and activations are linear in the batch', () => {
    fc.assert(fc.property(config, fc.integer({ min: 2, max: 50 }), (model, batch) => {
      const [one, many] = [at(model, 1), at(model, batch)]
      one.phases.forEach((phase, i) => {
        expect(many.phases[i]?.flops.matrix).toBe(phase.flops.matrix * batch)
        expect(many.phases[i]?.flops.vector).toBe(phase.flops.vector * batch)
      })
      expect(many.memory?.cache).toBe((one.memory?.cache ?? 0) * batch)
      expect(many.memory?.activations).toBe((one.memory?.activations ?? 0) * batch)
      expect(many.memory?.weights).toBe(one.memory?.weights)
    }), { numRuns: 100 })
  })

  test('the mesh does not change what is counted, and no rank does less than its share', () => {
    fc.assert(fc.property(config, fc.constantFrom(2, 4), (model, tp) => {
      const [one, many] = [at(model, 4), at(model, 4, tp)]
      if (errors(many).length > 0) return
      expect(many.model).toEqual(one.model)
      many.phases.forEach((phase, i) => {
        const whole = one.phases[i]
        expect(phase.flops).toEqual(whole?.flops)
        expect(phase.perGpu.flops * tp).toBeGreaterThanOrEqual((whole?.perGpu.flops ?? NaN) * (1 - 1e-12))
        expect(phase.perGpu.sent).toBeGreaterThan(0)
      })
      expect((many.memory?.weights ?? 0) * tp).toBeGreaterThanOrEqual(one.memory?.weights ?? NaN)
    }), { numRuns: 100 })
  })
})

describe('monotonicity', () => {
  const h100 = gpus.find(g => g.id === 'h100-sxm5-80gb')
  if (!h100) throw new Error('no H100')
  const device = (change: Partial<Device>): object => {
    const { driverMemory, ...rest } = { ...h100, ...change }
    return { ...rest, driverMemory }
  }
  const seconds = (gpu: object, model: object, workload: Scenario['workload'], profile: string) =>
    analyze({ model, gpu, workload, profile }).phases.flatMap(p => [p.seconds.bound, p.seconds.estimate])

  test('more bandwidth or a higher peak is never slower', () => {
    fc.assert(fc.property(scenario, fc.double({ min: 1, max: 20, noNaN: true }), ({ model, workload, profile = 'ideal' }, factor) => {
      const base = seconds(device({}), model as object, workload, profile)
      const wide = seconds(device({ bandwidth: h100.bandwidth * factor }), model as object, workload, profile)
      const strong = seconds(device({ peaks: { ...h100.peaks, bf16: (h100.peaks.bf16 ?? 0) * factor } }), model as object, workload, profile)
      expect(base).toHaveLength(4)
      base.forEach((slow, i) => {
        expect(wide[i]).toBeLessThanOrEqual(slow)
        expect(strong[i]).toBeLessThanOrEqual(slow)
      })
    }), { numRuns: 100 })
  })

  test('a longer prompt is never faster and never smaller', () => {
    fc.assert(fc.property(config, fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 500 }), (model, prompt, more) => {
      const at = (p: number) => analyze({ model, gpu: 'h100', workload: { batch: 3, prompt: p, output: 10 } })
      const [short, long] = [at(prompt), at(prompt + more)]
      expect(long.metrics?.latency).toBeGreaterThanOrEqual(short.metrics?.latency ?? NaN)
      expect(long.memory?.total).toBeGreaterThanOrEqual(short.memory?.total ?? NaN)
    }), { numRuns: 100 })
  })
})

test('the largest batch and the longest context fit, and one more does not', () => {
  fc.assert(fc.property(scenario, s => {
    const report = analyze(s)
    if (errors(report).length > 0) return
    const { prompt = 0, output = 0 } = s.workload ?? {}
    const { maxBatch, maxContext } = report.metrics ?? {}
    const fits = (workload: NonNullable<Scenario['workload']>) => analyze({ ...s, workload: { ...s.workload, ...workload } }).memory?.fits
    if (maxBatch === null || maxBatch === undefined || maxContext === null || maxContext === undefined) throw new Error('no metrics')
    if (maxBatch >= 1 && maxBatch < 2 ** 30) { expect(fits({ batch: maxBatch })).toBe(true); expect(fits({ batch: maxBatch + 1 })).toBe(false) }
    if (maxBatch === 0) expect(fits({ batch: 1, prompt, output })).toBe(false)
    if (maxContext > output && maxContext < 2 ** 30 && maxContext < 1_000_000) {
      expect(fits({ prompt: maxContext - output })).toBe(true)
      expect(fits({ prompt: maxContext - output + 1 })).toBe(false)
    }
    if (maxContext === 0) expect(fits({ prompt: 1 })).toBe(false)
  }), { numRuns: 200 })
})
