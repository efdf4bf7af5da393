/** Where a text stops being JSON. */

/** One sentence with line and column, and the lines around the mistake. */
export function describe(json: string, name: string): string {
  const at = mistake(json)
  const line = json.slice(0, at).split('\n').length
  const column = at === 0 ? 1 : at - json.lastIndexOf('\n', at - 1)
  const what = at >= json.length ? 'ends before its value does' : `has an unexpected ${JSON.stringify(String.fromCodePoint(json.codePointAt(at) ?? 0))}`
  return `${name} ${what} at line ${line}, column ${column}.\n${excerpt(json, line, column)}`
}

/** The lines around a place, numbered, with a caret below it; long lines are cut to the part around the column. */
function excerpt(text: string, line: number, column: number): string {
  const from = Math.max(0, column - 60)
  const first = Math.max(0, line - 3)
  return text.split('\n').slice(first, line + 1).flatMap((content, i) => {
    const shown = `${String(first + i + 1).padStart(5)} | ${content.slice(from, from + 120).replace(/\r$/, '')}`
    return first + i + 1 === line ? [shown, `      | ${' '.repeat(column - 1 - from)}^`] : [shown]
  }).join('\n')
}

const space = /[ \t\n\r]*/y
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|-?Infinity|NaN)(?![\w.+-])/y

/** End of what a sticky pattern matches at `at`, or -1. */
function ending(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}

/** What may come next. `first` marks an array or object that may still close empty. */
type Expected = 'value' | 'first-value' | 'key' | 'first-key' | 'colon' | 'comma'

/** Offset of the first token at which `text` stops being JSON. Engines word and place this differently, so it is found here. */
function mistake(text: string): number {
  const open: string[] = []
  let expected: Expected = 'value'
  for (let at = 0; ;) {
    at = ending(space, text, at)
    const mark = text[at] ?? ''
    const next = follow(expected, mark, open)
    if (next === null) return at
    if (mark === '"') {
      const end = stringEnd(text, at)
      if (end.broken) return end.at
      at = end.at
    } else if ('{}[],:'.includes(mark)) at++
    else {
      const end = ending(scalar, text, at)
      if (end < 0) return at
      at = end
    }
    expected = next
  }
}

/** End of the string that starts at `at`, or the place at which it breaks. */
function stringEnd(text: string, at: number): { readonly at: number; readonly broken: boolean } {
  for (let i = at + 1; i < text.length; i++) {
    const character = text[i] ?? ''
    if (character === '"') return { at: i + 1, broken: false }
    if (character < ' ') return { at: i, broken: true }
    if (character !== '\\') continue
    if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(i + 1, i + 6))) return { at: i + 1 >= text.length ? text.length : i, broken: true }
    i++
  }
  return { at: text.length, broken: true }
}

/** One step of JSON's grammar, from a token's first character; `open` holds the brackets still open. Null where it does not fit. */
function follow(expected: Expected, mark: string, open: string[]): Expected | null {
  const value = expected === 'value' || expected === 'first-value'
  const inside = open.at(-1)
  switch (mark) {
    case '': return null
    case ':': return expected === 'colon' ? 'value' : null
    case ',': return expected !== 'comma' || inside === undefined ? null : inside === '{' ? 'key' : 'value'
    case '{': case '[':
      if (value) open.push(mark)
      return !value ? null : mark === '{' ? 'first-key' : 'first-value'
    case '}': case ']':
      if (inside !== (mark === '}' ? '{' : '[') || (expected !== 'comma' && !expected.startsWith('first'))) return null
      open.pop()
      return 'comma'
    case '"': return value ? 'comma' : expected.endsWith('key') ? 'colon' : null
    default: return value ? 'comma' : null
  }
}
