/** Plain text in columns: nothing that is printed is wider than `width`. */
export const width = 80

/**
 * Breaks text at spaces; a no-break space becomes a plain one. What does not fit a line by itself is cut.
 * Lines after the first begin with `hang`, lines before the last end with `suffix`.
 */
export function wrap(text: string, hang = '', most = width, suffix = ''): string {
  const room = most - suffix.length
  const [lead = ''] = /^ */.exec(text) ?? []
  const lines: string[] = []
  let line = lead
  let empty = true
  for (const word of text.slice(lead.length).split(' ')) {
    const joined = empty ? line + word : `${line} ${word}`
    if (empty || joined.length <= room) line = joined
    else { lines.push(line.trimEnd()); line = hang + word }
    empty = false
    while (line.length > room) { lines.push(line.slice(0, room)); line = hang + line.slice(room) }
  }
  return [...lines, line].join(`${suffix}\n`).replaceAll('\u00A0', ' ')
}

/** Which side the cells of a column stand on. */
export type Side = 'left' | 'right'

/** Rows of cells as lines, each column as wide as its widest cell; no blanks at the ends of lines. */
export function table(rows: readonly (readonly string[])[], sides: readonly Side[], gap = '  ', indent = ''): string[] {
  const widths = sides.map((_, column) => Math.max(0, ...rows.map(row => (row[column] ?? '').length)))
  return rows.map(row => (indent + row.map((cell, column) => {
    const wide = widths[column] ?? 0
    return sides[column] === 'right' ? cell.padStart(wide) : cell.padEnd(wide)
  }).join(gap)).trimEnd())
}

/** How wide the widest line is. */
export function widest(lines: readonly string[]): number {
  return Math.max(0, ...lines.map(line => line.length))
}

/** A name from outside, cut to what a line can hold and without characters that steer a terminal. */
export function shown(name: string, most = 64): string {
  const clean = name.replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
  return clean.length > most ? `${clean.slice(0, most - 1)}…` : clean
}
