import { expect, test } from 'vitest'
import { sources, values } from '../../scripts/data-plugin.js'

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
