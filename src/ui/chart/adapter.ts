/** The only module that knows Chart.js: points on two logarithmic scales inside gutters of fixed size. */
import { Chart, LogarithmicScale, PointElement, ScatterController, type ChartConfiguration, type Plugin } from 'chart.js'
import type { Limit } from '../../index.js'
import type { Frame } from './geometry.js'
import type { Placed } from './labels.js'
import type { Colors } from './colors.js'

Chart.register(ScatterController, LogarithmicScale, PointElement)

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

/** A live chart. */
export interface Handle {
  readonly show: (view: View) => void
  /** The key of the point under the pointer, with a reach of 12 pixels. */
  readonly at: (event: MouseEvent) => string | null
  /** Intensity and FLOP/s of every point as Chart.js holds them. */
  readonly values: () => { readonly x: number; readonly y: number; readonly key: string }[]
  readonly destroy: () => void
}

interface Datum { readonly x: number; readonly y: number; readonly key: string }

/** Charts that are alive; for finding leaks. */
export function living(): number {
  return Object.keys(Chart.instances).length
}

/** Makes a chart on a canvas. */
export function createChart(canvas: HTMLCanvasElement, painter: Painter): Handle {
  const plugin: Plugin<'scatter'> = {
    id: 'roofline',
    beforeDatasetsDraw: chart => { painter.under(chart.ctx) },
    afterDatasetsDraw: chart => { painter.over(chart.ctx) },
  }
  const configuration: ChartConfiguration<'scatter', Datum[]> = {
    type: 'scatter',
    data: { datasets: [] },
    options: {
      responsive: false, maintainAspectRatio: false, animation: false, events: [], normalized: true,
      scales: { x: { type: 'logarithmic', display: false }, y: { type: 'logarithmic', display: false } },
    },
    plugins: [plugin],
  }
  const chart = new Chart<'scatter', Datum[]>(canvas, configuration)
  let view: View | null = null
  return {
    show(next) {
      view = next
      const { frame: { domain, left, right, top, bottom, width, height } } = next
      chart.options.layout = { autoPadding: false, padding: { left, right, top, bottom } }
      chart.options.scales = {
        x: { type: 'logarithmic', display: false, min: 10 ** domain.x[0], max: 10 ** domain.x[1] },
        y: { type: 'logarithmic', display: false, min: 10 ** domain.y[0], max: 10 ** domain.y[1] },
      }
      chart.data.datasets = (['prefill', 'decode'] as const).map(phase => dataset(next, phase))
      chart.resize(width, height)
      chart.update('none')
    },
    at({ offsetX, offsetY }) {
      const near = (view?.places ?? []).map(place => ({ place, reach: Math.hypot(place.x - offsetX, place.y - offsetY) }))
        .filter(({ place, reach }) => reach <= Math.max(12, place.r)).sort((a, b) => a.reach - b.reach)
      return near[0]?.place.point.key ?? null
    },
    values: () => chart.data.datasets.flatMap(({ data }) => data),
    destroy: () => { chart.destroy() },
  }
}

/** Prefill is filled, decode a ring; what lies below the plot is a caret on its edge. */
function dataset({ frame, places, colors, selected }: View, phase: 'prefill' | 'decode'): ChartConfiguration<'scatter', Datum[]>['data']['datasets'][number] {
  const ring = phase === 'decode'
  const own = places.filter(({ point }) => (point.phase === 'decode') === ring)
  const of = <T>(value: (place: Placed, hue: Limit, on: boolean) => T): T[] => own.map(place => value(place, place.point.limit, place.point.key === selected))
  return {
    label: phase, clip: false,
    data: own.map(({ point, off }) => ({ x: point.intensity, y: off ? 10 ** frame.domain.y[0] : point.rate, key: point.key })),
    pointStyle: of(({ off }) => off ? 'triangle' : 'circle'),
    pointRotation: of(({ off }) => off ? 180 : 0),
    pointRadius: of(({ r, off }) => off ? 4 : r),
    backgroundColor: of(({ off }, hue, on) => off || !ring ? colors[hue] : on ? colors[`${hue}On`] : colors[`${hue}Ring`]),
    borderColor: of((_, hue, on) => on ? colors.ink : ring ? colors[hue] : colors.surface),
    borderWidth: of((_, __, on) => ring || on ? 2 : 1.5),
  }
}
