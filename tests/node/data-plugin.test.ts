import { expect, test } from 'vitest'
import gpusJson from '../../data/gpus.json'
import { moduleOf, type Json } from '../../scripts/compact.js'
import { lean, sources, values } from '../../scripts/data-plugin.js'

const gpus: Json = gpusJson

const fact = (value: number | null, source: string) => ({ value, source, confidence: 'high', note: `from ${source}` })

test('values replaces facts at any depth and drops remarks', () => {
  const json = [{ id: 'a', notes: ['x'], memory: { bytes: fact(80, 's1'), conflicts: [1] }, links: [fact(2, 's2')], year: fact(null, 's3') }]
  expect(values(json)).toEqual([{ id: 'a', memory: { bytes: 80 }, links: [2], year: null }])
})

test('sources lists where each fact comes from by id and field path', () => {
  const json = [{ id: 'a', memory: { bytes: fact(80, 's1') }, links: [fact(2, 's2')] }]
  expect(sources(json)).toEqual({
    a: {
      'memory.bytes': { source: 's1', confidence: 'high', note: 'from s1' },
      'links.0': { source: 's2', confidence: 'high', note: 'from s2' },
    },
  })
})

test('sources names entries without an id by their key, and finds entries inside a document', () => {
  expect(sources({ a: { bytes: fact(80, 's1') } })).toHaveProperty(['a', 'bytes'])
  expect(sources({ date: '2026', gpus: [{ id: 'a', bytes: fact(80, 's1') }] })).toHaveProperty(['a', 'bytes'])
})

test('lists written by columns read the same', async () => {
  const entries = Array.from({ length: 9 }, (_, i) => ({ id: String(i), list: [i], empty: {}, deep: { a: { b: i % 2 ? null : i } }, ...(i > 3 ? { only: { some: true } } : {}) }))
  for (const json of [{ entries, name: 'x' }, entries.slice(0, 3), values(gpus)]) {
    const { default: restored } = await import(`data:text/javascript,${encodeURIComponent(moduleOf(json))}`) as { default: unknown }
    expect(restored).toEqual(json)
  }
  expect(moduleOf(values(gpus)).length).toBeLessThan(0.5 * JSON.stringify(values(gpus)).length)
})

test('bundles for browsers drop what no page shows', () => {
  const entry = { id: 'a', huggingface: 'b/a', config: {}, source: 'config.json of b/a', expected: { parameters: 1 } }
  expect(lean({ id: 'row', source: 'a class', stacks: [] })).toEqual({ id: 'row', stacks: [] })
  expect(lean({ note: 'x', rows: [entry, { ...entry, source: 'a paper' }] })).toEqual({
    rows: [{ id: 'a', huggingface: 'b/a', config: {} }, { id: 'a', huggingface: 'b/a', config: {}, source: 'a paper' }],
  })
  expect(lean({ id: 'bert', architectures: ['BertModel'], source: 'a paper' })).toEqual({ id: 'bert', architectures: ['BertModel'] })
})
