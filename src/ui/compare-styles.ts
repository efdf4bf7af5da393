/** Styles of the comparison. */
import { css } from 'lit'

/** Two lines for what is compared, a table of figures, and one of kernels per phase: side by side where there is room. */
export const compareStyles = css`
  .sides { display: grid; gap: 4px; margin-bottom: 16px; font: var(--small) }
  .sides > div { display: grid; grid-template-columns: 24px minmax(0, 1fr); gap: 0 }
  .sides dt { font-weight: 600 }
  .sides dd { color: var(--ink-2); overflow-wrap: anywhere }
  .sides b { font-weight: 600; color: var(--ink) }
  table { border-collapse: collapse; width: 100%; font: var(--small) }
  th { font-weight: 400; text-align: left; padding: 0 }
  thead :is(th, td) { color: var(--ink-2); padding-bottom: 6px; border-bottom: 1px solid var(--edge); white-space: nowrap }
  th + *, td + * { padding-left: 20px }
  tbody :is(th, td), tfoot :is(th, td) { height: 32px; border-bottom: 1px solid var(--hairline) }
  tfoot :is(th, td) { border-bottom: 0; color: var(--ink-2) }
  td { white-space: nowrap }
  .n { text-align: right }
  .part { width: 18% }
  tbody:not(:last-child) tr:last-child > * { border-bottom-color: var(--edge) }
  .phases { display: grid; grid-template-columns: 1fr 1fr; gap: 32px 48px; margin-top: 32px }
  .subtitle { font: var(--small); margin-bottom: 8px }
  .subtitle b { font-weight: 600 }
  .graph { width: 30%; min-width: 56px }
  .lean { display: block; position: relative; height: 8px }
  .lean::before { content: ''; position: absolute; left: 50%; top: -6px; bottom: -6px; width: 1px; background: var(--edge) }
  .lean i { position: absolute; top: 0; bottom: 0; background: var(--hue) }
  @container (max-width: 920px) { .phases { grid-template-columns: minmax(0, 1fr) } }
  @container (max-width: 600px) {
    th + *, td + * { padding-left: 8px }
    .wide { display: none }
    .part { width: auto }
    tbody th { overflow-wrap: anywhere }
    tbody :is(th, td) { height: 40px }
  }
`
