/** Titles, units and standing formulas of what explain knows (data/quantities.json). */
import json from '../../../data/quantities.json'
import type { Expr } from '../graph.js'
import { plain, type Formula, type Input } from './quantity.js'

interface Known { readonly title: string; readonly unit: string; readonly expr?: Expr; readonly source?: string }
export type Field = 'times' | 'flops' | 'bytes' | 'sent' | 'loaded' | 'intensity' | 'seconds/bound' | 'seconds/estimate'
export type PhaseField = 'flops/matrix' | 'flops/vector' | 'perGpu/flops' | 'perGpu/bytes' | 'perGpu/sent' | 'perGpu/loaded' | 'intensity' | 'seconds/bound' | 'seconds/estimate' | 'seconds/low' | 'seconds/high'
export type LinkField = 'bytes' | 'seconds' | 'exposed'
export type MemoryField = 'weights' | 'cache' | 'activations' | 'gradients' | 'states' | 'overhead' | 'total' | 'capacity' | 'reserved/cache' | 'reserved/total'
export type ModelField = 'parameters' | 'activeParameters' | 'macs' | 'cacheBytesPerToken'

export type OffloadedField = 'weights' | 'cache'
export type DraftField = 'parameters' | 'weights' | 'cache'

interface Fields { readonly offloaded: OffloadedField; readonly draft: DraftField; readonly link: LinkField; readonly model: ModelField; readonly memory: MemoryField; readonly phase: PhaseField; readonly kernel: Field }
const table: { readonly [K in keyof Fields]: Readonly<Record<Fields[K], Known>> } = json as unknown as { readonly [K in keyof Fields]: Readonly<Record<Fields[K], Known>> }
const names = json.names as unknown as Readonly<Record<string, readonly [title: string, unit: string]>>

/** The fields of a part of the report, in order. */
export function fieldsOf<K extends keyof Fields>(part: K): readonly Fields[K][] {
  return Object.keys(table[part]) as Fields[K][]
}

/** A formula by its field; the tree is given where it does not stand in the data. */
export function formula<K extends keyof Fields>(part: K, field: Fields[K], given: Partial<Formula> = {}): Formula {
  const known = table[part][field]
  return { title: known.title, unit: known.unit, expr: known.expr ?? 0, source: known.source ?? null, ...given }
}

/** A named number of a formula. */
export function named(name: string, value: number, source: string | null = null, extra: Partial<Input> = {}): Input {
  const [title = name, unit = ''] = names[name] ?? []
  return plain(name, title, value, unit, source, extra)
}
