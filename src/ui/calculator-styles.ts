/** Layout of the calculator: rail and results side by side where there is room, else results above a bar. */
import { css, type CSSResultGroup } from 'lit'
import { files } from './parts.js'

/** What a held file stands over. */
export const dropStyles: CSSResultGroup = !files ? [] : css`
  .dropping { position: absolute; inset: 0; z-index: 5; text-align: center; background: color-mix(in oklab, var(--surface) 93%, transparent); outline: 2px dashed var(--ink); outline-offset: -16px }
  .dropping > div { position: sticky; top: 40vh; padding: 160px 24px 48px }
  .dropping b { font: var(--headline) }
  @container (max-width: 640px) { .dropping b { font: 400 22px/30px var(--font) } }
`

/** Page, sections, notices. The host is the container, so a page and an embed follow the same rules. */
export const calculatorStyles = css`
  :host { position: relative }
  .page { display: grid; grid-template-columns: 288px minmax(0, 1fr); min-height: inherit }
  .results { padding: 0 48px 48px; max-width: 1176px; width: 100%; min-width: 0 }
  .tools { display: flex; justify-content: flex-end; align-items: center; gap: 8px; min-height: 24px; padding: 8px 0 }
  .verdict { font: var(--headline); letter-spacing: -0.012em; max-width: 38em; text-wrap: pretty; padding: 16px 0 32px }
  .verdict b { font-weight: 600 }
  .verdict .unit { color: inherit; font-weight: inherit }
  .ways { padding-bottom: 32px }
  .ways b { font-weight: 600 }
  .ways .button { min-height: 40px }
  .hue { color: var(--hue) }
  .answer > :is(section, .section) { padding: 32px 0; border-top: 1px solid var(--hairline) }
  .stale { opacity: 0.45; filter: saturate(0.3) }
  .notice { display: grid; grid-template-columns: 20px minmax(0, 1fr); gap: 12px; padding: 16px; margin: 0 0 24px; border: 1px solid var(--ink); border-radius: 6px; font: var(--small) }
  .sign { display: grid; place-content: center; width: 20px; height: 20px; border: 1.5px solid var(--ink); border-radius: 50%; font-weight: 600; line-height: 1 }
  .notice .title { font: 600 13px/20px var(--font); margin-bottom: 4px; overflow-wrap: anywhere }
  .notice li + li { margin-top: 12px }
  pre { margin: 8px 0 0; padding: 8px 12px; overflow-x: auto; border-radius: 4px; background: var(--surface-2); color: var(--ink) }
  code, pre { font: 12px/18px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace}
  code { color: var(--ink-3) }
  .notes { padding: 0 0 24px; font: var(--small); color: var(--ink-2); display: grid; gap: 8px }
  .actions { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px }
  @container (max-width: 1000px) {
    .page { display: flex; flex-direction: column }
    .scenario { order: 2 }
    .results { padding: 0 32px 48px; margin: 0 auto }
  }
  @container (max-width: 640px) {
    .results { padding: 0 16px 32px }
    .verdict { font: 400 22px/30px var(--font) }
    .verdict { padding: 8px 0 24px }
    .answer > :is(section, .section) { padding: 24px 0 }
    .ways { padding-bottom: 24px }
    .ways .button { width: 100% }
  }
`
