/** Pipeline schedules (data/schedules.json) against runs event by event and published tables. */
import { describe, expect, test } from 'vitest'
import schedules from '../../data/schedules.json' with { type: 'json' }
import { bubbleOf, copiesOf, inFlight } from '../../src/analyzers/training/schedule.js'
import { orders, simulate } from './pipeline.js'

const equal = { F: 1, B: 1, W: 1 }
const { note: _, ...known } = schedules

describe('closed forms are what a run event by event comes to', () => {
  const seconds = [equal, { F: 1, B: 1.25, W: 0.75 }, { F: 1, B: 0.75, W: 1.25 }, { F: 0.5, B: 2, W: 0.25 }]
  const cases = (Object.keys(orders) as (keyof typeof orders)[]).flatMap(name => ([[2, 4], [4, 16], [8, 8], [8, 32]] as const).map(([p, q]) => [name, p, q, name === 'interleaved' ? 3 : 1] as const))
  // A schedule that runs ahead by more micro-batches than there are is another one.
  test.each(cases.filter(([name, p, q]) => name !== 'zb2p' || q >= 2 * p))('%s, %i stages, %i micro-batches, %i chunks', (name, p, q, v) => {
    for (const times of seconds) {
      const { bubble, waits, held } = simulate(orders[name], p, q, v, times)
      // ZB-H2 lets steps follow each other, so that what a stage waits before its first event belongs to the step before.
      expect(name === 'zb2p' ? waits : bubble, JSON.stringify(times)).toBeCloseTo(bubbleOf(name, p, q, v, times), 9)
      held.forEach((most, i) => { expect(most, `stage ${String(i)}`).toBeCloseTo(inFlight(name, p, i, q, v), 9) })
    }
  })

  test.each(['gpipe', '1f1b'] as const)('%s with fewer micro-batches than stages', name => {
    const { bubble, held } = simulate(orders[name], 4, 3, 1, equal)
    expect(bubble).toBe(bubbleOf(name, 4, 3, 1, equal))
    expect(held).toEqual([0, 1, 2, 3].map(i => inFlight(name, 4, i, 3, 1)))
  })

  test('with F = B = W and eight stages', () => {
    expect(simulate(orders['1f1b'], 8, 32, 1, equal)).toEqual({ bubble: 21, waits: 21, held: [8, 7, 6, 5, 4, 3, 2, 1] })
    expect(simulate(orders.zb1p, 8, 32, 1, equal)).toEqual({ bubble: 7, waits: 7, held: [8, 8, 8, 8, 8, 8, 8, 8] })
    expect(simulate(orders.zb2p, 8, 32, 1, equal).waits).toBe(0)
  })
})

// sail-sg/zero-bubble-pipeline-parallelism, README: bubble and activations relative to 1F1B, for F = B = W. A factor of p is that of many stages.
describe('the table of zero-bubble schedules', () => {
  test.each([['1f1b', 1, 1], ['zb1p', 1 / 3, 1], ['zb2p', 0, 2], ['zbv', 0, 1], ['v-half', 1 / 2, 1 / 2], ['v-min', 2 / 3, 1 / 3]] as const)('%s waits %d and holds %d of 1F1B', (name, bubble, held) => {
    const p = 1000, q = 4000
    expect(bubbleOf(name, p, q, 1, equal) / bubbleOf('1f1b', p, q, 1, equal)).toBeCloseTo(bubble, 12)
    expect(inFlight(name, p, 0, q, 1) / p).toBeCloseTo(held, 2)
  })
})

// deepseek-ai/DualPipe, README, where B is the whole backward pass and F&B one of each, overlapped.
describe('the table of DualPipe', () => {
  const F = 1, B = 1.25, W = 0.75, whole = B + W, both = F + whole, PP = 16
  test.each([
    ['1f1b', PP, 1, (PP - 1) * (F + whole), PP, 1],
    ['zb1p', PP, 1, (PP - 1) * (F + whole - 2 * W), PP, 1],
    ['dualpipe', PP, 1, (PP / 2 - 1) * (both + whole - 3 * W), PP + 1, 2],
    // On PP/2 devices, each with two parts of the model: F, B and W of a device are those of both.
    ['dualpipev', PP / 2, 2, (PP / 2 - 1) * (both + whole - 3 * W), PP + 1, 1],
  ] as const)('%s on %i devices of %i parts', (name, p, parts, bubble, activations, copies) => {
    expect(bubbleOf(name, p, 64, 1, { F: parts * F, B: parts * B, W: parts * W })).toBeCloseTo(bubble, 12)
    expect(parts * inFlight(name, p, 0, 64, 1)).toBe(activations)
    expect(copiesOf(name)).toBe(copies)
  })
})

test('one stage waits for none; more wait at least nothing and hold at most what there is, but for what runs from both ends', () => {
  for (const name of Object.keys(known)) {
    expect([bubbleOf(name, 1, 8, 2, equal), inFlight(name, 1, 0, 8, 2)], name).toEqual([0, 1])
    for (const [p, q] of [[2, 2], [4, 8], [16, 64]] as const) for (let i = 0; i < p; i++) {
      expect(bubbleOf(name, p, q, 2, { F: 1, B: 0.5, W: 3 }), name).toBeGreaterThanOrEqual(0)
      if (!name.startsWith('dualpipe')) expect(inFlight(name, p, i, q, 2), name).toBeLessThanOrEqual(q)
    }
  }
})
