/** `roofline gpus`: the GPUs that are known, or all that is known about one, with sources. */
import { loadGpuEntries, type Fact, type GpuEntry } from '../data.js'
import { digits, none, quantity } from '../format.js'
import { findGpu, gpus, type Device } from '../index.js'
import type { Io } from './io.js'
import type { Request } from './parse.js'
import { refuse } from './problems.js'
import { table, wrap, type Side } from './text.js'

/** Prints the table, the entries, or one of them. */
export async function gpusCommand({ operands: [name], given }: Request, io: Io): Promise<number> {
  const json = given.has('json')
  const found = name === undefined ? null : findGpu(name)
  if (found !== null && !('memory' in found)) return refuse([found], json, io, { gpu: name })
  if (found === null && !json) {
    io.stdout(list(gpus))
    return 0
  }
  const { sources, gpus: all } = await loadGpuEntries()
  const entries = all.filter(entry => found === null || entry.id === found.id)
  io.stdout(json ? `${JSON.stringify(entries, null, 2)}\n` : entries.map(entry => details(entry, sources)).join('\n'))
  return 0
}

const tera = (value: number | null) => (value === null ? none : neat(value / 1e12))
const giga = (value: number | null) => (value === null || value === 0 ? none : neat(value / 1e9))
/** As a datasheet prints it: whole from 100, no zeros at the end. */
const neat = (value: number) => (value >= 100 ? value.toFixed(0) : String(Number(digits(value))))

/** One line per GPU. */
export function list(devices: readonly Device[]): string {
  const rows = devices.map(gpu => [
    gpu.id, giga(gpu.memory), giga(gpu.bandwidth), `${tera(gpu.peaks.bf16 ?? gpu.peaks.fp16)}${gpu.peaks.bf16 === null && gpu.peaks.fp16 !== null ? '*' : ' '}`,
    tera(gpu.peaks.fp8), giga(gpu.nvlink.bandwidth), gpu.tdp === null ? none : String(gpu.tdp), gpu.year === null ? none : String(gpu.year),
  ])
  const heads = [['', 'memory', 'bandwidth', 'bf16 ', 'fp8', 'NVLink', 'TDP', 'year'], ['', 'GB', 'GB/s', 'TFLOP/s ', 'TFLOP/s', 'GB/s', 'W', '']]
  const sides: readonly Side[] = ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right']
  return `${[...table([...heads, ...rows], sides, ' '), '', '* fp16, without bf16. Rates are dense; NVLink is per GPU in one direction.'].join('\n')}\n`
}

interface Field { readonly name: string; readonly fact: Partial<Fact> }

/** Every field of an entry, facts in groups (`peaks.fp8`) included. */
function fields(node: object, prefix = ''): Field[] {
  return Object.entries(node).flatMap(([key, item]: [string, unknown]): Field[] => {
    const name = prefix + key
    if (['id', 'name', 'aliases', 'conflicts', 'note', 'notes'].includes(key)) return []
    if (typeof item !== 'object' || item === null) return [{ name, fact: { value: item as string | number | null } }]
    return 'value' in item ? [{ name, fact: item as Fact }] : fields(item, `${name}.`)
  })
}

function details(entry: GpuEntry, sources: Readonly<Record<string, string>>): string {
  const all = fields(entry)
  const rows = all.map(({ name, fact }) => [name, shown(fact), fact.confidence === 'none' ? '' : fact.confidence ?? '', (fact.source ?? []).join(' ')])
  const used = [...new Set(all.flatMap(({ fact }) => fact.source ?? []))]
  const notes = all.filter(({ fact }) => fact.note).map(({ name, fact }) => wrap(`${name}: ${fact.note ?? ''}`, '  '))
  const aliases = entry['aliases'] as readonly string[] | undefined
  const blocks = [
    [wrap(`${String(entry['name'])} (${entry.id})`), ...(aliases?.length ? [wrap(`also ${aliases.join(', ')}`, '  ')] : [])],
    table([['field', 'value', 'confidence', 'source'], ...rows], ['left', 'right', 'left', 'left']).map(line => wrap(line, ' '.repeat(44))),
    notes,
    table(used.map(key => [key, '']), ['left', 'left']).map((key, i) => wrap(`${key.padEnd(9)}  ${sources[used[i] ?? ''] ?? ''}`, ' '.repeat(11))),
  ]
  return blocks.filter(block => block.length > 0).map(block => `${block.join('\n')}\n`).join('\n')
}

const symbols: Readonly<Record<string, string>> = { 'bytes': 'B', 'bytes/s': 'B/s' }
const countable = new Set(['year', 'generation', 'lanes', 'SMs', 'bits', '×'])

function shown({ value, unit }: Partial<Fact>): string {
  if (value === null || value === undefined) return none
  if (typeof value === 'string' || unit === undefined) return String(value)
  if (countable.has(unit)) return unit === 'year' || unit === 'generation' ? String(value) : `${String(value)} ${unit}`
  return value === 0 ? 'none' : quantity(value, symbols[unit] ?? unit, ' ')
}
