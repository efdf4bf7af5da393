/** Styles of the headline figures. */
import { css } from 'lit'

/** Five in a row, three in a column below 1200 pixels of host, two on a phone. */
export const figureStyles = css`
  .figures { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); grid-auto-flow: dense; border-top: 1px solid var(--hairline) }
  .figure { min-width: 0 }
  .cell { display: block; width: 100%; height: 100%; padding: 16px 16px 16px 0 }
  #maxBatch .cell { display: flex; flex-direction: column }
  .cell > .name, .cell > .value, .cell > .band { display: block }
  button.cell:hover > .value { text-decoration: underline dotted var(--edge) 1px; text-underline-offset: 6px }
  .cell.open { background: var(--surface-2); box-shadow: -16px 0 var(--surface-2) }
  .figure ~ .figure { box-shadow: -1px 0 var(--hairline) }
  .figure ~ .figure .cell { padding-left: 16px; box-shadow: none }
  .figures > .explanation { margin: 0 0 0 -16px }
  #latency { display: none }
  .figure .name { font: var(--small); color: var(--ink-2); white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
  .value { font: var(--headline); letter-spacing: -0.015em; white-space: nowrap }
  .band { font: var(--small); color: var(--ink-2); white-space: nowrap }
  .band.best { color: var(--ink-3) }
  .strip { display: block; position: relative; height: 20px; margin: 2px 0 }
  .strip::before { content: ''; position: absolute; inset: 7.5px 0 auto; height: 1px; background: var(--hairline) }
  .fill { position: absolute; inset: 5px 0 auto; height: 6px; display: flex }
  .fill i { background: var(--hue) }
  .fill .plain { --hue: var(--ink-3) }
  .least { position: absolute; top: 1px; width: 2px; height: 14px; margin-left: -1px; background: var(--ink); outline: 1.5px solid var(--surface) }
  .whisker { position: absolute; top: 13px; height: 5px; border: solid var(--ink); border-width: 0 1px; background: linear-gradient(var(--ink), var(--ink)) center / 100% 1px no-repeat }
  .more { display: flex; flex-wrap: wrap; gap: 4px 32px; padding: 12px 0 32px; border-top: 1px solid var(--hairline); font: var(--small); color: var(--ink-2) }
  .more .name { color: var(--ink-2); margin-right: 4px }
  .more > div { color: var(--ink) }
  .more > .explanation { order: 1; flex: 1 0 100%; margin: 8px 0 0 -16px }
  .forward #latency { display: block }
  @container (max-width: 1240px) {
    .figures { grid-template-columns: repeat(6, minmax(0, 1fr)) }
    .figure { grid-column: span 2; border-bottom: 1px solid var(--hairline) }
    .figure:nth-child(3n + 1 of .figure) { box-shadow: none }
    .figure:nth-child(3n + 1 of .figure) .cell { padding-left: 0 }
    #latency { display: block }
    .forward .figure:nth-child(n + 4 of .figure) { grid-column: span 3 }
    .more { border-top: 0 }
    .more .latency { display: none }
  }
  @container (max-width: 640px) {
    .figures { grid-template-columns: 1fr 1fr }
    .figure, .forward .figure:nth-child(n + 4 of .figure) { grid-column: auto }
    .forward .figure:nth-child(5 of .figure) { grid-column: 1 / -1 }
    .figure:nth-child(n of .figure) { box-shadow: none }
    .figure:nth-child(n of .figure) .cell { padding: 12px 12px 12px 0 }
    .figure:nth-child(even of .figure) { box-shadow: -1px 0 var(--hairline) }
    .figure:nth-child(even of .figure) .cell { padding: 12px 0 12px 16px }
    .value { font-size: 22px; line-height: 30px }
    .band { white-space: normal }
    .more { display: grid; gap: 0; padding-bottom: 24px }
    .more > div:not(.explanation, :has(> button)) { display: flex; min-height: 24px; align-items: center; justify-content: space-between }
    .more > div > button { display: flex; align-items: center; width: 100%; min-height: 24px; justify-content: space-between }
    .more > .explanation { order: 0 }
  }
`
