/** The chart as a file, painted from the same scene as on the page. */
import { paintOver, paintUnder } from './paint.js'
import type { Pen } from './pen.js'
import { paintPoints } from './points.js'
import type { Scene } from './scene.js'
import { SvgPen } from './svg.js'

/** Pixels of an image for each of the page: sharp in print. */
const density = 2
/** Around what is drawn. */
const margin = 16

/** As SVG. */
export function svgOf(scene: Scene, title: string): string {
  const context = document.createElement('canvas').getContext('2d')
  const pen = new SvgPen((text, font) => {
    if (context === null) return new TextMetrics()
    context.font = font
    return context.measureText(text)
  })
  paint(pen, scene)
  return pen.image(scene.frame.width, scene.frame.height, margin, scene.colors.surface, title)
}

/** As PNG; null where the browser makes none. */
export async function pngOf(scene: Scene): Promise<Blob | null> {
  const { frame: { width, height }, colors } = scene
  const canvas = document.createElement('canvas')
  canvas.width = (width + 2 * margin) * density
  canvas.height = (height + 2 * margin) * density
  const context = canvas.getContext('2d')
  if (context === null) return null
  context.scale(density, density)
  context.fillStyle = colors.surface
  context.fillRect(0, 0, width + 2 * margin, height + 2 * margin)
  context.translate(margin, margin)
  paint(context, scene)
  return new Promise(done => { canvas.toBlob(done) })
}

/** Everything, without a mark on the kernel that happens to be read. */
function paint(pen: Pen, selected: Scene): void {
  const scene = { ...selected, selected: null }
  paintUnder(pen, scene)
  paintPoints(pen, scene)
  paintOver(pen, scene)
}
