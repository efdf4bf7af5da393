/** Reading single fields of a config.json: every doubt becomes a problem with the field's path, never an exception. */
import { closest } from '../../../names.js'
import { error, type Problem } from '../../../problem.js'

/** A JSON object as parsed. Only its own properties are read, and nothing is copied from it wholesale. */
export type Config = Readonly<Record<string, unknown>>

/** A field's name, or its names in different files, the usual one first. */
export type Key = string | readonly string[]

/** The object being read. Fails are collected in `problems`; a number that could not be read is 0 and never leaves the reader. */
export interface Fields {
  readonly config: Config
  /** What the architecture's config class fills in where the file is silent. */
  readonly defaults: Config
  /** Path of `config` in the user's file, with its dot: `text_config.`; empty at the root. */
  readonly prefix: string
  readonly problems: Problem[]
  /** The layer being read, where layers are described one by one. */
  readonly layer?: number
}

/** Largest size that is believed: 2^31. */
export const largest = 2 ** 31

/** Whether `value` is a JSON object. */
export function isObject(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A number or a text; nothing in place of what else may stand in a file, which may not even have a text: `{ "toString": 1 }`. */
export function scalar(value: unknown): string | number {
  return typeof value === 'number' || typeof value === 'string' ? value : ''
}

/** A value as it may stand in a message: short, on one line. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a value of type ${typeof value}`
}

/** Records a problem once per path and code. */
export function report(fields: Fields, problem: Problem): void {
  if (!fields.problems.some(p => p.path === problem.path && p.code === problem.code)) fields.problems.push(problem)
}

/** The value of a field and its path; the class's default where the file has none, undefined where neither has. */
export function lookup(fields: Fields, key: Key): { readonly path: string; readonly value: unknown } {
  const names = typeof key === 'string' ? [key] : key
  const name = names.find(n => Object.hasOwn(fields.config, n))
  if (name !== undefined) return { path: fields.prefix + name, value: fields.config[name] }
  const filled = names.find(n => Object.hasOwn(fields.defaults, n))
  return { path: fields.prefix + (names[0] ?? ''), value: filled === undefined ? undefined : fields.defaults[filled] }
}

function invalid(fields: Fields, path: string, value: unknown, expected: string, suggestions: readonly string[] = []): void {
  report(fields, error('invalid-field', path, `${path} is ${shown(value)}, expected ${expected}.`, suggestions))
}

function missing(fields: Fields, path: string): void {
  const near = closest(path.slice(fields.prefix.length), Object.keys(fields.config), 2)
  report(fields, error('missing-field', path, `${path} is missing, and this architecture has no default for it.`, near))
}

/** Legal numbers near an illegal one. */
function near(value: unknown, least: number, most: number): string[] {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return []
  const candidates = [Math.floor(Math.abs(number)), Math.ceil(Math.abs(number))].map(n => Math.min(most, Math.max(least, n)))
  return [...new Set(candidates)].map(String)
}

function whole(fields: Fields, path: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  invalid(fields, path, value, `a whole number from ${least} to ${most}`, near(value, least, most))
  return 0
}

/** A required size, at least 1. */
export function size(fields: Fields, key: Key, most = largest): number {
  const { path, value } = lookup(fields, key)
  if (value !== undefined && value !== null) return whole(fields, path, value, 1, most)
  missing(fields, path)
  return 0
}

/** A count, at least 0; 0 where absent or null. */
export function count(fields: Fields, key: Key, most = largest): number {
  const { path, value } = lookup(fields, key)
  return value === undefined || value === null ? 0 : whole(fields, path, value, 0, most)
}

/** True or false; false where absent or null. */
export function flag(fields: Fields, key: Key): boolean {
  const { path, value } = lookup(fields, key)
  if (typeof value === 'boolean') return value
  if (value !== undefined && value !== null) invalid(fields, path, value, 'true or false', ['true', 'false'])
  return false
}

/** A string; null where absent or null. */
export function text(fields: Fields, key: Key): string | null {
  const { path, value } = lookup(fields, key)
  if (typeof value === 'string') return value
  if (value !== undefined && value !== null) invalid(fields, path, value, 'a string')
  return null
}

/** A list of numbers or strings, null where absent or null. `length`: how many items it must have; 0 where unknown. */
export function list<Item extends number | string>(fields: Fields, key: Key, type: Item extends number ? 'number' : 'string', length = 0): readonly Item[] | null {
  const { path, value } = lookup(fields, key)
  if (value === undefined || value === null) return null
  const items = Array.isArray(value) ? (value as readonly unknown[]) : null
  if (items === null || !items.every(item => typeof item === type)) invalid(fields, path, value, `a list of ${type}s`)
  else if (length > 0 && items.length !== length) {
    report(fields, error('invalid-field', path, `${path} has ${items.length} items, expected one per layer, ${length}.`))
  } else return items as readonly Item[]
  return []
}
