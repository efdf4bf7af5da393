/** Lays a drawing out: everything that depends on width, colors, language and selection. */
import { msg } from '@lit/localize'
import type { Colors } from './colors.js'
import type { ChartData } from './data.js'
import { frameOf, type Domain } from './geometry.js'
import { labels, placed } from './labels.js'
import { roofHeight, roofLabel, taken } from './roofs.js'
import type { Scene } from './scene.js'

/** Lays a drawing out; `measure` gives the width of a text in pixels. */
export function sceneOf(data: ChartData, width: number, domain: Domain, selected: string | null, colors: Colors, font: string, measure: (text: string) => number): Scene {
  const gutter = Math.max(128, ...data.roofs.map(roof => 1.06 * measure(roofLabel(roof)) + 20))
  const frame = frameOf(width, domain, Math.ceil(gutter))
  const places = placed(data.points, frame)
  const words = { x: msg('FLOP per HBM byte'), y: msg('FLOP/s per GPU'), ridge: msg('ridge') }
  const names = labels(places, frame, taken(data, frame, measure, words.ridge), roofHeight(data, frame), measure)
  return { data, frame, places, names, colors, selected, font, words }
}
