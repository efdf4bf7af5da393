/** Sizes that may depend on named axes: numbers, or sums of products of axes, kept in one form so that equal sizes look equal. */
import type { Expr } from '../../graph.js'
import { stop } from '../byte-reader.js'

/** By product (`b height`, the constant under an empty name) its coefficient. */
export type Sum = ReadonlyMap<string, number>
export type Size = number | Sum

/** The axes that sizes are made of. Grows while a graph is walked. */
export interface Axes {
  /** Derived axes in order, each after those that it names. */
  readonly derived: Map<string, Expr>
  /** Their names by what they are. */
  readonly known: Map<string, string>
  /** Derived axes that need not be whole numbers: quotients. */
  readonly real: Set<string>
}

export const newAxes = (): Axes => ({ derived: new Map(), known: new Map(), real: new Set() })

/** The size of one axis. */
export const axis = (name: string): Size => new Map([[name, 1]])

const termsOf = (a: Size): Sum => (typeof a === 'number' ? new Map(a === 0 ? [] : [['', a]]) : a)
const namesOf = (term: string): string[] => (term === '' ? [] : term.split(' '))

/** Most products of a sum, and most factors of one: no size is that involved. */
const most = 64

function sum(terms: Map<string, number>): Size {
  if (terms.size > most) throw stop('oversized', 'The sizes in this file are too involved.')
  for (const [term, factor] of terms) if (factor === 0) terms.delete(term)
  if (terms.size === 0) return 0
  return terms.size === 1 && terms.has('') ? terms.get('') ?? 0 : terms
}

export function add(a: Size, b: Size): Size {
  if (typeof a === 'number' && typeof b === 'number') return a + b
  const terms = new Map(termsOf(a))
  for (const [term, factor] of termsOf(b)) terms.set(term, (terms.get(term) ?? 0) + factor)
  return sum(terms)
}

export function mul(a: Size, b: Size): Size {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  const terms = new Map<string, number>()
  for (const [x, f] of termsOf(a)) for (const [y, g] of termsOf(b)) {
    const names = [...namesOf(x), ...namesOf(y)].sort()
    if (names.length > most) throw stop('oversized', 'The sizes in this file are too involved.')
    const term = names.join(' ')
    terms.set(term, (terms.get(term) ?? 0) + f * g)
  }
  return sum(terms)
}

export const sub = (a: Size, b: Size): Size => add(a, mul(-1, b))
export const product = (sizes: readonly Size[]): Size => sizes.reduce(mul, 1)
export const same = (a: Size, b: Size): boolean => sub(a, b) === 0

/** The least that a size can be: axes are at least 1, derived ones at least 0; −∞ where it is not known. */
export function least(a: Size, { derived }: Axes): number {
  let bound = 0
  for (const [term, factor] of termsOf(a)) {
    if (term === '') bound += factor
    else if (factor < 0) return -Infinity
    else if (!namesOf(term).some(name => derived.has(name))) bound += factor
  }
  return bound
}

/** Whether a > b: null where it depends on the axes. */
export function exceeds(a: Size, b: Size, axes: Axes): boolean | null {
  return least(sub(a, b), axes) > 0 ? true : least(sub(b, a), axes) >= 0 ? false : null
}

/** Whether a = b: null where it depends on the axes. */
export function equals(a: Size, b: Size, axes: Axes): boolean | null {
  return same(a, b) ? true : exceeds(a, b, axes) === true || exceeds(b, a, axes) === true ? false : null
}

/** A size as an expression tree. */
export function expr(a: Size): Expr {
  if (typeof a === 'number') return a
  const terms = [...a].sort(([x], [y]) => Number(x === '') - Number(y === '')).map(([term, factor]): Expr => {
    const factors: Expr[] = [...(factor === 1 && term !== '' ? [] : [factor]), ...namesOf(term)]
    return factors.length === 1 ? factors[0] ?? 1 : ['*', ...factors]
  })
  return terms.length === 1 ? terms[0] ?? 0 : ['+', ...terms]
}

