/** Reads the config.json of a Hugging Face checkpoint into a `Model`, by the row of its architecture. */
import { closest } from '../../names.js'
import { error, failed, note, type Problem } from '../../problem.js'
import { namesIn } from '../product.js'
import type { Expr } from '../graph.js'
import type { WeightGroup } from '../models/architecture.js'
import type { Kind, Model, Stack } from '../models/model.js'
import { checkActive, checkFixed, leftOut, predictionModules, resembles, textFields, unsafeKeys } from './huggingface/checks.js'
import { flag, isObject, list, lookup, report, shown, size, text, type Config, type Fields } from './huggingface/fields.js'
import { checkKnown, orderOf } from './huggingface/order.js'
import { precision, weightsDtype } from './huggingface/quantization.js'
import { knownTypes, rowFor, type KindRow, type Row } from './huggingface/rows.js'
import { entries, flagsOf, holds, measure, pathOf, pick, sizesOf, within, type Choice, type Scope } from './huggingface/terms.js'
import { classes, mechanisms, uncovered, wrappers } from './huggingface/uncovered.js'

/** More layers than any model has. */
const mostLayers = 10_000

/** The model that a config describes, and the kind of each of its layers, in order. */
export interface Read { readonly model: Model | null; readonly problems: readonly Problem[]; readonly layers: readonly string[] }

/** Whether this reader is the one to ask: an object with `architectures`, `model_type` or a class that has a row. */
export function matches(source: unknown): boolean {
  return isObject(source) && (Object.hasOwn(source, 'architectures') || Object.hasOwn(source, 'model_type') || rowFor(typeOf(source), null) !== null)
}

/**
 * The model that a config describes, or the problems that stand in the way; never throws.
 * Paths are those of the file (`text_config.hidden_size`); the file itself has the empty path.
 * Errors: `invalid-config`, `unsafe-key`, `missing-field`, `invalid-field`, `indivisible`, `unknown-architecture`,
 * `unknown-quantization`, `not-supported`. Notes: `vision-not-counted`, `mtp-not-counted`, `head-assumed`,
 * `partly-quantized`, `unread-exclusion`.
 */
export function read(config: unknown): Read {
  const refuse = (problems: readonly Problem[]): Read => ({ model: null, problems, layers: [] })
  if (!isObject(config)) return refuse([error('invalid-config', '', `A config is a JSON object; this is ${shown(config)}.`)])
  const unsafe = unsafeKeys(config)
  if (unsafe.length > 0) return refuse(unsafe)
  const problems: Problem[] = []
  const root: Fields = { config, defaults: {}, prefix: '', problems }
  const inner = wrappers.includes(lookup(root, 'model_type').value) ? textFields(root) : root
  const found = inner && rowOf(inner)
  if (inner === null || found === null) return refuse(problems)
  const { row, head } = found
  const scope: Scope = { ...inner, config: inner === root ? config : { ...inner.config, ...tied(root) }, defaults: row.defaults, head, marks: [] }
  const scopes = inner === root ? [scope] : [scope, root]
  for (const fields of scopes) refuseMechanisms(fields, row)
  const { model, layers } = modelOf(scope, row)
  const state = weightsDtype([scope], ['mamba_ssm_cache_dtype', 'mamba_ssm_dtype'])
  const precise: Model = { ...model, precision: { ...precision(scopes, groupsOf(model.stacks, layers)), ...(state === null ? {} : { state }) } }
  if (inner !== root) leftOut(root)
  predictionModules(scope, row.hiddenMtp === true)
  return { model: failed(problems) ? null : precise, problems, layers }
}

/** A multimodal config states it at its root, where it counts for the whole model. */
function tied(root: Fields): Config {
  return Object.hasOwn(root.config, 'tie_word_embeddings') ? { tie_word_embeddings: flag(root, 'tie_word_embeddings') } : {}
}

