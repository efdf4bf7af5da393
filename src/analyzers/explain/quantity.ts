/** A number with everything behind it. */
import type { Problem } from '../../problem.js'
import type { Expr } from '../graph.js'
import { namesIn, print } from '../product.js'

export interface Quantity {
  /** Where the number stands in the report: `decode/decoder/attn/qkv/bytes`. */
  readonly path: string
  readonly title: string
  /** The report's number, in base units; null where it does not apply or the path is not known. */
  readonly value: number | null
  readonly unit: string
  /** The formula with the values put in; mathjs evaluates it to `value`. Empty where there is none. */
  readonly formula: string
  /** The same formula with names. */
  readonly symbols: string
  /** Every name in `symbols`, in order. */
  readonly inputs: readonly Input[]
  /** Paper, convention or file that the formula is from. */
  readonly source: string | null
  readonly problems: readonly Problem[]
}

export interface Input {
  readonly name: string
  readonly title: string
  readonly value: number
  readonly unit: string
  readonly source: string | null
  /** How a derived input follows from others, with the values put in. */
  readonly formula: string | null
  /** The quantity that explains it further. */
  readonly path: string | null
  /** The entry of data/gpus.json that the number is from, for `cite`. */
  readonly datum?: { readonly gpu: string; readonly field: string }
}

/** What a formula's names stand for. */
export type Scope = (name: string) => Input

export interface Formula {
  readonly title: string
  readonly unit: string
  readonly expr: Expr
  readonly source: string | null
}

/** A formula in its scope as a quantity. */
export function quantity(path: string, value: number | null, f: Formula, scope: Scope): Quantity {
  const inputs = [...namesIn(f.expr)].map(scope)
  const values = Object.fromEntries(inputs.map(input => [input.name, input.value]))
  return {
    path, title: f.title, value, unit: f.unit, source: f.source, problems: [], inputs,
    formula: value === null ? '' : print(f.expr, values), symbols: print(f.expr),
  }
}

/** A number that is given, not computed. */
export function plain(name: string, title: string, value: number, unit: string, source: string | null, extra: Partial<Input> = {}): Input {
  return { name, title, value, unit, source, formula: null, path: null, ...extra }
}

/** A scope over a list of inputs. */
export function scopeOf(inputs: readonly Input[], beyond?: Scope): Scope {
  const byName = new Map(inputs.map(input => [input.name, input]))
  return name => {
    const found = byName.get(name) ?? beyond?.(name)
    if (!found) throw new Error(`no input "${name}"`)
    return found
  }
}

/** A kernel or tensor id as a name that formulas can use: `decoder/attn/qkv` → `decoder_attn_qkv`. */
export function identifier(id: string): string {
  return id.replace(/\W+/g, '_')
}
