/** What the elements have in common. */
import { updateWhenLocaleChanges } from '@lit/localize'
import { LitElement, type PropertyValues } from 'lit'
import { property } from 'lit/decorators.js'
import type { Report, Scenario } from '../core.js'
import { flags, valueOf, withField } from './flags.js'
import { inView } from './in-view.js'
import { late, waits } from './late.js'
import { loadMore } from './more.js'
import { trains } from './parts.js'
import { reportOf } from './reports.js'
import { withModel } from './suited.js'

/** The scenario that attributes change. */
export const opening: Scenario = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } }

/** An element that speaks the language of the page and starts when it is near what is seen. */
export class RooflineElement extends LitElement {
  constructor() {
    super()
    updateWhenLocaleChanges(this)
  }

  protected override async scheduleUpdate(): Promise<void> {
    // Parts of another element start with it, so that its height is final at once.
    if (!this.hasUpdated && !(this.getRootNode() instanceof ShadowRoot)) await inView(this)
    // Nothing is shown of a scenario that a part is missing for: what was there stays until the part is.
    if (this.questions.some(scenario => scenario !== null && waits(reportOf(scenario)))) await late()
    if (trains && this.questions.some(scenario => scenario?.workload?.mode === 'training')) await loadMore()
    await super.scheduleUpdate()
  }

  /** The scenarios whose answers it shows. */
  protected get questions(): readonly (Scenario | null)[] {
    return []
  }
}

/** An element of one scenario, which attributes state, the command line's flags, or a property. */
export abstract class ScenarioElement extends RooflineElement {
  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, ...Object.keys(flags)]
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value)
    const flag = flags[name]
    if (flag === undefined || old === value) return
    const [path, kind] = flag
    this.ask(scenario => withField(scenario, path, value === null ? undefined : valueOf(kind, value)))
    // Which fields it has shows when it is known.
    if (name === 'model' && value !== null && waits(reportOf({ model: value, gpu: opening.gpu }))) void late().then(() => { this.ask(scenario => scenario.model === value ? withModel(scenario, value) : scenario) })
  }

  /** Changes the scenario as an attribute states. */
  protected abstract ask(change: (scenario: Scenario) => Scenario): void

  /** What the attributes ask. */
  protected get asked(): Scenario {
    const given = Object.entries(flags).flatMap(([name, [path, kind]]) => {
      const text = this.getAttribute(name)
      return text === null ? [] : [[path, valueOf(kind, text)] as const]
    })
    return given.reduce((scenario, [path, value]) => withField(scenario, path, value), opening)
  }
}

/** An element that shows a part of one report: of a given one, or of the scenario that a property or attributes state. */
export class ReportElement extends ScenarioElement {
  /** What is shown; `scenario` computes it. */
  @property({ attribute: false }) report: Report | null = null
  /** A scenario to analyze instead of a report. */
  @property({ attribute: false }) scenario: Scenario | null = null

  protected override ask(change: (scenario: Scenario) => Scenario): void {
    this.scenario = change(this.scenario ?? opening)
  }

  protected override get questions(): readonly (Scenario | null)[] {
    return [this.scenario]
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('scenario') && this.scenario !== null) this.report = reportOf(this.scenario)
  }
}
