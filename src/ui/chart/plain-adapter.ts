/** Points on a canvas without Chart.js, which weighs more than the calculator: the embed in one file draws with this. */
import { datum, nearest, type CreateChart, type View } from './handle.js'
import { paintPoints } from './points.js'

/** Makes a chart on a canvas. */
export const createChart: CreateChart = (canvas, painter) => {
  const context = canvas.getContext('2d')
  let view: View | null = null
  return {
    show(next) {
      view = next
      if (context === null) return
      const { width, height } = next.frame, density = devicePixelRatio
      // Setting the size clears the canvas, too.
      Object.assign(canvas, { width: Math.round(width * density), height: Math.round(height * density) })
      Object.assign(canvas.style, { width: `${String(width)}px`, height: `${String(height)}px` })
      context.scale(density, density)
      painter.under(context)
      paintPoints(context, next)
      painter.over(context)
    },
    at: event => nearest(view, event),
    values() {
      if (view === null) return []
      const { frame, places } = view
      return places.map(place => datum(place, frame))
    },
    destroy() { view = null },
  }
}
