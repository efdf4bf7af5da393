/** Kernels as comma-separated values: one row each and phase, SI numbers as they are. */
import type { Report } from './report.js'

const header = ['phase', 'kernel', 'times', 'flops [FLOP]', 'bytes [B]', 'sent [B]', 'intensity [FLOP/B]', 'bound [s]', 'estimate [s]', 'limit']

/** A header with units, then a row for each kernel; numbers are per GPU and run, and what does not apply is empty. */
export function csv({ phases }: Report): string {
  const rows = phases.flatMap(({ phase, kernels }) => kernels.map(k => [phase, k.id, k.times, k.flops, k.bytes, k.sent, k.intensity, k.seconds.bound, k.seconds.estimate, k.limit]))
  return lines([header, ...rows])
}

/** Rows of cells as text; what does not apply is empty. */
export function lines(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map(row => `${row.map(cell).join(',')}\n`).join('')
}

function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
