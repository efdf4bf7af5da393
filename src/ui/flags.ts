/** Attributes and fields: which part of the scenario each one sets, and how text becomes a value. */
import type { Report, Scenario } from '../core.js'
import { fields, type Kind } from '../flags.js'
import { readPlain } from '../number.js'
import { withModel } from './suited.js'

const { train: _, ...named } = fields

/** The command line's flags by name: path in the scenario and kind of value. */
export const flags: Readonly<Record<string, readonly [path: string, kind: Kind]>> = { model: ['model', 'file'], ...named }

/** The path of one axis of a file's graph; its name may have dots. */
const axis = 'workload.axes.'

/** Fields of the page that the command line has no flag of their own for. */
const unflagged: Readonly<Record<string, Kind>> = { 'offload.weights': 'amount', 'offload.cache': 'amount', 'workload.mode': 'name', 'training.recipe': 'name', 'training.shardGroup': 'count' }

/** The kind of value that a path of the scenario takes; null where it is no plain field. */
export function kindAt(path: string): Kind | null {
  return unflagged[path] ?? (path.startsWith(axis) ? 'count' : Object.values(flags).find(([at]) => at === path)?.[1] ?? null)
}

/** The value that a text stands for; what cannot be read at once stays text, so that the analysis says what is wrong with it. */
export function valueOf(kind: Kind, text: string): unknown {
  switch (kind) {
    case 'name': case 'file': return text
    case 'switch': return text !== 'false'
    case 'size': {
      const sides = text.split(/[x×]/i).map(readPlain)
      return sides.length === 2 && !sides.includes(null) ? sides : text
    }
    case 'count': case 'amount': return readPlain(text) ?? text
    case 'json':
      try {
        return JSON.parse(text)
      } catch {
        return text
      }
  }
}

/** The scenario with one field set; undefined and empty text return it to its default. */
export function withField(scenario: Scenario, path: string, value: unknown): Scenario {
  if (path === 'model' && (typeof value === 'object' && value !== null || typeof value === 'string' && value !== '')) return withModel(scenario, value)
  if (path.startsWith(axis)) return withField(scenario, 'workload.axes', withAxis(scenario.workload?.axes, path.slice(axis.length), value))
  const [first = '', second] = path.split('.')
  const entries = scenario as unknown as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>
  const next = second === undefined ? value : { ...entries[first], [second]: value }
  const copy: Record<string, unknown> = { ...entries, [first]: next }
  if (value !== undefined && value !== '') return copy as unknown as Scenario
  if (second === undefined) return Object.fromEntries(Object.entries(copy).filter(([name]) => name !== first || name === 'model' || name === 'gpu')) as unknown as Scenario
  return { ...copy, [first]: Object.fromEntries(Object.entries(entries[first] ?? {}).filter(([name]) => name !== second)) } as unknown as Scenario
}

/** The axes with one of them sized, or left to be asked for; nothing where none is left. */
function withAxis(axes: unknown, name: string, value: unknown): unknown {
  const kept = Object.entries(axes ?? {}).filter(([other]) => other !== name)
  const all = value === undefined || value === '' ? kept : [...kept, [name, value] as const]
  return all.length === 0 ? undefined : Object.fromEntries(all)
}

/** The value at a path; undefined where the scenario leaves it to the default. */
export function fieldOf(scenario: Report['scenario'], path: string): unknown {
  const names = path.startsWith(axis) ? ['workload', 'axes', path.slice(axis.length)] : path.split('.')
  return names.reduce<unknown>((value, name) => typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined, scenario)
}
