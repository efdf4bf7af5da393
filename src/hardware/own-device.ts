/**
 * Reads a device that a user describes: the shape of an entry of `data/gpus.json`, where each field is plain
 * or `{ value, unit, source, confidence, note }`. Nothing is trusted: what is not a field is a problem.
 */
import { closest } from '../names.js'
import { error, type Problem } from '../problem.js'
import { peakNames, type Device } from './device.js'

type Fields = Readonly<Record<string, string>>

/** Units of the numbers; an entry that states another unit is refused rather than read wrongly. */
const quantities: Fields = {
  year: 'year', sms: 'SMs', clock: 'Hz', tensorClock: 'Hz', memory: 'bytes', driverMemory: 'bytes', busWidth: 'bits',
  bandwidth: 'bytes/s', l2: 'bytes', sharedPerSm: 'bytes', tdp: 'W', c2c: 'bytes/s', sparsity: '×',
}
const groups: Readonly<Record<string, Fields>> = {
  pcie: { generation: 'generation', lanes: 'lanes', bandwidth: 'bytes/s' },
  nvlink: { generation: 'generation', bandwidth: 'bytes/s' },
  peaks: Object.fromEntries(peakNames.map(name => [name, name.startsWith('int') ? 'OP/s' : 'FLOP/s'])),
}
const texts = ['id', 'name', 'architecture', 'computeCapability', 'formFactor', 'status', 'system', 'rates', 'memoryType']
const remarks = ['conflicts', 'note', 'notes', 'source', 'confidence']
const wrapper = ['value', 'unit', 'source', 'confidence', 'note']
/** Links that a device may state not to have. */
const mayBeZero = ['gpu.nvlink.bandwidth', 'gpu.c2c']

/**
 * A device, or everything that is wrong with it: `missing-field` (an id, memory, bandwidth and one peak are required),
 * `invalid-field` (not a positive finite number, or in another unit), `unknown-field`. Paths begin with `gpu`.
 */
export function readDevice(json: unknown): Device | readonly Problem[] {
  const problems: Problem[] = []
  if (!isRecord(json)) return [error('invalid-field', 'gpu', 'gpu must be a name or an object that describes a device.')]
  const legal = [...texts, 'aliases', ...Object.keys(quantities), ...Object.keys(groups)]
  rejectOthers(json, 'gpu', legal, problems)

  const text = (field: string): string | null => {
    const value = unwrap(own(json, field), `gpu.${field}`, null, problems)
    if (value === null || (typeof value === 'string' && value !== '')) return value
    problems.push(error('invalid-field', `gpu.${field}`, `gpu.${field} must be text.`))
    return null
  }
  const read = (from: Record<string, unknown>, path: string, units: Fields): Record<string, number | null> =>
    Object.fromEntries(Object.entries(units).map(([field, unit]) => [field, quantity(own(from, field), `${path}.${field}`, unit, problems)]))
  const group = (field: string): Record<string, number | null> => {
    const units = groups[field] ?? {}
    const given = own(json, field) ?? {}
    if (!isRecord(given)) problems.push(error('invalid-field', `gpu.${field}`, `gpu.${field} must be an object.`))
    else rejectOthers(given, `gpu.${field}`, Object.keys(units), problems)
    return read(isRecord(given) ? given : {}, `gpu.${field}`, units)
  }

  const plain = read(json, 'gpu', quantities)
  const [pcie, nvlink, peaks] = [group('pcie'), group('nvlink'), group('peaks')]
  const id = text('id')
  const status = text('status') ?? 'shipping'
  if (status !== 'shipping' && status !== 'announced') problems.push(error('invalid-field', 'gpu.status', 'gpu.status must be shipping or announced.', ['shipping', 'announced']))
  const aliases = own(json, 'aliases') ?? []
  if (!isTexts(aliases)) problems.push(error('invalid-field', 'gpu.aliases', 'gpu.aliases must be a list of names.'))
  const missing = (field: string, why: string): void => {
    if (!problems.some(problem => problem.path.startsWith(`gpu.${field}`))) problems.push(error('missing-field', `gpu.${field}`, why))
  }
  if (id === null) missing('id', 'gpu.id is missing: a device needs a name of its own.')
  if (plain['memory'] == null) missing('memory', 'gpu.memory is missing: bytes of device memory.')
  if (plain['bandwidth'] == null) missing('bandwidth', 'gpu.bandwidth is missing: bytes/s of device memory.')
  if (Object.values(peaks).every(peak => peak === null)) missing('peaks', 'gpu.peaks needs at least one rate, in FLOP/s.')
  const name = text('name') ?? id
  const rest = { architecture: text('architecture'), computeCapability: text('computeCapability'), formFactor: text('formFactor'), system: text('system'), rates: text('rates'), memoryType: text('memoryType') }
  return problems.length > 0 ? problems : { id, name, aliases, status, ...rest, ...plain, pcie, nvlink, peaks } as unknown as Device
}

const isRecord = (json: unknown): json is Record<string, unknown> => typeof json === 'object' && json !== null && !Array.isArray(json)
const isTexts = (json: unknown): boolean => Array.isArray(json) && json.every(item => typeof item === 'string')
const own = (record: Record<string, unknown>, field: string): unknown => (Object.hasOwn(record, field) ? record[field] : undefined)

function rejectOthers(record: Record<string, unknown>, path: string, legal: readonly string[], problems: Problem[]): void {
  for (const field of Object.keys(record)) {
    if (!legal.includes(field) && !remarks.includes(field)) problems.push(error('unknown-field', `${path}.${field}`, `${path} has no field "${field}".`, closest(field, legal, 3)))
  }
}

/** The value of a sourced field, or a plain value; absent is null. */
function unwrap(json: unknown, path: string, unit: string | null, problems: Problem[]): unknown {
  if (!isRecord(json)) return json ?? null
  const stated = own(json, 'unit')
  if (!Object.hasOwn(json, 'value')) problems.push(error('missing-field', `${path}.value`, `${path} has no value.`))
  for (const field of Object.keys(json)) {
    if (!wrapper.includes(field)) problems.push(error('unknown-field', `${path}.${field}`, `${path} has no field "${field}".`, wrapper))
  }
  if (unit !== null && stated !== undefined && stated !== unit) problems.push(error('invalid-field', `${path}.unit`, `${path} must be in ${unit}.`, [unit]))
  return own(json, 'value') ?? null
}

function quantity(json: unknown, path: string, unit: string, problems: Problem[]): number | null {
  const value = unwrap(json, path, unit, problems)
  if (value === null) return null
  if (typeof value === 'number' && Number.isFinite(value) && (value > 0 || (value === 0 && mayBeZero.includes(path)))) return value
  problems.push(error('invalid-field', path, `${path} must be a positive number, in ${unit}.`))
  return null
}
