/** Styles of an explanation. */
import { css } from 'lit'

/** One level; a deeper one stands inside with a line at its side. */
export const explainStyles = css`
  :host { background: var(--surface-2); font: var(--small) }
  section { position: relative; padding: 16px 48px 16px 16px }
  :host(.deeper) section { padding: 8px 32px 8px 16px; border-left: 1px solid var(--edge) }
  .title { font: 600 13px/20px var(--font) }
  .path { margin-left: 12px; font-weight: 400; color: var(--ink-3); overflow-wrap: anywhere }
  .value { font: var(--text); margin-bottom: 8px; overflow-wrap: anywhere }
  .value .small { margin-left: 16px }
  .formula { display: grid; gap: 4px; margin: 0 0 12px; font: 13px/20px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere }
  .formula p { padding-left: 2ch; text-indent: -2ch }
  .formula p + p { color: var(--ink-2) }
  ul.inputs { display: grid; grid-template-columns: fit-content(40%) max-content minmax(0, 1fr); column-gap: 16px }
  .inputs > li { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; align-items: baseline; padding: 3px 0; border-top: 1px solid var(--hairline) }
  .inputs .key { font: 13px/20px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere; min-width: 0 }
  .inputs .amount { text-align: right }
  .inputs .about { color: var(--ink-2); overflow-wrap: anywhere; min-width: 0 }
  .from { margin-left: 8px; color: var(--ink-3) }
  .deeper-button { text-decoration: underline dotted var(--ink-3); text-underline-offset: 4px; overflow-wrap: anywhere }
  .deeper-button:is(:hover, .open) { text-decoration-color: var(--ink); text-decoration-thickness: 2px }
  .inputs .explanation { margin-top: 8px }
  .source, .notes { margin-top: 12px; color: var(--ink-2); overflow-wrap: anywhere }
  .notes { display: grid; gap: 4px; padding-left: 24px }
  .actions { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 12px }
  .close { position: absolute; top: 8px; right: 8px; width: 32px; height: 32px; display: grid; place-content: center; border-radius: 6px }
  .close svg { width: 16px; fill: none; stroke: currentColor; stroke-width: 1.5 }
  .close:hover { background: var(--surface-3) }
  .tex { margin: 8px 0 0; padding: 8px 12px; background: var(--surface); white-space: pre-wrap; overflow-wrap: anywhere; font: 12px/18px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; user-select: all }
  @container (max-width: 600px) {
    section { padding: 12px 16px }
    :host(.deeper) section { padding: 8px 0 8px 12px }
    .title { padding-right: 32px }
    .path { display: block; margin: 0 }
    ul.inputs { grid-template-columns: minmax(0, 1fr) max-content }
    .inputs .about { grid-column: 1 / -1; padding-left: 16px }
    .value .small { display: block; margin: 0 }
  }
`
