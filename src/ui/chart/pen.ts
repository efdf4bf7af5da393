/** Lines and words on a canvas. */

/** A place in pixels. */
export type Spot = readonly [number, number]

/** A line through the spots. */
export function stroke(context: CanvasRenderingContext2D, spots: readonly Spot[], color: string, width: number, dash: number[] = []): void {
  context.beginPath()
  for (const [x, y] of spots) context.lineTo(x, y)
  context.strokeStyle = color
  context.lineWidth = width
  context.setLineDash(dash)
  context.stroke()
  context.setLineDash([])
}

/** Words with a halo where they may stand on a line. */
export function text(context: CanvasRenderingContext2D, words: string, x: number, y: number, color: string, halo: string | null = null, align: CanvasTextAlign = 'left'): void {
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
