/** Styles of the headline figures. */
import { css } from 'lit'

/** Five in a row, three in a column below 1200 pixels of host, two on a phone. */
export const figureStyles = css`
  .figures { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); border-top: 1px solid var(--hairline) }
  .figure { padding: 16px 16px 16px 0; min-width: 0 }
  .figure + .figure { padding-left: 16px; box-shadow: -1px 0 var(--hairline) }
  #latency { display: none }
  .figure dt { font: var(--small); color: var(--ink-2); white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
  .value { font: var(--headline); letter-spacing: -0.015em; white-space: nowrap }
  .band { font: var(--small); color: var(--ink-2); white-space: nowrap }
  .band.best { color: var(--ink-3) }
  .strip { position: relative; height: 20px; margin: 2px 0 }
  .strip::before { content: ''; position: absolute; inset: 7.5px 0 auto; height: 1px; background: var(--hairline) }
  .fill { position: absolute; inset: 5px 0 auto; height: 6px; display: flex }
  .fill i { background: var(--hue) }
  .fill .plain { --hue: var(--ink-3) }
  .least { position: absolute; top: 1px; width: 2px; height: 14px; margin-left: -1px; background: var(--ink); outline: 1.5px solid var(--surface) }
  .whisker { position: absolute; top: 13px; height: 5px; border: solid var(--ink); border-width: 0 1px; background: linear-gradient(var(--ink), var(--ink)) center / 100% 1px no-repeat }
  .more { display: flex; flex-wrap: wrap; gap: 4px 32px; padding: 12px 0 32px; border-top: 1px solid var(--hairline); font: var(--small); color: var(--ink-2) }
  .more div { display: flex; gap: 8px }
  .more dd { color: var(--ink) }
  @container (max-width: 1240px) {
    .figures { grid-template-columns: repeat(6, minmax(0, 1fr)) }
    .figure { grid-column: span 2; border-bottom: 1px solid var(--hairline) }
    .figure:nth-child(3n + 1) { padding-left: 0; box-shadow: none }
    #latency { display: block }
    .more { border-top: 0 }
    .more .latency { display: none }
  }
  @container (max-width: 640px) {
    .figures { grid-template-columns: 1fr 1fr }
    .figure { grid-column: auto; padding: 12px 12px 12px 0 }
    .figure:nth-child(n) { padding-left: 0; box-shadow: none }
    .figure:nth-child(even) { padding-left: 16px; padding-right: 0; box-shadow: -1px 0 var(--hairline) }
    .value { font-size: 22px; line-height: 30px }
    .band { white-space: normal }
    .more { display: grid; gap: 4px; padding-bottom: 24px }
    .more div { justify-content: space-between }
  }
`
