/** Paints what is not a point: tint, grid, roofs and ridge below; lost distance, guides and names. */
import { digits, scaled, scaleOf } from '../../format.js'
import { decades, tick, xOf, yOf } from './geometry.js'
import { overlap, type Placed } from './labels.js'
import { stroke, text, type Pen, type Spot } from './pen.js'
import { paintRoofs, roofLine, taken } from './roofs.js'
import type { Scene } from './scene.js'

/** Below the points. */
export function paintUnder(pen: Pen, scene: Scene): void {
  const { frame, colors, places } = scene
  pen.save()
  pen.font = scene.font
  pen.textBaseline = 'alphabetic'
  tint(pen, scene)
  grid(pen, scene)
  paintRoofs(pen, scene)
  for (const { point, x, y, r } of places) {
    const best = yOf(frame, point.best)
    stroke(pen, [[x, y - r], [x, Math.min(y - r, best)]], colors[point.limit], 1)
    stroke(pen, [[x - 4, best], [x + 4, best]], colors[point.limit], 1.5)
  }
  pen.restore()
}

/** Above the points: guides of the selected one and the names. */
export function paintOver(pen: Pen, scene: Scene): void {
  const { colors, selected, places, names } = scene
  pen.save()
  pen.font = scene.font
  for (const { lines, leader, x, y, w, side } of names) {
    for (let i = 0; i + 1 < leader.length; i += 2) stroke(pen, leader.slice(i, i + 2), colors.edge, 1)
    lines.forEach(({ name, share }, i) => {
      const start = side === 'left' ? x + w - pen.measureText(`${name} ${share}`).width : x
      text(pen, `${name} `, start, y + 12.5 + 16 * i, colors.ink, colors.surface)
      text(pen, share, start + pen.measureText(`${name} `).width, y + 12.5 + 16 * i, colors['ink-3'], colors.surface)
    })
  }
  const on = places.find(({ point, off }) => point.key === selected && !off)
  if (on) guides(pen, scene, on)
  pen.restore()
}

/** Lines from a point to both axes, with its values there, each at the first level that no name takes. */
function guides(pen: Pen, { frame, data, colors, names, words, font }: Scene, { x, y, r, point }: Placed): void {
  const floor = frame.height - frame.bottom
  const busy = [...names, ...taken(data, frame, label => pen.measureText(label).width, words.ridge)]
  stroke(pen, [[frame.left, y], [x - r, y]], colors['ink-3'], 1, [2, 3])
  stroke(pen, [[x, y + r], [x, floor]], colors['ink-3'], 1, [2, 3])
  pen.font = `600 ${font}`
  const value = (label: string, x: number, levels: readonly [number, ...number[]]): void => {
    const w = pen.measureText(label).width
    const level = levels.find(y => !busy.some(box => overlap({ x: x - 6, y: y - 12, w: w + 12, h: 16 }, box) > 0)) ?? levels[0]
    text(pen, label, x, level, colors.ink, colors.surface)
  }
  const scale = scaleOf(point.rate, '')
  value(scaled(point.rate, scale) + scale.prefix, frame.left + 6, [y - 5, y + 15])
  value(digits(point.intensity), x + 6, [floor - 8, ...[24, 40, 56, 72, 88, 104].map(up => floor - up)])
}

function tint(pen: Pen, { data, frame, colors }: Scene): void {
  const line = roofLine(data, frame)
  const [first] = line, last = line.at(-1)
  if (first === undefined || last === undefined) return
  pen.save()
  pen.beginPath()
  pen.rect(frame.left, frame.top, frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom)
  pen.clip()
  pen.beginPath()
  for (const [x, y] of [...line, [last[0], frame.top], [frame.left, frame.top], [frame.left, first[1]]] as Spot[]) pen.lineTo(x, y)
  pen.closePath()
  pen.fillStyle = colors['surface-2']
  pen.fill()
  pen.restore()
}

function grid(pen: Pen, { frame, colors, words }: Scene): void {
  const right = frame.width - frame.right, floor = frame.height - frame.bottom
  for (const exponent of decades(frame.domain.x)) {
    const x = xOf(frame, 10 ** exponent)
    stroke(pen, [[x, frame.top], [x, floor]], colors.hairline, 1)
    text(pen, tick(exponent), Math.min(x, frame.width - pen.measureText(tick(exponent)).width / 2), floor + 18, colors['ink-3'], null, 'center')
  }
  for (const exponent of decades(frame.domain.y)) {
    const y = yOf(frame, 10 ** exponent)
    stroke(pen, [[frame.left, y], [right, y]], colors.hairline, 1)
    text(pen, tick(exponent), frame.left - 8, y + 4, colors['ink-3'], null, 'right')
  }
  text(pen, words.y, 0, 12, colors['ink-3'])
  text(pen, words.x, right, floor + 36, colors['ink-3'], null, 'right')
}

