/** Numbers as templates: the unit stands lighter than its digits. */
import { html, type TemplateResult } from 'lit'
import { narrow, none, percent, scaled, scaleOf } from '../format.js'

/** A number with its unit; a dash where nothing applies. `like` lends its prefix to a band or a bound. */
export function number(value: number | null, unit: string, like: number | null = value): TemplateResult {
  if (value === null || !Number.isFinite(value)) return html`<span class="muted">${none}</span>`
  const scale = scaleOf(like ?? value, unit)
  return withUnit(scaled(value, scale), scale.prefix + unit)
}

/** Percent with its sign. */
export function share(value: number | null): TemplateResult {
  return value === null ? html`<span class="muted">${none}</span>` : withUnit(percent(value), '%')
}

/** Digits, a narrow space and the unit. */
export function withUnit(digits: string, unit: string): TemplateResult {
  return html`<span class="number">${digits}<span class="unit">${unit === '' ? '' : narrow}${unit}</span></span>`
}

/** The percentage as plain text. */
export function shareText(value: number): string {
  return percent(value) + narrow + '%'
}
