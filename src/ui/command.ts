/** The command line that gives the same answer. */
import { fieldOf, flags } from './flags.js'
import { differing, isObject, type Stand } from './stand.js'
import { suited } from './suited.js'

/** MODEL and flags where they say it all; else the whole scenario through a pipe. */
export function command({ scenario, file }: Stand): string {
  const asked = differing(suited(scenario))
  const model = typeof asked.model === 'string' ? asked.model : file
  const given = Object.entries(flags).filter(([name, [path]]) => name !== 'model' && fieldOf(asked, path) !== undefined)
  const known = new Set(['model', ...given.map(([, [path]]) => path)])
  if (model === null || model.startsWith('-') || !pathsOf(asked).every(path => known.has(path))) return `echo ${quoted(JSON.stringify(asked))} | roofline estimate -`
  return ['roofline estimate', quoted(model), ...given.map(([name, [path, kind]]) => (kind === 'switch' ? `--${name}` : `--${name} ${quoted(textOf(fieldOf(asked, path)))}`))].join(' ')
}

/** The paths of all fields that hold something; a GPU that is described in full has many. */
function pathsOf(asked: object): string[] {
  return Object.entries(asked).flatMap(([name, value]) => (name !== 'model' && isObject(value) ? Object.keys(value).map(field => `${name}.${field}`) : [name]))
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join('x') : isObject(value) ? JSON.stringify(value) : String(value)
}

function quoted(word: string): string {
  return /^[\w.,:/@%+=][\w.,:/@%+=-]*$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
