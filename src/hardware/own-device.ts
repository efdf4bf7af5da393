/**
 * Reads a device that a user describes: the shape of an entry of `data/gpus.json`, where each field is plain
 * or `{ value, unit, source, confidence, note }`. Nothing is trusted: what is not a field is a problem.
 */
import table from '../../data/device.json'
import { closest } from '../names.js'
import { error, type Problem } from '../problem.js'
import { peakNames, type Device } from './device.js'

type Fields = Readonly<Record<string, string>>

const { quantities, texts, remarks, wrapper, mayBeZero, required } = table
/** Groups of fields; each peak has a rate. */
const groups: Readonly<Record<string, Fields>> = { ...table.groups, peaks: Object.fromEntries(peakNames.map(name => [name, name.startsWith('int') ? 'OP/s' : 'FLOP/s'])) }

/**
 * A device, or everything that is wrong with it: `missing-field` (an id, memory, bandwidth and one peak are required),
 * `invalid-field` (not a positive finite number, or in another unit), `unknown-field`. Paths begin with `gpu`.
 */
export function readDevice(json: unknown): Device | readonly Problem[] {
  const problems: Problem[] = []
  if (!isRecord(json)) return [invalid('gpu', 'a name or an object that describes a device')]
  problems.push(...strangers(json, 'gpu', [...texts, 'aliases', ...Object.keys(quantities), ...Object.keys(groups)], remarks))

  const numbers = read(quantities, (field, unit) => quantity(own(json, field), `gpu.${field}`, unit, problems))
  const parts = read(groups, (field, units) => {
    const [path, given] = [`gpu.${field}`, own(json, field) ?? {}]
    const record = isRecord(given) ? given : {}
    problems.push(...(record === given ? strangers(record, path, Object.keys(units), remarks) : [invalid(path, 'an object')]))
    return read(units, (name, unit) => quantity(own(record, name), `${path}.${name}`, unit, problems))
  })
  const words: Record<string, string | null> = Object.fromEntries(texts.map(field => [field, text(own(json, field), `gpu.${field}`, problems)]))
  const { id = null, status } = words
  if (status !== null && status !== 'shipping' && status !== 'announced') problems.push(invalid('gpu.status', 'shipping or announced', ['shipping', 'announced']))
  const aliases = own(json, 'aliases') ?? []
  if (!isTexts(aliases)) problems.push(invalid('gpu.aliases', 'a list of names'))

  const given: Readonly<Record<string, unknown>> = { id, ...numbers, peaks: Object.values(parts['peaks'] ?? {}).find(peak => peak !== null) }
  for (const [field = '', why = ''] of required) {
    const [path, value] = [`gpu.${field}`, given[field]]
    if ((value ?? null) === null && !problems.some(problem => `${problem.path}.`.startsWith(`${path}.`))) problems.push(error('missing-field', path, `${path} ${why}`))
  }
  return problems.length > 0 ? problems : { ...words, name: words['name'] ?? id, aliases, status: status ?? 'shipping', ...numbers, ...parts } as unknown as Device
}

const isRecord = (json: unknown): json is Record<string, unknown> => typeof json === 'object' && json !== null && !Array.isArray(json)
const isTexts = (json: unknown): boolean => Array.isArray(json) && json.every(item => typeof item === 'string')
const own = (record: Record<string, unknown>, field: string): unknown => (Object.hasOwn(record, field) ? record[field] : undefined)

/** A table with each of its entries replaced by what is read for it. */
function read<Entry, Value>(table: Readonly<Record<string, Entry>>, value: (field: string, entry: Entry) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(table).map(([field, entry]) => [field, value(field, entry)]))
}

const invalid = (path: string, wanted: string, suggestions: readonly string[] = []): Problem => error('invalid-field', path, `${path} must be ${wanted}.`, suggestions)

/** A problem for each field that is neither legal nor ignored. */
function strangers(record: Record<string, unknown>, path: string, legal: readonly string[], ignored: readonly string[] = []): Problem[] {
  return Object.keys(record).filter(field => !legal.includes(field) && !ignored.includes(field))
    .map(field => error('unknown-field', `${path}.${field}`, `${path} has no field "${field}".`, closest(field, legal, 3)))
}

/** The value of a sourced field, or a plain value; absent is null. */
function unwrap(json: unknown, path: string, unit: string | null, problems: Problem[]): unknown {
  if (!isRecord(json)) return json ?? null
  const stated = own(json, 'unit')
  if (!Object.hasOwn(json, 'value')) problems.push(error('missing-field', `${path}.value`, `${path} has no value.`))
  problems.push(...strangers(json, path, wrapper))
  if (unit !== null && stated !== undefined && stated !== unit) problems.push(error('invalid-field', `${path}.unit`, `${path} must be in ${unit}.`, [unit]))
  return own(json, 'value') ?? null
}

function quantity(json: unknown, path: string, unit: string, problems: Problem[]): number | null {
  const value = unwrap(json, path, unit, problems)
  if (value === null) return null
  if (typeof value === 'number' && Number.isFinite(value) && (value > 0 || (value === 0 && mayBeZero.includes(path)))) return value
  problems.push(invalid(path, `a positive number, in ${unit}`))
  return null
}

function text(json: unknown, path: string, problems: Problem[]): string | null {
  const value = unwrap(json, path, null, problems)
  if (value === null || (typeof value === 'string' && value !== '')) return value
  problems.push(invalid(path, 'text'))
  return null
}
