/**
 * Architectures that are read by a row of data/architectures.json alone: encoders, encoder-decoders, vision. A row says which
 * fields of the config give which sizes, which flags hold, and which lists of ops (data/layers.json) its stacks run.
 */
import json from '../../../data/architectures.json'
import { error, failed, note, type Problem } from '../../problem.js'
import type { Expr } from '../graph.js'
import type { Flags } from '../ops/index.js'
import { evaluate, namesIn } from '../product.js'
import type { WeightGroup } from '../models/architecture.js'
import type { Kind, Model, Stack } from '../models/model.js'
import { checkActive, checkFixed, leftOut, predictionModules, resembles, textFields, unsafeKeys } from './huggingface/checks.js'
import { isObject, largest, lookup, report, shown, size, type Config, type Fields } from './huggingface/fields.js'
import { precision, weightsDtype } from './huggingface/quantization.js'

/** `true`, `field`, `field=value|other`, `class:BertModel|Bert…` of the file's first architecture, `!` negates; all of a list must hold. */
type Condition = boolean | string
type Conditions = Readonly<Record<string, Condition>>
/** Numbers, and trees over fields of the config; `a|b` is a field with two names, `x.y` one inside an object, `x.0` an item of a list, a list or object counts its entries, and `x#a,b` those entries, or letters of a text, that are a or b. */
type Trees = Readonly<Record<string, Expr>>

interface Row {
  readonly id: string
  readonly like?: string
  /** The decoder is described in `text_config`. */
  readonly multimodal?: boolean
  readonly types: readonly string[]
  /** The classes that it describes with their heads, that of a file without a class first; none where a file has none. */
  readonly architectures: readonly string[]
  readonly source: string
  readonly note?: string
  readonly family: Model['family']
  readonly reads: Model['source']
  readonly defaults: Config
  readonly context: Expr | null
  readonly positions: Expr | null
  readonly image: Expr | null
  /** Settings that would change the layers in a way the row does not describe, with the only value that is covered. */
  readonly fixed: Config
  /** Lists that must have so many items, where they are there. */
  readonly lengths?: Readonly<Record<string, number>>
  readonly sizes: Trees
  readonly flags: Conditions
  readonly stacks: readonly {
    readonly id: string; readonly stream?: string; readonly first?: boolean; readonly opening: string | null
    readonly closing: readonly (readonly [Condition, string])[]
    readonly flags?: Conditions; readonly names?: Readonly<Record<string, string>>
    readonly kinds: readonly (Omit<Kind, 'count' | 'flags' | 'sizes'> & { readonly if?: Condition; readonly count: Expr; readonly flags?: Conditions; readonly sizes: Trees })[]
  }[]
}

const rows = new Map<string, Row>()
for (const row of json.rows as unknown as readonly Row[]) {
  const base = rows.get(row.like ?? '')
  rows.set(row.id, { ...base, ...row, defaults: { ...base?.defaults, ...row.defaults }, sizes: { ...base?.sizes, ...row.sizes }, flags: { ...base?.flags, ...row.flags } })
}

/** The `model_type`s that rows describe. */
export const architectureTypes: readonly string[] = [...rows.values()].flatMap(row => row.types)

function rowOf(config: Config): Row | undefined {
  const type = config['model_type'] ?? config['_class_name']
  const all = [...rows.values()]
  return typeof type === 'string' ? all.find(row => row.types.includes(type)) : all.find(row => row.architectures.includes(classOf(config) ?? ''))
}

/** The class that a file names first; null where it names none. */
function classOf(config: Config): string | null {
  const named = config['architectures']
  return Array.isArray(named) && typeof named[0] === 'string' ? named[0] : null
}

/** Whether a row describes the config. */
export function describes(config: unknown): boolean {
  return isObject(config) && rowOf(config) !== undefined
}

