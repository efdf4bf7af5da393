/** Rows of data/architectures.json: which class is read as what, and what hostile files come to. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { analyze, models, readModel, type Report } from '../../src/index.js'
import { decoderOf } from './decoder.js'

const gpu = 'h100-sxm5-80gb'
const bert = { model_type: 'bert' }
const codes = ({ problems }: Report) => problems.map(({ severity, code, path }) => `${severity} ${code} ${path}`)

describe('the class of a file decides its head', () => {
  test.each<readonly [config: object, said: readonly string[], parameters: number | null]>([
    [{ ...bert, architectures: ['BertModel'] }, [], 109_482_240],
    [{ architectures: ['BertForMaskedLM'] }, [], 109_514_298],
    [bert, ['note head-assumed model.architectures'], 109_482_240],
    [{ ...bert, architectures: ['BertForQuestionAnswering'] }, ['note head-assumed model.architectures'], 109_482_240],
    [{ ...bert, architectures: ['LlamaForCausalLM'] }, ['error unknown-architecture model.architectures'], null],
    [{ ...bert, architectures: 7 }, ['note head-assumed model.architectures'], 109_482_240],
    [{ ...bert, is_decoder: true }, ['note head-assumed model.architectures', 'error not-supported model.is_decoder'], null],
  ])('%j', (model, said, parameters) => {
    const report = analyze({ model, gpu })
    expect(codes(report).sort()).toEqual([...said].sort())
    expect(report.model?.parameters ?? null).toBe(parameters)
  })
})

test.each<readonly [model: object, code: string, path: string]>([
  [{ ...bert, hidden_size: -1 }, 'invalid-field', 'model.hidden_size'], [{ ...bert, num_hidden_layers: 2 ** 31 }, 'invalid-field', 'model.num_hidden_layers'],
  [{ ...bert, hidden_size: 100 }, 'indivisible', 'model.hidden_size'], [JSON.parse('{"model_type":"bert","__proto__":{"x":1}}') as object, 'unsafe-key', 'model.__proto__'],
  [{ model_type: 'qwen3_5_moe' }, 'missing-field', 'model.text_config'], [{ model_type: 'nemotron_h', hybrid_override_pattern: 7 }, 'invalid-field', 'model.hybrid_override_pattern'],
])('%j: %s at %s', (model, code, path) => {
  const report = analyze({ model, gpu })
  expect(report.problems).toContainEqual(expect.objectContaining({ severity: 'error', code, path }))
  expect(report.phases).toEqual([])
})

/** Every number of a report is finite and not negative. */
function sound(value: unknown, path = 'report'): void {
  if (typeof value === 'number' && (!Number.isFinite(value) || value < 0)) throw new Error(`${path} is ${String(value)}`)
  if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) sound(item, `${path}.${key}`)
}

const rows = models.filter(({ config }) => decoderOf(config) === null).map(({ config }) => config)
const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(0, -1, 1, 2.5, 7, 1e300, 2 ** 31, NaN, Infinity, '', 'M*', [], {}, null, true, undefined))
/** A published config with some of its fields, at any depth, put wrong. */
const broken = fc.tuple(fc.constantFrom(...rows), fc.array(fc.tuple(fc.nat(40), odd), { minLength: 1, maxLength: 3 })).map(([config, changes]) => {
  const copy = structuredClone(config) as Record<string, unknown>
  for (const [at, value] of changes) {
    const inner = Object.values(copy).find(item => typeof item === 'object' && item !== null && !Array.isArray(item)) as Record<string, unknown> | undefined
    const target = at % 2 === 1 && inner !== undefined ? inner : copy
    const keys = Object.keys(target)
    target[keys[at % keys.length] ?? 'model_type'] = value
  }
  return copy
})

test('a broken file comes to problems or to sound numbers, in no time', async () => {
  await fc.assert(fc.asyncProperty(broken, async model => {
    const report = analyze({ model, gpu })
    sound({ ...report, scenario: null })
    if (report.problems.some(({ severity }) => severity === 'error')) expect([report.phases, report.model]).toEqual([[], null])
    else expect(report.phases.length).toBeGreaterThan(0)
    await expect(readModel(model)).resolves.toBeDefined()
  }), { numRuns: 2000 })
}, 20_000)

const size = fc.integer({ min: 1, max: 5000 })
test('any workload of any of them comes to problems or to sound numbers', () => {
  const workload = fc.record({
    batch: fc.integer({ min: 1, max: 300 }), mode: fc.constantFrom('forward' as const, 'inference' as const), sequence: size, target: size, prompt: size, output: fc.nat(500),
    image: fc.tuple(fc.constantFrom(1, 32, 224, 333, 1024), fc.constantFrom(1, 32, 224, 333, 1024)), audioSeconds: fc.constantFrom(0, 1, 30, 31, 1e5),
  }, { requiredKeys: ['batch'] })
  fc.assert(fc.property(fc.constantFrom(...rows), workload, fc.constantFrom(1, 1, 2, 4), fc.constantFrom('ideal', 'eager', 'compiled', 'vllm'), (model, work, tp, profile) => {
    const report = analyze({ model, gpu, workload: work, mesh: { tp }, profile })
    sound({ ...report, scenario: null })
    if (report.phases.length === 0) { expect(report.problems.some(({ severity, path }) => severity === 'error' && path !== '')).toBe(true); return }
    for (const { kernels } of report.phases) expect(new Set(kernels.map(({ id }) => id)).size).toBe(kernels.length)
    expect(analyze(report.scenario).metrics).toEqual(report.metrics)
  }), { numRuns: 1500 })
})
