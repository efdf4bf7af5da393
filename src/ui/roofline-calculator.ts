import { html } from 'lit'
import { property, state } from 'lit/decorators.js'
import type { Problem, Report, Scenario } from '../core.js'
import { changes, found, type Change } from '../serving/index.js'
import { calculatorStyles, dropStyles } from './calculator-styles.js'
import { page, type Answer } from './calculator-view.js'
import { Drop } from './drop.js'
import { opening, ScenarioElement } from './element.js'
import { send } from './events.js'
import { Opener } from './explain/opener.js'
import { openerStyles } from './explain/opener-styles.js'
import { figureStyles } from './figure-styles.js'
import type { Kind } from '../flags.js'
import { kindAt, valueOf, withField } from './flags.js'
import { Keeper } from './keeper.js'
import { arrived, late, waits } from './late.js'
import { modelOf } from './opened.js'
import { meant } from './options.js'
import { modelOptions } from './picks.js'
import { railStyles } from './rail-styles.js'
import { reportOf } from './reports.js'
import { Sheet } from './sheet.js'
import type { Stand } from './stand.js'
import { rejoined, suited } from './suited.js'
import { base, tokens } from './tokens.js'
import { toolStyles } from './tool-styles.js'
import type { Recent } from './tools.js'

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
export class RooflineCalculator extends ScenarioElement {
  static override styles = [tokens, base, calculatorStyles, dropStyles, toolStyles, openerStyles, figureStyles, railStyles]

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
  @state() private selected: string | null = null
  @state() private pinned: Stand | null = null
  private readonly opener = new Opener(this)
  private readonly keeper = new Keeper(this)
  private readonly sheet = new Sheet(this)
  private readonly take = (...files: File[]): void => { void this.open(...files) }
  private readonly drop = new Drop(this, this.take)
  private current: Report | null = null
  private sent: Report | null = null
  private answer: Answer | null = null

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
    if (this.current === null || waits(this.current)) this.current = reportOf(this.given)
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
    return { scenario: this.asked, file: null }
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

  override connectedCallback(): void {
    super.connectedCallback()
    // There is more to pick from.
    void arrived.then(() => { this.requestUpdate() })
  }

  protected override get questions(): readonly Scenario[] {
    return [this.given]
  }

  protected override ask(change: (scenario: Scenario) => Scenario): void {
    this.scenario = change(this.given)
  }

  protected override willUpdate(): void {
    const { report } = this
    if (report.phases.length === 0 || report === this.answer?.report) return
    this.answer = { ...this.stand, report, changes: report.memory?.fits === false ? found(changes(suited(this.given), report)) : [] }
  }

  protected override updated(): void {
    if (this.report === this.sent) return
    this.sent = this.report
    send(this, 'report', { report: this.report })
  }

  protected override render(): unknown {
    const { answer, report, problems, unreadable, pinned, selected, opener, keeper, apply, replace, change, take, compare } = this
    return html`${page({
      ...this.stand, answer, report, problems, unreadable, pinned, selected, opener, apply, replace, change, take, compare, level: this.headingLevel, sheet: this.sheet,
      tools: html`<div class="tools"><div class="bar"><slot name="bar"></slot></div>${keeper.bar(pinned !== null, compare)}<slot name="tools"></slot>${keeper.said()}</div>`,
      update: () => { this.requestUpdate() },
      dismiss: () => { this.unreadable = null },
      pick: key => { this.selected = key },
    })}${this.drop.view()}`
  }

  private readonly apply = (path: string, text: string): void => {
    const kind = kindAt(path)
    if (kind === null) return
    if (path === 'model') this.unreadable = null
    // Which fields stay is decided once it is known.
    if (path === 'model' && waits(reportOf({ model: text, gpu: opening.gpu }))) void late().then(() => { this.set(path, meant(modelOptions(), text), kind) })
    else this.set(path, text, kind)
  }

  private set(path: string, text: string, kind: Kind): void {
    this.keeper.change({ scenario: withField(this.given, path, text === '' ? undefined : valueOf(kind, text)), file: path === 'model' ? null : this.file }, path)
  }

  private readonly replace = (model: string | object, file = this.file): void => {
    this.keeper.change({ scenario: withField(this.given, 'model', model), file }, null)
  }

  private readonly change = ({ scenario }: Pick<Change, 'scenario'>): void => {
    this.keeper.change({ scenario: rejoined(scenario, this.given), file: this.file }, null)
  }

  /** Keeps the present answer as A, or ends the comparison. */
  private readonly compare = (): void => {
    this.pinned = this.pinned === null ? this.answer : null
  }
}
