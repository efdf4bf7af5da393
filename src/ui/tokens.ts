/** Colors, type and the few rules that every element shares. A page restyles them with `--roofline-…` on the host. */
import { css } from 'lit'

/** Tokens of each host: the public property where the page sets one, else the value for the page's color scheme. */
export const tokens = css`
  :host {
    --surface: var(--roofline-surface, light-dark(#ffffff, #121417));
    --surface-2: var(--roofline-surface-2, light-dark(#f5f6f8, #191c20));
    --surface-3: var(--roofline-surface-3, light-dark(#eaecf0, #24282e));
    --hairline: var(--roofline-hairline, light-dark(#e1e4e9, #2a2f36));
    --edge: var(--roofline-edge, light-dark(#838b95, #6f7782));
    --ink: var(--roofline-ink, light-dark(#14171b, #eceef1));
    --ink-2: var(--roofline-ink-2, light-dark(#4d545d, #adb4be));
    --ink-3: var(--roofline-ink-3, light-dark(#646b75, #949ca7));
    --memory: var(--roofline-memory, light-dark(#0068a8, #56b0e8));
    --compute: var(--roofline-compute, light-dark(#b34700, #f38b4a));
    --network: var(--roofline-network, light-dark(#00755a, #2fbd94));
    --overhead: var(--roofline-overhead, light-dark(#646b75, #949ca7));
    --font: var(--roofline-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif);
    --small: 13px/20px var(--font);
    --text: 15px/24px var(--font);
    --headline: 400 28px/36px var(--font);
    display: block;
    color: var(--ink);
    background: var(--surface);
    font: var(--text);
    font-variant-numeric: tabular-nums;
    container-type: inline-size;
  }
  :host([hidden]) { display: none }
`

/** Resets and small parts: units, bounds, segments, buttons, focus. */
export const base = css`
  *, ::before, ::after { box-sizing: border-box }
  p, dl, dd, ul, figure, fieldset, table { margin: 0; padding: 0 }
  ul { list-style: none }
  fieldset { border: 0; min-width: 0 }
  button, input, select { font: inherit; color: inherit; font-variant-numeric: inherit }
  button { border: 0; background: none; padding: 0; text-align: inherit; cursor: pointer }
  :focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; border-radius: 3px }
  .small { font: var(--small); color: var(--ink-2) }
  .unit { font-weight: 400; color: var(--ink-3) }
  .number { white-space: nowrap }
  .muted { color: var(--ink-3) }
  .hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
  .memory { --hue: var(--memory) } .compute { --hue: var(--compute) } .network { --hue: var(--network) } .overhead { --hue: var(--overhead) }
  .bound { display: inline-flex; align-items: center; gap: 6px; color: var(--hue); white-space: nowrap }
  .bound::before { content: ''; width: 9px; height: 9px; background: currentColor; flex: none }
  .bound.compute::before { clip-path: polygon(50% 0, 100% 100%, 0 100%) }
  .bound.network::before { clip-path: polygon(50% 0, 100% 50%, 50% 100%, 0 50%) }
  .bound.overhead::before { height: 3px }
  .head { display: flex; align-items: baseline; gap: 16px; margin-bottom: 16px }
  .head .small { flex: 1 }
  .title { font: 600 15px/24px var(--font) }
  .exports { display: flex; gap: 12px; font: var(--small); color: var(--ink-2) }
  .exports button { min-width: 24px; min-height: 24px }
  .exports button:hover { color: var(--ink); text-decoration: underline; text-underline-offset: 3px }
  .segments { display: inline-flex; border-radius: 6px; background: var(--surface-2); padding: 2px; font: var(--small) }
  .segments button { padding: 4px 12px; border-radius: 4px; color: var(--ink-2) }
  .segments [aria-pressed='true'] { background: var(--surface); color: var(--ink); box-shadow: 0 0 0 1px var(--edge) }
  .button { display: inline-flex; align-items: center; gap: 8px; min-height: 32px; padding: 0 12px; border: 1px solid var(--edge); border-radius: 6px; font: var(--small); color: var(--ink) }
  .button:hover { background: var(--surface-3) }
  @container (max-width: 600px) {
    .head { flex-wrap: wrap; gap: 4px 12px }
    .head .small { order: 3; flex: 1 0 100% }
    .head .title { flex: 1 }
  }
`
