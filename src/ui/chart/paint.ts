/** Paints what is not a point: tint, grid, roofs and ridge below; lost distance, guides and names. */
import { digits, quantity, scaled, scaleOf } from '../../format.js'
import type { Roof } from './ceilings.js'
import type { Colors } from './colors.js'
import type { ChartData } from './data.js'
import { decades, tick, xOf, yOf, type Frame } from './geometry.js'
import type { Box, Label, Placed } from './labels.js'

/** All that a painting needs. */
export interface Scene {
  readonly data: ChartData
  readonly frame: Frame
  readonly places: readonly Placed[]
  readonly names: readonly Label[]
  readonly colors: Colors
  readonly selected: string | null
  readonly font: string
  readonly words: { readonly x: string; readonly y: string; readonly ridge: string }
}

type Context = CanvasRenderingContext2D
type Spot = readonly [number, number]

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

/** Below the points. */
export function paintUnder(context: Context, scene: Scene): void {
  const { frame, colors, places } = scene
  context.save()
  context.font = scene.font
  context.textBaseline = 'alphabetic'
  tint(context, scene)
  grid(context, scene)
  roofs(context, scene)
  for (const { point, x, y, r } of places) {
    const best = yOf(frame, point.best)
    stroke(context, [[x, y - r], [x, Math.min(y - r, best)]], colors[point.limit], 1)
    stroke(context, [[x - 4, best], [x + 4, best]], colors[point.limit], 1.5)
  }
  context.restore()
}

/** Above the points: guides of the selected one and the names. */
export function paintOver(context: Context, scene: Scene): void {
  const { frame, colors, selected, places, names } = scene
  context.save()
  context.font = scene.font
  for (const { lines, leader, x, y, w, side } of names) {
    for (let i = 0; i + 1 < leader.length; i += 2) stroke(context, leader.slice(i, i + 2), colors.edge, 1)
    lines.forEach(({ name, share }, i) => {
      const start = side === 'left' ? x + w - context.measureText(`${name} ${share}`).width : x
      text(context, `${name} `, start, y + 12.5 + 16 * i, colors.ink, colors.surface)
      text(context, share, start + context.measureText(`${name} `).width, y + 12.5 + 16 * i, colors['ink-3'], colors.surface)
    })
  }
  const on = places.find(({ point, off }) => point.key === selected && !off)
  if (on) {
    const { x, y, r, point } = on, floor = frame.height - frame.bottom
    stroke(context, [[frame.left, y], [x - r, y]], colors['ink-3'], 1, [2, 3])
    stroke(context, [[x, y + r], [x, floor]], colors['ink-3'], 1, [2, 3])
    context.font = `600 ${scene.font}`
    const scale = scaleOf(point.rate, '')
    text(context, scaled(point.rate, scale) + scale.prefix, frame.left + 6, y - 5, colors.ink, colors.surface)
    text(context, digits(point.intensity), x + 6, floor - 8, colors.ink, colors.surface)
  }
  context.restore()
}

function tint(context: Context, { data, frame, colors }: Scene): void {
  const line = roofLine(data, frame)
  const [first] = line, last = line.at(-1)
  if (first === undefined || last === undefined) return
  context.save()
  context.beginPath()
  context.rect(frame.left, frame.top, frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom)
  context.clip()
  context.beginPath()
  for (const [x, y] of [...line, [last[0], frame.top], [frame.left, frame.top], [frame.left, first[1]]] as Spot[]) context.lineTo(x, y)
  context.closePath()
  context.fillStyle = colors['surface-2']
  context.fill()
  context.restore()
}

function grid(context: Context, { frame, colors, words }: Scene): void {
  const right = frame.width - frame.right, floor = frame.height - frame.bottom
  for (const exponent of decades(frame.domain.x)) {
    const x = xOf(frame, 10 ** exponent)
    stroke(context, [[x, frame.top], [x, floor]], colors.hairline, 1)
    text(context, tick(exponent), Math.min(x, frame.width - context.measureText(tick(exponent)).width / 2), floor + 18, colors['ink-3'], null, 'center')
  }
  for (const exponent of decades(frame.domain.y)) {
    const y = yOf(frame, 10 ** exponent)
    stroke(context, [[frame.left, y], [right, y]], colors.hairline, 1)
    text(context, tick(exponent), frame.left - 8, y + 4, colors['ink-3'], null, 'right')
  }
  text(context, words.y, 0, 12, colors['ink-3'])
  text(context, words.x, right, floor + 36, colors['ink-3'], null, 'right')
}

