import { describe, expect, test } from 'vitest'
import { analyze, type Scenario } from '../../src/index.js'
import { attribution } from '../../src/serving/index.js'

const one: Scenario = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } }
const pairs: [string, Scenario, Scenario][] = [
  ['another GPU', one, { ...one, gpu: 'h200-sxm-141gb' }],
  ['more GPUs, with kernels of their own', one, { ...one, mesh: { tp: 4 } }],
  ['an engine', one, { ...one, profile: 'vllm' }],
  ['another model', one, { ...one, model: 'mixtral-8x7b' }],
  ['nothing', one, one],
]

describe.each(pairs)('%s', (_, first, second) => {
  const [a, b] = [analyze(first), analyze(second)]
  const all = attribution(a, b)

  test('sums to the difference of each phase', () => {
    expect(all.map(({ phase }) => phase)).toEqual(['prefill', 'decode'])
    for (const [i, { seconds, contributions }] of all.entries()) {
      expect(seconds).toBe(b.phases[i]!.seconds.estimate - a.phases[i]!.seconds.estimate)
      const sum = contributions.reduce((sum, part) => sum + part.seconds, 0)
      expect(Math.abs(sum - seconds)).toBeLessThanOrEqual(1e-9 * b.phases[i]!.seconds.estimate)
    }
  })

  test('names every kernel once, the largest difference first', () => {
    for (const [i, { contributions }] of all.entries()) {
      const ids = contributions.flatMap(({ id }) => id ?? [])
      expect(new Set(ids)).toEqual(new Set([...a.phases[i]!.kernels, ...b.phases[i]!.kernels].map(({ id }) => id)))
      expect(ids).toHaveLength(new Set(ids).size)
      const sizes = contributions.map(({ seconds }) => Math.abs(seconds))
      expect(sizes).toEqual(sizes.toSorted((x, y) => y - x))
    }
  })
})

test('a kernel on one side only counts in full', () => {
  const [, decode] = attribution(analyze(one), analyze({ ...one, mesh: { tp: 2 } }))
  const reduce = decode!.contributions.find(({ a }) => a === null)!
  expect(reduce.seconds).toBe(reduce.b)
  expect(reduce.b).toBeGreaterThan(0)
})
