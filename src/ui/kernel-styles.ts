/** Styles of the kernel table. */
import { css } from 'lit'

/** Rows of 32 pixels, 40 in narrow columns; columns that tell less leave first. */
export const kernelStyles = css`
  .scroll { overflow-x: auto; margin: 0 -16px; padding: 0 16px }
  table { border-collapse: collapse; width: 100%; font: var(--small) }
  th { font-weight: 400; text-align: left; white-space: nowrap; padding: 0 }
  thead th, thead td { color: var(--ink-2); padding-bottom: 6px; border-bottom: 1px solid var(--edge) }
  th[aria-sort='descending'] { color: var(--ink) }
  th button { font: var(--small) }
  [aria-sort='descending'] button::after { content: ''; display: inline-block; width: 0; margin-left: 6px; border: 4px solid transparent; border-top: 5px solid currentColor; border-bottom: 0; vertical-align: 1px }
  th + *, td + * { padding-left: 20px }
  tbody :is(th, td), tfoot :is(th, td) { height: 32px; border-bottom: 1px solid var(--hairline); white-space: nowrap }
  tfoot :is(th, td) { border-bottom: 0; color: var(--ink-2) }
  .n { text-align: right }
  .graph { width: 26%; min-width: 96px }
  tbody tr:hover > *, tr.on > * { background: var(--surface-2) }
  tr:is(:hover, .on) > th:first-child { box-shadow: -16px 0 var(--surface-2) }
  tr:is(:hover, .on) > td:last-child { box-shadow: 16px 0 var(--surface-2) }
  tr.below > td { height: auto; padding: 0; white-space: normal; background: var(--surface-2) }
  thead tr:hover > *, tfoot tr:hover > *, tr.below > td:last-child { box-shadow: none }
  .time { display: block; position: relative; height: 8px }
  .time i { position: absolute; inset: 0 auto 0 0; background: color-mix(in oklab, var(--hue) 32%, var(--surface)) }
  .time .least { background: var(--hue) }
  @container (max-width: 820px) {
    th + *, td + * { padding-left: 12px }
  }
  @container (max-width: 720px) {
    .roomy { display: none }
    .graph { width: 18%; min-width: 64px }
  }
  @container (max-width: 600px) {
    .wide { display: none }
    tbody :is(th, td), tfoot :is(th, td) { height: 40px }
    tbody th { white-space: normal; overflow-wrap: anywhere }
    .graph { width: 24%; min-width: 64px }
  }
`
