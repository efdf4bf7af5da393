import { expect, test } from 'vitest'
import sources from '../fixtures/facts.json?sources'
import values from '../fixtures/facts.json?values'

test('sourced JSON is imported as values or as sources', () => {
  expect(values).toEqual([{ id: 'one', bandwidth: 3.35e12 }])
  expect(sources).toEqual({ one: { bandwidth: { source: 'a data sheet', confidence: 'high', note: 'decimal' } } })
})
