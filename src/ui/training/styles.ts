/** Styles of a training step. Shades tell kinds apart: hue is kept for what binds. */
import { css } from 'lit'

export const trainingStyles = css`
  .block + .block { margin-top: 32px; padding-top: 32px; border-top: 1px solid var(--hairline) }
  .rows { display: grid; grid-template-columns: max-content minmax(0, 1fr) max-content; gap: 8px 16px; align-items: center }
  .sum { font: var(--small); text-align: right; white-space: nowrap }
  .bar { position: relative; height: 20px; display: flex; box-shadow: inset 0 0 0 1px var(--hairline) }
  .bar.spent { height: 32px }
  .bar i { height: 100%; box-shadow: inset -1px 0 var(--surface) }
  .bar i, .swatch { background: color-mix(in oklab, var(--ink) var(--shade), var(--surface)) }
  .weights, .B { --shade: 70% } .gradients, .W { --shade: 48% } .states, .F { --shade: 32% } .activations { --shade: 20% } .overhead { --shade: 10% }
  .end { --shade: 14% }
  i.compute, .swatch.compute { --shade: 70% } .recompute { --shade: 52% } i.network, .swatch.network { --shade: 36% } .pipeline { --shade: 22% } .optimizer { --shade: 12% }
  .limit { position: absolute; top: -4px; bottom: -4px; width: 2px; margin-left: -2px; background: var(--ink); outline: 2px solid var(--surface) }
  .scale { position: relative; height: 20px; font: var(--small); color: var(--ink-3) }
  .scale > span { position: absolute; translate: -100%; white-space: nowrap }
  .line { display: block; width: 100%; height: 20px; background: var(--surface-2) }
  .line rect { fill: color-mix(in oklab, var(--ink) var(--shade), var(--surface)); stroke: var(--surface); stroke-width: 1; vector-effect: non-scaling-stroke }
  .key { display: flex; flex-wrap: wrap; gap: 4px 24px; margin-top: 12px; font: var(--small) }
  .part { color: var(--ink-2); display: flex; gap: 8px; align-items: center; font: var(--small) }
  .swatch { width: 10px; height: 10px; flex: none; box-shadow: inset 0 0 0 1px var(--edge) }
  .shares { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 16px; margin-top: 16px }
  .held { font: 600 15px/24px var(--font) }
  table { border-collapse: collapse; width: 100%; max-width: 720px; font: var(--small) }
  th { font-weight: 400; text-align: left; padding: 0 }
  thead th { color: var(--ink-2); padding-bottom: 6px; border-bottom: 1px solid var(--edge) }
  tbody :is(th, td) { height: 32px; border-bottom: 1px solid var(--hairline); white-space: nowrap }
  th + *, td + * { padding-left: 16px }
  .n { text-align: right }
  @container (max-width: 600px) {
    .rows { grid-template-columns: minmax(0, 1fr) max-content; gap: 0 12px }
    .rows > .small { grid-column: 1 / -1; padding-top: 8px }
    .rows > .of { display: none }
    .shares { grid-template-columns: 1fr 1fr }
    th + *, td + * { padding-left: 8px }
  }
`
