/** Lines and words, on a canvas or into a file. */

/** What the chart draws with: the part of a canvas that an image in lines and words can follow. */
export type Pen = Pick<CanvasRenderingContext2D,
  'font' | 'fillStyle' | 'strokeStyle' | 'lineWidth' | 'lineJoin' | 'textAlign' | 'textBaseline' | 'save' | 'restore' | 'translate' | 'rotate' |
  'beginPath' | 'closePath' | 'lineTo' | 'arc' | 'rect' | 'clip' | 'fill' | 'stroke' | 'setLineDash' | 'fillText' | 'strokeText' | 'measureText'>

/** A place in pixels. */
export type Spot = readonly [number, number]

/** A line through the spots. */
export function stroke(pen: Pen, spots: readonly Spot[], color: string, width: number, dash: number[] = []): void {
  pen.beginPath()
  for (const [x, y] of spots) pen.lineTo(x, y)
  pen.strokeStyle = color
  pen.lineWidth = width
  pen.setLineDash(dash)
  pen.stroke()
  pen.setLineDash([])
}

/** Words with a halo where they may stand on a line. */
export function text(pen: Pen, words: string, x: number, y: number, color: string, halo: string | null = null, align: CanvasTextAlign = 'left'): void {
  pen.textAlign = align
  if (halo !== null) {
    pen.strokeStyle = halo
    pen.lineWidth = 4
    pen.lineJoin = 'round'
    pen.strokeText(words, x, y)
  }
  pen.fillStyle = color
  pen.fillText(words, x, y)
}
