/** Flattens products to indices into one vector of sizes. Pure speed: a test holds it against the trees. */
import type { Axis } from './graph.js'
import { compile } from './product.js'
import type { Term } from './cost.js'

/** Where each axis stands in the vector of sizes, and how the derived ones are filled. */
export interface Layout {
  readonly names: readonly string[]
  /** Axes whose sizes must be given. */
  readonly given: readonly { readonly name: string; readonly at: number }[]
  readonly derived: readonly { readonly at: number; readonly size: (sizes: Float64Array) => number }[]
  readonly slot: (name: string) => number
}

export interface Compiled {
  readonly factor: number
  readonly at: readonly number[]
}

/** Products over one thing, with what they are compiled to. */
export interface Total {
  readonly terms: readonly Term[]
  readonly compiled: readonly Compiled[]
}

/** A layout that grows as names are asked for; derived axes come after what they are made of. */
export function layout(axes: Readonly<Record<string, Axis>>): Layout {
  const names: string[] = []
  const slots = new Map<string, number>()
  const given: { name: string; at: number }[] = []
  const derived: { at: number; size: (sizes: Float64Array) => number }[] = []
  const slot = (name: string): number => {
    const known = slots.get(name)
    if (known !== undefined) return known
    const expr = axes[name]?.size
    const size = expr === undefined ? null : compile(expr, slot)
    const at = names.push(name) - 1
    slots.set(name, at)
    if (size) derived.push({ at, size })
    else given.push({ name, at })
    return at
  }
  return { names, given, derived, slot }
}

export function compileTerm(term: Term, slot: Layout['slot']): Compiled {
  return { factor: term.factor, at: term.names.map(slot) }
}

/** Terms as products, those over the same axes as one. */
export function compileTerms(terms: readonly Term[], slot: Layout['slot']): readonly Compiled[] {
  const merged = new Map<string, { factor: number; at: readonly number[] }>()
  for (const term of terms) {
    const { factor, at } = compileTerm(term, slot)
    const key = [...at].sort((a, b) => a - b).join()
    const same = merged.get(key)
    if (same) same.factor += factor
    else merged.set(key, { factor, at })
  }
  return [...merged.values()]
}

/** Many products in flat arrays: `ends[i]` is where the slots of product i end. */
export interface Program {
  readonly factors: Float64Array
  readonly ends: Int32Array
  readonly slots: Int32Array
  /** The values of the last evaluation; overwritten by the next. */
  readonly values: Float64Array
}

export function program(terms: readonly Compiled[]): Program {
  let end = 0
  return {
    factors: Float64Array.from(terms, t => t.factor),
    ends: Int32Array.from(terms, t => end += t.at.length),
    slots: Int32Array.from(terms.flatMap(t => t.at)),
    values: new Float64Array(terms.length),
  }
}

/** Evaluates all products of a program. */
export function runProgram({ factors, ends, slots, values }: Program, sizes: Float64Array): Float64Array {
  let at = 0
  for (let i = 0; i < factors.length; i++) {
    let product = factors[i] as number
    const end = ends[i] as number
    while (at < end) product *= sizes[slots[at++] as number] as number
    values[i] = product
  }
  return values
}

/** The value of one product. */
export function value(term: Compiled, sizes: Float64Array): number {
  let result = term.factor
  const at = term.at
  for (let i = 0; i < at.length; i++) result *= sizes[at[i] as number] as number
  return result
}

/** The sum of products. */
export function total(terms: readonly Compiled[], sizes: Float64Array): number {
  let result = 0
  for (let i = 0; i < terms.length; i++) result += value(terms[i] as Compiled, sizes)
  return result
}

const none = {}

/** A vector from named sizes, `own` before the others. A missing size is an error of the program, never a NaN in a report. */
export function fill(layout: Layout, sizes: Readonly<Record<string, number>>, own: Readonly<Record<string, number>> = none): Float64Array {
  const vector = new Float64Array(layout.names.length)
  for (const { name, at } of layout.given) {
    const size = own[name] ?? sizes[name]
    if (size === undefined) throw new Error(`no size for axis "${name}"`)
    vector[at] = size
  }
  derive(layout, vector)
  return vector
}

/** Fills the derived axes again after a given one has changed. */
export function derive(layout: Layout, into: Float64Array): void {
  for (const { at, size } of layout.derived) into[at] = size(into)
}
