/** From a row and the fields of a config to sizes, flags and stacks of layers. */
import { error, failed } from '../../../problem.js'
import type { Expr } from '../../graph.js'
import type { WeightGroup } from '../../models/architecture.js'
import type { Kind, Model, Stack } from '../../models/model.js'
import { namesIn } from '../../product.js'
import { checkActive, checkFixed } from './checks.js'
import { isObject, lookup, report, scalar, shown, size, type Config } from './fields.js'
import { checkLayers, meanOver, perLayer, varies } from './layers.js'
import { checkKnown, orderOf } from './order.js'
import type { KindRow, NamedRow, Row } from './rows.js'
import { entries, flagsOf, holds, measure, pathOf, pick, sizesOf, within, type Choice, type Scope } from './terms.js'

/** More layers than any model has. */
const mostLayers = 10_000

/** Everything but the precision, and the name of each layer. Meaningless where `scope.problems` holds an error afterwards. */
export function modelOf(scope: Scope, row: Row): { readonly model: Omit<Model, 'precision'>; readonly layers: readonly string[] } {
  for (const [name, only] of Object.entries(row.fixed)) {
    const { own, key } = within(scope, name)
    const wanted = isObject(only) ? within(scope, String(only['same'])).value : only
    if (!isObject(only) || typeof wanted === 'number') checkFixed(own, row.id, { [key.join('|')]: wanted })
  }
  const flags = flagsOf(scope, row.flags)
  const order: string[] = []
  const stacks = row.stacks.map((stack): Stack => {
    const { kinds, names } = stack.kinds === undefined ? layersOf(scope, row) : stack.each === undefined ? counted(scope, row.id, stack.kinds) : oneByOne(scope, row.id, stack.kinds, measure(scope, stack.each, mostLayers))
    for (const name of names) order.push(name)
    return {
      ...stack, names: stack.names ?? {}, closing: pick(scope, stack.closing), flags: { ...flags, ...flagsOf(scope, stack.flags ?? {}) }, kinds,
    }
  })
  const stated = (choice: Choice<Expr> | null): number | null => { const tree = pick(scope, choice); return tree === null ? null : measure(scope, tree) }
  return { layers: order, model: {
    family: row.family, source: row.reads, images: null, image: row.image === null ? null : sides(scope, row.image),
    sizes: sizesOf(scope, row.sizes), context: stated(row.context), positions: stated(row.positions), stacks,
  } }
}

/** A kind of layers under the marks of the scope. */
function kindOf(scope: Scope, row: Omit<KindRow, 'count'>, name: string, count: number, layers: readonly number[] = []): Kind {
  const sizes = sizesOf(scope, row.sizes, tree => varies(tree) ? meanOver(scope, tree, layers) : measure(scope, tree))
  const tree = pick(scope, row.sizes['x'] ?? null)
  if (tree !== null) checkActive(scope, pathOf(scope, [...namesIn(tree)][0] ?? ''), sizes['x'] ?? 0, sizes['e'] ?? 0)
  return {
    name, count, list: row.list, sizes, pairs: pick(scope, row.pairs) ?? 'unbounded', flags: flagsOf(scope, row.flags ?? {}),
    uses: Object.fromEntries(Object.entries(row.uses).map(([use, choice]) => [use, pick(scope, choice) ?? ''])),
  }
}

interface Layers { readonly kinds: readonly Kind[]; readonly names: readonly string[] }

/** Where a row says how many layers there are of each kind, side by side, or for each layer of which kind it is. */
function counted(scope: Scope, id: string, rows: readonly NamedRow[]): Layers {
  const placed: number[][] = []
  let of: Expr | undefined, total = 0
  const kinds = rows.flatMap((row): Kind[] => {
    const layers = holds(scope, row.if ?? true) ? measure(scope, row.count ?? 0, mostLayers) : 0
    const at = Array.from({ length: layers }, (_, i) => i)
    if (row.where !== undefined && layers > 0) {
      const belongs = perLayer(scope, row.where)
      at.splice(0, layers, ...at.filter(i => belongs(i) !== 0))
      of = row.where
      total = layers
    }
    if (at.length === 0) return []
    placed.push(at)
    return [{ ...kindOf(scope, row, row.name, at.length, at), ...(row.of === undefined ? {} : { of: row.of }) }]
  })
  if (of !== undefined) {
    checkLayers(scope, id, total, placed, of)
    const names = Array<string>(total).fill('')
    for (const [k, at] of placed.entries()) for (const i of at) names[i] = kinds[k]?.name ?? ''
    return { kinds, names }
  }
  const names = inOrder(scope, rows, kinds)
  checkPattern(scope, rows, names.length)
  return { kinds, names }
}

