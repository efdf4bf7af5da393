/** Styles of the chart and what stands beside it. */
import { css } from 'lit'

/** Plot, readout and key. */
export const chartStyles = css`
  :host { position: relative }
  .row { display: grid; grid-template-columns: minmax(0, 676px) minmax(0, 1fr); gap: 32px; align-items: start }
  .plot { position: relative; min-height: 200px; overflow: hidden }
  canvas { display: block; touch-action: pan-y }
  .probe, .scheme { position: absolute; visibility: hidden }
  .scheme { color: var(--ink); transition: color 1ms }
  .readout { display: grid; gap: 16px; padding-top: 20px; font: var(--small); color: var(--ink-2) }
  .name { display: flex; align-items: center; gap: 8px; font: 600 15px/24px var(--font); color: var(--ink); overflow-wrap: anywhere }
  .name .small { font-weight: 400; white-space: nowrap }
  .mark { width: 12px; height: 12px; flex: none; border: 2px solid var(--hue); border-radius: 50% }
  .mark.filled { background: var(--hue) }
  .sentence { min-height: 40px; text-wrap: pretty }
  .pairs { display: grid; grid-template-columns: 1fr auto auto }
  .pairs > * { padding: 3px 0; border-bottom: 1px solid var(--hairline) }
  .pairs dd { text-align: right; padding-left: 16px; color: var(--ink) }
  .pairs .best, .pairs .best .number { color: var(--ink-3) }
  .row + .explanation { margin: 24px -16px 0 }
  .key { display: grid; gap: 4px }
  .key li { display: flex; align-items: center; gap: 8px }
  .key .hues { flex-wrap: wrap; gap: 4px 16px }
  .key .mark { --hue: var(--ink-3) }
  .key .mark.tiny { width: 6px; height: 6px; margin: 0 3px }
  .key .tick { width: 12px; height: 14px; border-top: 2px solid var(--ink-3); background: linear-gradient(var(--ink-3), var(--ink-3)) center / 1px 100% no-repeat }
  @container (max-width: 920px) {
    .row { grid-template-columns: minmax(0, 1fr); gap: 8px }
    .readout { padding-top: 0 }
    .readout .opens { order: 1 }
  }
`
