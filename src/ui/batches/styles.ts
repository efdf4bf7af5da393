/** Styles of the curves against the batch. */
import { css } from 'lit'

export const batchStyles = css`
  .plots { display: grid; grid-template-columns: 1fr 1fr; gap: 24px 48px; min-height: 232px }
  .stale { opacity: 0.45 }
  figure { min-width: 0; overflow: hidden }
  figcaption { font: var(--small); color: var(--ink-2); padding-bottom: 4px }
  svg { display: block; touch-action: pan-y }
  .grid { stroke: var(--hairline) }
  text { font: var(--small); fill: var(--ink-3) }
  text.y { text-anchor: end; dominant-baseline: central }
  text.x { text-anchor: middle }
  .guide { stroke: var(--edge); stroke-dasharray: 2 3 }
  path { fill: none; stroke: var(--ink-3); stroke-width: 1.5 }
  path.best { stroke-width: 1; stroke-dasharray: 4 3 }
  circle { fill: var(--hue); stroke: var(--surface); stroke-width: 1.5 }
  circle.on { stroke: var(--ink) }
  .readout { display: flex; flex-wrap: wrap; gap: 4px 24px; margin-top: 16px; font: var(--small); color: var(--ink-2); min-height: 20px }
  .readout b { font-weight: 600; color: var(--ink) }
  .readout .value { color: var(--ink) }
  .note { margin-top: 8px; text-wrap: pretty }
  @container (max-width: 720px) { .plots { grid-template-columns: minmax(0, 1fr); min-height: 488px } }
`
