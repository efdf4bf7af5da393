/** A scenario as the page holds it, and what of it is worth keeping. */
import type { Scenario } from '../core.js'
import { defaults } from '../scenario/schema.js'

/** A scenario, and what its model is called where it came from a file. */
export interface Stand {
  readonly scenario: Scenario
  readonly file: string | null
}

/** The scenario without what the defaults say anyway. A given prompt stays: without one, a short position table shortens it. */
export function differing(scenario: Scenario): Scenario {
  const entries = Object.entries(scenario).map(([name, value]): [string, unknown] => {
    const standard = (defaults as Readonly<Record<string, unknown>>)[name] ?? null
    if (!isObject(standard) || !isObject(value)) return [name, same(value, standard) ? undefined : value]
    const rest = Object.entries(value).filter(([field, given]) => given !== undefined && (field === 'prompt' || !same(given, standard[field])))
    return [name, rest.length === 0 ? undefined : Object.fromEntries(rest)]
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown as Scenario
}

/** Whether two stands ask the same and call it the same. */
export function alike(a: Stand, b: Stand): boolean {
  return a.file === b.file && same(differing(a.scenario), differing(b.scenario))
}

/** A plain object, not a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
