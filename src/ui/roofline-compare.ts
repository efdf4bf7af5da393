import { msg, str } from '@lit/localize'
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { property, state } from 'lit/decorators.js'
import { layers, type Layers, type Report, type Scenario } from '../core.js'
import { compareStyles } from './compare-styles.js'
import { figuresTable, phases } from './compare-view.js'
import { fieldDifferences } from './differences.js'
import { RooflineElement } from './element.js'
import { labelOf } from './labels.js'
import { reportOf } from './reports.js'
import { kindOf } from './suited.js'
import { base, tokens } from './tokens.js'
import { gpuName, modelName, summary } from './verdict.js'

/**
 * Two scenarios side by side: their figures, what differs, and which kernels the difference in time comes from.
 * @customElement roofline-compare
 * @fires {Event} close - the user is done with it; does not bubble
 */
export class RooflineCompare extends RooflineElement {
  static override styles = [tokens, base, compareStyles]

  /** The scenario that is compared with. */
  @property({ attribute: false }) a: Scenario | null = null
  /** The other one. */
  @property({ attribute: false }) b: Scenario | null = null
  /** The file that the model of A came from, and that of B. */
  @property({ attribute: false }) fileA: string | null = null
  @property({ attribute: false }) fileB: string | null = null
  /** Level of the heading in the outline of the page. */
  @property({ type: Number, attribute: 'heading-level' }) headingLevel = 3

  protected override get questions(): readonly (Scenario | null)[] {
    return [this.a, this.b]
  }

  /** The layers of A and B, where both are networks. */
  @state() private layers: readonly Layers[] = []

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed)
    if (changed.has('a') || changed.has('b')) void this.seek()
  }

  private async seek(): Promise<void> {
    const { a, b } = this
    const asked = [a, b].flatMap(scenario => scenario !== null && kindOf(scenario).isNetwork ? [layers(reportOf(scenario).scenario)] : [])
    const found = asked.length === 2 ? await Promise.all(asked) : []
    if (a === this.a && b === this.b && (found.length > 0 || this.layers.length > 0)) this.layers = found
  }

  protected override render(): unknown {
    if (this.a === null || this.b === null) return nothing
    const a = reportOf(this.a), b = reportOf(this.b)
    if (a.phases.length === 0 || b.phases.length === 0) return nothing
    const changed = fieldDifferences(a, b)
    return html`<div class="head">
        <div class="title" role="heading" aria-level=${this.headingLevel}>${msg('Comparison')}</div>
        <div class="small">${changed.length === 0 ? msg('A and B are the same so far; B follows the fields.') : changed.map(one => msg(str`${labelOf(one.path)} ${named(one.path, one.a, a, this.fileA)} to ${named(one.path, one.b, b, this.fileB)}`)).join(msg(', '))}</div>
        <button type="button" class="button" @click=${() => { this.dispatchEvent(new Event('close')) }}>${msg('Close')}</button>
      </div>
      <dl class="sides">${this.side('A', a, this.fileA)}${this.side('B', b, this.fileB)}</dl>
      ${figuresTable(a, b)}${changed.length === 0 ? nothing : phases(a, b, this.layers)}`
  }

  private side(letter: string, report: Report, file: string | null): TemplateResult {
    return html`<div><dt>${letter}</dt><dd><b>${modelName(report, file)}, ${report.scenario.gpus ?? 1} × ${gpuName(report)}</b>, ${summary(report)}</dd></div>`
  }
}

/** A value in words: models and GPUs by name, whether they are known or come with the scenario. */
function named(path: string, value: string, report: Report, file: string | null): string {
  return path === 'model' ? modelName(report, file) : path === 'gpu' ? gpuName(report) : value
}
