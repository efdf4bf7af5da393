/** What the elements have in common. */
import { updateWhenLocaleChanges } from '@lit/localize'
import { LitElement } from 'lit'
import { inView } from './in-view.js'

/** An element that speaks the language of the page and starts when it is near what is seen. */
export class RooflineElement extends LitElement {
  constructor() {
    super()
    updateWhenLocaleChanges(this)
  }

  protected override async scheduleUpdate(): Promise<void> {
    // Parts of another element start with it, so that its height is final at once.
    if (!this.hasUpdated && !(this.getRootNode() instanceof ShadowRoot)) await inView(this)
    await super.scheduleUpdate()
  }
}
