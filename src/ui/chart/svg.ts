/** A pen that writes SVG: what the chart paints on a canvas, as lines and words. */
import type { Pen } from './pen.js'

type State = Pick<Pen, 'font' | 'fillStyle' | 'strokeStyle' | 'lineWidth' | 'textAlign'> & { readonly matrix: string; readonly clip: string; readonly dash: string }
type Painter = Omit<Pen, 'textBaseline' | 'lineJoin'> & { textBaseline: CanvasTextBaseline; lineJoin: CanvasLineJoin }

const decimals = (value: number): string => String(Math.round(value * 100) / 100)
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

const colorOf = (style: Pen['fillStyle']): string => typeof style === 'string' ? escape(style) : 'none'

/** Collects elements; `measure` gives the width of a text in a font. */
export class SvgPen implements Painter {
  font = '13px sans-serif'
  fillStyle: Pen['fillStyle'] = '#000'
  strokeStyle: Pen['strokeStyle'] = '#000'
  lineWidth = 1
  lineJoin: CanvasLineJoin = 'miter'
  textAlign: CanvasTextAlign = 'left'
  textBaseline: CanvasTextBaseline = 'alphabetic'
  readonly measureText: Pen['measureText']
  private readonly parts: string[] = []
  private readonly saved: State[] = []
  private path = ''
  private matrix = ''
  private clipped = ''
  private dash = ''
  private clips = 0

  constructor(measureText: (text: string, font: string) => TextMetrics) {
    this.measureText = text => measureText(text, this.font)
  }

  /** The whole image on a surface of one color, with a margin around what is drawn. */
  image(width: number, height: number, margin: number, surface: string, title: string): string {
    const w = String(width + 2 * margin), h = String(height + 2 * margin), start = String(-margin)
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="${start} ${start} ${w} ${h}" role="img"><title>${escape(title)}</title>`
      + `<rect x="${start}" y="${start}" width="100%" height="100%" fill="${escape(surface)}"/>${this.parts.join('')}</svg>\n`
  }

  save(): void {
    const { font, fillStyle, strokeStyle, lineWidth, textAlign, matrix, clipped, dash } = this
    this.saved.push({ font, fillStyle, strokeStyle, lineWidth, textAlign, matrix, clip: clipped, dash })
  }

  restore(): void {
    const last = this.saved.pop()
    if (last === undefined) return
    const { clip, ...rest } = last
    Object.assign(this, rest, { clipped: clip })
  }

  translate(x: number, y: number): void { this.matrix += `translate(${decimals(x)} ${decimals(y)})` }
  rotate(angle: number): void { this.matrix += `rotate(${decimals(angle * 180 / Math.PI)})` }
  beginPath(): void { this.path = '' }
  closePath(): void { this.path += 'Z' }
  lineTo(x: number, y: number): void { this.path += `${this.path === '' ? 'M' : 'L'}${decimals(x)} ${decimals(y)}` }
  rect(x: number, y: number, w: number, h: number): void { this.path += `M${decimals(x)} ${decimals(y)}h${decimals(w)}v${decimals(h)}h${decimals(-w)}Z` }
  /** Whole circles only. */
  arc(x: number, y: number, r: number): void { this.path += `M${decimals(x - r)} ${decimals(y)}a${decimals(r)} ${decimals(r)} 0 1 0 ${decimals(2 * r)} 0a${decimals(r)} ${decimals(r)} 0 1 0 ${decimals(-2 * r)} 0Z` }
  setLineDash(dash: Iterable<number>): void { this.dash = [...dash].join(' ') }
  fill(): void { this.add('path', `d="${this.path}" fill="${colorOf(this.fillStyle)}"`) }
  stroke(): void { this.add('path', `d="${this.path}" fill="none" ${this.line()}`) }
  fillText(text: string, x: number, y: number): void { this.words(text, x, y, `fill="${colorOf(this.fillStyle)}"`) }
  strokeText(text: string, x: number, y: number): void { this.words(text, x, y, `fill="none" stroke-linejoin="${this.lineJoin}" ${this.line()}`) }

  clip(): void {
    const id = `clip${String(this.clips++)}`
    this.parts.push(`<clipPath id="${id}"><path d="${this.path}"/></clipPath>`)
    this.clipped = `clip-path="url(#${id})"`
  }

  private line(): string {
    return `stroke="${colorOf(this.strokeStyle)}" stroke-width="${decimals(this.lineWidth)}"${this.dash === '' ? '' : ` stroke-dasharray="${this.dash}"`}`
  }

  private words(text: string, x: number, y: number, look: string): void {
    const [, weight = '400', size = '13', family = 'sans-serif'] = /^(?:(\d+) )?([\d.]+)px (.+)$/.exec(this.font) ?? []
    const anchor = { left: 'start', start: 'start', center: 'middle', right: 'end', end: 'end' }[this.textAlign]
    this.add('text', `x="${decimals(x)}" y="${decimals(y)}" text-anchor="${anchor}" font-family="${escape(family)}" font-size="${size}" font-weight="${weight}" ${look}`, text)
  }

  private add(tag: string, attributes: string, text = ''): void {
    this.parts.push(`<${tag} ${attributes}${this.matrix === '' ? '' : ` transform="${this.matrix}"`}${this.clipped === '' ? '' : ` ${this.clipped}`}${text === '' ? '/>' : `>${escape(text)}</${tag}>`}`)
  }
}
