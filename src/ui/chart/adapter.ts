/** The only module that knows Chart.js: points on two logarithmic scales inside gutters of fixed size. */
import { Chart, LogarithmicScale, PointElement, ScatterController, type ChartConfiguration, type Plugin } from 'chart.js'
import { datum, nearest, type CreateChart, type Datum, type View } from './handle.js'
import type { Placed } from './labels.js'
import { lookOf } from './points.js'

Chart.register(ScatterController, LogarithmicScale, PointElement)

/** Charts that are alive; for finding leaks. */
export function living(): number {
  return Object.keys(Chart.instances).length
}

/** Makes a chart on a canvas. */
export const createChart: CreateChart = (canvas, painter) => {
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
    at: event => nearest(view, event),
    values: () => chart.data.datasets.flatMap(({ data }) => data),
    destroy: () => { chart.destroy() },
  }
}

/** The points of one phase; what lies below the plot is a caret on its edge. */
function dataset({ frame, places, colors, selected }: View, phase: 'prefill' | 'decode'): ChartConfiguration<'scatter', Datum[]>['data']['datasets'][number] {
  const own = places.filter(({ point }) => (point.phase === 'decode') === (phase === 'decode'))
  const of = <T>(value: (place: Placed) => T): T[] => own.map(value)
  return {
    label: phase, clip: false,
    data: of(place => datum(place, frame)),
    pointStyle: of(({ off }) => off ? 'triangle' : 'circle'),
    pointRotation: of(({ off }) => off ? 180 : 0),
    pointRadius: of(({ r, off }) => off ? 4 : r),
    backgroundColor: of(place => lookOf(place, colors, selected).fill),
    borderColor: of(place => lookOf(place, colors, selected).edge),
    borderWidth: of(place => lookOf(place, colors, selected).width),
  }
}
