/** Undo and redo: what the scenario was. A run of changes to one field is one step. */
import type { Stand } from './stand.js'

export interface History {
  readonly past: readonly Stand[]
  readonly future: readonly Stand[]
  /** The field changed last and when, in milliseconds. */
  readonly path: string | null
  readonly time: number
}

/** Nothing to undo. */
export const unwritten: History = { past: [], future: [], path: null, time: 0 }

const deepest = 100
/** Longest pause within one step, in milliseconds. */
const pause = 1000

/** The history after a change, and whether the change is a step of its own; `path` is null for one of several fields. */
export function written(history: History, before: Stand, path: string | null, time: number): { readonly history: History; readonly step: boolean } {
  const step = path === null || path !== history.path || time - history.time > pause || history.past.length === 0
  return { step, history: { past: step ? [...history.past, before].slice(-deepest) : history.past, future: [], path, time } }
}

/** One step back or on from where things stand; null where there is none. */
export function moved({ past, future }: History, now: Stand, by: 'undo' | 'redo'): { readonly history: History; readonly stand: Stand } | null {
  const stand = by === 'undo' ? past.at(-1) : future.at(-1)
  if (stand === undefined) return null
  const sides = by === 'undo' ? { past: past.slice(0, -1), future: [...future, now] } : { past: [...past, now], future: future.slice(0, -1) }
  return { stand, history: { ...unwritten, ...sides } }
}
