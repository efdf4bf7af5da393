/** Lists of ops as data (data/layers.json), expanded under the flags of a shape. */
import type { Extent, Law, Op } from '../graph.js'
import type { WeightGroup } from '../models/architecture.js'
import { holds, norm, op, type Flags } from './notation.js'

/** One line of a list. */
export interface Line {
  readonly id: string
  /** The op is there under these flags, else nothing is. */
  readonly if?: string
  /** Without these flags the op is left out and its output is its first input, or the tensor that `else` names. */
  readonly pass?: string
  readonly else?: string
  readonly law: Law
  readonly is: string
  readonly norm?: string
  readonly group?: WeightGroup
  readonly engine?: Op['engine']
  readonly flops?: Extent
  readonly loop?: string
  readonly saves?: readonly string[]
}

/** The place of another list. */
export interface Use { readonly use: string }
export type List = readonly (Line | Use)[]

/** The ops of a list; `lists` has those that it uses. A tensor whose op is left out goes by the name it passes on. */
export function expand(list: List, lists: Readonly<Record<string, List>>, flags: Flags): Op[] {
  const passed = new Map<string, string>()
  const named = (name: string): string => { const other = passed.get(name); return other === undefined ? name : named(other) }
  const ops: Op[] = []
  const walk = (lines: List): void => {
    for (const line of lines) {
      if ('use' in line) { walk(lists[line.use] ?? []); continue }
      if (!holds(line.if, flags)) continue
      const made = line.norm === undefined ? op(line.id, line.law, line.is, line, flags) : norm(line.id, line.norm, flags)
      const from = line.else ?? made.tensors[0]?.name ?? ''
      if (holds(line.pass, flags)) ops.push({ ...made, tensors: made.tensors.map(t => t.role === 'out' ? t : { ...t, name: named(t.name) }), ...(made.saves ? { saves: made.saves.map(named) } : {}) })
      else for (const t of made.tensors) if (t.role === 'out') passed.set(t.name, from)
    }
  }
  walk(list)
  return ops
}

/** The list with its last tensor called by its own name, whichever op makes it. */
export function ending(ops: readonly Op[], name: string): Op[] {
  const last = ops.at(-1)?.tensors.find(t => t.role === 'out')?.name
  const renamed = (other: string) => other === last ? name : other
  return ops.map(o => ({ ...o, tensors: o.tensors.map(t => ({ ...t, name: renamed(t.name) })), ...(o.saves ? { saves: o.saves.map(renamed) } : {}) }))
}
