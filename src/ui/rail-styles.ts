/** Styles of the scenario: a rail where there is room, else a sheet that a bar at the bottom opens. */
import { css } from 'lit'

/** Rows of 28 pixels in the rail, 44 in the sheet. */
export const railStyles = css`
  .scenario { background: var(--surface-2); border-right: 1px solid var(--hairline) }
  .fields { position: sticky; top: 0; max-height: 100vh; overflow: auto; padding: 0 24px 24px }
  .brand { display: flex; align-items: center; min-height: 24px; padding: 8px 0 }
  fieldset { padding: 8px 0; font: var(--small); color: var(--ink-2) }
  fieldset + fieldset { border-top: 1px solid var(--hairline) }
  legend { float: left; width: 100%; padding: 0; font: var(--small); color: var(--ink-2) }
  legend + * { clear: both }
  select { appearance: none; cursor: pointer; background: linear-gradient(45deg, transparent 50%, var(--ink-3) 50%) right 11px center / 5px 5px no-repeat, linear-gradient(-45deg, transparent 50%, var(--ink-3) 50%) right 6px center / 5px 5px no-repeat }
  option, optgroup { background: var(--surface); color: var(--ink) }
  .under { min-height: 20px; margin-bottom: 4px }
  .file { display: block; width: fit-content; color: var(--ink-2); text-decoration: underline; text-decoration-color: var(--edge); text-underline-offset: 3px; cursor: pointer }
  .file:focus-within { outline: 2px solid var(--ink); outline-offset: 2px; border-radius: 3px }
  .field { display: grid; grid-template-columns: auto minmax(0, 168px); justify-content: space-between; column-gap: 8px; align-items: center; min-height: 28px; margin-right: -8px }
  .field :is(input, select) { width: 100%; height: 28px; padding: 0 8px; border: 1px solid transparent; border-radius: 4px; color: var(--ink); font-size: 15px; text-align: right; text-align-last: right }
  /* Names of systems are longer than a column: the field takes what it needs, a row of its own where it needs one. */
  .field:has(#system) { display: flex; flex-wrap: wrap }
  .field:has(#system) > .why { flex-basis: 100% }
  .field > #system { width: auto; max-width: 100%; margin-left: auto; field-sizing: content; text-overflow: ellipsis }
  .field input { background: none }
  .field select { padding-right: 20px }
  .field:hover :is(input, select) { border-color: var(--edge); background-color: var(--surface) }
  :is(input, select):focus-visible { outline: 2px solid var(--ink); outline-offset: -1px; background-color: var(--surface) }
  [aria-invalid='true'] { border-color: var(--ink) !important; background-color: var(--surface) }
  .field [type='checkbox'] { justify-self: end; width: 16px; height: 16px; margin: 0 8px; accent-color: var(--ink) }
  .fields summary { width: fit-content; min-height: 28px; padding: 4px 0; cursor: pointer; color: var(--ink-2) }
  .fields summary::marker { color: var(--ink-3) }
  .why { grid-column: 1 / -1; color: var(--ink); padding-right: 8px; overflow-wrap: anywhere }
  .why:not(:empty) { padding-bottom: 8px }
  .summary { display: none }
  @container (max-width: 1000px) {
    .scenario { position: sticky; bottom: 0; z-index: 3; border: 0; border-top: 1px solid var(--edge) }
    .summary { display: grid; grid-template-columns: minmax(0, 1fr) 16px; align-items: center; gap: 0 12px; width: 100%; min-height: 56px; padding: 8px 32px; font: var(--small) }
    .summary > * { grid-column: 1; overflow: hidden; white-space: nowrap; text-overflow: ellipsis }
    .summary b { font-weight: 600 }
    .summary span { color: var(--ink-2) }
    .summary::after { content: ''; grid-area: 1 / 2 / span 2; width: 8px; height: 8px; margin: 4px 2px 0; border: solid var(--ink); border-width: 1.5px 0 0 1.5px; rotate: 45deg }
    .opened .summary::after { rotate: 225deg; margin-top: -4px }
    .fields { display: none; position: static; max-height: 72vh; padding: 0 32px 24px }
    .opened .fields { display: block; border-top: 1px solid var(--hairline) }
    .opened { box-shadow: 0 -8px 40px rgb(0 0 0 / 0.2) }
    .brand { display: none }
    .field { min-height: 44px; margin-right: 0 }
    .field [type='checkbox'] { width: 24px; margin: 0 8px }
    .fields .button { min-height: 44px; min-width: 44px; justify-content: center }
    .fields summary { min-height: 44px; padding: 12px 0 }
    .field :is(input, select) { height: 40px; border-color: var(--edge); background-color: var(--surface) }
  }
  @container (min-width: 640px) and (max-width: 1000px) {
    .opened .fields { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); column-gap: 48px; align-items: start }
    fieldset + fieldset { border: 0 }
  }
  @container (max-width: 640px) { .summary, .fields { padding-left: 16px; padding-right: 16px } }
`
