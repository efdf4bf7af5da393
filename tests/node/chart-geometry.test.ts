import { expect, test } from 'vitest'
import { domainOf, frameOf, radius, tick, xOf, yOf } from '../../src/ui/chart/geometry.js'

const place = (intensity: number, rate: number, share = 0.1) => ({ intensity, rate, best: rate, share })

test('a decade has one length on both axes at every width', () => {
  for (const width of [300, 360, 559, 560, 676, 1200]) {
    const frame = frameOf(width, domainOf([]))
    expect(xOf(frame, 100) - xOf(frame, 10)).toBeCloseTo(frame.decade)
    expect(yOf(frame, 1e12) - yOf(frame, 1e13)).toBeCloseTo(frame.decade)
    expect(frame.width).toBeLessThanOrEqual(width)
    expect(frame.decade).toBeLessThanOrEqual(100)
  }
})

test('the axes grow by whole decades for kernels that matter and do not shrink', () => {
  expect(domainOf([])).toEqual({ x: [-1, 4], y: [11, 16] })
  expect(domainOf([place(0.02, 5e9, 0.01)])).toEqual({ x: [-1, 4], y: [11, 16] })
  const grown = domainOf([place(20000, 5e10)])
  expect(grown).toEqual({ x: [-1, 5], y: [10, 16] })
  expect(domainOf([], grown)).toEqual(grown)
})

test('area grows with the share', () => {
  expect(radius(0.4, 100) ** 2 / radius(0.1, 100) ** 2).toBeCloseTo(4)
  expect(radius(0.0001, 100)).toBe(3)
})

test('ticks are powers of ten', () => {
  expect([-2, -1, 0, 1, 3, 4, 11, 15].map(tick)).toEqual(['0.01', '0.1', '1', '10', '1k', '10k', '100G', '1P'])
})
