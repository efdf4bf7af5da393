import { msg, str } from '@lit/localize'
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { property, state } from 'lit/decorators.js'
import { classMap } from 'lit/directives/class-map.js'
import { compact, full, percent, quantity } from '../format.js'
import type { Report } from '../core.js'
import { plot } from './batches/plot.js'
import { batchStyles } from './batches/styles.js'
import { ReportElement } from './element.js'
import { inView } from './in-view.js'
import { number, shareText } from './number.js'
import { sweep } from './sweep.js'
import { base, tokens } from './tokens.js'
import { links, spentOnStep } from './training/parts.js'
import { replicasOf, scalingPoint, withReplicas, type ScalingPoint } from './training/scaling.js'
import { memories, schedule } from './training/pipeline.js'
import { trainingStyles } from './training/styles.js'
import { bound, limitName } from './words.js'

/** How long an old answer stands undimmed, in milliseconds. */
const patience = 150

/**
 * A training step: the memory of every pipeline stage, what each runs when, where the seconds go, what the links carry, and
 * the same step on other numbers of GPUs. Nothing for other reports.
 * @customElement roofline-training
 * @csspart plots - the curves over the number of GPUs
 */
export class RooflineTraining extends ReportElement {
  static override styles = [tokens, base, batchStyles, trainingStyles]

  /** Level of the headings in the outline of the page. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 3
  @state() private points: readonly ScalingPoint[] = []
  @state() private answered: Report | null = null
  @state() private gpus: number | null = null
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
    const { report } = this
    if (report === null || report.phases[0]?.phase !== 'step') return nothing
    return html`${this.block(msg('Stages'), msg('Memory of one GPU of each pipeline stage.'), memories(report))}
      ${report.memory?.fits === false ? nothing : html`${this.block(msg('Schedule'), msg('What each stage runs in one step.'), schedule(report))}
        ${this.block(msg('Where the time goes'), msg('Seconds of the slowest stage.'), spentOnStep(report))}
        ${report.links.length === 0 ? nothing : this.block(msg('Links'), msg('What one GPU of the slowest stage sends in a step.'), links(report))}`}
      ${this.scaling()}`
  }

  private block(title: string, caption: string, content: unknown): TemplateResult {
    return html`<div class="block"><div class="head"><div class="title" role="heading" aria-level=${this.headingLevel}>${title}</div><div class="small">${caption}</div></div>${content}</div>`
  }

  private scaling(): TemplateResult | typeof nothing {
    const { points, answered } = this
    const shown = points.find(({ batch }) => batch === this.gpus) ?? points.find(({ batch }) => batch === answered?.scenario.gpus) ?? points[0]
    if (answered === null || points.length < 2 || shown === undefined) return nothing
    const hasTokens = answered.metrics?.tokensPerSecond !== null
    const width = this.width > 720 ? Math.floor((this.width - 48) / 2) : this.width
    const common = { points, shown, width, unit: '', select: (point: ScalingPoint): void => { this.gpus = point.batch } }
    const rate = hasTokens ? msg('Tokens per second') : msg('Samples per second')
    return this.block(msg('More GPUs'), msg('More replicas with as many samples each. Dashed: the best possible.'), html`
      <div class=${classMap({ plots: true, stale: this.stale })} part="plots" role="group" tabindex="0" aria-label=${msg(str`Throughput and MFU on ${points.length} numbers of GPUs. Arrow keys walk through them.`)} @keydown=${this.walk}>
        ${width === 0 ? nothing : html`${plot({ ...common, title: rate, value: point => point.rate, best: point => point.bestRate, tick: value => compact(value).replace(/\.0+(?=\D|$)/, '') })}
        ${plot({ ...common, title: 'MFU', value: point => point.mfu, best: point => point.bestMfu, tick: value => `${String(Number((value * 100).toPrecision(3)))} %` })}`}</div>
      <div class="readout" aria-live="polite"><span><b>${msg(str`${full(shown.batch)} GPUs`)}</b></span><span>${msg(str`replicas: ${full(shown.dp)}`)}</span>
        <span><span class="value">${number(shown.rate, '')}</span> ${hasTokens ? msg('tokens per second') : msg('samples per second')}</span>
        <span>MFU <span class="value">${shareText(shown.mfu)}</span>${msg(', ')}${msg(str`${percent(shown.bestMfu)} % at best`)}</span><span>${bound(shown.limit)}</span></div>
      ${points[0]?.dp === replicasOf(answered)[0] ? nothing : html`<p class="small note">${msg(str`With fewer replicas than ${full(points[0]?.dp ?? 1)} the step does not fit.`)}</p>`}
      ${table(points, rate)}`)
  }

  private readonly walk = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const own = this.gpus ?? this.answered?.scenario.gpus ?? 1
    const at = this.points.findIndex(({ batch }) => batch === own)
    this.gpus = this.points[Math.min(this.points.length - 1, Math.max(0, at + step))]?.batch ?? null
  }

  /** Asks for other numbers of GPUs; what was there stays until the answer, dimmed when that takes a while. */
  private async seek(): Promise<void> {
    this.cancel()
    const { report } = this
    const stopped = new AbortController()
    const halted = (): boolean => stopped.signal.aborted
    this.cancel = () => { stopped.abort() }
    await inView(this)
    if (halted() || report === null) return
    const asked = report.phases[0]?.phase === 'step' ? replicasOf(report).map(dp => withReplicas(report.scenario, dp)) : []
    const found: ScalingPoint[] = []
    const timer = window.setTimeout(() => { this.stale = true }, patience)
    const { cancel, done } = sweep(asked, answer => { const point = scalingPoint(answer); if (point) found.push(point) })
    stopped.signal.addEventListener('abort', () => { clearTimeout(timer); cancel() })
    await done
    if (halted()) return
    clearTimeout(timer)
    Object.assign(this, { stale: false, points: found, answered: report, gpus: null })
  }
}

/** Every number of GPUs as a row, for those who do not see the drawings. */
function table(points: readonly ScalingPoint[], rate: string): TemplateResult {
  return html`<div class="hidden"><table><caption>${msg('Throughput and MFU by number of GPUs')}</caption>
    <thead><tr><th scope="col">${msg('GPUs')}</th><th scope="col">${rate}</th><th scope="col">MFU</th><th scope="col">${msg('Bound by')}</th></tr></thead>
    <tbody>${points.map(point => html`<tr><th scope="row">${full(point.batch)}</th><td>${quantity(point.rate, '')}</td><td>${shareText(point.mfu)}</td><td>${limitName(point.limit)}</td></tr>`)}</tbody></table></div>`
}
