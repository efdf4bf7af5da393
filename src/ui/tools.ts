/** The tool bar: always the same buttons in the same place. */
import { msg } from '@lit/localize'
import { html, nothing, svg, type TemplateResult } from 'lit'
import { comparisons } from './parts.js'

/** A link to a scenario that was looked at before. */
export interface Recent {
  readonly label: string
  readonly href: string
}

/** What was put on the clipboard; `done` is false where that is denied, and the text is shown instead. */
export interface Copied {
  readonly what: 'link' | 'command' | 'long'
  readonly text: string
  readonly done: boolean
}

export interface Tools {
  readonly undoes: boolean
  readonly redoes: boolean
  readonly shares: boolean
  readonly recent: readonly Recent[] | null
  /** Whether two scenarios are compared. */
  readonly compares: boolean
  readonly move: (by: 'undo' | 'redo') => void
  readonly reset: () => void
  readonly compare: () => void
  readonly share: () => void
  readonly command: () => void
}

const icons = {
  undo: svg`<path d="M3 6h6.5a3.5 3.5 0 0 1 0 7H6M3 6l3-3M3 6l3 3"/>`,
  reset: svg`<path d="M3 8a5 5 0 1 0 1.6-3.7M4.5 1.8v2.7h2.7"/>`,
  compare: svg`<path d="M2.5 3h4v10h-4zM9.5 3h4v10h-4z"/>`,
  share: svg`<path d="M6.5 9.5 13 3M9 2.8h4.2V7M11 9.5v3.7H2.8V5H6.5"/>`,
  command: svg`<path d="m2.5 4 4 4-4 4M8 12.5h5.5"/>`,
  recent: svg`<circle cx="8" cy="8" r="5.5"/><path d="M8 4.8V8l2.4 1.6"/>`,
}

/** Undo, Reset, Compare, Share, the command and recent scenarios; a page without addresses of its own has neither Share nor recent ones. */
export function tools(of: Tools): TemplateResult {
  const { undoes, redoes, move } = of
  return html`
    ${tool('undo', msg('Undo'), msg('Undo; with Shift: redo'), event => { move(event.shiftKey || !undoes ? 'redo' : 'undo') }, !undoes && !redoes)}
    ${tool('reset', msg('Reset'), msg('Reset: the scenario of the page'), of.reset)}
    ${!comparisons ? nothing : tool('compare', msg('Compare'), msg('Compare: keep this scenario as A and go on with B'), of.compare, false, of.compares ? 'true' : 'false')}
    ${of.shares ? tool('share', msg('Share', { id: 'tool-share' }), msg('Share: copy a link to this scenario'), of.share) : nothing}
    ${tool('command', msg('Command'), msg('Copy as command'), of.command)}
    ${of.recent === null ? nothing : recents(of.recent)}`
}

/** What happened to the clipboard, for eyes and ears. */
export function said(copied: Copied | null): TemplateResult {
  return html`<div class="copied" role="status">${copied === null ? nothing : copied.what === 'long' ? msg('This scenario is too long for a link') : copied.done
    ? copied.what === 'link' ? msg('Link copied') : msg('Command copied')
    : html`<label>${msg('The clipboard is closed; copy from here')} <input readonly .value=${copied.text} @focus=${(event: Event) => { (event.target as HTMLInputElement).select() }}></label>`}</div>`
}

function tool(icon: keyof typeof icons, name: string, title: string, act: (event: MouseEvent) => void, disabled = false, pressed: 'true' | 'false' | null = null): TemplateResult {
  return html`<button type="button" class="tool" id=${`tool-${icon}`} title=${title} aria-label=${title} aria-pressed=${pressed ?? nothing} ?disabled=${disabled} @click=${act}>${drawn(icon)}<span>${name}</span></button>`
}

function drawn(icon: keyof typeof icons): TemplateResult {
  return html`<svg viewBox="0 0 16 16" aria-hidden="true">${icons[icon]}</svg>`
}

/** A list that opens below its button; a choice, Escape and leaving close it. */
function recents(recent: readonly Recent[]): TemplateResult {
  const close = (list: HTMLDetailsElement): void => { list.open = false }
  const key = (event: KeyboardEvent): void => {
    const list = event.currentTarget as HTMLDetailsElement
    if (event.key !== 'Escape' || !list.open) return
    close(list)
    list.querySelector('summary')?.focus()
  }
  const left = (event: FocusEvent): void => {
    const list = event.currentTarget as HTMLDetailsElement
    if (!list.contains(event.relatedTarget as Node | null)) close(list)
  }
  return html`<details class="recent" @keydown=${key} @focusout=${left}><summary class="tool" id="tool-recent" aria-label=${msg('Recent scenarios')} title=${msg('Recent scenarios')}>${drawn('recent')}<span>${msg('Recent')}</span></summary>
    <ul>${recent.length === 0 ? html`<li class="none">${msg('No other scenario yet')}</li>` : recent.map(({ label, href }) => html`<li><a href=${href} @click=${(event: Event) => { (event.target as Element).closest('details')?.removeAttribute('open') }}>${label}</a></li>`)}</ul></details>`
}
