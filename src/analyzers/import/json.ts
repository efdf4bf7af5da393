/** JSON text to a value, with the place of a mistake named. */
import { error, type Problem } from '../../problem.js'

/** Longest JSON text that is read, in characters: far above any config.json, below what would stall a page. */
export const longestJson = 8_000_000

/**
 * Parses JSON. A leading byte order mark is skipped, and the `Infinity` and `NaN` that Python writes into some config.json
 * are read as infinity and null.
 * Errors: `oversized` beyond `longestJson` characters; `invalid-json` with line, column and the lines around the mistake.
 * @param name what the text is called in messages, and the problem's path
 */
export async function parseJson(text: string, name: string): Promise<{ readonly value: unknown } | { readonly problem: Problem }> {
  if (text.length > longestJson) {
    return { problem: error('oversized', name, `${name} has ${text.length} characters; at most ${longestJson} are read.`) }
  }
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text
  const value = parsed(json) ?? parsed(strict(json))
  if (value !== null) return value
  // Where and what the mistake is matters only when there is one; a page that is offline may not get it.
  const describe = await import('./json-mistake.js').then(module => module.describe, () => () => `${name} is not JSON.`)
  return { problem: error('invalid-json', name, describe(json, name)) }
}

function parsed(json: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(json) as unknown }
  } catch {
    return null
  }
}

/** Python's numbers in JSON's own words; strings are stepped over. */
function strict(json: string): string {
  if (!/Infinity|NaN/.test(json)) return json
  return json.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\bInfinity\b|\bNaN\b/g, token => (token.startsWith('"') ? token : token === 'NaN' ? 'null' : token.replace('Infinity', '1e999')))
}
