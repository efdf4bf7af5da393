/** Chunks, drafts, exits and offloading together, over random models: what must hold however they are combined. */
import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { analyze, type Report, type Scenario } from '../../src/index.js'
import { report as schema } from '../../src/scenario/report.js'
import { scenario } from './generate.js'

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const ways = fc.record({
  chunk: maybe(fc.integer({ min: 1, max: 3000 })), exit: maybe(fc.double({ min: 0.5, max: 12, noNaN: true })),
  draft: maybe(fc.record({ medusa: fc.constant(8), tokens: fc.integer({ min: 1, max: 8 }), acceptance: fc.double({ min: 0, max: 1, noNaN: true }) })),
  offload: maybe(fc.record({ weights: fc.constantFrom(0, 0.3, 1, 5e9), cache: fc.constantFrom(0, 0.5, 1), bandwidth: fc.constant(20e9) })),
})

const serving: fc.Arbitrary<Scenario> = fc.tuple(scenario, ways, fc.boolean()).map(([s, { chunk, exit, draft, offload }, itself]) => ({
  ...s,
  // A model may draft for itself: its vocabulary fits.
  workload: { ...s.workload, ...chunk === undefined ? {} : { chunk }, ...exit === undefined || draft !== undefined ? {} : { exit }, ...draft === undefined ? {} : { draft: itself ? { model: s.model, tokens: draft.tokens, acceptance: draft.acceptance } : draft } },
  ...offload === undefined ? {} : { offload },
}))

function sound(value: unknown, path = 'report'): void {
  if (typeof value === 'number' && (!Number.isFinite(value) || value < 0)) throw new Error(`${path} is ${String(value)}`)
  if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) sound(item, `${path}.${key}`)
}

const failed = ({ problems }: Report) => problems.some(({ severity }) => severity === 'error')

test('an answer has the schema and sound numbers, its kernels sum to its phases, and its normal form is a fixed point', () => {
  fc.assert(fc.property(serving, s => {
    const report = analyze(s)
    sound({ ...report, scenario: null })
    const parsed = v.safeParse(schema, report)
    if (!parsed.success) throw new Error(JSON.stringify(parsed.issues.map(i => [i.path?.map(p => p.key).join('.'), i.message])))
    if (failed(report)) { expect(report.phases).toEqual([]); return }
    for (const { kernels, perGpu, seconds } of report.phases) {
      const sum = (of: (k: (typeof kernels)[number]) => number) => kernels.reduce((all, k) => all + k.times * of(k), 0)
      for (const [whole, parts] of [[perGpu.flops, sum(k => k.flops)], [perGpu.bytes, sum(k => k.bytes)], [perGpu.sent, sum(k => k.sent)], [perGpu.loaded ?? 0, sum(k => k.loaded ?? 0)], [seconds.bound, sum(k => k.seconds.bound)]] as const) {
        expect(Math.abs(whole - parts)).toBeLessThanOrEqual(1e-9 * whole)
      }
      for (const k of kernels) expect(k.seconds.estimate, k.id).toBeGreaterThanOrEqual(k.seconds.bound * (1 - 1e-12))
    }
    const again = analyze(report.scenario)
    expect({ ...again, problems: [] }).toEqual({ ...report, problems: [] })
  }), { numRuns: 40 })
})

test('a model that drafts for itself gains nothing; without acceptance it only loses', () => {
  fc.assert(fc.property(scenario, fc.integer({ min: 1, max: 6 }), (s, tokens) => {
    const workload = { ...s.workload, output: 100 }
    const plain = analyze({ ...s, workload }), all = analyze({ ...s, workload: { ...workload, draft: { model: s.model, tokens, acceptance: 0 } } })
    if (failed(plain) || failed(all)) return
    expect(all.metrics!.tpot).toBeGreaterThan(plain.metrics!.tpot!)
    expect(all.metrics!.tokensPerStep).toBe(1)
    expect(all.memory!.weights).toBe(2 * plain.memory!.weights)
    expect(all.memory!.cache).toBe(2 * plain.memory!.cache)
  }), { numRuns: 40 })
})
