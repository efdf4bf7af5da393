import { msg } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import { property, state } from 'lit/decorators.js'
import { classMap } from 'lit/directives/class-map.js'
import type { Problem, Report, Scenario } from '../index.js'
import { changes, found, type Change } from '../serving/index.js'
import { calculatorStyles } from './calculator-styles.js'
import { opening, RooflineElement } from './element.js'
import { send } from './events.js'
import { Opener } from './explain/opener.js'
import { openerStyles } from './explain/styles.js'
import { figures } from './figure-view.js'
import { figureStyles } from './figure-styles.js'
import { flags, kindAt, valueOf, withField } from './flags.js'
import { Keeper } from './keeper.js'
import { chooser, modelOf, unknown, withoutTries } from './opened.js'
import { notes, notice } from './problems.js'
import { rail } from './rail.js'
import { railStyles } from './rail-styles.js'
import type { RooflineChart } from './roofline-chart.js'
import type { Stand } from './stand.js'
import { reportOf } from './reports.js'
import { rejoined, suited } from './suited.js'
import { base, tokens } from './tokens.js'
import { toolStyles } from './tool-styles.js'
import type { Recent } from './tools.js'
import { capacityNote, gpuName, modelName, summary, verdict } from './verdict.js'
import { ways } from './ways.js'

/**
 * The calculator: a scenario as fields, its answer as sentence, figures, chart, memory and kernels.
 * Attributes are the command line's flags; the property `scenario` takes the whole document.
 * @customElement roofline-calculator
 * @fires {CustomEvent<{ scenario: Scenario }>} scenario-change - the user changed the scenario; `detail.scenario` is the new one
 * @fires {CustomEvent<{ report: Report }>} report - there is a new report, `detail.report`; the first once the element is near what is seen
 * @slot brand - above the fields
 * @slot tools - in the row of tools
 * @csspart scenario - the fields
 * @csspart results - all beside them
 * @csspart verdict - the answer in two sentences
 * @csspart plot - the drawing of the roofline
 * @csspart readout - the numbers of one kernel
 * @csspart bar - the bar of the memory
 * @csspart table - the table of kernels
 */
export class RooflineCalculator extends RooflineElement {
  static override styles = [tokens, base, calculatorStyles, toolStyles, openerStyles, figureStyles, railStyles]

  /** Level of the first heading in the outline of the page. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 2
  /** Links to scenarios looked at before, for the tool bar; null on a page that keeps none. */
  @property({ attribute: false }) recent: readonly Recent[] | null = null
  /** Gives the link to the scenario as it stands, null for one too long; a page without addresses has no Share. */
  @property({ attribute: false }) address: (() => Promise<string | null>) | null = null
  /** What stands in the way outside of the scenario, such as a link that cannot be read. */
  @property({ attribute: false }) problems: readonly Problem[] = []
  @state() private given: Scenario = opening
  @state() private unreadable: { readonly name: string; readonly problems: readonly Problem[] } | null = null
  @state() private file: string | null = null
  @state() private dropping = false
  @state() private opened = false
  @state() private selected: string | null = null
  @state() private pinned: Stand | null = null
  private readonly opener = new Opener(this)
  private readonly keeper = new Keeper(this)
  private current: Report | null = null
  private sent: Report | null = null
  private answer: Report | null = null
  private answered: Stand | null = null
  private changes: readonly Change[] = []

