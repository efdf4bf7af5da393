/** Checks a Scenario against its schema and fills the defaults that do not depend on model or GPU. */
import * as v from 'valibot'
import { closest } from '../names.js'
import { error, type Problem } from '../problem.js'
import { adapter, conventions, defaults, mesh, offload, precision, scenario, training, workload, type NormalScenario, type Scenario } from './schema.js'
import { fieldsOf } from './workload.js'

/** A scenario whose absent fields have their defaults; model, GPU, system, precision and price are still as the user wrote them. */
export type Draft = Omit<NormalScenario, 'system' | 'gpus' | 'price' | 'capacity'> & {
  readonly system: string | null
  readonly gpus: number | null
  readonly price: number | null
  readonly capacity: 'driver' | 'marketed' | null
}

const parts: Readonly<Record<string, v.StrictObjectSchema<v.ObjectEntries, string>>> = { workload, mesh, precision, training, offload, adapter, conventions }

/** The draft of a scenario, or what is wrong with its fields. */
export function draft(input: Scenario): { readonly draft: Draft } | { readonly problems: readonly Problem[] } {
  const lists = Object.keys(parts).filter(part => Array.isArray((input as Readonly<Record<string, unknown>> | null)?.[part]))
  if (lists.length > 0) return { problems: lists.map(part => error('invalid-field', part, `${part} must be an object, not a list.`)) }
  const result = v.safeParse(scenario, input)
  if (!result.success) return { problems: result.issues.map(problemOf) }
  const s = result.output
  return {
    draft: {
      model: input.model, gpu: input.gpu, system: s.system ?? null, gpus: s.gpus ?? null,
      workload: fill<typeof defaults.workload, NonNullable<Scenario['workload']>>(defaults.workload, s.workload),
      mesh: fill(defaults.mesh, s.mesh),
      precision: fill(defaults.precision, s.precision),
      profile: s.profile ?? defaults.profile,
      training: fill(defaults.training, s.training),
      offload: fill(defaults.offload, s.offload),
      adapter: s.adapter == null ? null : fill<typeof defaults.adapter, NonNullable<typeof s.adapter>>(defaults.adapter, s.adapter),
      utilization: s.utilization ?? defaults.utilization,
      capacity: s.capacity ?? null,
      price: s.price ?? null,
      conventions: fill(defaults.conventions, s.conventions),
    },
  }
}

/** The given fields over the standard ones; a field that is there but undefined counts as absent. Without any, the standard itself. */
function fill<S extends object, G extends { readonly [K in keyof S]?: unknown }>(standard: S, given: G | undefined): { [K in keyof S]: Exclude<G[K], undefined> } {
  if (given === undefined) return standard as { [K in keyof S]: Exclude<G[K], undefined> }
  const filled = { ...standard } as Record<string, unknown>
  for (const key in given) if (given[key] !== undefined) filled[key] = given[key]
  return filled as { [K in keyof S]: Exclude<G[K], undefined> }
}

/** A workload with the fields of its mode alone. */
export function ofMode(workload: NormalScenario['workload']): NormalScenario['workload'] {
  return Object.fromEntries(fieldsOf(workload.mode).map(field => [field, workload[field]])) as unknown as NormalScenario['workload']
}

export function unsupported(path: string, what: string, suggestions: readonly string[] = []): Problem {
  return error('not-supported', path, `${what} is not supported yet.`, suggestions)
}

/** Fields that the contract has and no pass reads yet: anything but the default is refused, never ignored. */
export function unsupportedFields(d: Draft): Problem[] {
  const problems: Problem[] = []
  const check = (part: string, given: Readonly<Record<string, unknown>>, standard: Readonly<Record<string, unknown>>, fields: readonly string[]) => {
    if (given === standard) return
    for (const field of fields) {
      const [value, usual] = [JSON.stringify(given[field]), JSON.stringify(standard[field])]
      if (value !== usual) problems.push(unsupported(`${part}.${field}`, `${part}.${field}`, usual === 'null' ? [] : [usual.replaceAll('"', '')]))
    }
  }
  const trains = d.workload.mode === 'training'
  check('precision', d.precision, defaults.precision, trains ? [] : ['gradients', 'states'])
  check('training', d.training, defaults.training, trains ? [] : Object.keys(defaults.training))
  check('offload', d.offload, defaults.offload, trains ? ['weights', 'cache'] : ['optimizer'])
  check('conventions', d.conventions, defaults.conventions, trains ? ['count', 'head'] : ['mfu'])
  return problems
}

function problemOf(issue: v.BaseIssue<unknown>): Problem {
  const keys = (issue.path ?? []).map(item => String(item.key))
  const path = keys.join('.')
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const parent = keys.length > 1 ? parts[keys[0] ?? ''] : scenario
    return error('unknown-field', path, `${path} is not a field of a scenario.`, closest(keys.at(-1) ?? '', Object.keys(parent?.entries ?? {}), 3))
  }
  if (issue.received === 'undefined' && path !== '') return error('missing-field', path, `${path} is missing.`)
  return error('invalid-field', path || 'scenario', `${path || 'scenario'} must be ${issue.message}, not ${typeof issue.input === 'string' ? JSON.stringify(issue.input.slice(0, 64)) : issue.received}.`)
}
