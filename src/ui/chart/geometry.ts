/** Geometry of the roofline chart as functions of numbers: whole decades, of one length on both axes. */
import { compact } from '../../format.js'

/** First and last exponent of ten of each axis. */
export interface Domain { readonly x: readonly [number, number]; readonly y: readonly [number, number] }
/** Where a point lies: FLOP per byte, FLOP/s reached and at best, share of its phase. */
export interface Place { readonly intensity: number; readonly rate: number; readonly best: number; readonly share: number }
/** The plot inside its gutters, in pixels. */
export interface Frame {
  readonly domain: Domain
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
  /** Pixels of one decade, on both axes. */
  readonly decade: number
  readonly width: number
  readonly height: number
  /** Whether ceilings are labelled in the right gutter. */
  readonly wide: boolean
}

const start: Domain = { x: [-1, 4], y: [11, 16] }
/** Kernels below this share of their phase never stretch an axis. */
export const least = 0.02

/** Whole decades around the points that matter; it grows from what is shown already and does not shrink. */
export function domainOf(points: readonly Place[], shown: Domain = start): Domain {
  const big = points.filter(point => point.share >= least)
  const around = (values: readonly number[], [low, high]: readonly [number, number]): [number, number] => {
    const exponents = values.filter(value => value > 0).map(Math.log10)
    return [Math.min(low, ...exponents.map(Math.floor)), Math.max(high, ...exponents.map(Math.ceil))]
  }
  return { x: around(big.map(point => point.intensity), shown.x), y: around(big.flatMap(point => [point.rate, point.best]), shown.y) }
}

/** The frame that a width allows; its height follows from the decades. A wide one has a gutter for labels of ceilings. */
export function frameOf(available: number, domain: Domain, gutter = 128): Frame {
  const wide = available >= 560
  const left = 44, top = 28, bottom = 40, right = wide ? gutter : 10
  const decades = domain.x[1] - domain.x[0]
  const decade = Math.max(24, Math.min(100, Math.floor((available - left - right) / decades)))
  return {
    domain, left, top, right, bottom, decade, wide,
    width: left + decade * decades + right, height: top + decade * (domain.y[1] - domain.y[0]) + bottom,
  }
}

/** Pixels from the left of an intensity. */
export function xOf(frame: Frame, intensity: number): number {
  return frame.left + (Math.log10(intensity) - frame.domain.x[0]) * frame.decade
}

/** Pixels from the top of a rate. */
export function yOf(frame: Frame, rate: number): number {
  return frame.top + (frame.domain.y[1] - Math.log10(rate)) * frame.decade
}

/** Area grows with the share of the phase's time; `large` has the largest. */
export function radius(share: number, decade: number, large = 0.4): number {
  return Math.max(3, Math.min(decade * 0.19, 19) * Math.sqrt(share / large))
}

/** Powers of ten from one exponent to another. */
export function decades([first, last]: readonly [number, number]): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

/** A power of ten as it stands at the axis: 0.1, 10, 1k, 100T. */
export function tick(exponent: number): string {
  return exponent < 0 ? (10 ** exponent).toFixed(-exponent) : compact(10 ** exponent).replace(/\.0+(?=\D|$)/, '')
}
