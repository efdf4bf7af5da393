import { describe, expect, test } from 'vitest'
import { band, compact, digits, dollars, full, gibibytes, percent, quantity, scaleOf, tokenLength, words } from '../../src/format.js'

describe('three significant digits', () => {
  test.each([
    [0, '0'], [0.05241, '0.0524'], [0.625, '0.625'], [7.966, '7.97'], [9.996, '10.0'], [15.94, '15.9'], [99.96, '100'],
    [524.3, '524'], [4503, '4500'], [123456, '123000'], [-17.14, '-17.1'], [NaN, '–'], [Infinity, '–'],
  ])('%d is %s', (value, text) => expect(digits(value)).toBe(text))
})

describe('the prefix is chosen after rounding', () => {
  test.each([
    [0.9996, 's', '1.00 s'], [0.99949, 's', '999 ms'], [0.01714, 's', '17.1 ms'], [589.4e-6, 's', '589 µs'], [3e-15, 's', '0.00300 ps'], [1034.6, 's', '1030 s'], [0, 's', '0 s'],
    [35.28e9, 'B', '35.3 GB'], [999.6e6, 'B', '1.00 GB'], [0.5625, 'B', '0.563 B'], [3.76e9, 'FLOP', '3.76 GFLOP'], [989.4e12, 'FLOP/s', '989 TFLOP/s'],
    [4.33, 'J', '4.33 J'], [0.0433, 'J', '43.3 mJ'], [655, '', '655'], [70.6e9, '', '70.6 G'],
  ])('%d %s is %s', (value, unit, text) => expect(quantity(value, unit, ' ')).toBe(text))
  test('a page has a narrow no-break space', () => expect(quantity(1.98, 's')).toBe('1.98\u202Fs'))
  test('nothing applicable is a dash', () => expect([quantity(null, 's'), quantity(NaN, 's'), quantity(Infinity, 'B')]).toEqual(['–', '–', '–']))
})

test('a band takes the prefix of its estimate', () => {
  expect(band(0.0139, 0.021, scaleOf(0.0171, 's'))).toBe('13.9 to 21.0')
  expect(band(0.00095, 0.0012, scaleOf(0.00105, 's'))).toBe('0.950 to 1.20')
  expect(band(null, null, scaleOf(1, 's'))).toBe('–')
})

test('percent is whole from 10 and has one decimal below', () => {
  expect([0.388, 0.0996, 0.0994, 0.083, 0.0004, 1, null, NaN].map(percent)).toEqual(['39', '10', '9.9', '8.3', '0.0', '100', '–', '–'])
})

test('counts', () => {
  expect([0, 999, 1000, 25557032].map(full)).toEqual(['0', '999', '1,000', '25,557,032'])
  expect([2048, 8192, 32768, 40960, 131072, 163840, 262144, 1048576, 10485760, 128000, 200000, 1e6, 4000, 1000, 197, 1500, 0, null].map(tokenLength)).toEqual(['2k', '8k', '32k', '40k', '128k', '160k', '256k', '1M', '10M', '128k', '200k', '1M', '4k', '1k', '197', '1.50k', '0', '–'])
  expect([140, 999, 19123, 131072, 1e6, null].map(compact)).toEqual(['140', '999', '19.1k', '131k', '1.00M', '–'])
  expect([70.55e9, 124439808, 999.9e6, 1.02e12, 25000].map(count => words(count, ' '))).toEqual(['70.5 billion', '124 million', '1.00 billion', '1.02 trillion', '25,000'])
})

test('memory and money', () => {
  expect(gibibytes(85520809984, ' ')).toBe('79.65 GiB')
  expect([4.1278, 0.04213, 1234.5, 999.9, null].map(dollars)).toEqual(['4.13', '0.0421', '1,235', '1,000', '–'])
})
