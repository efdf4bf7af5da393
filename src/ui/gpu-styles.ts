/** Styles of the GPU table. */
import { css } from 'lit'

/** Added to the styles of the kernel table. The place of the rows is held before they are there, and while a search hides some. */
export const gpuStyles = css`
  :is([aria-sort='ascending'], [aria-sort='descending']) { color: var(--ink) }
  [aria-sort='ascending'] button::after { content: ''; display: inline-block; width: 0; margin-left: 6px; border: 4px solid transparent; border-bottom: 5px solid currentColor; border-top: 0; vertical-align: 1px }
  .head input { width: 200px; height: 32px; padding: 0 8px; border: 1px solid var(--edge); border-radius: 6px; background: var(--surface); font: var(--small) }
  .held { min-height: 616px }
  .graph { width: 15% }
  .own > * { font-weight: 600; border-bottom-color: var(--edge) }
  .own :is(.muted, .note) { font-weight: 400 }
  .note { color: var(--ink-2) }
  .none > * { color: var(--ink-2) }
  td.reason { white-space: normal }
  .take { min-height: 24px; padding: 0 8px; margin-right: -8px; border-radius: 4px; font: var(--small); color: var(--ink-2); text-decoration: underline; text-decoration-color: var(--edge); text-underline-offset: 3px }
  .take:hover { background: var(--surface-3); color: var(--ink) }
  .after { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; padding-top: 12px; font: var(--small); color: var(--ink-2) }
  tbody.stale { opacity: 0.45; filter: saturate(0.3) }
  @container (max-width: 920px) { .roomy { display: none } }
  @container (max-width: 600px) {
    .held { min-height: 880px }
    .graph { display: none }
    thead th { white-space: normal; vertical-align: bottom }
    :is(thead, tbody) th:first-child { width: 42% }
    .n { white-space: nowrap }
    thead .n:not(.one) { white-space: normal }
    td.reason { padding-top: 8px; padding-bottom: 8px }
    .head input { order: 4; width: 100%; height: 40px }
    .take { min-height: 40px }
  }
`