/** The model that a config describes, or the problems in it; never throws. Errors and paths are those of the decoder's reader. */
export function readArchitecture(config: object): { readonly model: Model | null; readonly problems: readonly Problem[] } {
  const row = rowOf(config as Config)
  if (row === undefined) return { model: null, problems: [error('unknown-architecture', 'model_type', 'The architecture is not known.')] }
  const unsafe = unsafeKeys(config as Config)
  if (unsafe.length > 0) return { model: null, problems: unsafe }
  const problems: Problem[] = []
  const root: Fields = { config: { ...config, architectures: [headOf(config as Config, row, problems)] }, defaults: row.defaults, prefix: '', problems }
  const fields = row.multimodal === true ? inside(root) : root
  checkFixed(fields, row.id, row.fixed)
  predictionModules(fields, false)
  for (const [field, wanted] of Object.entries(row.lengths ?? {})) {
    const { path, value } = lookup(fields, field)
    if (Array.isArray(value) && value.length !== wanted) report(fields, error('not-supported', path, `${path} has ${String(value.length)} items; of ${row.id}, only ${String(wanted)} are covered.`))
  }
  checkPatterns(fields, row.stacks.flatMap(({ kinds }) => kinds.map(({ count: tree }) => tree)))
  const flags = flagsOf(fields, row.flags)
  const stacks = row.stacks.map((stack): Stack => ({
    id: stack.id, ...(stack.stream === undefined ? {} : { stream: stack.stream }), first: stack.first === true, opening: stack.opening, names: stack.names ?? {},
    closing: stack.closing.find(([condition]) => holds(fields, condition))?.[1] ?? null,
    flags: { ...flags, ...flagsOf(fields, stack.flags ?? {}) },
    kinds: stack.kinds.flatMap(({ if: condition = true, ...kind }): Kind[] => {
      const layers = holds(fields, condition) ? count(fields, kind.count, mostLayers) : 0
      if (layers === 0) return []
      const sizes = sizesOf(fields, kind.sizes)
      checkActive(fields, [...namesIn(kind.sizes['x'] ?? '')][0] ?? '', sizes['x'] ?? 0, sizes['e'] ?? 0)
      return [{ ...kind, count: layers, flags: flagsOf(fields, kind.flags ?? {}), sizes }]
    }),
  }))
  const read: Model = {
    family: row.family, source: row.reads, decoder: null, image: row.image === null ? null : sides(fields, row.image),
    context: row.context === null ? null : count(fields, row.context), positions: row.positions === null ? null : count(fields, row.positions),
    precision: { ...precision(fields === root ? [root] : [fields, root], stacks.flatMap(groupsIn)), state: weightsDtype([fields], ['mamba_ssm_cache_dtype', 'mamba_ssm_dtype']) }, sizes: sizesOf(fields, row.sizes), stacks,
  }
  return { model: failed(problems) ? null : read, problems }
}

/** The class that decides the head: a file's own where the row has it, else the row's first, which is said. */
function headOf(config: Config, { id, architectures: [first = '', ...rest] }: Row, problems: Problem[]): string {
  const named = classOf(config)
  if (first === '' || (named !== null && [first, ...rest].includes(named))) return named ?? ''
  if (named === null) problems.push(note('head-assumed', 'architectures', `The file names no class; it is read as ${first}.`))
  else if (resembles(named, [first, ...rest])) problems.push(note('head-assumed', 'architectures', `${named.slice(0, 200)} is read as ${first}: its own head is not counted.`))
  else problems.push(error('unknown-architecture', 'architectures', `${named.slice(0, 200)} is not a class of ${id}.`, [first]))
  return first
}

/** Per layer, the groups of linear weights in it; layers of one kind side by side, where a row does not say their order. */
function groupsIn({ kinds }: Stack): readonly (readonly WeightGroup[])[] {
  return kinds.flatMap(({ count: layers, uses, flags }) => {
    const ffn: readonly WeightGroup[] = flags['experts'] ? flags['shared'] ? ['experts', 'shared'] : ['experts'] : uses['ffn'] === undefined ? [] : ['ffn']
    return Array.from({ length: layers }, (): readonly WeightGroup[] => (uses['attention'] ?? uses['mixer']) === undefined ? ffn : ['attention', ...ffn])
  })
}

/** The fields of the decoder of a multimodal model; whether its head is tied stands at the root, too. */
function inside(root: Fields): Fields {
  const text = textFields(root)
  leftOut(root)
  const { tie_word_embeddings: tied } = root.config
  return { ...root, config: { ...(typeof tied === 'boolean' ? { tie_word_embeddings: tied } : {}), ...text?.config }, prefix: 'text_config.' }
}

