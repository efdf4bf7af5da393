import fc from 'fast-check'
import { deflateSync } from 'fflate'
import { expect, test } from 'vitest'
import { analyze, gpus, models, type Scenario } from '../../src/index.js'
import { defaults } from '../../src/scenario/schema.js'
import { isLink, longestLink, longestText, readLink, writeLink } from '../../src/ui/link.js'
import { differing } from '../../src/ui/stand.js'
import fixtures from '../fixtures/links.json'

const config = { architectures: ['LlamaForCausalLM'], model_type: 'llama', hidden_size: 512, intermediate_size: 1536, num_hidden_layers: 4, num_attention_heads: 8, num_key_value_heads: 2, vocab_size: 32000, torch_dtype: 'bfloat16', _name_or_path: '蛇/模型 🦙' }
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const model = fc.oneof(fc.constantFrom(...models.map(({ id }) => id)), fc.constant(config), fc.string())
const scenario = fc.record({
  model, gpu: fc.oneof(fc.constantFrom(...gpus.map(({ id }) => id)), fc.string()),
  workload: some(fc.record({ batch: some(fc.integer({ min: 1, max: 64 })), prompt: some(fc.constantFrom(1, 512, 2048, 8192)), output: some(fc.constantFrom(0, 1, 256)), cached: some(fc.constantFrom(0, 7)) })),
  mesh: some(fc.record({ tp: some(fc.constantFrom(1, 2, 3, 8)), sequence: some(fc.boolean()) })),
  precision: some(fc.record({ weights: some(fc.constantFrom(null, 'fp8', 'int4')), cache: some(fc.constantFrom(null, 'fp8')) })),
  profile: some(fc.constantFrom('ideal', 'vllm', 'eager', 'compiled')), utilization: some(fc.constantFrom(0.9, 0.5)), price: some(fc.constantFrom(null, 2.5)),
}).map(fields => JSON.parse(JSON.stringify(fields)) as Scenario)

const packed = (text: string): string => `1:${Buffer.from(deflateSync(Buffer.from(text))).toString('base64url')}`
const problemOf = (hash: string): string => {
  const read = readLink(hash)
  return 'problem' in read ? read.problem.code : 'read'
}

test('what is written is read, and answers the same', () => {
  fc.assert(fc.property(scenario, some(fc.string()), (given, name) => {
    const file = name ?? null
    const hash = writeLink({ scenario: given, file })!
    expect(hash).toMatch(/^1:[\w-]+$/)
    expect(isLink(hash)).toBe(true)
    const read = readLink(hash)
    expect(read).toEqual({ stand: { scenario: differing(given), file } })
    const [before, after] = [analyze(given), analyze(differing(given))]
    expect({ ...after, scenario: null }).toEqual({ ...before, scenario: null })
    if (before.phases.length > 0) expect(after.scenario).toEqual(before.scenario)
  }), { numRuns: 300 })
})

test('only what differs from the defaults is stored', () => {
  const { workload, mesh, precision, training, offload, conventions, profile, utilization } = defaults
  const all = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload, mesh, precision, training, offload, conventions, profile, utilization } as unknown as Scenario
  expect(differing(all)).toEqual({ model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { prompt: 2048 } })
  expect(writeLink({ scenario: { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 32 } }, file: null })!.length).toBeLessThan(40)
})

test.each(fixtures)('an old link keeps opening: $link', ({ link, scenario, file }) => {
  expect(readLink(link)).toEqual({ stand: { scenario, file } })
})

test('a link that cannot be read is a problem', () => {
  const hash = writeLink({ scenario: { model: config, gpu: 'h100-sxm5-80gb' }, file: 'tiny.json' })!
  for (let length = 2; length < hash.length - 1; length++) expect(problemOf(hash.slice(0, length))).toBe('unreadable')
  expect(problemOf('1:')).toBe('unreadable')
  expect(problemOf('1:%%%')).toBe('unreadable')
  expect(problemOf('2:AAAA')).toBe('unknown-version')
  expect(problemOf('constructor:AAAA')).toBe('unknown-version')
  for (const text of ['null', '[]', '7', '{}', '{"scenario":[]}', '{"scenario":{"model":1,"gpu":"h100"}}', '{"scenario":{"model":"a","gpu":[]}}', 'x']) expect(problemOf(packed(text))).toBe('unreadable')
  expect(problemOf(packed('{"scenario":{"model":"a","gpu":"b"}}'))).toBe('read')
})

test('a huge link and one that unfolds without end are problems, found quickly', () => {
  expect(problemOf(`1:${'A'.repeat(longestLink)}`)).toBe('oversized')
  const bomb = packed(' '.repeat(20 * longestText))
  expect(bomb.length).toBeLessThan(longestLink)
  const start = performance.now()
  expect(problemOf(bomb)).toBe('oversized')
  expect(performance.now() - start).toBeLessThan(1000)
  expect(writeLink({ scenario: { model: { a: ' '.repeat(longestText) }, gpu: '' }, file: null })).toBeNull()
})

test('hostile links neither throw nor pollute', () => {
  fc.assert(fc.property(fc.base64String(), fc.nat(3), (text, version) => { readLink(`${String(version)}:${text}`) }))
  fc.assert(fc.property(fc.json(), text => { readLink(packed(text)) }))
  const read = readLink(packed('{"scenario":{"model":"llama-3.1-8b","gpu":"h100-sxm5-80gb","__proto__":{"tp":9},"workload":{"__proto__":{"batch":4}}}}'))
  expect(({} as { tp?: unknown }).tp).toBeUndefined()
  if ('stand' in read) expect(analyze(read.stand.scenario).schema).toBe('roofline/1')
})
