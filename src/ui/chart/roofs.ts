/** The roofs of the chart: where they run, and how they and their labels are painted. */
import { digits, quantity } from '../../format.js'
import type { Roof } from './ceilings.js'
import type { ChartData } from './data.js'
import { xOf, yOf, type Frame } from './geometry.js'
import type { Box } from './labels.js'
import type { Scene } from './scene.js'
import { stroke, text, type Pen, type Spot } from './pen.js'

/** The height in pixels of the roof above an x. */
export function roofHeight({ memory, roofs }: ChartData, frame: Frame): (x: number) => number {
  const peak = roofs.find(({ used }) => used)?.flops ?? Infinity
  return x => yOf(frame, Math.min(peak, 10 ** (frame.domain.x[0] + (x - frame.left) / frame.decade) * memory.bandwidth))
}

/** Corners of the roof from left to right: memory slope, ridge, flat. */
export function roofLine({ memory, roofs, ridge }: ChartData, frame: Frame): Spot[] {
  const peak = roofs.find(({ used }) => used)?.flops
  const left = Math.max(10 ** frame.domain.x[0], 10 ** frame.domain.y[0] / memory.bandwidth)
  const end = 10 ** frame.domain.x[1]
  const flat: Spot[] = peak === undefined || ridge === null ? [[xOf(frame, end), yOf(frame, end * memory.bandwidth)]] : [[xOf(frame, ridge), yOf(frame, peak)], [frame.width - frame.right, yOf(frame, peak)]]
  return [[xOf(frame, left), yOf(frame, left * memory.bandwidth)], ...flat]
}

/** What stands at the end of a flat roof. */
export function roofLabel({ label, flops }: Roof): string {
  return `${label} ${quantity(flops, 'FLOP/s')}`
}

/** Boxes that names keep clear of: the ridge's own label. */
export function taken({ ridge }: ChartData, frame: Frame, measure: (text: string) => number, word: string): Box[] {
  return ridge === null ? [] : [{ x: xOf(frame, ridge), y: frame.height - frame.bottom - 22, w: measure(`${word} 1000`), h: 20 }]
}

/** Ceilings, the roof, its slope by name, and the ridge. */
export function paintRoofs(pen: Pen, scene: Scene): void {
  const { data, frame, colors, words } = scene
  const { bandwidth } = data.memory, right = frame.width - frame.right, floor = frame.height - frame.bottom
  const [highest] = data.roofs.filter(({ used }) => used)
  for (const one of data.roofs) {
    const y = yOf(frame, one.flops)
    if (one !== highest) stroke(pen, [[xOf(frame, one.flops / bandwidth), y], [right, y]], one.used ? colors.ink : colors['ink-3'], 1, one.used ? [] : [4, 3])
    pen.font = one.used ? `600 ${scene.font}` : scene.font
    const label = roofLabel(one), ink = one.used ? colors.ink : colors['ink-3']
    if (frame.wide) text(pen, label, right + beside(y, scene), y + 4.5, ink)
    else if (one === highest) text(pen, label, Math.max(frame.left + pen.measureText(label).width, xOf(frame, one.flops / bandwidth) - 12), y + 4.5, ink, colors['surface-2'], 'right')
  }
  stroke(pen, roofLine(data, frame), colors.ink, 1.5)
  pen.font = `600 ${scene.font}`
  memoryLabel(pen, scene)
  pen.font = scene.font
  if (data.ridge === null || highest === undefined) return
  const x = xOf(frame, data.ridge), y = yOf(frame, highest.flops)
  stroke(pen, [[x, y], [x, floor]], colors['ink-3'], 1, [1, 3])
  text(pen, `${words.ridge} ${digits(data.ridge)}`, x + 6, floor - 8, colors['ink-3'], colors.surface)
  pen.beginPath()
  for (const [dx, dy] of [[0, -5.5], [5.5, 0], [0, 5.5], [-5.5, 0]] as const) pen.lineTo(x + dx, y + dy)
  pen.closePath()
  pen.fillStyle = colors.surface
  pen.fill()
  pen.strokeStyle = colors.ink
  pen.lineWidth = 1.5
  pen.stroke()
}

/** Written along the slope, at the first place that no large point reaches. */
function memoryLabel(pen: Pen, { data, frame, places, colors }: Scene): void {
  const [from, to] = roofLine(data, frame)
  if (from === undefined || to === undefined) return
  const label = `${data.memory.label} ${quantity(data.memory.bandwidth, 'B/s')}`
  const half = pen.measureText(label).width / 2 / Math.SQRT2 + 8, roof = roofHeight(data, frame)
  const at = (part: number): Spot => [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part]
  const free = (part: number): boolean => {
    const [x, y] = at(part)
    return x - half > frame.left && y - half > (frame.wide ? frame.top : to[1] + 24) && places.every(place => place.r - (place.y - roof(place.x)) / Math.SQRT2 < 7 || Math.abs(place.x - x) > half + place.r || Math.abs(place.y - y) > half + place.r)
  }
  const [x, y] = at([0.8, 0.72, 0.6, 0.5, 0.4, 0.3, 0.2].find(free) ?? 0.8)
  pen.save()
  pen.translate(x, y)
  pen.rotate(-Math.PI / 4)
  text(pen, label, 0, -8, colors.ink, null, 'center')
  pen.restore()
}

/** Pixels from the plot to a label in the gutter: points at the edge reach into it. */
function beside(y: number, { frame, places }: Scene): number {
  const edge = frame.width - frame.right
  return places.reduce((most, place) => Math.abs(place.y - y) < place.r + 8 ? Math.max(most, place.x + place.r - edge + 6) : most, 8)
}