function flagsOf(fields: Fields, conditions: Conditions): Flags {
  return Object.fromEntries(Object.entries(conditions).map(([flag, condition]) => [flag, holds(fields, condition)]))
}

function holds(fields: Fields, condition: Condition): boolean {
  if (typeof condition === 'boolean') return condition
  if (condition.startsWith('!')) return !holds(fields, condition.slice(1))
  if (condition.startsWith('class:')) {
    const { value } = lookup(fields, 'architectures')
    return Array.isArray(value) && condition.slice(6).split('|').includes(String(value[0]))
  }
  const [field = '', wanted] = condition.split('=')
  const { value } = within(fields, field)
  return wanted === undefined ? value === true || (typeof value === 'number' && value > 0) : wanted.split('|').includes(String(value))
}

function sizesOf(fields: Fields, trees: Trees): Record<string, number> {
  return Object.fromEntries(Object.entries(trees).map(([axis, tree]) => [axis, count(fields, tree)]))
}

/** More layers than any model has. */
const mostLayers = 10_000

/** The value of a tree, a whole number up to `most`; 0 where a field of it cannot be used, which is a problem already. */
function count(fields: Fields, tree: Expr, most = largest): number {
  const values: Record<string, number> = {}
  for (const name of namesIn(tree)) {
    const [field = '', marks] = name.split('#')
    const { own, key, value } = within(fields, field)
    if (marks !== undefined) { values[name] = occurrences(value, marks.split(',')); continue }
    values[name] = typeof value === 'object' && value !== null ? Object.keys(value).length : size(own, key)
    if (values[name] === 0) { size(own, key); return 0 }
  }
  const result = evaluate(tree, values)
  if (Number.isInteger(result) && result >= 0 && result <= most) return result
  const [first = ''] = namesIn(tree)
  report(fields, error('indivisible', first, `${[...namesIn(tree)].map(name => `${name} = ${String(values[name])}`).join(' and ')} do not give a whole number from 0 to ${String(most)}.`))
  return 0
}

/** How often a pattern or a list has one of the marks: `M-M*`, `["mamba", "moe"]`. */
function occurrences(value: unknown, marks: readonly string[]): number {
  return entries(value).filter(item => marks.includes(item)).length
}

const entries = (value: unknown): readonly string[] => typeof value === 'string' ? value.split('') : Array.isArray(value) ? value.map(String) : []

/** A pattern of layers has to be there, and nothing in it that the row does not know. */
function checkPatterns(fields: Fields, counts: readonly Expr[]): void {
  const marks = new Map<string, string[]>()
  for (const name of counts.flatMap(tree => [...namesIn(tree)])) {
    const [field = '', known] = name.split('#')
    if (known !== undefined) marks.set(field, [...marks.get(field) ?? [], ...known.split(',')])
  }
  for (const [field, known] of marks) {
    const { value, own, key } = within(fields, field)
    const { path } = lookup(own, key)
    const other = entries(value).find(item => !known.includes(item))
    if (value === undefined || value === null) size(own, key)
    else if (other !== undefined || entries(value).length === 0) report(fields, error('invalid-field', path, `${path} is ${shown(value)}, expected a pattern or a list of ${known.join(' ')}${other === undefined ? '' : `, not ${shown(other)}`}.`))
  }
}

/** A field by its path, and the object that it is in. */
function within(fields: Fields, name: string): { readonly own: Fields; readonly key: readonly string[]; readonly value: unknown } {
  const at = name.indexOf('.')
  if (at < 0) { const key = name.split('|'); return { own: fields, key, value: lookup(fields, key).value } }
  const part = name.slice(0, at)
  const object = (source: Config): Config => { const value = source[part]; return isObject(value) || Array.isArray(value) ? value as Config : {} }
  return within({ ...fields, config: object(fields.config), defaults: object(fields.defaults), prefix: `${fields.prefix}${part}.` }, name.slice(at + 1))
}

/** An image's height and width: a tree, or a field of one number or two. */
function sides(fields: Fields, name: Expr): readonly [number, number] {
  if (typeof name !== 'string') { const side = count(fields, name); return [side, side] }
  const { own, key, value } = within(fields, name)
  if (Array.isArray(value) && value.length === 2 && value.every(side => Number.isInteger(side) && side > 0)) return value as unknown as readonly [number, number]
  const side = size(own, key)
  return [side, side]
}
