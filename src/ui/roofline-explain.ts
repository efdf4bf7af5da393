import { msg } from '@lit/localize'
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { property, state } from 'lit/decorators.js'
import type { Scenario } from '../core.js'
import { cite, explain, type Input, type Quantity } from '../explain.js'
import { amount, exactly, symbolOf } from '../format.js'
import { RooflineElement } from './element.js'
import { Opener } from './explain/opener.js'
import { footnotes, reference } from './explain/sources.js'
import { openerStyles } from './explain/opener-styles.js'
import { explainStyles } from './explain/styles.js'
import { texOf } from './explain/tex.js'
import { suited } from './suited.js'
import { base, tokens } from './tokens.js'

/**
 * One number of a report with its formula and what it is computed from; inputs with a formula of their own open in place.
 * @customElement roofline-explain
 * @fires {Event} close - the user is done with it; it does not bubble
 */
export class RooflineExplain extends RooflineElement {
  static override styles = [tokens, base, openerStyles, explainStyles]

  /** The question that the number answers. */
  @property({ attribute: false }) scenario: Scenario | null = null
  /** Which number: `metrics/tpot`, `decode/decoder/attn/qkv/bytes`. */
  @property() path = ''
  @state() private quantity: Quantity | null = null
  @state() private cited = false
  @state() private tex: string | null = null
  private readonly opener = new Opener(this, 'deeper')

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('scenario') && !changed.has('path')) return
    this.quantity = this.scenario === null ? null : explain(suited(this.scenario), this.path)
    this.tex = null
    if (changed.has('path')) this.opener.path = null
    if (this.cited) void this.cite()
  }

  protected override render(): unknown {
    const { quantity } = this
    if (quantity === null) return nothing
    const { title, problems, formula, symbols, inputs, source } = quantity
    const notes = footnotes(quantity)
    const lines = [symbols, formula].filter((line, i, all) => line !== '' && all.indexOf(line) === i)
    return html`<section aria-label=${title === '' ? this.path : title}>
      ${title === '' ? nothing : html`<p class="title" lang="en">${title} <span class="path">${this.path}</span></p>`}
      ${problems.map(({ message }) => html`<p lang="en">${message}</p>`)}
      ${problems.length > 0 ? nothing : value(quantity)}
      ${lines.length === 0 ? nothing : html`<div class="formula">${lines.map(line => html`<p>= ${line}</p>`)}</div>`}
      ${inputs.length === 0 ? nothing : html`<ul class="inputs" aria-label=${msg('Inputs')}>${inputs.map(input => this.input(input, notes))}</ul>`}
      ${source === null ? nothing : html`<p class="source">${msg('Source')}: <span lang="en">${reference(source, notes)}</span></p>`}
      ${notes.length === 0 ? nothing : html`<ol class="notes" lang="en">${notes.map(note => html`<li>${note}</li>`)}</ol>`}
      ${symbols === '' ? nothing : html`<div class="actions">
        ${inputs.some(({ datum }) => datum) && !this.cited ? html`<button type="button" class="button sources" @click=${this.cite}>${msg('Sources')}</button>` : nothing}
        <button type="button" class="button" aria-expanded=${this.tex === null ? 'false' : 'true'} @click=${this.typeset}>TeX</button></div>`}
      ${this.tex === null ? nothing : html`<pre class="tex" tabindex="0">${this.tex}</pre>`}
      <button type="button" class="close" aria-label=${msg('Close')} @click=${() => { this.dispatchEvent(new Event('close')) }}><svg viewBox="0 0 16 16" aria-hidden="true"><path d="m3 3 10 10M13 3 3 13"></path></svg></button>
    </section>`
  }

  private input(input: Input, notes: readonly string[]): TemplateResult {
    const { name, path, title, formula, source, value, unit } = input
    // Several inputs may lead to one path; only the first opens it.
    const deeper = path !== null && path !== this.path && this.quantity?.inputs.find(other => other.path === path) === input ? path : null
    const from = reference(source, notes)
    return html`<li><span class="key">${this.opener.figure(deeper, name, 'deeper-button')}</span>
      <span class="amount number">${amount(value, unit)}</span>
      <span class="about"><span lang="en">${title}${formula === null ? '' : ` = ${formula}`}</span>${from === '' ? nothing : html` <span class="from" lang="en">${from}</span>`}</span>
      ${this.opener.panel(this.scenario, [deeper])}</li>`
  }

  private readonly cite = async (): Promise<void> => {
    const { quantity } = this
    if (quantity === null) return
    const known = await cite(quantity)
    if (quantity !== this.quantity) return
    this.cited = true
    this.quantity = known
  }

  private readonly typeset = async (): Promise<void> => {
    const { quantity } = this
    if (quantity === null) return
    if (this.tex !== null) {
      this.tex = null
      return
    }
    const tex = await texOf(quantity.symbols).catch(() => msg('TeX needs mathjs, which could not be loaded here.'))
    if (quantity.path === this.quantity?.path) this.tex = tex
  }
}

/** The number rounded, and exactly where that says more. */
function value({ value, unit }: Quantity): TemplateResult {
  if (value === null) return html`<p class="value">${msg('does not apply to this scenario')}</p>`
  const short = amount(value, unit), exact = exactly(value, unit)
  return html`<p class="value"><b>${short}</b>${short === exact || symbolOf(unit) === '' && Number.isSafeInteger(value) ? nothing : html`<span class="small">${msg('exactly')} ${exact}</span>`}</p>`
}
