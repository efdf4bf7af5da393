/** Styles of what opens an explanation. */
import { css, type CSSResultGroup } from 'lit'
import { explanations } from '../parts.js'

/** Buttons that look like the figures they are, and the room that an explanation takes. */
export const openerStyles: CSSResultGroup = !explanations ? [] : css`
  .figure-button { border-radius: 3px; text-align: inherit }
  .figure-button:hover { text-decoration: underline dotted var(--edge); text-underline-offset: 4px }
  .figure-button.open { background: var(--surface-3); box-shadow: 0 0 0 3px var(--surface-3) }
  .explanation { grid-column: 1 / -1; min-width: 0; white-space: normal; text-align: start }
`
