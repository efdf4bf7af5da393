/** Files dropped on an element. */
import { msg } from '@lit/localize'
import { html, nothing, type LitElement, type TemplateResult } from 'lit'
import { files } from './parts.js'

/** Says while a file is held over an element that it may be dropped, and hands it over. */
export class Drop {
  private over = false
  private readonly host: LitElement
  private readonly take: (...files: File[]) => void

  constructor(host: LitElement, take: (...files: File[]) => void) {
    this.host = host
    this.take = take
    if (!files) return
    host.addEventListener('dragover', event => {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      this.hold(true)
    })
    host.addEventListener('dragleave', event => { if (!host.contains(event.relatedTarget as Node | null)) this.hold(false) })
    host.addEventListener('drop', event => { this.drop(event) })
  }

  /** What stands over the element meanwhile. */
  view(): TemplateResult | typeof nothing {
    return this.over ? html`<div class="dropping"><div><b>${msg('Drop to read the model')}</b><p class="small">${msg('It stays on this machine')}</p></div></div>` : nothing
  }

  private hold(over: boolean): void {
    this.over = over
    this.host.requestUpdate()
  }

  private drop(event: DragEvent): void {
    this.hold(false)
    const dropped = event.dataTransfer?.files
    if (!dropped?.length) return
    event.preventDefault()
    this.take(...dropped)
  }
}
