/** What an element explains at the moment: buttons that open an explanation, and the place below them where it stands. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit'
import { classMap } from 'lit/directives/class-map.js'
import type { Report, Scenario } from '../../core.js'
import { ask } from '../asked.js'
import { explanations } from '../parts.js'

type Host = LitElement & { readonly report?: Report | null }

/** One explanation at a time for each element. The button that opened it closes it, as does Escape, and keeps the focus. */
export class Opener {
  /** The path that is explained. */
  path: string | null = null
  private button: HTMLElement | null = null
  private readonly host: Host
  private readonly depth: string

  /** `depth` is a class of what it opens. */
  constructor(host: Host, depth = '') {
    this.host = host
    this.depth = depth
  }

  /** A figure as a button; as it is where nothing explains it. */
  figure(path: string | null, content: unknown, kind = 'figure-button'): TemplateResult {
    if (!explanations || path === null || !this.explains) return html`${content}`
    const open = path === this.path
    return html`<button type="button" class=${classMap({ [kind]: true, open })} aria-expanded=${open ? 'true' : 'false'} aria-controls=${open ? 'explanation' : nothing}
      @click=${(event: Event) => { this.toggle(path, event.currentTarget as HTMLElement) }} @keydown=${this.escape}>${content}</button>`
  }

  /** Whether there are formulas: of a training step there are none yet. */
  get explains(): boolean {
    return this.host.report?.phases[0]?.phase !== 'step'
  }

  /** The explanation, where one of these paths is open. */
  panel(scenario: Scenario | null, paths: readonly (string | null)[]): TemplateResult | typeof nothing {
    if (this.path === null || scenario === null || !paths.includes(this.path)) return nothing
    return html`<div class="explanation" id="explanation" @keydown=${this.escape}>
      <roofline-explain class=${this.depth} .scenario=${scenario} .path=${this.path} @close=${this.close}></roofline-explain></div>`
  }

  /** Opens a path, or closes it. */
  toggle(path: string, button: HTMLElement | null = null): void {
    if (!explanations || !this.explains) return
    this.button = button
    this.path = path === this.path ? null : path
    ask('roofline-explain')
    this.host.requestUpdate()
  }

  /** Closes and gives the focus back. */
  readonly close = (): void => {
    this.path = null
    this.host.requestUpdate()
    this.button?.focus()
  }

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || this.path === null) return
    event.stopPropagation()
    this.close()
  }
}
