/** Lists of ops as data (data/layers.json, data/architecture-layers.json), expanded under the flags of a shape. */
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

/** The place of another list; `as`: tensors that go by another name in this place. */
export interface Use { readonly use: string; readonly as?: Readonly<Record<string, string>> }
export type List = readonly (Line | Use)[]

/** The ops of a list; `lists` has those that it uses. A tensor whose op is left out goes by the name it passes on. */
export function expand(list: List, lists: Readonly<Record<string, List>>, flags: Flags): Op[] {
  const passed = new Map<string, string>()
  const named = (name: string): string => { const other = passed.get(name); return other === undefined ? name : named(other) }
  const ops: Op[] = []
  const walk = (lines: List, as: Use['as'] = {}): void => {
    for (const line of lines) {
      if ('use' in line) { walk(lists[line.use] ?? [], line.as); continue }
      if (!holds(line.if, flags)) continue
      const made = called(line.norm === undefined ? op(line.id, line.law, line.is, line, flags) : norm(line.id, line.norm, flags), name => as[name] ?? name)
      const from = line.else ?? made.tensors[0]?.name ?? ''
      if (holds(line.pass, flags)) ops.push(called(made, named, t => t.role !== 'out'))
      else for (const t of made.tensors) if (t.role === 'out') passed.set(t.name, from)
    }
  }
  walk(list)
  return ops
}

/** The op with its tensors, or those that `which` picks, called by other names. */
function called(op: Op, name: (name: string) => string, which: (tensor: Op['tensors'][number]) => boolean = () => true): Op {
  return { ...op, tensors: op.tensors.map(t => which(t) ? { ...t, name: name(t.name) } : t), ...(op.saves ? { saves: op.saves.map(name) } : {}) }
}

/** The list with its last tensor called by its own name, whichever op makes it. */
export function ending(ops: readonly Op[], name: string): Op[] {
  const last = ops.at(-1)?.tensors.find(t => t.role === 'out')?.name
  return ops.map(op => called(op, other => other === last ? name : other))
}
