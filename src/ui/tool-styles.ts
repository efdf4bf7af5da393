/** Styles of the tool bar. */
import { css } from 'lit'

/** Buttons with a name; on a phone icons whose names are spoken. */
export const toolStyles = css`
  .tool { display: inline-flex; align-items: center; gap: 6px; height: 32px; padding: 0 10px; border-radius: 6px; font: var(--small); color: var(--ink-2); white-space: nowrap; cursor: pointer; list-style: none }
  .tool:hover { background: var(--surface-2); color: var(--ink) }
  .tool[aria-pressed='true'] { background: var(--surface-3); color: var(--ink) }
  .tool[disabled] { color: var(--ink-3); opacity: 0.6; cursor: default }
  .tool svg { width: 16px; height: 16px; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round }
  .tool::-webkit-details-marker { display: none }
  .tools { position: relative }
  .bar { flex: 1; min-width: 0 }
  .recent { position: relative }
  .recent ul { position: absolute; z-index: 4; top: 100%; inset-inline-end: 0; min-width: 240px; width: max-content; max-width: min(480px, 88cqw); padding: 4px; border: 1px solid var(--edge); border-radius: 6px; background: var(--surface) }
  .recent a { display: block; padding: 6px 12px; border-radius: 4px; font: var(--small); color: var(--ink); text-decoration: none; overflow-wrap: anywhere }
  .recent a:hover { background: var(--surface-2) }
  .copied { position: absolute; z-index: 4; top: 100%; inset-inline-end: 0; max-width: 100%; padding: 6px 12px; border: 1px solid var(--edge); border-radius: 6px; background: var(--surface); font: var(--small); color: var(--ink) }
  .copied:empty { border: 0; padding: 0 }
  .recent .none { padding: 6px 12px; font: var(--small); color: var(--ink-2) }
  .copied input { width: min(360px, 100%); height: 32px; padding: 0 8px; border: 1px solid var(--edge); border-radius: 6px; background: var(--surface) }
  .choose { position: relative; cursor: pointer }
  .choose:focus-within { outline: 2px solid var(--ink); outline-offset: 2px }
  .understood { display: flex; flex-wrap: wrap; gap: 0 16px; margin: 8px 0 }
  .understood dt { color: var(--ink-2) }
  .understood dd { color: var(--ink-2) }
  .understood b { color: var(--ink); font-weight: 600 }
  @container (max-width: 920px) {
    .tools { flex-wrap: wrap }
    .bar { flex: 1 0 100%; order: 3 }
  }
  @container (max-width: 640px) {
    .tool { width: 40px; height: 40px; padding: 0; justify-content: center }
    .tool span { display: none }
    .recent ul { position: fixed; inset: auto 16px auto 16px; width: auto; max-width: none }
    .recent a { padding: 10px 12px }
  }
`