function roofs(context: Context, scene: Scene): void {
  const { data, frame, colors, words } = scene
  const { bandwidth } = data.memory, right = frame.width - frame.right, floor = frame.height - frame.bottom
  const [highest] = data.roofs.filter(({ used }) => used)
  for (const one of data.roofs) {
    const y = yOf(frame, one.flops)
    if (one !== highest) stroke(context, [[xOf(frame, one.flops / bandwidth), y], [right, y]], one.used ? colors.ink : colors['ink-3'], 1, one.used ? [] : [4, 3])
    context.font = one.used ? `600 ${scene.font}` : scene.font
    const label = roofLabel(one), ink = one.used ? colors.ink : colors['ink-3']
    if (frame.wide) text(context, label, right + beside(y, scene), y + 4.5, ink)
    else if (one === highest) text(context, label, Math.max(frame.left + context.measureText(label).width, xOf(frame, one.flops / bandwidth) - 12), y + 4.5, ink, colors['surface-2'], 'right')
  }
  stroke(context, roofLine(data, frame), colors.ink, 1.5)
  context.font = `600 ${scene.font}`
  memoryLabel(context, scene)
  context.font = scene.font
  if (data.ridge === null || highest === undefined) return
  const x = xOf(frame, data.ridge), y = yOf(frame, highest.flops)
  stroke(context, [[x, y], [x, floor]], colors['ink-3'], 1, [1, 3])
  text(context, `${words.ridge} ${digits(data.ridge)}`, x + 6, floor - 8, colors['ink-3'], colors.surface)
  context.beginPath()
  for (const [dx, dy] of [[0, -5.5], [5.5, 0], [0, 5.5], [-5.5, 0]] as const) context.lineTo(x + dx, y + dy)
  context.closePath()
  context.fillStyle = colors.surface
  context.fill()
  context.strokeStyle = colors.ink
  context.lineWidth = 1.5
  context.stroke()
}

/** Pixels from the plot to a label in the gutter: points at the edge reach into it. */
function beside(y: number, { frame, places }: Scene): number {
  const edge = frame.width - frame.right
  return places.reduce((most, place) => Math.abs(place.y - y) < place.r + 8 ? Math.max(most, place.x + place.r - edge + 6) : most, 8)
}

/** Written along the slope, at the first place that no large point reaches. */
function memoryLabel(context: Context, { data, frame, places, colors }: Scene): void {
  const [from, to] = roofLine(data, frame)
  if (from === undefined || to === undefined) return
  const label = `${data.memory.label} ${quantity(data.memory.bandwidth, 'B/s')}`
  const half = context.measureText(label).width / 2 / Math.SQRT2 + 8, roof = roofHeight(data, frame)
  const at = (part: number): Spot => [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part]
  const free = (part: number): boolean => {
    const [x, y] = at(part)
    return x - half > frame.left && y - half > (frame.wide ? frame.top : to[1] + 24) && places.every(place => place.r - (place.y - roof(place.x)) / Math.SQRT2 < 7 || Math.abs(place.x - x) > half + place.r || Math.abs(place.y - y) > half + place.r)
  }
  const [x, y] = at([0.8, 0.72, 0.6, 0.5, 0.4, 0.3, 0.2].find(free) ?? 0.8)
  context.save()
  context.translate(x, y)
  context.rotate(-Math.PI / 4)
  text(context, label, 0, -8, colors.ink, null, 'center')
  context.restore()
}

/** What stands at the end of a flat roof. */
export function roofLabel({ label, flops }: Roof): string {
  return `${label} ${quantity(flops, 'FLOP/s')}`
}

/** Boxes that names keep clear of: the ridge's own label. */
export function taken({ ridge }: ChartData, frame: Frame, measure: (text: string) => number, word: string): Box[] {
  return ridge === null ? [] : [{ x: xOf(frame, ridge), y: frame.height - frame.bottom - 22, w: measure(`${word} 1000`), h: 20 }]
}

function stroke(context: Context, spots: readonly Spot[], color: string, width: number, dash: number[] = []): void {
  context.beginPath()
  for (const [x, y] of spots) context.lineTo(x, y)
  context.strokeStyle = color
  context.lineWidth = width
  context.setLineDash(dash)
  context.stroke()
  context.setLineDash([])
}

function text(context: Context, words: string, x: number, y: number, color: string, halo: string | null = null, align: CanvasTextAlign = 'left'): void {
  context.textAlign = align
  if (halo !== null) {
    context.strokeStyle = halo
    context.lineWidth = 4
    context.lineJoin = 'round'
    context.strokeText(words, x, y)
  }
  context.fillStyle = color
  context.fillText(words, x, y)
}
