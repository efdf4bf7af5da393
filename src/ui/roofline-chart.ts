import { msg, str, updateWhenLocaleChanges } from '@lit/localize'
import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { property, query, state } from 'lit/decorators.js'
import { analyze, type Report, type Scenario } from '../index.js'
import { quantity } from '../format.js'
import { createChart, type Handle } from './chart/adapter.js'
import { colorsOf } from './chart/colors.js'
import { chartData, deviceOf, type ChartData, type Point } from './chart/data.js'
import { domainOf, frameOf, type Domain } from './chart/geometry.js'
import { labels, placed } from './chart/labels.js'
import { paintOver, paintUnder, roofHeight, roofLabel, taken, type Scene } from './chart/paint.js'
import { pointTable, readout } from './chart/readout.js'
import { chartStyles } from './chart/styles.js'
import { send } from './events.js'
import { base, tokens } from './tokens.js'

/**
 * The roofline of one GPU with every kernel of a report as a point: filled for prefill, a ring for decode.
 * Fires `kernel-select` with the key of the kernel, `decode/decoder/attn/qkv`, when another one is read.
 */
export class RooflineChart extends LitElement {
  static override styles = [tokens, base, chartStyles]

  /** What is drawn; `scenario` computes it. */
  @property({ attribute: false }) report: Report | null = null
  /** A scenario to analyze instead of a report. */
  @property({ attribute: false }) scenario: Scenario | null = null
  /** The kernel whose numbers are read out; the longest of decode at first. */
  @property() selected: string | null = null
  @state() private width = 0
  @query('canvas') private canvas!: HTMLCanvasElement
  @query('.probe') private probe!: HTMLElement
  private handle: Handle | null = null
  private scene: Scene | null = null
  private domain: Domain | undefined
  private source: Report | null = null
  private shown: ChartData | null = null
  private readonly observer = new ResizeObserver(([entry]) => {
    requestAnimationFrame(() => { this.width = Math.floor(entry?.contentRect.width ?? 0) })
  })

  constructor() {
    super()
    updateWhenLocaleChanges(this)
  }

  /** What the chart shows; null without an answer. */
  get data(): ChartData | null {
    const report = this.report ?? (this.scenario === null ? null : analyze(this.scenario))
    if (report === this.source) return this.shown
    const device = report === null ? null : deviceOf(report)
    this.source = report
    this.shown = report === null || device === null || report.phases.length === 0 ? null : chartData(report, device)
    return this.shown
  }

  /** Every point as it is drawn. */
  get drawn(): { readonly x: number; readonly y: number; readonly key: string }[] {
    return this.handle?.values() ?? []
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

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('scenario') && this.scenario !== null) this.report = analyze(this.scenario)
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
        <div class="plot" role="group" tabindex="0" aria-label=${data === null ? msg('Roofline') : this.summary(data)} @keydown=${this.walk}>
          <canvas aria-hidden="true" @pointermove=${this.point} @pointerdown=${this.point}></canvas>
          <span class="probe" aria-hidden="true"></span><span class="scheme" aria-hidden="true" @transitionend=${() => { this.draw() }}></span>
        </div>
        ${data === null ? nothing : readout(data, point)}
      </div>
      ${data === null ? nothing : pointTable(data)}`
  }

  private summary({ memory, roofs, ridge, points }: ChartData): string {
    const [roof] = roofs
    const top = roof === undefined ? '' : `${roof.label} ${quantity(roof.flops, 'FLOP/s')}`
    return msg(str`Roofline: ${memory.label} ${quantity(memory.bandwidth, 'B/s')}, ${top}, ridge at ${quantity(ridge, 'FLOP/B')}, ${points.length} kernels. Arrow keys walk through them.`)
  }

  private observe(): void {
    const plot = this.renderRoot.querySelector('.plot')
    if (plot !== null) this.observer.observe(plot)
  }

  private pointOf(data: ChartData | null): Point | null {
    const points = data?.points ?? []
    const byTime = points.toSorted((a, b) => b.share - a.share)
    return points.find(({ key }) => key === this.selected) ?? byTime.find(({ phase }) => phase === 'decode') ?? byTime[0] ?? null
  }

  private draw(): void {
    const data = this.data
    if (data === null || this.width === 0) return
    this.handle ??= createChart(this.canvas, {
      under: context => { if (this.scene) paintUnder(context, this.scene) },
      over: context => { if (this.scene) paintOver(context, this.scene) },
    })
    this.domain = domainOf(data.points, this.domain)
    const font = `13px ${getComputedStyle(this).fontFamily}`
    const words = { x: msg('FLOP per HBM byte'), y: msg('FLOP/s per GPU'), ridge: msg('ridge') }
    const context = this.canvas.getContext('2d')
    const measure = (text: string): number => {
      if (context) context.font = font
      return context?.measureText(text).width ?? 0
    }
    const gutter = Math.max(128, ...data.roofs.map(roof => 1.06 * measure(roofLabel(roof)) + 20))
    const frame = frameOf(this.width, this.domain, Math.ceil(gutter))
    const places = placed(data.points, frame), colors = colorsOf(this.probe), selected = this.pointOf(data)?.key ?? null
    const names = labels(places, frame, taken(data, frame, measure, words.ridge), roofHeight(data, frame), measure)
    this.scene = { data, frame, places, names, colors, selected, font, words }
    this.handle.show({ frame, places, colors, selected })
  }

  private readonly point = (event: PointerEvent): void => {
    const key = this.handle?.at(event) ?? null
    if (key !== null) this.select(key)
  }

  private readonly walk = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    const data = this.data, current = this.pointOf(data)
    if (step === undefined || data === null || current === null) return
    event.preventDefault()
    const byTime = data.points.toSorted((a, b) => b.share - a.share)
    const next = byTime[(byTime.indexOf(current) + step + byTime.length) % byTime.length]
    if (next) this.select(next.key)
  }

  private select(key: string): void {
    if (key === this.selected) return
    this.selected = key
    send(this, 'kernel-select', { key })
  }
}
