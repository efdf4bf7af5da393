import { msg, str } from '@lit/localize'
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { property, state } from 'lit/decorators.js'
import { classMap } from 'lit/directives/class-map.js'
import { compact, full, quantity } from '../format.js'
import type { Report } from '../core.js'
import { plot } from './batches/plot.js'
import { batchesOf, pointOf, withBatch, type BatchPoint } from './batches/points.js'
import { batchStyles } from './batches/styles.js'
import { ReportElement } from './element.js'
import { inView } from './in-view.js'
import { number } from './number.js'
import { sweep } from './sweep.js'
import { base, tokens } from './tokens.js'
import { bound, limitName } from './words.js'

/** How long an old answer stands undimmed, in milliseconds. */
const patience = 150

/**
 * Throughput and latency of a forward pass against its batch: 1, 2, 4 and so on up to 1024, or to what fits. Nothing where the batch is fixed.
 * @customElement roofline-batches
 * @csspart plots - the drawings
 */
export class RooflineBatches extends ReportElement {
  static override styles = [tokens, base, batchStyles]

  /** Level of the heading in the outline of the page. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 3
  @state() private points: readonly BatchPoint[] = []
  @state() private answered: Report | null = null
  @state() private batch: number | null = null
  @state() private width = 0
  @state() private stale = false
  private cancel: () => void = () => undefined
  private readonly observer = new ResizeObserver(([entry]) => { requestAnimationFrame(() => { this.width = Math.floor(entry?.contentRect.width ?? 0) }) })

  override connectedCallback(): void {
    super.connectedCallback()
    this.observer.observe(this)
    if (this.hasUpdated) void this.seek()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.observer.disconnect()
    this.cancel()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('report') && this.report !== changed.get('report')) void this.seek()
  }

  protected override render(): unknown {
    const { points, answered } = this
    if (answered === null || points.length < 2) return nothing
    const own = answered.scenario.workload?.batch ?? 1
    const shown = points.find(({ batch }) => batch === this.batch) ?? points.find(({ batch }) => batch === own) ?? points[0]
    if (shown === undefined) return nothing
    const width = this.width > 720 ? Math.floor((this.width - 48) / 2) : this.width
    const common = { points, shown, width, select: (point: BatchPoint): void => { this.batch = point.batch } }
    return html`<div class="head"><div class="title" role="heading" aria-level=${this.headingLevel}>${msg('Batch')}</div>
        <div class="small">${msg('The same pass at other batches. Dashed: the best possible.')}</div></div>
      <div class=${classMap({ plots: true, stale: this.stale })} part="plots" role="group" tabindex="0" aria-label=${msg(str`Throughput and latency at ${points.length} batches. Arrow keys walk through them.`)} @keydown=${this.walk}>
        ${width === 0 ? nothing : html`${plot({ ...common, title: msg('Samples per second'), unit: '', value: point => point.rate, best: point => point.bestRate, tick: compactTick })}
        ${plot({ ...common, title: msg('Latency of the batch'), unit: '', value: point => point.latency, best: point => point.leastLatency, tick: value => quantity(value, 's').replace(/\.0+(?=\D)/, '') })}`}</div>
      ${this.readout(shown)}
      ${this.end(answered, points.at(-1))}
      ${table(points)}`
  }

  private readout(shown: BatchPoint): TemplateResult {
    return html`<div class="readout" aria-live="polite"><span><b>${msg(str`Batch ${full(shown.batch)}`)}</b></span>
      <span><span class="value">${number(shown.rate, '')}</span> ${msg('samples per second')}</span>
      <span><span class="value">${number(shown.latency, 's')}</span>${msg(', ')}${msg(str`${quantity(shown.leastLatency, 's')} at best`)}</span>
      <span><span class="value">${number(shown.memory, 'B')}</span> ${msg('per GPU')}</span><span>${bound(shown.limit)}</span></div>`
  }

  /** Why the curves end where they do. */
  private end({ metrics }: Report, last: BatchPoint | undefined): TemplateResult | typeof nothing {
    const most = metrics?.maxBatch ?? null
    return most === null || last === undefined || most >= 2 * last.batch ? nothing : html`<p class="small note">${msg(str`A batch of ${full(most)} is the largest that fits.`)}</p>`
  }

  private readonly walk = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const own = this.batch ?? this.answered?.scenario.workload?.batch ?? 1
    const at = this.points.findIndex(({ batch }) => batch === own)
    this.batch = this.points[Math.min(this.points.length - 1, Math.max(0, at + step))]?.batch ?? null
  }

  /** Asks anew; what was there stays until the answer, dimmed when that takes a while. */
  private async seek(): Promise<void> {
    this.cancel()
    this.hidden = false
    const { report } = this
    const stopped = new AbortController()
    const halted = (): boolean => stopped.signal.aborted
    this.cancel = () => { stopped.abort() }
    await inView(this)
    if (halted() || report === null) return
    const batches = report.phases[0]?.phase === 'forward' && report.memory?.fits !== false ? batchesOf(report) : []
    const found: BatchPoint[] = []
    const timer = window.setTimeout(() => { this.stale = true }, patience)
    const { cancel, done } = sweep(batches.map(batch => withBatch(report.scenario, batch)), answer => { const point = pointOf(answer); if (point) found.push(point) })
    stopped.signal.addEventListener('abort', () => { clearTimeout(timer); cancel() })
    await done
    if (halted()) return
    clearTimeout(timer)
    Object.assign(this, { stale: false, points: found, answered: report, batch: null, hidden: found.length < 2 })
  }
}

const compactTick = (value: number): string => compact(value).replace(/\.0+(?=\D|$)/, '')

/** Every batch as a row, for those who do not see the drawings. */
function table(points: readonly BatchPoint[]): TemplateResult {
  return html`<div class="hidden"><table><caption>${msg('Throughput and latency by batch')}</caption>
    <thead><tr><th scope="col">${msg('Batch')}</th><th scope="col">${msg('Samples per second')}</th><th scope="col">${msg('Latency of the batch')}</th><th scope="col">${msg('At best')}</th><th scope="col">${msg('Memory per GPU')}</th><th scope="col">${msg('Bound by')}</th></tr></thead>
    <tbody>${points.map(point => html`<tr><th scope="row">${full(point.batch)}</th><td>${quantity(point.rate, '')}</td><td>${quantity(point.latency, 's')}</td><td>${quantity(point.leastLatency, 's')}</td><td>${quantity(point.memory, 'B')}</td><td>${limitName(point.limit)}</td></tr>`)}</tbody></table></div>`
}
