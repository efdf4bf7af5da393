/** The only arithmetic and the only formatter of formulas: extents and expression trees, evaluated, compiled or printed. */
import type { Axis, Expr, Extent, Fn, Sizes } from './graph.js'

const functions: Readonly<Record<Fn, (...args: number[]) => number>> = {
  '+': (...args) => { let sum = 0; for (const a of args) sum += a; return sum },
  '-': (a = 0, b = 0) => a - b,
  '*': (...args) => { let product = 1; for (const a of args) product *= a; return product },
  '/': (a = 0, b = 1) => a / b,
  '^': (a = 0, b = 1) => a ** b,
  min: Math.min,
  max: Math.max,
  ceil: (a = 0) => Math.ceil(a),
  floor: (a = 0) => Math.floor(a),
}

/** The size of one extent. A name without a size is an error of the program. */
export function sizeOf(extent: Extent, sizes: Sizes): number {
  if (typeof extent === 'number') return extent
  const size = sizes[extent]
  if (size === undefined) throw new Error(`no size for axis "${extent}"`)
  return size
}

/** The product of extents. */
export function product(extents: readonly Extent[], sizes: Sizes): number {
  let result = 1
  for (const extent of extents) result *= sizeOf(extent, sizes)
  return result
}

/** The value of an expression tree. */
export function evaluate(expr: Expr, sizes: Sizes): number {
  if (typeof expr !== 'object') return sizeOf(expr, sizes)
  const [fn, ...args] = expr
  return functions[fn](...args.map(arg => evaluate(arg, sizes)))
}

/** Sizes with those of derived axes, each computed when it is first asked for. An axis without a size is an error of the program. */
export function sizing(axes: Readonly<Record<string, Axis>>, given: Sizes): Sizes {
  const all: Sizes = new Proxy<Record<string, number>>({ ...given }, {
    get: (known, name: string) => { const size = axes[name]?.size; return known[name] ?? (size === undefined ? undefined : known[name] = evaluate(size, all)) },
  })
  return all
}

/** The names an expression mentions, each once, in order of appearance. */
export function namesIn(expr: Expr, into: Set<string> = new Set()): Set<string> {
  if (typeof expr === 'string') into.add(expr)
  else if (typeof expr === 'object') for (const arg of expr.slice(1) as Expr[]) namesIn(arg, into)
  return into
}

/** An expression with something else for its names. */
export function renamed(expr: Expr, to: (name: string) => Expr): Expr {
  if (typeof expr === 'number') return expr
  if (typeof expr === 'string') return to(expr)
  const [fn, ...args] = expr
  return [fn, ...args.map(arg => renamed(arg, to))]
}

/** Turns a tree into a function of a vector of sizes; `slot` says where a name stands in it. */
export function compile(expr: Expr, slot: (name: string) => number): (sizes: Float64Array) => number {
  if (typeof expr === 'number') return () => expr
  if (typeof expr === 'string') { const at = slot(expr); return sizes => sizes[at] ?? NaN }
  const [fn, ...rest] = expr
  const args = rest.map(arg => compile(arg, slot))
  const [a, b] = args
  if (a && b && args.length === 2) {
    if (fn === '+') return sizes => a(sizes) + b(sizes)
    if (fn === '-') return sizes => a(sizes) - b(sizes)
    if (fn === '*') return sizes => a(sizes) * b(sizes)
    if (fn === '/') return sizes => a(sizes) / b(sizes)
    if (fn === '^') return sizes => a(sizes) ** b(sizes)
    if (fn === 'min') return sizes => Math.min(a(sizes), b(sizes))
    if (fn === 'max') return sizes => Math.max(a(sizes), b(sizes))
  }
  const apply = functions[fn]
  return sizes => apply(...args.map(arg => arg(sizes)))
}

/** A product of extents as a tree, without factors of one. */
export function times(...extents: readonly Expr[]): Expr {
  const factors = extents.filter(e => e !== 1)
  return factors.length === 0 ? 1 : factors.length === 1 ? factors[0] ?? 1 : ['*', ...factors]
}

/** A sum of trees. */
export function plus(...terms: readonly Expr[]): Expr {
  return terms.length === 0 ? 0 : terms.length === 1 ? terms[0] ?? 0 : ['+', ...terms]
}

const precedence: Readonly<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '^': 3 }

/**
 * Prints a tree so that people read it and mathjs evaluates it. Names stand as they are,
 * or as numbers where `values` has them.
 */
export function print(expr: Expr, values: Sizes = {}): string {
  return printAt(expr, values, 0)
}

function printAt(expr: Expr, values: Sizes, level: number): string {
  if (typeof expr === 'number') return printNumber(expr)
  if (typeof expr === 'string') { const value = values[expr]; return value === undefined ? expr : printNumber(value) }
  const [fn, ...args] = expr
  const own = precedence[fn]
  if (own === undefined) return `${fn}(${args.map(arg => printAt(arg, values, 0)).join(', ')})`
  // The right side of - and / and both sides of ^ need the tighter binding.
  const text = args.map((arg, i) => printAt(arg, values, fn === '^' || (i > 0 && (fn === '-' || fn === '/')) ? own + 1 : own)).join(fn === '^' ? '^' : ` ${fn} `)
  return own < level ? `(${text})` : text
}

/** A number in full: integers up to 2^53 as digits, others as the shortest decimal that reads back to the same value. */
export function printNumber(value: number): string {
  const text = String(value)
  return value < 0 ? `(${text})` : text
}
