/** The fields as a sheet, where they do not stand beside the results. */
import type { LitElement } from 'lit'

/** Whether the sheet is open; its bar and Escape close it. */
export class Sheet {
  open = false
  private readonly host: LitElement

  constructor(host: LitElement) {
    this.host = host
    host.addEventListener('keydown', event => { this.escape(event) })
  }

  /** Opens or closes. */
  readonly toggle = (): void => {
    this.open = !this.open
    this.host.requestUpdate()
  }

  /** Closes, and takes the focus out of the fields to the bar. */
  private escape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.open) return
    this.toggle()
    const within = event.composedPath().some(one => one instanceof Element && one.id === 'fields')
    if (within) this.host.renderRoot.querySelector<HTMLElement>('button.summary')?.focus()
  }
}
