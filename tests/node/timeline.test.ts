/** The timeline that the page draws against the event simulation that stands under the closed forms of bubbles. */
import { expect, test } from 'vitest'
import { timelineOf } from '../../src/ui/training/timeline.js'
import { orders, simulate } from './pipeline.js'

const seconds = { F: 1, B: 1.2, W: 0.7 }

test.each([['gpipe', 4, 8, 1], ['1f1b', 4, 8, 1], ['1f1b', 8, 3, 1], ['1f1b', 1, 5, 1], ['interleaved', 4, 8, 2], ['interleaved', 2, 16, 5]] as const)('%s, %i stages, %i micro-batches, %i chunks: the bubble of the simulation', (schedule, p, q, v) => {
  const drawn = timelineOf(schedule, Array.from({ length: p }, () => ({ ...seconds, end: 0 })), q, v)!
  const work = q * (seconds.F + seconds.B + seconds.W)
  expect(drawn.micro).toBe(q)
  expect(drawn.seconds - work).toBeCloseTo(simulate(orders[schedule], p, q, v, seconds).bubble, 9)
  for (const stage of drawn.stages) {
    expect(stage.reduce((sum, { from, to }) => sum + to - from, 0)).toBeCloseTo(work, 9)
    for (const [i, { from }] of stage.entries()) expect(from).toBeGreaterThanOrEqual((stage[i - 1]?.to ?? 0) - 1e-9)
  }
})

test('the end of the step comes last on each stage', () => {
  const drawn = timelineOf('1f1b', [{ ...seconds, end: 2 }, { ...seconds, end: 1 }], 2, 1)!
  expect(drawn.stages.map(stage => stage.at(-1)?.kind)).toEqual(['end', 'end'])
  expect(drawn.seconds).toBeCloseTo(drawn.stages[0]!.at(-1)!.to, 12)
})

test.each([['1f1b', 4, 100, 1, 16], ['interleaved', 5, 100, 2, 15], ['interleaved', 32, 64, 2, 32]] as const)('%s with %i stages draws %4$i of %i micro-batches at most', (schedule, p, q, v, most) => {
  expect(timelineOf(schedule, Array.from({ length: p }, () => ({ ...seconds, end: 0 })), q, v)?.micro).toBe(most)
})

test.each([['zbv', 4, 8, 1], ['interleaved', 4, 6, 2]] as const)('%s with %i stages and %i micro-batches is not drawn', (schedule, p, q, v) => {
  expect(timelineOf(schedule, Array.from({ length: p }, () => ({ ...seconds, end: 0 })), q, v)).toBeNull()
})
