/** Styles of the pickers: a field that reads as text in the rail, a list above the page. */
import { css } from 'lit'

/** Rows of 32 pixels with the facts in columns; of 44 and the facts below the name where there is little room. */
export const pickerStyles = css`
  :host { display: block; font: var(--small); color: var(--ink-2) }
  .pick { display: block; width: calc(100% + 16px); margin: 0 -8px; height: 32px; padding: 0 28px 0 8px; border: 1px solid transparent; border-radius: 6px; font: 600 15px/24px var(--font); color: var(--ink); text-overflow: ellipsis; cursor: pointer; background: linear-gradient(45deg, transparent 50%, var(--ink-3) 50%) right 13px center / 5px 5px no-repeat, linear-gradient(-45deg, transparent 50%, var(--ink-3) 50%) right 8px center / 5px 5px no-repeat }
  .pick:hover, .pick[aria-expanded='true'], .pick[aria-invalid='true'] { border-color: var(--edge); background-color: var(--surface) }
  .pick[aria-invalid='true'] { border-color: var(--ink) }
  .pick:focus-visible { outline: 2px solid var(--ink); outline-offset: -1px; background-color: var(--surface); cursor: text }
  .popup { inset: auto; margin: 0; padding: 0; border: 1px solid var(--edge); border-radius: 6px; overflow: hidden; background: var(--surface); color: var(--ink); font: var(--small) }
  .popup:popover-open { display: flex; flex-direction: column }
  [role='listbox'] { min-height: 0; padding-bottom: 8px; overflow-y: auto; overscroll-behavior: contain }
  .family { position: sticky; top: 0; padding: 8px 12px 4px; background: var(--surface); color: var(--ink-3) }
  .option { display: grid; grid-template-columns: minmax(0, 1fr) repeat(3, auto); column-gap: 12px; align-items: center; min-height: 32px; padding: 4px 12px; scroll-margin-top: 32px; cursor: pointer }
  .option > :first-child { grid-column: 1; overflow-wrap: anywhere }
  .option[aria-selected='true'] > :first-child { font-weight: 600 }
  .option:hover { background: var(--surface-2) }
  .option.active { background: var(--surface-3); outline: 2px solid var(--ink); outline-offset: -2px; border-radius: 3px }
  .fact { color: var(--ink-2); text-align: right; white-space: nowrap; min-width: 64px }
  :host(#gpu) .fact:last-child { min-width: 36px }
  :host(#model) .fact { min-width: 104px }
  .none { padding: 12px; color: var(--ink-2) }
  @container (max-width: 1000px) {
    .pick { width: 100%; margin: 0 0 4px; height: 44px; border-color: var(--edge); background-color: var(--surface) }
    .option { min-height: 44px }
  }
  @container (max-width: 640px) {
    .option { grid-template-columns: auto auto minmax(0, 1fr); align-content: center; padding: 4px 12px }
    .option > :first-child { grid-column: 1 / -1 }
    .option .fact { min-width: 0; text-align: left }
  }
`
