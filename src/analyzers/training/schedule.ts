/** Pipeline schedules and optimizers as data (data/schedules.json, data/optimizers.json). */
import optimizers from '../../../data/optimizers.json'
import schedules from '../../../data/schedules.json'
import { closest } from '../../names.js'
import { error, type Problem } from '../../problem.js'
import type { Expr } from '../graph.js'
import { evaluate } from '../product.js'

interface Schedule { readonly title: string; readonly bubble: Expr; readonly inflight: Expr; readonly weights: number; /** Mesh axes whose transfers it runs beside compute. */ readonly overlaps?: readonly string[]; readonly source: string }
/** A row of data/optimizers.json. */
export interface Optimizer {
  readonly title: string
  readonly moments: number
  /** Of a moment, where precision.states does not say it. */
  readonly bytes?: number
  readonly master: number
  readonly flops: number
  readonly factored?: boolean
  readonly matrices?: { readonly moments: number; readonly flops: number; readonly iterations: number }
  readonly source: string
}
type Named<T> = Readonly<Record<string, T | undefined>>

const { note: _schedules, ...scheduleTable } = schedules
const { note: _optimizers, ...optimizerTable } = optimizers
const byName = { schedule: scheduleTable as unknown as Named<Schedule>, optimizer: optimizerTable as Named<Optimizer> }

/** Problem `unknown-schedule` or `unknown-optimizer`. */
export function checkNamed(kind: 'schedule' | 'optimizer', name: string): Problem | null {
  const known = Object.keys(byName[kind])
  return byName[kind][name] ? null : error(`unknown-${kind}`, `training.${kind}`, `"${name.slice(0, 64)}" is not a known ${kind}.`, closest(name, known, 3))
}

export function optimizerOf(name: string): Optimizer {
  const found = byName.optimizer[name]
  if (!found) throw new Error(`optimizer ${name}`)
  return found
}

function scheduleOf(name: string): Schedule {
  const found = byName.schedule[name]
  if (!found) throw new Error(`schedule ${name}`)
  return found
}

/** Copies of its parameters that a stage holds. */
export function copiesOf(schedule: string): number {
  return scheduleOf(schedule).weights
}

/** Seconds that a stage of p waits in a step of q micro-batches. */
export function bubbleOf(schedule: string, p: number, q: number, v: number, seconds: { readonly F: number; readonly B: number; readonly W: number }): number {
  return p === 1 ? 0 : evaluate(scheduleOf(schedule).bubble, { p, q, v, F: seconds.F, B: seconds.B, W: seconds.W })
}

/** Micro-batches whose activations stage i of p holds at a time. */
export function inFlight(schedule: string, p: number, i: number, q: number, v: number): number {
  return p === 1 ? 1 : evaluate(scheduleOf(schedule).inflight, { p, i, q, v })
}

/** Mesh axes whose transfers a schedule hides behind another micro-batch. */
export function overlapsOf(schedule: string): readonly string[] {
  return scheduleOf(schedule).overlaps ?? []
}
