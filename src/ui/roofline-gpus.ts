import { msg, str } from '@lit/localize'
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { property, state } from 'lit/decorators.js'
import { classMap } from 'lit/directives/class-map.js'
import { alternatives, figuresOf, type Alternative, type Figures } from '../serving/index.js'
import { quantity } from '../format.js'
import type { Report } from '../core.js'
import { ReportElement } from './element.js'
import { send } from './events.js'
import { matching, orderOf, sorted, turned, type Column, type Order } from './gpu-rows.js'
import { gpuStyles } from './gpu-styles.js'
import { cells, reasonOf, timeOf, titles } from './gpu-view.js'
import { inView } from './in-view.js'
import { kernelStyles } from './kernel-styles.js'
import { searched } from './searched.js'
import { suited } from './suited.js'
import { base, tokens } from './tokens.js'
import { gpuName } from './verdict.js'

/** Rows before the button for the rest. */
const most = 16
/** How long an old answer stands undimmed, in milliseconds. */
const patience = 150

/**
 * The model and workload of a scenario on every GPU, each with the fewest GPUs that hold it.
 * @customElement roofline-gpus
 * @fires {CustomEvent<{ scenario: Scenario }>} gpu-take - a row is taken; `detail.scenario` is the scenario on its GPUs
 * @csspart table - the table
 */
export class RooflineGpus extends ReportElement {
  static override styles = [tokens, base, kernelStyles, gpuStyles]

  /** Level of the heading in the outline of the page. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 3
  @state() private rows: readonly Alternative[] | null = null
  @state() private chosen: Order | null = null
  @state() private text = ''
  @state() private all = false
  @state() private stale = false
  private cancel: () => void = () => undefined

  /** The rows, in the order of the table. */
  get listed(): readonly Alternative[] {
    const own = this.report === null ? null : figuresOf(this.report)
    return matching(sorted(this.rows ?? [], this.order), this.text).filter(({ gpu, figures }) => gpu.id !== this.report?.scenario.gpu || figures?.tp !== own?.tp)
  }

  /** Whether the rows are of one pass over the batch. */
  private get forward(): boolean {
    return isForward(this.report)
  }

  private get order(): Order {
    return orderOf(this.chosen, this.forward)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) void this.search()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.cancel()
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed)
    // Rows of requests have other columns than those of passes: they do not stay until the answer.
    if (changed.has('report') && isForward(changed.get('report') ?? this.report) !== this.forward) this.rows = null
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('report') && this.report !== changed.get('report')) void this.search()
  }

  protected override render(): unknown {
    const { report, rows } = this
    if (report === null) return nothing
    const calibrated = rows?.filter(({ figures }) => figures?.basis === 'calibrated').length ?? 0
    const about = msg('Same model and workload, each with the fewest GPUs that hold it.')
    return html`<div class="head">
        <div class="title" role="heading" aria-level=${this.headingLevel}>${msg('Other GPUs')}</div>
        <div class="small">${about}${calibrated > 0 ? nothing : html` ${msg('Default constants, not measured on these GPUs.')}`}</div>
        <input type="search" aria-label=${msg('Search GPUs')} placeholder=${msg('Search GPUs')} .value=${this.text} @input=${(event: Event) => { this.text = (event.target as HTMLInputElement).value }}>
      </div>
      <div class="held">${rows === null ? nothing : this.table(figuresOf(report), calibrated)}</div>`
  }

  private table(own: Figures | null, calibrated: number): TemplateResult {
    const { listed, order, forward } = this
    const shown = this.all || this.text !== '' ? listed : listed.slice(0, most)
    const longest = Math.max(0, ...[own, ...shown.map(({ figures }) => figures)].map(figures => figures === null ? 0 : timeOf(figures) ?? 0))
    return html`<div class="scroll" part="table"><table>
        <caption class="hidden">${msg('Other GPUs')}</caption>
        <thead><tr>${titles(order, forward, by => { this.sort(by) })}</tr></thead>
        <tbody>${this.own(own, longest)}</tbody>
        <tbody class=${classMap({ stale: this.stale })}>${shown.map(row => this.row(row, own, longest, calibrated))}</tbody>
      </table></div>
      <div class="after">
        ${shown.length === listed.length ? nothing : html`<button type="button" class="button" @click=${() => { this.all = true }}>${msg(str`All ${listed.length} GPUs`)}</button>`}
        ${this.text !== '' && listed.length === 0 ? html`<p role="status">${msg('No other GPU has a name like this.')}</p>` : nothing}
        ${calibrated > 0 ? html`<p>${msg('° default constants, not measured on this GPU')}</p>` : nothing}</div>`
  }

  private own(own: Figures | null, longest: number): TemplateResult | typeof nothing {
    const { report } = this
    if (report?.memory == null || own === null) return nothing
    const name = html`<th scope="row">${gpuName(report)} <span class="note">${msg('your scenario')}</span></th>`
    if (!report.memory.fits) return html`<tr class="own">${name}<td class="n">${own.tp}</td><td class="reason note" colspan=${this.forward ? 6 : 7}>${msg(str`too small, by ${quantity(-own.free, 'B')} per GPU`)}</td></tr>`
    return html`<tr class="own">${name}${cells(own, longest)}<td></td></tr>`
  }

  private row({ gpu, scenario, figures, reason }: Alternative, own: Figures | null, longest: number, calibrated: number): TemplateResult {
    const mark = calibrated > 0 && figures?.basis === 'default' ? '°' : ''
    const formats = figures !== null && own !== null && figures.activations !== own.activations ? html` <span class="note">${msg(str`in ${figures.activations}`)}</span>` : nothing
    const name = html`<th scope="row">${gpu.name}${mark} <span class="muted">${gpu.status === 'announced' ? html`${gpu.year}, ${msg('announced')}` : gpu.year}</span>${formats}</th>`
    if (figures === null) return html`<tr class="none">${name}<td class="reason" colspan=${this.forward ? 7 : 8}>${reason === null ? nothing : reasonOf(reason)}</td></tr>`
    return html`<tr>${name}${cells(figures, longest)}<td class="n"><button type="button" class="take" @click=${() => { send(this, 'gpu-take', { scenario }) }}>${msg('Take')}<span class="hidden"> ${figures.tp} × ${gpu.name}</span></button></td></tr>`
  }

  private sort(by: Column): void {
    this.chosen = turned(this.order, by)
  }

  /** Asks anew; what was there stays until the answer, dimmed when that takes a while. */
  private async search(): Promise<void> {
    this.cancel()
    const { report } = this
    const stopped = new AbortController()
    let timer = 0
    this.cancel = () => { stopped.abort(); clearTimeout(timer) }
    await inView(this)
    if (report === null || report.phases.length === 0 || stopped.signal.aborted) return
    timer = window.setTimeout(() => { this.stale = true }, patience)
    const { cancel } = searched(alternatives(suited(this.scenario ?? report.scenario)), rows => {
      clearTimeout(timer)
      this.stale = false
      this.rows = rows
    })
    stopped.signal.addEventListener('abort', cancel)
  }
}

function isForward(report: Report | null): boolean {
  return report?.phases.some(({ phase }) => phase === 'forward') === true
}