const typeOf = (config: Config): string | null => { const type = config['model_type'] ?? config['_class_name']; return typeof type === 'string' ? type : null }

/** The row for a config, by its type, or by its class where it has none; and the class that it is read as. */
function rowOf(fields: Fields): { readonly row: Row; readonly head: string } | null {
  const type = typeOf(fields.config)
  const { path, value } = lookup(fields, 'architectures')
  const named = Array.isArray(value) && value.every(item => typeof item === 'string') ? value[0] ?? null : null
  const row = rowFor(type, named)
  // Where the class says which head there is, a file without a sound one is read as the usual.
  const decides = row?.text.includes('class:') === true
  if (!decides) { text(fields, 'model_type'); list(fields, 'architectures', 'string') }
  if (row === null) return unknown(fields, type, named, null)
  const [first = ''] = row.architectures
  if (first === '' || (named !== null && row.architectures.includes(named))) return { row, head: named ?? '' }
  if (named !== null && !resembles(named, row.architectures)) return unknown(fields, type, named, first)
  if (named !== null) report(fields, note('head-assumed', path, `${shown(named)} is read as ${first}: its own head is not counted.`))
  else if (decides) report(fields, note('head-assumed', path, `The file names no class; it is read as ${first}.`))
  return { row, head: first }
}

/** Says which architecture it is and what it has that no row can say; `usual`: the class that its type has. */
function unknown(fields: Fields, type: string | null, named: string | null, usual: string | null): null {
  const name = named ?? type ?? ''
  const { path } = lookup(fields, name !== '' && (type === null || usual !== null) ? 'architectures' : 'model_type')
  const has = uncovered.get(type ?? '') ?? uncovered.get(classes.find(([start]) => name.startsWith(start))?.[1] ?? '')
  report(fields, name === '' ? error('missing-field', path, `${path} is missing, and there is no architectures: nothing says what this is.`)
    : has !== undefined ? error('unknown-architecture', path, `${shown(name)} has ${has}, which is not covered yet.`)
      : error('unknown-architecture', path, `${shown(name)} is not among the ${usual === null ? 'architectures that are read' : `classes of ${type ?? ''}`}.`, usual === null ? closest(type ?? name, knownTypes, 3) : [usual]))
  return null
}

/** A known architecture with a foreign mechanism is not that architecture. */
function refuseMechanisms(fields: Fields, row: Row): void {
  for (const [field, what] of mechanisms) {
    const { path, value } = lookup(fields, field)
    if (!value || (Array.isArray(value) && value.length === 0) || row.text.includes(field)) continue
    report(fields, error('unknown-architecture', path, `${path} is set: ${what}, which is not covered yet and which ${row.id} does not have.`))
  }
}

/** Everything but the precision, and the name of each layer. Meaningless where `scope.problems` holds an error afterwards. */
function modelOf(scope: Scope, row: Row): { readonly model: Omit<Model, 'precision'>; readonly layers: readonly string[] } {
  checkFixed(scope, row.id, row.fixed)
  const flags = flagsOf(scope, row.flags)
  const order: string[] = []
  const stacks = row.stacks.map((stack): Stack => {
    const { kinds, names } = stack.kinds === undefined ? layersOf(scope, row) : counted(scope, stack.kinds)
    for (const name of names) order.push(name)
    return {
      ...stack, first: stack.first === true, names: stack.names ?? {}, closing: pick(scope, stack.closing), flags: { ...flags, ...flagsOf(scope, stack.flags ?? {}) }, kinds,
    }
  })
  const stated = (choice: Choice<Expr> | null): number | null => { const tree = pick(scope, choice); return tree === null ? null : measure(scope, tree) }
  return { layers: order, model: {
    family: row.family, source: row.reads, image: row.image === null ? null : sides(scope, row.image),
    sizes: sizesOf(scope, row.sizes), context: stated(row.context), positions: stated(row.positions), stacks,
  } }
}

