import { msg } from '@lit/localize'
import { html, nothing } from 'lit'
import { property, query, state } from 'lit/decorators.js'
import type { Report } from '../core.js'
import type { Handle } from './chart/handle.js'
import { colorsOf } from './chart/colors.js'
import { chartData, type ChartData, type Point } from './chart/data.js'
import { domainOf, type Domain } from './chart/geometry.js'
import { paintOver, paintUnder } from './chart/paint.js'
import { pathOf, pointTable, readout, summary } from './chart/readout.js'
import { sceneOf } from './chart/compose.js'
import type { Scene } from './chart/scene.js'
import { chartStyles } from './chart/styles.js'
import { download, fileName } from './download.js'
import { ReportElement } from './element.js'
import { send } from './events.js'
import { Opener } from './explain/opener.js'
import { openerStyles } from './explain/opener-styles.js'
import { reportOf } from './reports.js'
import { base, tokens } from './tokens.js'

/**
 * The roofline of one GPU with every kernel of a report as a point: filled for prefill and for a forward pass, a ring for decode.
 * @customElement roofline-chart
 * @fires {CustomEvent<{ key: string }>} kernel-select - another kernel is read out; `detail.key` names it: `decode/decoder/attn/qkv`
 * @csspart plot - the drawing
 * @csspart readout - the numbers of one kernel, beside the drawing
 */
export class RooflineChart extends ReportElement {
  static override styles = [tokens, base, openerStyles, chartStyles]

  /** The kernel whose numbers are read out; the longest of decode at first. */
  @property() selected: string | null = null
  @state() private width = 0
  @query('.plot') private plot!: HTMLElement
  @query('canvas') private canvas!: HTMLCanvasElement
  @query('.probe') private probe!: HTMLElement
  private readonly opener = new Opener(this)
  private handle: Handle | null = null
  private scene: Scene | null = null
  private domain: Domain | undefined
  private source: Report | null = null
  private shown: ChartData | null = null
  private readonly observer = new ResizeObserver(([entry]) => {
    requestAnimationFrame(() => { this.width = Math.floor(entry?.contentRect.width ?? 0) })
  })

  /** What the chart shows; null without an answer. */
  get data(): ChartData | null {
    const report = this.report ?? (this.scenario === null ? null : reportOf(this.scenario))
    if (report === this.source) return this.shown
    const device = report?.device ?? null
    this.source = report
    this.shown = report === null || device === null || report.phases.length === 0 ? null : chartData(report, device)
    return this.shown
  }

  /** Every point as it is drawn. */
  get drawn(): readonly { readonly x: number; readonly y: number; readonly key: string }[] {
    return this.handle?.values() ?? []
  }

  /** The chart as a file, painted as it is shown; null without an answer. */
  async image(kind: 'png' | 'svg'): Promise<Blob | null> {
    const { scene, data } = this
    if (scene === null || data === null) return null
    const { pngOf, svgOf } = await import('./chart/image.js')
    return kind === 'png' ? pngOf(scene) : new Blob([svgOf(scene, summary(data))], { type: 'image/svg+xml' })
  }

  /** Offers the chart as a file named after model and GPU. */
  async save(kind: 'png' | 'svg'): Promise<void> {
    const { report } = this, image = await this.image(kind)
    if (report !== null && image !== null) download(fileName(report, 'roofline', kind), image)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) {
      this.observe()
      this.requestUpdate()
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.observer.disconnect()
    this.handle?.destroy()
    this.handle = null
  }

  protected override firstUpdated(): void {
    this.observe()
  }

  protected override updated(): void {
    if (this.isConnected) this.draw()
  }

  protected override render(): unknown {
    const data = this.data
    const point = this.pointOf(data)
    return html`
      <div class="row">
        <div class="plot" part="plot" role="group" tabindex="0" aria-label=${data === null ? msg('Roofline') : summary(data)} @keydown=${this.walk}>
          <canvas aria-hidden="true" @pointermove=${this.point} @pointerdown=${this.point} @click=${this.explain}></canvas>
          <span class="probe" aria-hidden="true"></span><span class="scheme" aria-hidden="true" @transitionend=${() => { this.draw() }}></span>
        </div>
        ${data === null ? nothing : readout(data, point, this.opener)}
      </div>
      ${this.opener.panel(this.report?.scenario ?? null, data?.points.map(pathOf) ?? [])}
      ${data === null ? nothing : pointTable(data)}`
  }

  private observe(): void {
    const plot = this.renderRoot.querySelector('.plot')
    if (plot !== null) this.observer.observe(plot)
  }

  private pointOf(data: ChartData | null): Point | null {
    const points = byTime(data)
    return points.find(({ key }) => key === this.selected) ?? points.find(({ phase }) => phase === 'decode') ?? points[0] ?? null
  }

  private draw(): void {
    const data = this.data
    // At first the observer has not told the width yet.
    const width = this.width || Math.floor(this.plot.clientWidth)
    if (data === null || width === 0) return
    this.domain = domainOf(data.points, this.domain)
    const font = `13px ${getComputedStyle(this).fontFamily}`
    const context = this.canvas.getContext('2d')
    const measure = (text: string): number => {
      if (context) context.font = font
      return context?.measureText(text).width ?? 0
    }
    this.scene = sceneOf(data, width, this.domain, this.pointOf(data)?.key ?? null, colorsOf(this.probe), font, measure)
    if (this.handle === null) void this.start(this.scene)
    else this.handle.show(this.scene)
  }

  /** Loads what draws; the place of the drawing is taken before, so that nothing below it moves. */
  private async start({ frame: { width, height } }: Scene): Promise<void> {
    Object.assign(this.canvas.style, { width: `${String(width)}px`, height: `${String(height)}px` })
    const { createChart } = await import('./chart/adapter.js')
    if (!this.isConnected || this.handle !== null) return
    this.handle = createChart(this.canvas, {
      under: context => { if (this.scene) paintUnder(context, this.scene) },
      over: context => { if (this.scene) paintOver(context, this.scene) },
    })
    this.draw()
  }

  private readonly point = (event: PointerEvent): void => {
    const key = this.handle?.at(event) ?? null
    if (key !== null) this.select(key)
  }

  private readonly explain = (event: MouseEvent): void => {
    const found = this.data?.points.find(({ key }) => key === this.handle?.at(event))
    if (found && (event as PointerEvent).pointerType === 'mouse') this.opener.toggle(pathOf(found), this.plot)
  }

  private readonly walk = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    const data = this.data, current = this.pointOf(data)
    if (event.key === 'Enter' && current !== null) this.opener.toggle(pathOf(current), this.plot)
    if (event.key === 'Escape' && this.opener.path !== null) {
      event.stopPropagation()
      this.opener.close()
    }
    if (step === undefined || data === null || current === null) return
    event.preventDefault()
    const points = byTime(data)
    const next = points[(points.indexOf(current) + step + points.length) % points.length]
    if (next) this.select(next.key)
  }

  private select(key: string): void {
    if (key === this.selected) return
    this.selected = key
    send(this, 'kernel-select', { key })
  }
}

function byTime(data: ChartData | null): Point[] {
  return data?.points.toSorted((a, b) => b.share - a.share) ?? []
}
