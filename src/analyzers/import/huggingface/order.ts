/** Which layers differ: those with a window, those with experts, those with an indexer of their own. */
import { error } from '../../../problem.js'
import type { Expr } from '../../graph.js'
import { count, list, lookup, report, shown, size, type Fields } from './fields.js'
import { measure, pathOf, pick, type Choice, type Scope } from './terms.js'
import { mechanisms } from './uncovered.js'

/** Layers that are marked: all of these must be so. */
export interface Where {
  /** A list with an entry per layer, or a text with a letter per layer, and the entry that marks it. Numbers are 0 and 1. */
  readonly in?: string
  readonly is?: string | number
  /** Whether the first has to be marked. */
  readonly lead?: boolean
  /** A list of the numbers of layers, and one of those that are not marked. */
  readonly listed?: string
  readonly but?: string
  /** How many are not, at the start. */
  readonly from?: string
  /** Every so many: where layer − shift, at least 0, is a multiple; `not`: where it is none. */
  readonly every?: string
  readonly shift?: Expr
  readonly not?: boolean
}

/** The marks of layers that are alike, by their name, and the name of each layer in order. */
export interface Order {
  readonly marks: ReadonlyMap<string, readonly string[]>
  readonly names: readonly string[]
}

/** `where`: which layers have a mark, by its name and that of the others, `local|global`. Names say what differs, else `decoder`. */
export function orderOf(scope: Scope, where: Readonly<Record<string, Choice<boolean | Where>>>, layers: number): Order {
  const all: string[] = []
  const mixed: { readonly yes: string; readonly no: string; readonly held: readonly boolean[] }[] = []
  for (const [both, choice] of Object.entries(where)) {
    const [yes = '', no = ''] = both.split('|')
    const rule = pick(scope, choice) ?? false
    const held = typeof rule === 'boolean' ? [rule] : marked(scope, rule, layers)
    if (held.includes(true) && held.includes(false)) mixed.push({ yes, no, held })
    else if (held[0] === true) all.push(yes)
  }
  const marks = new Map<string, readonly string[]>()
  if (mixed.length === 0) return { marks: marks.set('decoder', all), names: Array<string>(layers).fill('decoder') }
  const names = Array.from({ length: layers }, (_, i) => {
    const name = mixed.map(({ yes, no, held }) => held[i] === true ? yes : no).join('-')
    if (!marks.has(name)) marks.set(name, [...all, ...mixed.flatMap(({ yes, held }) => held[i] === true ? [yes] : [])])
    return name
  })
  return { marks, names }
}

/** One entry per layer. */
function marked(fields: Fields, rule: Where, layers: number): readonly boolean[] {
  const from = rule.from === undefined ? 0 : count(fields, rule.from)
  const items = rule.in === undefined ? null : perLayer(fields, rule.in, rule.is, layers)
  if (rule.lead === true && items !== null && items[0] !== rule.is) report(fields, error('invalid-field', pathOf(fields, rule.in ?? ''), `The first layer has to be ${String(rule.is)}: there is none before it.`))
  const every = rule.every === undefined ? 1 : size(fields, rule.every.split('|'))
  const shift = measure(fields, rule.shift ?? 0)
  const [listed, but] = [rule.listed, rule.but].map(field => field === undefined ? null : new Set(list<number>(fields, field, 'number')))
  return Array.from({ length: layers }, (_, i) => i >= from && (items === null || items[i] === rule.is) && listed?.has(i) !== false && but?.has(i) !== true
    && (every > 0 && Math.max(i - shift, 0) % every === 0) !== (rule.not ?? false))
}

function perLayer(fields: Fields, field: string, is: string | number | undefined, layers: number): readonly (string | number)[] {
  const { path, value } = lookup(fields, field)
  if (value === undefined || value === null) report(fields, error('missing-field', path, `${path} is missing: it says which layers differ.`))
  if (typeof value === 'string' && value.length >= layers) return value.split('')
  if (typeof is === 'string') return list<string>(fields, field, 'string', layers) ?? []
  const items = list<number>(fields, field, 'number', layers) ?? []
  const other = items.find(item => item !== 0 && item !== 1)
  if (other !== undefined) report(fields, error('invalid-field', path, `${path} has ${shown(other)}, expected 0 or 1 per layer.`, ['0', '1']))
  return items
}

/** Entries that are not covered make it another architecture. */
export function checkKnown(fields: Fields, known: Readonly<Record<string, readonly (string | number)[]>>, layers: number): void {
  for (const [field, covered] of Object.entries(known)) {
    const { path, value } = lookup(fields, field)
    const other = Array.isArray(value) ? (value as readonly unknown[]).find(item => typeof item === typeof covered[0] && !covered.includes(item as string)) : undefined
    if (other === undefined) list<string>(fields, field, typeof covered[0] as 'string', layers)
    else report(fields, error('unknown-architecture', path, `${path} has ${shown(other)} layers, ${mechanisms.find(([mechanism]) => mechanism === field)?.[1] ?? 'which differ'}; ${covered.join(', ')} are covered.`))
  }
}