/** The axis that stands for an expression; made where there is none. */
function named(tree: Expr, axes: Axes, isReal = false): Size {
  const key = JSON.stringify(tree)
  let name = axes.known.get(key)
  if (name === undefined) {
    name = `n${axes.derived.size + 1}`
    axes.known.set(key, name)
    axes.derived.set(name, tree)
    if (isReal) axes.real.add(name)
  }
  return axis(name)
}

/** One extent: a number, or the axis that stands for a size. */
export function extent(a: Size, axes: Axes): string | number {
  if (typeof a === 'number') return a
  const [[term = '', factor] = [], ...others] = a
  if (others.length === 0 && factor === 1 && !term.includes(' ')) return term
  return extent(named(expr(a), axes), axes)
}

/** a / b, exact where b divides every product. Null where b is 0. */
export function quotient(a: Size, b: Size, axes: Axes): Size | null {
  if (b === 0) return null
  if (typeof b === 'number') return typeof a === 'number' ? a / b : sum(new Map([...a].map(([term, factor]) => [term, factor / b])))
  if (a === 0) return 0
  const [only, ...others] = b
  if (only !== undefined && others.length === 0) {
    const terms = [...termsOf(a)].map(([term, factor]) => [without(term, only[0]), factor / only[1]] as const)
    if (terms.every((term): term is readonly [string, number] => term[0] !== null)) return sum(new Map(terms))
  }
  // A sum divides its own multiples.
  const [[term, factor] = ['', 0]] = termsOf(a)
  for (const [other, divisor] of b) {
    const rest = without(term, other)
    if (rest === null) continue
    const guess = sum(new Map([[rest, factor / divisor]]))
    if (same(mul(guess, b), a)) return guess
  }
  return named(['/', expr(a), expr(b)], axes, true)
}

function without(term: string, divisor: string): string | null {
  const left = namesOf(term)
  for (const name of namesOf(divisor)) {
    const at = left.indexOf(name)
    if (at < 0) return null
    left.splice(at, 1)
  }
  return left.join(' ')
}

/** The whole part: what is whole stays outside. */
export function floor(a: Size, axes: Axes): Size {
  if (typeof a === 'number') return Math.floor(a)
  const whole = new Map<string, number>(), rest = new Map<string, number>()
  for (const [term, factor] of a) (Number.isInteger(factor) && !namesOf(term).some(name => axes.real.has(name)) ? whole : rest).set(term, factor)
  if (rest.size === 0) return a
  const left = sum(rest)
  return add(sum(whole), typeof left === 'number' ? Math.floor(left) : named(['floor', expr(left)], axes))
}

/** ⌊a / b⌋ for whole numbers. Null where b is 0. */
export function divide(a: Size, b: Size, axes: Axes): Size | null {
  if (typeof b !== 'number' || b <= 0 || typeof a === 'number') {
    const exact = quotient(a, b, axes)
    return exact === null ? null : floor(exact, axes)
  }
  const outside = new Map<string, number>(), inside = new Map<string, number>()
  for (const [term, factor] of a) {
    const whole = Math.floor(factor / b)
    outside.set(term, whole)
    inside.set(term, factor - whole * b)
  }
  const left = sum(inside)
  return add(sum(outside), typeof left === 'number' ? Math.floor(left / b) : named(['floor', ['/', expr(left), b]], axes))
}

export const min = (a: Size, b: Size, axes: Axes): Size => extreme('min', a, b, axes)
export const max = (a: Size, b: Size, axes: Axes): Size => extreme('max', a, b, axes)

function extreme(fn: 'min' | 'max', a: Size, b: Size, axes: Axes): Size {
  if (typeof a === 'number' && typeof b === 'number') return Math[fn](a, b)
  if (least(sub(a, b), axes) >= 0) return fn === 'max' ? a : b
  if (least(sub(b, a), axes) >= 0) return fn === 'max' ? b : a
  return named([fn, expr(a), expr(b)], axes)
}
