/** Where the numbers of an explanation are from: short sources stand beside them, long ones below, each once. */
import type { Input, Quantity } from '../../explain.js'

/** Longest source that stands beside its number. */
const inline = 48

/** The sources that stand below, in order. */
export function footnotes({ inputs }: Quantity): string[] {
  const all = inputs.map(input => input.source).filter(text => text !== null)
  return [...new Set(all.filter(text => text.length > inline))]
}

/** A source, or the number of its footnote. */
export function reference(source: Input['source'], notes: readonly string[]): string {
  if (source === null) return ''
  const at = notes.indexOf(source)
  return at < 0 ? source : `[${String(at + 1)}]`
}
