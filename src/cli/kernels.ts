/** The kernels of a phase as a table, longest first. */
import { digits, none, percent, quantity, scaleOf, scaled } from '../format.js'
import type { KernelReport, Limit, Phase } from '../index.js'
import { table, widest, width, type Side } from './text.js'

/** Kernels that share a row: `times` runs of one cost. */
export interface Row {
  readonly name: string
  /** Whether it stands for kernels of several names. */
  readonly shared: boolean
  readonly times: number | null
  readonly flops: number
  /** HBM traffic; of a collective, what a GPU sends. */
  readonly bytes: number
  /** Seconds of all runs. */
  readonly bound: number
  readonly estimate: number
  readonly limit: Limit | null
}

/** Below this share of a phase, kernels are folded into one row; a training step has many more of them. */
const smallestOf = (phase: Phase['phase']): number => phase === 'step' ? 0.005 : 0.0005

/** Rows of a phase: kernels that do the same at the same cost share one, and what is too short to matter is folded. */
export function rowsOf({ phase, kernels, seconds }: Phase): Row[] {
  const smallest = smallestOf(phase)
  const alone = new Set(kernels.map(k => /^(?:draft\/)?(.*?)\/(attn|ffn|moe)\//.exec(k.id)?.[1])).size <= 2
  const groups = new Map<string, KernelReport[]>()
  for (const k of kernels) {
    const key = [k.id.split('/').at(-1), k.flops, k.bytes, k.sent, k.seconds.estimate].join()
    groups.set(key, [...groups.get(key) ?? [], k])
  }
  const rows = [...groups.values()].map(group => rowOf(group, nameOf(group.map(k => k.id), alone))).sort((a, b) => b.estimate - a.estimate)
  const host = seconds.estimate - kernels.reduce((sum, k) => sum + k.times * k.seconds.estimate, 0)
  if (host > smallest * seconds.estimate) rows.push({ name: 'host', shared: false, times: null, flops: 0, bytes: 0, bound: 0, estimate: host, limit: 'overhead' })
  const [told, folded] = [true, false].map(long => rows.filter(row => row.estimate >= smallest * seconds.estimate === long))
  const clear = (told ?? []).map((row, _, all) => (row.shared && all.some(other => other !== row && other.name === row.name) ? { ...row, name: `*/${row.name}` } : row))
  if (!folded?.length) return clear
  const sum = (field: 'bound' | 'estimate') => folded.reduce((total, row) => total + row[field], 0)
  return [...clear, { name: 'other', shared: false, times: null, flops: 0, bytes: 0, bound: sum('bound'), estimate: sum('estimate'), limit: null }]
}

function rowOf(group: readonly KernelReport[], name: string): Row {
  const [first] = group
  if (!first) throw new Error('a group has a kernel')
  const times = group.reduce((sum, k) => sum + k.times, 0)
  const { flops, bytes, sent, seconds, limit } = first
  return { name, shared: group.length > 1, times, flops, bytes: bytes + sent, bound: times * seconds.bound, estimate: times * seconds.estimate, limit }
}

/** What all names end with; a model with one kind of layer does not repeat it. */
function nameOf(ids: readonly string[], alone: boolean): string {
  const [first = [], ...rest] = ids.map(id => id.split('/'))
  let shared = first.length
  for (const other of rest) while (first.slice(-shared).join() !== other.slice(-shared).join()) shared--
  const name = first.slice(-shared).join('/')
  return alone ? shortPath(name) : twice(name)
}

/** An id or a path without the layer's name where that is the standard one, or what follows says it too. */
export function shortPath(path: string): string {
  return twice(path.replace(/(^|\/)decoder\//, '$1'))
}

const twice = (path: string) => path.replace(/(^|\/)(\w+)\/\2\//, '$1$2/')

/** A title and the phase below it. */
export interface Titled {
  readonly title: string
  readonly phase: Phase
}

interface Layout { readonly unit: boolean; readonly gap: string; readonly bar: number }
const layouts: readonly Layout[] = [
  ...[8, 7, 6].map(bar => ({ unit: true, gap: '  ', bar })), ...[8, 7, 6, 5, 4].map(bar => ({ unit: false, gap: '  ', bar })), ...[4, 3, 2].map(bar => ({ unit: false, gap: ' ', bar })),
]
const sides: readonly Side[] = ['left', 'right', 'right', 'right', 'right', 'right', 'left', 'right', 'left']

/** One table per phase, all with the same columns, as roomy as the width allows. */
export function kernelTables(phases: readonly Titled[]): string[][] {
  const told = phases.map(({ title, phase }) => ({ title, rows: rowsOf(phase), all: phase.seconds.estimate }))
  const drawn = layouts.map(layout => draw(told, layout))
  return drawn.find(tables => tables.every(lines => widest(lines) <= width)) ?? drawn.at(-1)?.map(lines => lines.map(line => line.slice(0, width))) ?? []
}

function draw(phases: readonly { readonly title: string; readonly rows: readonly Row[]; readonly all: number }[], { unit, gap, bar }: Layout): string[][] {
  const times = Math.max(1, ...phases.flatMap(({ rows }) => rows.map(row => String(row.times ?? '').length)))
  // A title reaches into the column of times, up to the sign above it.
  const name = Math.max(...phases.map(({ title }) => title.length + 2 - gap.length - times))
  const head = [' '.repeat(name), '×', unit ? 'work' : 'FLOP', 'bytes', 'FLOP/B', 'time', '', '%', 'bound']
  const cells = phases.map(({ rows, all }) => {
    const longest = Math.max(...rows.map(row => row.estimate))
    return [head, ...rows.map(row => cellsOf(row, row.estimate / all, barOf(row, longest, bar).padEnd(bar), unit))]
  })
  const lines = table(cells.flat(), sides, gap)
  return phases.map(({ title }, i) => {
    const from = cells.slice(0, i).reduce((sum, rows) => sum + rows.length, 0)
    const [first = '', ...rest] = lines.slice(from, from + (cells[i]?.length ?? 0))
    return [title + first.slice(title.length), ...rest]
  })
}

function cellsOf({ name, times, flops, bytes, estimate, limit }: Row, share: number, bar: string, unit: boolean): string[] {
  return [
    `  ${name}`, times === null ? '' : String(times),
    flops === 0 ? none : unit ? quantity(flops, 'FLOP', ' ') : bare(flops),
    bytes === 0 ? none : quantity(bytes, 'B', ' '),
    flops === 0 || bytes === 0 ? none : digits(flops / bytes),
    quantity(estimate, 's', ' '), bar, percent(share), limit ?? '',
  ]
}

function bare(value: number): string {
  const scale = scaleOf(value, '')
  return `${scaled(value, scale)} ${scale.prefix}`.trimEnd()
}

/** Filled as far as the best possible reaches, shaded beyond. */
function barOf({ bound, estimate }: Row, longest: number, most: number): string {
  const length = Math.max(1, Math.round(estimate / longest * most))
  const solid = Math.min(length, Math.round(bound / estimate * length))
  return '█'.repeat(solid) + '░'.repeat(length - solid)
}
