/** Points by a pen: as Chart.js draws them. */
import type { Colors } from './colors.js'
import type { View } from './handle.js'
import type { Placed } from './labels.js'
import type { Pen } from './pen.js'

/** How a point looks: filled for prefill, a ring for decode, an ink edge where it is read out. */
export interface Look { readonly fill: string; readonly edge: string; readonly width: number }

/** The look of a point; what lies below the plot is filled. */
export function lookOf({ point: { key, phase, limit }, off }: Placed, colors: Colors, selected: string | null): Look {
  const ring = phase === 'decode', on = key === selected
  return {
    fill: off || !ring ? colors[limit] : on ? colors[`${limit}On`] : colors[`${limit}Ring`],
    edge: on ? colors.ink : ring ? colors[limit] : colors.surface,
    width: ring || on ? 2 : 1.5,
  }
}

/** Decode below prefill, the largest first; what lies below the plot is a caret on its edge. */
export function paintPoints(pen: Pen, { places, colors, selected }: View): void {
  for (const decode of [true, false]) for (const place of places) {
    if ((place.point.phase === 'decode') !== decode) continue
    const { x, y, r, off } = place, { fill, edge, width } = lookOf(place, colors, selected)
    pen.beginPath()
    if (off) {
      for (const [dx, dy] of [[-3.5, -2], [3.5, -2], [0, 4]] as const) pen.lineTo(x + dx, y + dy)
      pen.closePath()
    } else pen.arc(x, y, r, 0, 2 * Math.PI)
    pen.fillStyle = fill
    pen.fill()
    pen.strokeStyle = edge
    pen.lineWidth = width
    pen.stroke()
  }
}