/** A kind of layers under the marks of the scope. */
function kindOf(scope: Scope, row: KindRow, name: string, count: number): Kind {
  const sizes = sizesOf(scope, row.sizes)
  const tree = pick(scope, row.sizes['x'] ?? null)
  if (tree !== null) checkActive(scope, pathOf(scope, [...namesIn(tree)][0] ?? ''), sizes['x'] ?? 0, sizes['e'] ?? 0)
  return {
    name, count, list: row.list, sizes, pairs: pick(scope, row.pairs) ?? 'unbounded', flags: flagsOf(scope, row.flags ?? {}),
    uses: Object.fromEntries(Object.entries(row.uses).map(([use, choice]) => [use, pick(scope, choice) ?? ''])),
  }
}

interface Layers { readonly kinds: readonly Kind[]; readonly names: readonly string[] }

/** Where a row says how many layers there are of each kind: those of one kind side by side. */
function counted(scope: Scope, rows: NonNullable<Row['stacks'][number]['kinds']>): Layers {
  const kinds = rows.flatMap((row): Kind[] => {
    const layers = holds(scope, row.if ?? true) ? measure(scope, row.count, mostLayers) : 0
    return layers === 0 ? [] : [{ ...kindOf(scope, row, row.name, layers), ...(row.of === undefined ? {} : { of: row.of }) }]
  })
  const names = kinds.flatMap(({ name, count }) => Array<string>(count).fill(name))
  checkPattern(scope, rows, names.length)
  return { kinds, names }
}

/** A pattern of layers has to be there, with nothing in it that no kind counts. */
function checkPattern(scope: Scope, rows: readonly KindRow[], layers: number): void {
  const [field, marks] = rows.flatMap(({ count }) => typeof count === 'string' ? [count.split('#')] : []).find(parts => parts.length > 1) ?? []
  if (field === undefined) return
  const { value, own, key } = within(scope, field)
  const { path } = lookup(own, key)
  if (value === undefined || value === null) size(own, key)
  else if (layers === 0 || entries(value).length !== layers) report(scope, error('invalid-field', path, `${path} is ${shown(value)}, expected a pattern or a list of layers that are covered, such as ${marks ?? ''}.`))
}

/** Where a row says which layers are marked. */
function layersOf(scope: Scope, { layers: row, known }: Row): Layers {
  if (row === undefined) return { kinds: [], names: [] }
  const layers = measure(scope, row.count, mostLayers)
  checkKnown(scope, known ?? {}, layers)
  const { marks, names } = orderOf(scope, row.where, layers)
  if (layers === 0) return { kinds: [], names }
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return { names, kinds: [...counts].map(([name, count]) => kindOf({ ...scope, marks: marks.get(name) ?? [] }, row, name, count)) }
}

/** Per layer, the groups of linear weights in it. */
function groupsOf(stacks: readonly Stack[], names: readonly string[]): readonly (readonly WeightGroup[])[] {
  const groups = new Map(stacks.flatMap(({ kinds }) => kinds.map(kind => [kind.name, groupsIn(kind)])))
  return names.map(name => groups.get(name) ?? [])
}

function groupsIn({ uses, flags }: Kind): readonly WeightGroup[] {
  const ffn: readonly WeightGroup[] = flags['experts'] ? flags['shared'] ? ['experts', 'shared'] : ['experts'] : uses['ffn'] === undefined ? [] : ['ffn']
  return (uses['attention'] ?? uses['mixer']) === undefined ? ffn : ['attention', ...ffn]
}

/** An image's height and width: a tree, or a field of one number or two. */
function sides(scope: Scope, tree: Expr): readonly [number, number] {
  const value = typeof tree === 'string' ? within(scope, tree).value : null
  if (Array.isArray(value) && value.length === 2 && value.every(side => Number.isInteger(side) && side > 0)) return value as unknown as readonly [number, number]
  const side = measure(scope, tree)
  return [side, side]
}
