/** One curve against a batch or a number of GPUs: estimate as points in the hue of what binds, the best possible as a thin line. */
import { html, svg, type TemplateResult } from 'lit'
import type { Limit } from '../../core.js'
import { axisOf, placeOn } from './points.js'

/** What a curve goes through: where on the axis, and what binds there. */
export interface Point {
  readonly batch: number
  readonly limit: Limit
}

export interface Plot<P extends Point> {
  readonly title: string
  readonly unit: string
  readonly points: readonly P[]
  readonly value: (point: P) => number
  readonly best: (point: P) => number
  readonly tick: (value: number) => string
  readonly shown: P
  readonly width: number
  readonly select: (point: P) => void
}

const height = 200, left = 52, right = 16, top = 12, bottom = 28

/** A drawing of one curve; pointing anywhere reads out the nearest point. */
export function plot<P extends Point>({ title, unit, points, value, best, tick, shown, width, select }: Plot<P>): TemplateResult {
  const y = axisOf(points.flatMap(point => [value(point), best(point)]))
  const x = { low: points[0]?.batch ?? 1, high: points.at(-1)?.batch ?? 2 }
  const xAt = (batch: number): number => left + placeOn(x, batch) * (width - left - right)
  const yAt = (of: number): number => height - bottom - placeOn(y, of) * (height - top - bottom)
  const path = (of: (point: P) => number): string => points.map((point, i) => `${i === 0 ? 'M' : 'L'}${xAt(point.batch).toFixed(1)} ${yAt(of(point)).toFixed(1)}`).join('')
  const powers = points.filter(({ batch }) => Number.isInteger(Math.log2(batch)))
  const every = Math.ceil(powers.length / Math.max(2, Math.floor((width - left - right) / 44)))
  const point = ({ offsetX }: PointerEvent): void => {
    const near = points.toSorted((a, b) => Math.abs(xAt(a.batch) - offsetX) - Math.abs(xAt(b.batch) - offsetX))[0]
    if (near) select(near)
  }
  return html`<figure><figcaption>${title} <span class="unit">${unit}</span></figcaption>
    <svg width=${width} height=${height} aria-hidden="true" @pointermove=${point} @pointerdown=${point}>
      ${y.ticks.map(at => svg`<line class="grid" x1=${left} x2=${width - right} y1=${yAt(at)} y2=${yAt(at)}></line><text class="y" x=${left - 8} y=${yAt(at)}>${tick(at)}</text>`)}
      ${powers.filter((_, i) => i % every === 0).map(({ batch }) => svg`<text class="x" x=${xAt(batch)} y=${height - 6}>${batch}</text>`)}
      <line class="guide" x1=${xAt(shown.batch)} x2=${xAt(shown.batch)} y1=${top} y2=${height - bottom}></line>
      <path class="best" d=${path(best)}></path><path class="line" d=${path(value)}></path>
      ${points.map(one => svg`<circle class=${`${one.limit} ${one === shown ? 'on' : ''}`} cx=${xAt(one.batch)} cy=${yAt(value(one))} r=${one === shown ? 6 : 4}></circle>`)}
    </svg></figure>`
}