/** The kind of every layer: by a pattern's marks, by a field that says the how manieth is of a kind; else those of one kind side by side. */
function inOrder(scope: Scope, rows: readonly NamedRow[], kinds: readonly Kind[]): readonly string[] {
  const side = kinds.flatMap(({ name, count }) => Array<string>(count).fill(name))
  const every = rows.find(row => row.every !== undefined)
  const period = every === undefined ? 0 : Number(scalar(within(scope, every.every ?? '').value))
  if (every && period > 1) {
    const other = kinds.find(({ name }) => name !== every.name)?.name ?? every.name
    return side.map((_, i) => (i + 1) % period === 0 ? every.name : other)
  }
  const marked = rows.map(({ name, count }) => ({ name, marks: typeof count === 'string' ? count.split('#')[1]?.split(',') ?? [] : [] }))
  const [first] = rows
  if (typeof first?.count !== 'string' || marked.some(({ marks }) => marks.length === 0)) return side
  const order = entries(within(scope, first.count.split('#')[0] ?? '').value).map(mark => marked.find(({ marks }) => marks.includes(mark))?.name ?? '')
  return order.length === side.length ? order : side
}

/** Where a file describes layers one by one: those that come to the same are one kind, named after the first where its name stands for several. */
function oneByOne(scope: Scope, id: string, rows: readonly NamedRow[], layers: number): Layers {
  const found = new Map<string, { readonly kind: Kind; readonly first: number; count: number }>()
  const own = rows.map(({ sizes, fixed }) => [...Object.values(sizes).flatMap(tree => [...namesIn(tree as Expr)]), ...Object.keys(fixed ?? {})].filter(name => name.includes('{i}')))
  const order: { readonly kind: Kind; readonly first: number }[] = []
  for (let layer = 0; layer < layers && !failed(scope.problems); layer++) {
    const at: Scope = { ...scope, layer }
    const which = rows.findIndex(row => holds(at, row.if ?? true)), row = rows[which]
    if (row === undefined) { unknownLayer(at, id, rows); break }
    const key = JSON.stringify([which, flagsOf(at, row.flags ?? {}), own[which]?.map(name => within(at, name.replace('~', '')).value)])
    const same = found.get(key) ?? { kind: kindOf(at, row, row.name, 1), first: layer, count: 0 }
    if (same.count++ === 0) { checkOwn(at, id, row.fixed ?? {}); found.set(key, same) }
    order.push(same)
  }
  const all = [...found.values()]
  const nameOf = ({ kind: { name }, first }: { readonly kind: Kind; readonly first: number }): string => all.filter(({ kind }) => kind.name === name).length === 1 ? name : `${name}-${first}`
  const names = new Map(all.map(one => [one as object, nameOf(one)]))
  return { kinds: all.map(one => ({ ...one.kind, count: one.count, name: nameOf(one) })), names: order.map(one => names.get(one) ?? '') }
}

/** A layer that no kind has: what the first kind asks of it is missing, or is something else. */
function unknownLayer(scope: Scope, id: string, [first]: readonly NamedRow[]): void {
  const { own, key, value } = within(scope, String(first?.if ?? '').replace(/^!|[ =<?>].*/g, ''))
  const { path } = lookup(own, key)
  report(scope, error('not-supported', path, value === undefined ? `${path} is missing: every layer of ${id} has one.` : `${path} is ${shown(value)}, a layer of ${id} that is not covered.`))
}

function checkOwn(scope: Scope, id: string, fixed: Config): void {
  for (const [name, wanted] of Object.entries(fixed)) { const { own, key } = within(scope, name); checkFixed(own, id, { [key[0] ?? '']: wanted }) }
}

/** A pattern of layers has to be there, with nothing in it that no kind counts. */
function checkPattern(scope: Scope, rows: readonly NamedRow[], layers: number): void {
  const [field, marks] = rows.flatMap(({ count }) => typeof count === 'string' ? [count.split('#')] : []).find(([, named = '']) => named !== '') ?? []
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
export function groupsOf(stacks: readonly Stack[], names: readonly string[]): readonly (readonly WeightGroup[])[] {
  const groups = new Map(stacks.flatMap(({ kinds }) => kinds.map(kind => [kind.name, groupsIn(kind)])))
  return names.map(name => groups.get(name) ?? [])
}

function groupsIn({ uses, flags }: Kind): readonly WeightGroup[] {
  const ffn: readonly WeightGroup[] = flags['experts'] ? [...(flags['beside'] ? ['ffn' as const] : []), 'experts', ...(flags['shared'] ? ['shared' as const] : [])] : uses['ffn'] === undefined ? [] : ['ffn']
  return (uses['attention'] ?? uses['mixer']) === undefined ? ffn : ['attention', ...ffn]
}

/** An image's height and width: a tree, or a field of one number or two. */
function sides(scope: Scope, tree: Expr): readonly [number, number] {
  const value = typeof tree === 'string' ? within(scope, tree).value : null
  if (Array.isArray(value) && value.length === 2 && value.every(side => Number.isInteger(side) && side > 0)) return value as unknown as readonly [number, number]
  const side = measure(scope, tree)
  return [side, side]
}
