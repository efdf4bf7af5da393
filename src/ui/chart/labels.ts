/** Places names beside points: neighbors share a stack, a stack takes the cheapest of its sides or is left out. */
import { shareText } from '../number.js'
import type { Point } from './data.js'
import { least, radius, xOf, yOf, type Frame } from './geometry.js'

/** A rectangle in pixels. */
export interface Box { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
/** A point with its place. */
export interface Placed { readonly point: Point; readonly x: number; readonly y: number; readonly r: number; readonly off: boolean }
/** Lines of text and the leader that ties them to their points. */
export interface Label extends Box {
  readonly side: 'right' | 'below' | 'left'
  readonly lines: readonly { readonly name: string; readonly share: string }[]
  readonly leader: readonly (readonly [number, number])[]
}

const line = 16

/** Pixels of every point, largest first; what lies below the plot sits on its edge. */
export function placed(points: readonly Point[], frame: Frame): Placed[] {
  const edge = frame.height - frame.bottom
  // A pass has many small kernels or few large ones; of a request the shares are alike.
  const large = points.some(({ phase }) => phase !== 'forward') ? 0.4 : Math.min(0.4, Math.max(0.06, ...points.map(({ share }) => share)))
  return points.toSorted((a, b) => b.share - a.share).map(point => {
    const x = xOf(frame, point.intensity), y = yOf(frame, point.rate)
    return { point, x: Math.max(frame.left, Math.min(frame.width - frame.right, x)), y: Math.min(y, edge), r: radius(point.share, frame.decade, large), off: y > edge }
  })
}

/** The area that two boxes share. */
export const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x)) * Math.max(0, Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y))
const around = ({ x, y, r }: Placed): Box => ({ x: x - r, y: y - r, w: 2 * r, h: 2 * r })
const padded = ({ x, y, w, h }: Box): Box => ({ x: x - 6, y: y - 4, w: w + 12, h: h + 8 })

/** The labels that find room. `taken` are boxes to keep free, `roof` the height in pixels of the roof at an x. */
export function labels(places: readonly Placed[], frame: Frame, taken: readonly Box[], roof: (x: number) => number, measure: (text: string) => number): Label[] {
  const busy: Box[] = [...taken, ...places.map(around)]
  return groups(places.filter(({ point, off }) => point.share >= least && !off).slice(0, frame.wide ? 12 : 6)).flatMap(group => {
    const best = cheapest(group, frame, busy, roof, measure)
    if (best === null) return []
    busy.push(padded(best))
    return [best]
  })
}

function groups(places: readonly Placed[]): Placed[][] {
  const found: Placed[][] = []
  for (const place of places) {
    const near = found.find(group => group.some(other => Math.hypot(other.x - place.x, other.y - place.y) < 36))
    if (near) near.push(place)
    else found.push([place])
  }
  return found
}

function cheapest(group: readonly Placed[], frame: Frame, busy: readonly Box[], roof: (x: number) => number, measure: (text: string) => number): Label | null {
  const lines = group.map(({ point }) => ({ name: point.name, share: shareText(point.share) }))
  const w = Math.max(...lines.map(({ name, share }) => measure(`${name} ${share}`))), h = line * lines.length
  const boxes = group.map(around)
  const l = Math.min(...boxes.map(box => box.x)), r = Math.max(...boxes.map(box => box.x + box.w))
  const t = Math.min(...boxes.map(box => box.y)), b = Math.max(...boxes.map(box => box.y + box.h)), middle = (t + b) / 2
  let best: { label: Label; cost: number } | null = null
  for (const gap of group.length === 1 ? [5, 12, 24] : [12, 20, 32]) {
    const sides = [['right', r + gap, middle - h / 2], ['right', r + gap, middle - 8], ['right', r + gap, t], ['below', r - w, b + gap], ['below', l, b + gap], ['left', l - gap - w, middle - h / 2]] as const
    for (const [side, x, y] of sides) {
      if (x < frame.left + 2 || x + w > frame.width - frame.right || y < frame.top || y + h > frame.height - frame.bottom) continue
      const box = { x, y, w, h }
      const crosses = [0, 0.5, 1].some(part => roof(x + part * w) > y - 4)
      const cost = gap + 4 * busy.reduce((sum, other) => sum + overlap(box, other), 0) + (crosses ? 400 : 0) + { right: 0, below: 3, left: 6 }[side]
      if (best === null || cost < best.cost) best = { cost, label: { ...box, side, lines, leader: group.length === 1 ? [] : bracket(side, box, { l, r, b, middle }) } }
    }
  }
  return best === null || best.cost > 300 ? null : best.label
}

function bracket(side: Label['side'], { x, y, w, h }: Box, { l, r, b, middle }: { l: number; r: number; b: number; middle: number }): [number, number][] {
  if (side === 'below') return [[x, y - 3], [x + w, y - 3], [Math.min(Math.max((l + r) / 2, x), x + w), y - 3], [Math.min(Math.max((l + r) / 2, x), x + w), b + 2]]
  const rail = side === 'left' ? x + w + 5 : x - 5
  const level = Math.max(middle, y + 2)
  return [[rail, y + 2], [rail, y + h - 2], [rail, level], [side === 'left' ? l - 2 : r + 2, level]]
}
