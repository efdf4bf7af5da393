/** What a row says of a value, in terms of fields of the config: conditions, choices, trees. */
import { error } from '../../../problem.js'
import type { Expr } from '../../graph.js'
import { evaluate, namesIn } from '../../product.js'
import { count, flag, isObject, largest, lookup, report, size, text, type Config, type Fields } from './fields.js'

/**
 * `true`, or words that all must hold: `field` (true or false in the file), `field>0`, `field?` (stated and not null),
 * `field=value|other`, `@mark` (of the layers in question), `class:BertModel|Bert…` that it is read as,
 * `3<field` (a count); `!` negates. `{i}` in a field's name is the number of the layer in question.
 */
export type Condition = boolean | string
/** A value, or the first of those whose condition holds. */
export type Choice<T> = T | readonly (readonly [Condition, Choice<T>])[]

/** The object being read, the class that it is read as, and the marks of the layers in question. */
export interface Scope extends Fields { readonly head: string; readonly marks: readonly string[] }

const numbered = ({ layer }: Fields, name: string): string => layer === undefined ? name : name.replace('{i}', String(layer))

/** What texts of rows come to, taken apart once. */
const keys = new Map<string, readonly string[]>(), words = new Map<string, readonly string[]>()

function once(known: Map<string, readonly string[]>, text: string, parse: () => readonly string[] | null): readonly string[] {
  let found = known.get(text)
  if (found === undefined) { found = parse() ?? []; known.set(text, found) }
  return found
}

/** A field by its path: `a|b` has two names, `x.y` is inside an object, `x.0` an item of a list. `own` is the object that it is in. */
export function within<F extends Fields>(fields: F, name: string): { readonly own: F; readonly key: readonly string[]; readonly value: unknown } {
  const at = name.indexOf('.')
  if (at < 0) { const key = once(keys, numbered(fields, name), () => numbered(fields, name).split('|')); return { own: fields, key, value: lookup(fields, key).value } }
  const part = numbered(fields, name.slice(0, at))
  const object = (source: Config): Config => { const value = source[part]; return isObject(value) || Array.isArray(value) ? value as Config : {} }
  return within({ ...fields, config: object(fields.config), defaults: object(fields.defaults), prefix: `${fields.prefix}${part}.` }, name.slice(at + 1))
}

/** Where a field stands in the user's file. */
export function pathOf(fields: Fields, name: string): string {
  const { own, key } = within(fields, name)
  return lookup(own, key).path
}

export function holds(scope: Scope, condition: Condition): boolean {
  return typeof condition === 'boolean' ? condition : condition.split(' ').every(word => word.startsWith('!') ? !says(scope, word.slice(1)) : says(scope, word))
}

function says(scope: Scope, word: string): boolean {
  if (word.startsWith('@')) return scope.marks.includes(word.slice(1))
  if (word.startsWith('class:')) return word.slice(6).split('|').includes(scope.head)
  const [least = '', most] = word.split('<')
  if (most !== undefined) { const { own, key } = within(scope, most); return Number(numbered(scope, least)) < count(own, key) }
  const [, name = '', how, wanted] = once(words, word, () => /^(.*?)(\?|>0|=(.*))?$/.exec(word))
  const { own, key, value } = within(scope, name)
  if (how === undefined) return flag(own, key)
  if (how === '?') return value !== undefined && value !== null
  if (wanted === undefined) return count(own, key) > 0
  return wanted.split('|').includes(!/^(?:null|\d+)$/.test(wanted) ? text(own, key) ?? '' : value === null || typeof value === 'number' ? String(value) : '')
}

/** What a choice comes to; null where none of its conditions holds. */
export function pick<T>(scope: Scope, choice: Choice<T>): T | null {
  if (!Array.isArray(choice) || (choice.length > 0 && !Array.isArray(choice[0]))) return choice as T
  const found = (choice as readonly (readonly [Condition, Choice<T>])[]).find(([condition]) => holds(scope, condition))
  return found === undefined ? null : pick(scope, found[1])
}

/** The members of which a condition holds. */
export function flagsOf(scope: Scope, flags: Readonly<Record<string, Choice<Condition>>>): Record<string, boolean> {
  const found: Record<string, boolean> = {}
  for (const name in flags) found[name] = holds(scope, pick(scope, flags[name] ?? false) ?? false)
  return found
}

/** The members that have a size, which `of` says. */
export function sizesOf(scope: Scope, trees: Readonly<Record<string, Choice<Expr> | null>>, of: (tree: Expr) => number = tree => measure(scope, tree)): Record<string, number> {
  const found: Record<string, number> = {}
  for (const axis in trees) {
    const tree = pick(scope, trees[axis] ?? null)
    if (tree !== null) found[axis] = of(tree)
  }
  return found
}

/**
 * The value of a tree over fields, a whole number up to `most`; 0 where a field of it cannot be used, which is a problem already.
 * `x~` need not be whole, `x#a,b` counts the entries of a list, or letters of a text, that are a or b; `x#` counts all entries.
 */
export function measure(fields: Fields, tree: Expr, most = largest): number {
  if (typeof tree === 'number') return tree
  if (typeof tree === 'string' && !tree.includes('#')) { const { own, key } = within(fields, tree); return size(own, key, most) }
  const values: Record<string, number> = {}
  const paths: string[] = []
  for (const name of namesIn(tree)) {
    const [field = '', marks] = name.split('#')
    const { own, key, value } = within(fields, field.replace('~', ''))
    if (field.endsWith('~') && typeof value === 'number' && value > 0 && value <= largest) { values[name] = value; paths.push(lookup(own, key).path); continue }
    const read = marks === undefined ? size(own, key) : entries(value).filter(item => marks === '' || marks.split(',').includes(item)).length
    if (read === 0 && !marks) { size(own, key); return 0 }
    values[name] = read
    paths.push(lookup(own, key).path)
  }
  const result = evaluate(tree, values)
  const isWhole = Number.isInteger(result)
  if (isWhole && result >= 0 && result <= most) return result
  const [a = 0, b = 0] = Object.values(values)
  const near = tree[0] === '/' && paths.length === 2 ? [b * Math.floor(a / b), b * Math.ceil(a / b)].filter(n => n > 0) : []
  const said = Object.values(values).map((value, i) => `${paths[i] ?? ''} = ${value}`).join(' and ')
  report(fields, error(isWhole ? 'invalid-field' : 'indivisible', paths[0] ?? '', `${said} do not give a whole number from 0 to ${most}.`, near.map(String)))
  return 0
}

/** Items of a list, letters of a text or keys of an object. */
export const entries = (value: unknown): readonly string[] => Array.isArray(value) ? value.map(item => typeof item === 'string' ? item : '') : typeof value === 'string' ? value.split('') : isObject(value) ? Object.keys(value) : []
