/** What draws the points: Chart.js on the page (adapter.ts), a canvas alone where one file must be small (plain-adapter.ts). */
import type { Colors } from './colors.js'
import type { Frame } from './geometry.js'
import type { Placed } from './labels.js'

/** What one drawing shows. */
export interface View {
  readonly frame: Frame
  readonly places: readonly Placed[]
  readonly colors: Colors
  readonly selected: string | null
}

/** Draws before and after the points. */
export interface Painter {
  readonly under: (context: CanvasRenderingContext2D) => void
  readonly over: (context: CanvasRenderingContext2D) => void
}

/** A point as it is drawn: FLOP per byte and FLOP/s. */
export interface Datum { readonly x: number; readonly y: number; readonly key: string }

/** A live chart. */
export interface Handle {
  readonly show: (view: View) => void
  /** The key of the point under the pointer, with a reach of 12 pixels. */
  readonly at: (event: MouseEvent) => string | null
  /** Every point as it is drawn. */
  readonly values: () => readonly Datum[]
  readonly destroy: () => void
}

/** Makes a chart on a canvas. */
export type CreateChart = (canvas: HTMLCanvasElement, painter: Painter) => Handle

/** Where a point is drawn: what lies below the plot is on its edge. */
export function datum({ point, off }: Placed, { domain }: Frame): Datum {
  return { x: point.intensity, y: off ? 10 ** domain.y[0] : point.rate, key: point.key }
}

/** The point nearest to a place, within 12 pixels or its own size. */
export function nearest(view: View | null, { offsetX, offsetY }: MouseEvent): string | null {
  const near = (view?.places ?? []).map(place => ({ place, reach: Math.hypot(place.x - offsetX, place.y - offsetY) }))
    .filter(({ place, reach }) => reach <= Math.max(12, place.r)).sort((a, b) => a.reach - b.reach)
  return near[0]?.place.point.key ?? null
}
