/** Paints what is not a point: tint, grid, roofs and ridge below; lost distance, guides and names. */
import { digits, scaled, scaleOf } from '../../format.js'
import { decades, tick, xOf, yOf } from './geometry.js'
import { stroke, text, type Spot } from './pen.js'
import { paintRoofs, roofLine } from './roofs.js'
import type { Scene } from './scene.js'

type Context = CanvasRenderingContext2D

/** Below the points. */
export function paintUnder(context: Context, scene: Scene): void {
  const { frame, colors, places } = scene
  context.save()
  context.font = scene.font
  context.textBaseline = 'alphabetic'
  tint(context, scene)
  grid(context, scene)
  paintRoofs(context, scene)
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

