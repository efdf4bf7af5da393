/** Styles of the layer table, beside those of the kernel table. */
import { css } from 'lit'

export const layerStyles = css`
  th + *, td + * { padding-left: 16px }
  td.of { padding-left: 8px; min-width: 40px }
  .graph { width: 12%; min-width: 64px }
  .shape, .names { color: var(--ink-2) }
  .names { max-width: 0; min-width: 120px; overflow: hidden; text-overflow: ellipsis }
  tbody th { max-width: 240px; overflow: hidden; text-overflow: ellipsis }
  .in > th { padding-left: 16px }
  .group > * { font-weight: 600 }
  .group :is(.of, .names, .count) { font-weight: 400 }
  .name { font: inherit; text-align: left }
  .name:hover { text-decoration: underline; text-underline-offset: 3px }
  .group .name::after { content: '+'; font-weight: 400; color: var(--ink-3); margin-left: 6px }
  .group .name[aria-expanded='true']::after { content: '−' }
  .count { color: var(--ink-3) }
  thead [aria-sort='ascending'] button::after { content: ''; display: inline-block; width: 0; margin-left: 6px; border: 4px solid transparent; border-bottom: 5px solid currentColor; border-top: 0; vertical-align: 1px }
  th:is([aria-sort='ascending'], [aria-sort='descending']) { color: var(--ink) }
  .narrow { display: none }
  .after { padding-top: 16px }
  .detail { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 24px; padding: 12px 0 16px; font: var(--small) }
  .detail dt { color: var(--ink-2) }
  .detail dd { overflow-wrap: anywhere }
  .live { margin-top: 32px }
  .live svg { display: block; width: 100%; height: 96px; margin-top: 12px; overflow: visible }
  .live rect { fill: color-mix(in oklab, var(--ink) 32%, var(--surface)) }
  .live :is(rect.peak, rect.on, rect:hover) { fill: var(--ink) }
  .live line { stroke: var(--hairline) }
  .ends { display: flex; justify-content: space-between; gap: 16px; font: var(--small); color: var(--ink-3); padding-top: 4px }
  .ends span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
  @container (max-width: 1000px) { .names, td.of { display: none } th + *, td + * { padding-left: 12px } }
  @container (max-width: 860px) { .roomy { display: none } }
  @container (max-width: 600px) {
    .narrow { display: block }
    .group .narrow { font: var(--small); color: var(--ink-3); padding-bottom: 6px }
    .group th { padding-top: 6px }
    tbody th { max-width: none; white-space: normal; overflow-wrap: anywhere; padding-right: 0 }
    .in > th { padding-left: 12px }
    .detail { gap: 4px 12px }
  }
`
