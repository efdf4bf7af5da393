/** Which row describes a config, and why none does. */
import { closest } from '../../../names.js'
import { error, note } from '../../../problem.js'
import { resembles } from './checks.js'
import { list, lookup, report, shown, text, type Config, type Fields } from './fields.js'
import { knownTypes, rowFor, type Row } from './rows.js'
import { classes, mechanisms, uncovered } from './uncovered.js'

/** Its `model_type`, or the class of a part of a pipeline. */
export const typeOf = (config: Config): string | null => { const type = config['model_type'] ?? config['_class_name']; return typeof type === 'string' ? type : null }

/** The row for a config, by its type, or by its class where it has none; and the class that it is read as. */
export function rowOf(fields: Fields): { readonly row: Row; readonly head: string } | null {
  const type = typeOf(fields.config)
  const { path, value } = lookup(fields, 'architectures')
  const named = Array.isArray(value) && value.every(item => typeof item === 'string') ? value[0] ?? null : null
  const row = rowFor(type, named)
  // Where the class says which head there is, a file without a sound one is read as the usual.
  const decides = row?.text.includes('class:') === true
  if (!decides) { text(fields, 'model_type'); list(fields, 'architectures', 'string') }
  if (row === null) return unknown(fields, type, named, null)
  const [first = ''] = row.architectures
  if (first === '' || (named !== null && row.architectures.includes(named))) return { row, head: named ?? '' }
  if (named !== null && !resembles(named, row.architectures)) return unknown(fields, type, named, first)
  if (named !== null) report(fields, note('head-assumed', path, `${shown(named)} is read as ${first}: its own head is not counted.`))
  else if (decides) report(fields, note('head-assumed', path, `The file names no class; it is read as ${first}.`))
  return { row, head: first }
}

/** Says which architecture it is and what it has that no row can say; `usual`: the class that its type has. */
function unknown(fields: Fields, type: string | null, named: string | null, usual: string | null): null {
  const name = named ?? type ?? ''
  const { path } = lookup(fields, name !== '' && (type === null || usual !== null) ? 'architectures' : 'model_type')
  const has = uncovered.get(type ?? '') ?? uncovered.get(classes.find(([start]) => name.startsWith(start))?.[1] ?? '')
  report(fields, name === '' ? error('missing-field', path, `${path} is missing, and there is no architectures: nothing says what this is.`)
    : has !== undefined ? error('unknown-architecture', path, `${shown(name)} has ${has}, which is not covered yet.`)
      : error('unknown-architecture', path, `${shown(name)} is not among the ${usual === null ? 'architectures that are read' : `classes of ${type ?? ''}`}.`, usual === null ? closest(type ?? name, knownTypes(), 3) : [usual]))
  return null
}

/** A known architecture with a foreign mechanism is not that architecture. */
export function refuseMechanisms(fields: Fields, row: Row): void {
  for (const [field, what] of mechanisms) {
    const { path, value } = lookup(fields, field)
    if (!value || (Array.isArray(value) && value.length === 0) || row.text.includes(field)) continue
    report(fields, error('unknown-architecture', path, `${path} is set: ${what}, which is not covered yet and which ${row.id} does not have.`))
  }
}