  constructor() {
    super()
    this.addEventListener('dragover', this.dragged)
    this.addEventListener('dragleave', event => { if (!this.contains(event.relatedTarget as Node | null)) this.dropping = false })
    this.addEventListener('drop', this.dropped)
    this.addEventListener('keydown', this.escaped)
  }

  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, ...Object.keys(flags)]
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value)
    const flag = flags[name]
    if (flag === undefined || old === value) return
    const [path, kind] = flag
    this.scenario = withField(this.given, path, value === null ? undefined : valueOf(kind, value))
  }

  /** The question, as it was given; what it leaves out has defaults. */
  get scenario(): Scenario {
    return this.given
  }

  set scenario(scenario: Scenario) {
    this.given = scenario
    this.current = null
  }

  /** The answer to the scenario, or why there is none. */
  get report(): Report {
    this.current ??= reportOf(this.given)
    return this.current
  }

  /** The scenario and the name of the file that its model came from. */
  get stand(): Stand {
    return { scenario: this.given, file: this.file }
  }

  set stand({ scenario, file }: Stand) {
    this.scenario = scenario
    this.file = file
  }

  /** What the attributes ask. */
  get opening(): Stand {
    const given = Object.entries(flags).flatMap(([name, [path, kind]]) => {
      const text = this.getAttribute(name)
      return text === null ? [] : [[path, valueOf(kind, text)] as const]
    })
    return { scenario: given.reduce((scenario, [path, value]) => withField(scenario, path, value), opening), file: null }
  }

  /** Takes over a scenario that the page has an address for: it can be undone, and no event tells of it. */
  restore(stand: Stand): void {
    this.unreadable = null
    this.keeper.restore(stand)
  }

  /** One step back or on. */
  move(by: 'undo' | 'redo'): void {
    this.unreadable = null
    this.keeper.move(by)
  }

  /** Reads a model from a file, or from several of one checkpoint; one that cannot be read leaves the scenario as it was. */
  async open(...files: File[]): Promise<void> {
    const read = await modelOf(...files)
    const name = files.find(file => !file.name.endsWith('.json'))?.name ?? files[0]?.name ?? ''
    this.unreadable = 'problems' in read ? { name, problems: read.problems } : null
    if ('model' in read) this.replace(read.model, name)
  }

  protected override willUpdate(): void {
    if (this.report.phases.length === 0 || this.report === this.answer) return
    this.answer = this.report
    this.answered = this.stand
    this.changes = this.answer.memory?.fits === false ? found(changes(suited(this.given), this.answer)) : []
  }

  protected override updated(): void {
    if (this.report === this.sent) return
    this.sent = this.report
    send(this, 'report', { report: this.report })
  }

  protected override render(): unknown {
    const { answer, report } = this
    return html`<div class="page">
      <section part="scenario" class=${classMap({ scenario: true, opened: this.opened })} aria-label=${msg('Scenario')}>
        <button type="button" class="summary" aria-expanded=${this.opened ? 'true' : 'false'} aria-controls="fields" @click=${this.toggle}>
          ${answer === null ? msg('Scenario') : html`<b>${modelName(answer, this.answered?.file ?? null)}, ${answer.scenario.gpus ?? 1} × ${gpuName(answer)}</b><span>${summary(answer)}</span>`}</button>
        <div class="fields" id="fields"><div class="brand"><slot name="brand"></slot></div>
          ${rail({ scenario: this.given, answer, problems: report.problems, file: this.file, apply: this.apply, open: this.take })}</div>
      </section>
      <div class="results" part="results"><div class="tools"><div class="bar"><slot name="bar"></slot></div>${this.keeper.bar(this.pinned !== null, this.compare)}<slot name="tools"></slot>${this.keeper.said()}</div>
        ${notice(this.problems, msg('This link could not be opened; nothing changed'), null)}
        ${this.unreadable === null ? nothing : notice(this.unreadable.problems, `${this.unreadable.name}: ${msg('this file could not be read; the last answer stays')}`, null, html`<div class="actions">${chooser(this.take)}<button type="button" class="button" @click=${this.dismiss}>${msg('Go on without it')}</button></div>`)}
        ${notice(withoutTries(report.problems.filter(({ severity }) => severity === 'error')), msg('No answer for this scenario; below is the last one'), this.apply, unknown(this.given.model, report.problems, { as: this.replace, open: this.take, back: this.answered === null ? null : this.return }))}
        ${answer === null ? nothing : this.result(answer, answer !== report)}</div>
      ${this.dropping ? html`<div class="dropping"><div><b>${msg('Drop to read config.json')}</b><p class="small">${msg('It stays on this machine')}</p></div></div>` : nothing}</div>`
  }

  private result(answer: Report, stale: boolean): TemplateResult {
    const fits = answer.memory?.fits !== false
    const memory = this.section(msg('Memory'), capacityNote(answer), html`<roofline-memory exportparts="bar" .report=${answer}></roofline-memory>`)
    return html`<div class=${classMap({ answer: true, stale })} @kernel-select=${this.pick}>
      <div class="verdict" part="verdict" role="heading" aria-level=${this.headingLevel}>${verdict(answer, this.answered?.file ?? null)}</div>
      ${fits ? nothing : ways(this.changes, this.change)}
      ${figures(answer, this.opener)}
      ${notes(answer.problems.filter(({ severity }) => severity === 'note'), this.apply)}
      ${this.comparison()}
      ${fits ? nothing : memory}
      ${this.section(msg('Roofline'), fits ? msg('One GPU. Each point is a kernel at its estimated speed.') : msg('One GPU, as if the model fitted.'), html`<roofline-chart exportparts="plot, readout" .report=${answer} .selected=${this.selected}></roofline-chart>`, this.exports)}
      ${fits ? memory : nothing}
      <section><roofline-kernels exportparts="table" .report=${answer} .selected=${this.selected} heading-level=${this.headingLevel + 1}></roofline-kernels></section>
      <section><roofline-gpus .scenario=${this.answered?.scenario ?? null} heading-level=${this.headingLevel + 1} @gpu-take=${this.takeGpu}></roofline-gpus></section></div>`
  }

  private comparison(): TemplateResult | typeof nothing {
    const { pinned, answered } = this
    if (pinned === null || answered === null) return nothing
    return html`<section><roofline-compare .a=${pinned.scenario} .b=${answered.scenario} .fileA=${pinned.file} .fileB=${answered.file} heading-level=${this.headingLevel + 1} @close=${this.compare}></roofline-compare></section>`
  }

  private section(title: string, caption: string, content: TemplateResult, actions: () => unknown = () => nothing): TemplateResult {
    return html`<section><div class="head"><div class="title" role="heading" aria-level=${this.headingLevel + 1}>${title}</div><div class="small">${caption}</div>${actions()}</div>${content}</section>`
  }

  private readonly exports = (): TemplateResult => {
    const save = (kind: 'png' | 'svg') => (): void => { void this.renderRoot.querySelector<RooflineChart>('roofline-chart')?.save(kind) }
    return html`<div class="exports"><button type="button" @click=${save('png')}>PNG<span class="hidden">, ${msg('chart as a file')}</span></button>
      <button type="button" @click=${save('svg')}>SVG<span class="hidden">, ${msg('chart as a file')}</span></button></div>`
  }

  private readonly apply = (path: string, text: string): void => {
    const kind = kindAt(path)
    if (kind === null) return
    if (path === 'model') this.unreadable = null
    this.keeper.change({ scenario: withField(this.given, path, text === '' ? undefined : valueOf(kind, text)), file: path === 'model' ? null : this.file }, path)
  }

  private readonly replace = (model: string | object, file = this.file): void => {
    this.keeper.change({ scenario: withField(this.given, 'model', model), file }, null)
  }

  private readonly change = ({ scenario }: Pick<Change, 'scenario'>): void => {
    this.keeper.change({ scenario: rejoined(scenario, this.given), file: this.file }, null)
  }

  private readonly takeGpu = (event: CustomEvent<{ scenario: Scenario }>): void => {
    this.change(event.detail)
  }

  /** Keeps the present answer as A, or ends the comparison. */
  private readonly compare = (): void => {
    this.pinned = this.pinned === null ? this.answered : null
  }

  private readonly return = (): void => {
    if (this.answered !== null) this.replace(this.answered.scenario.model, this.answered.file)
  }

  private readonly dismiss = (): void => {
    this.unreadable = null
  }

  private readonly pick = (event: CustomEvent<{ key: string }>): void => {
    this.selected = event.detail.key
  }

  private readonly escaped = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.opened) return
    this.opened = false
    const within = event.composedPath().some(one => one instanceof Element && one.id === 'fields')
    if (within) this.renderRoot.querySelector<HTMLElement>('button.summary')?.focus()
  }

  private readonly toggle = (): void => {
    this.opened = !this.opened
  }

  private readonly take = (...files: File[]): void => {
    void this.open(...files)
  }

  private readonly dragged = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    this.dropping = true
  }

  private readonly dropped = (event: DragEvent): void => {
    this.dropping = false
    const files = event.dataTransfer?.files
    if (!files?.length) return
    event.preventDefault()
    void this.open(...files)
  }
}
