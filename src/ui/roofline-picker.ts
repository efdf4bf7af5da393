import { msg, str } from '@lit/localize'
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { property, query, state } from 'lit/decorators.js'
import { live } from 'lit/directives/live.js'
import { RooflineElement } from './element.js'
import { matching, meant, neighbor, type Option, type OptionGroup } from './options.js'
import { pickerStyles } from './picker-styles.js'
import { place } from './place.js'
import { base } from './tokens.js'

/**
 * A field that searches as one types, over a list by family: the combobox pattern.
 * @customElement roofline-picker
 * @fires {CustomEvent<{ value: string }>} pick - an option was chosen, `detail.value` its id; or the typed text, where that means no option or several
 * @slot - what more there is to say about the choice
 */
export class RooflinePicker extends RooflineElement {
  static override styles = [base, pickerStyles]

  /** What is picked: the name of the field. */
  @property() label = ''
  /** The option that is chosen, and how to show what is chosen. */
  @property() value = ''
  @property() shown = ''
  @property({ type: Boolean }) invalid = false
  @property({ attribute: false }) groups: readonly OptionGroup[] = []
  /** There are more than these: a text stays what it is. */
  @property({ type: Boolean }) partial = false
  /** What decides between the options, a few words each. */
  @property({ attribute: false }) facts: (id: string) => readonly string[] = () => []
  /** Work that completes the facts of an option; done in slices while the list is open. */
  @property({ attribute: false }) complete: ((id: string) => void) | null = null
  @state() private typed: string | null = null
  @state() private opened = false
  @state() private active: string | null = null
  @query('.pick') private readonly field!: HTMLInputElement
  @query('.popup') private readonly popup!: HTMLElement

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.close()
  }

  override focus(): void {
    this.field.focus()
  }

  private get found(): OptionGroup[] {
    return matching(this.groups, this.typed ?? '')
  }

  protected override render(): TemplateResult {
    const groups = this.opened ? this.found : []
    const count = groups.reduce((sum, { options }) => sum + options.length, 0)
    const all = this.groups.reduce((sum, { options }) => sum + options.length, 0)
    return html`<input class="pick" role="combobox" aria-label=${this.label} aria-expanded=${this.opened ? 'true' : 'false'} aria-controls="list" aria-autocomplete="list"
        aria-activedescendant=${this.opened && this.active !== null ? `option-${this.active}` : nothing} aria-invalid=${this.invalid ? 'true' : 'false'} aria-describedby="note"
        autocomplete="off" autocapitalize="off" spellcheck="false" .value=${live(this.typed ?? this.shown)}
        @focus=${() => { this.field.select() }} @click=${this.open} @input=${this.type} @keydown=${this.press} @blur=${this.leave}>
      <div id="note"><slot></slot></div>
      <p class="hidden" role="status">${this.opened ? msg(str`${count} of ${all}`) : nothing}</p>
      <div class="popup" popover="manual" @mousedown=${(event: Event) => { event.preventDefault() }}>
        <div id="list" role="listbox" aria-label=${this.label} ?hidden=${count === 0}>${groups.map((group, i) => this.family(group, i))}</div>
        ${this.opened && count === 0 ? html`<p class="none">${msg(str`Nothing here has “${this.typed ?? ''}” in its name`)}</p>` : nothing}</div>`
  }

  private family({ name, options }: OptionGroup, i: number): TemplateResult {
    return html`<div role="group" aria-labelledby=${`family-${String(i)}`}><div class="family" role="presentation" id=${`family-${String(i)}`}>${name}</div>
      ${options.map(option => html`<div class=${option.id === this.active ? 'option active' : 'option'} role="option" id=${`option-${option.id}`} aria-selected=${option.id === this.value ? 'true' : 'false'} @click=${() => { this.choose(option.id) }}>
        <span>${option.name}</span>${this.facts(option.id).map(fact => html`<span class="fact">${fact}</span>`)}</div>`)}</div>`
  }

  protected override updated(changed: PropertyValues): void {
    if (!this.opened) return
    this.place()
    if (!changed.has('active') && !changed.has('opened')) return
    this.renderRoot.querySelector(`#option-${CSS.escape(this.active ?? this.value)}`)?.scrollIntoView({ block: changed.has('opened') ? 'center' : 'nearest' })
  }

  private readonly place = (): void => {
    place(this.popup, this.field)
  }

  private readonly open = (): void => {
    if (this.opened) return
    this.opened = true
    this.popup.showPopover()
    window.addEventListener('resize', this.place)
    window.addEventListener('scroll', this.place, { capture: true, passive: true })
    if (this.complete !== null) setTimeout(this.work)
  }

  private close(): void {
    if (!this.opened) return
    this.opened = false
    this.typed = null
    this.active = null
    if (this.popup.matches(':popover-open')) this.popup.hidePopover()
    window.removeEventListener('resize', this.place)
    window.removeEventListener('scroll', this.place, { capture: true })
  }

  /** Completes facts for a few milliseconds, shows them, and goes on when the page had its turn. */
  private readonly work = (at: unknown = 0): void => {
    if (!this.opened || this.complete === null) return
    const options = this.groups.flatMap(({ options }) => options)
    let next = typeof at === 'number' ? at : 0
    for (const start = performance.now(); next < options.length && performance.now() - start < 8; next++) this.complete(options[next]?.id ?? '')
    this.requestUpdate()
    if (next < options.length) setTimeout(this.work, 8, next)
  }

  private readonly type = (): void => {
    this.open()
    this.typed = this.field.value
    this.active = null
  }

  private readonly leave = (): void => {
    this.commit()
  }

  private readonly press = (event: KeyboardEvent): void => {
    const { key } = event
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      if (this.opened) this.active = neighbor(this.list, this.active, step)
      else this.active = this.list.some(({ id }) => id === this.value) ? this.value : neighbor(this.list, null, 1)
      this.open()
    } else if (key === 'Enter' && this.opened) {
      event.preventDefault()
      this.commit()
    } else if (key === 'Tab') this.commit()
    else if (key === 'Escape' && this.opened) {
      event.preventDefault()
      event.stopPropagation()
      this.close()
    }
  }

  private get list(): Option[] {
    return this.found.flatMap(({ options }) => options)
  }

  /** Takes the active option, or the only one that the text means, or the text as it is. */
  private commit(): void {
    const text = this.typed?.trim() ?? ''
    if (this.active !== null) this.choose(this.active)
    else if (text === '') this.close()
    else this.choose(this.partial ? text : meant(this.groups, text))
  }

  private choose(value: string): void {
    this.close()
    if (value !== this.value) this.dispatchEvent(new CustomEvent('pick', { detail: { value } }))
  }
}
