import { msg, updateWhenLocaleChanges } from '@lit/localize'
import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { property, state } from 'lit/decorators.js'
import { classMap } from 'lit/directives/class-map.js'
import { analyze, readModel, type Problem, type Report, type Scenario } from '../index.js'
import { calculatorStyles } from './calculator-styles.js'
import { send } from './events.js'
import { Opener } from './explain/opener.js'
import { openerStyles } from './explain/styles.js'
import { figures } from './figure-view.js'
import { figureStyles } from './figure-styles.js'
import { flags, kindAt, valueOf, withField } from './flags.js'
import { notes, notice } from './problems.js'
import { rail } from './rail.js'
import { railStyles } from './rail-styles.js'
import type { RooflineChart } from './roofline-chart.js'
import { base, tokens } from './tokens.js'
import { capacityNote, gpuName, modelName, summary, verdict } from './verdict.js'

const opening: Scenario = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } }

/**
 * The calculator: a scenario as fields, its answer as sentence, figures, chart, memory and kernels.
 * Attributes are the command line's flags; the property `scenario` takes the whole document.
 * Fires `scenario-change` when the user changes the scenario and `report` with every new report.
 */
export class RooflineCalculator extends LitElement {
  static override styles = [tokens, base, calculatorStyles, openerStyles, figureStyles, railStyles]

  /** Level of the first heading in the outline of the page. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 2
  @state() private given: Scenario = opening
  @state() private unreadable: { readonly name: string; readonly problems: readonly Problem[] } | null = null
  @state() private file: string | null = null
  @state() private dropping = false
  @state() private opened = false
  @state() private selected: string | null = null
  private readonly opener = new Opener(this)
  private current: Report | null = null
  private sent: Report | null = null
  private answer: Report | null = null

  constructor() {
    super()
    updateWhenLocaleChanges(this)
    this.addEventListener('dragover', this.dragged)
    this.addEventListener('dragleave', event => { if (!this.contains(event.relatedTarget as Node | null)) this.dropping = false })
    this.addEventListener('drop', this.dropped)
    this.addEventListener('keydown', event => { if (event.key === 'Escape') this.opened = false })
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
    this.current ??= analyze(this.given)
    return this.current
  }

  /** Reads a model from a file; one that cannot be read leaves the scenario as it was. */
  async open(file: File): Promise<void> {
    const { model, problems } = await readModel(file)
    this.unreadable = model === null ? { name: file.name, problems } : null
    if (model === null) return
    this.file = file.name
    this.change(withField(this.given, 'model', model))
  }

  protected override willUpdate(): void {
    if (this.report.phases.length > 0) this.answer = this.report
  }

  protected override updated(): void {
    if (this.report === this.sent) return
    this.sent = this.report
    send(this, 'report', { report: this.report })
  }

  protected override render(): unknown {
    const { answer, report } = this
    return html`<div class="page">
      <section class=${classMap({ scenario: true, opened: this.opened })} aria-label=${msg('Scenario')}>
        <button type="button" class="summary" aria-expanded=${this.opened ? 'true' : 'false'} aria-controls="fields" @click=${this.toggle}>
          ${answer === null ? msg('Scenario') : html`<b>${modelName(answer, this.file)}, ${answer.scenario.gpus ?? 1} × ${gpuName(answer)}</b><span>${summary(answer)}</span>`}</button>
        <div class="fields" id="fields"><div class="brand"><slot name="brand"></slot></div>
          ${rail({ scenario: this.given, answer, problems: report.problems, file: this.file, apply: this.apply, open: this.take })}</div>
      </section>
      <div class="results"><div class="tools"><slot name="tools"></slot></div>
        ${this.unreadable === null ? nothing : notice(this.unreadable.problems, `${this.unreadable.name}: ${msg('this file could not be read; the last answer stays')}`, null)}
        ${notice(report.problems.filter(({ severity }) => severity === 'error'), msg('No answer for this scenario; below is the last one'), this.apply)}
        ${answer === null ? nothing : this.result(answer, answer !== report)}</div>
      ${this.dropping ? html`<div class="dropping"><div><b>${msg('Drop to read config.json')}</b><p class="small">${msg('It stays on this machine')}</p></div></div>` : nothing}</div>`
  }

  private result(answer: Report, stale: boolean): TemplateResult {
    const fits = answer.memory?.fits !== false
    const memory = this.section(msg('Memory'), capacityNote(answer), html`<roofline-memory .report=${answer}></roofline-memory>`)
    return html`<div class=${classMap({ answer: true, stale })} @kernel-select=${this.pick}>
      <div class="verdict" role="heading" aria-level=${this.headingLevel}>${verdict(answer, this.file)}</div>
      ${figures(answer, this.opener)}
      ${notes(answer.problems.filter(({ severity }) => severity === 'note'), this.apply)}
      ${fits ? nothing : memory}
      ${this.section(msg('Roofline'), fits ? msg('One GPU. Each point is a kernel at its estimated speed.') : msg('One GPU, as if the model fitted.'), html`<roofline-chart .report=${answer} .selected=${this.selected}></roofline-chart>`, this.exports)}
      ${fits ? memory : nothing}
      <section><roofline-kernels .report=${answer} .selected=${this.selected} heading-level=${this.headingLevel + 1}></roofline-kernels></section></div>`
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
    this.change(withField(this.given, path, text === '' ? undefined : valueOf(kind, text)))
  }

  private change(scenario: Scenario): void {
    this.scenario = scenario
    send(this, 'scenario-change', { scenario })
  }

  private readonly pick = (event: CustomEvent<{ key: string }>): void => {
    this.selected = event.detail.key
  }

  private readonly toggle = (): void => {
    this.opened = !this.opened
  }

  private readonly take = (file: File): void => {
    void this.open(file)
  }

  private readonly dragged = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    this.dropping = true
  }

  private readonly dropped = (event: DragEvent): void => {
    this.dropping = false
    const [file] = event.dataTransfer?.files ?? []
    if (file === undefined) return
    event.preventDefault()
    void this.open(file)
  }
}
