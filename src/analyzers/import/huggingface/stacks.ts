/** From a row and the fields of a config to sizes, flags and stacks of layers. */
import { error } from '../../../problem.js'
import type { Expr } from '../../graph.js'
import type { WeightGroup } from '../../models/architecture.js'
import type { Kind, Model, Stack } from '../../models/model.js'
import { namesIn } from '../../product.js'
import { checkActive, checkFixed } from './checks.js'
import { lookup, report, shown, size } from './fields.js'
import { checkKnown, orderOf } from './order.js'
import type { KindRow, Row } from './rows.js'
import { entries, flagsOf, holds, measure, pathOf, pick, sizesOf, within, type Choice, type Scope } from './terms.js'

/** More layers than any model has. */
const mostLayers = 10_000

/** Everything but the precision, and the name of each layer. Meaningless where `scope.problems` holds an error afterwards. */
export function modelOf(scope: Scope, row: Row): { readonly model: Omit<Model, 'precision'>; readonly layers: readonly string[] } {
  checkFixed(scope, row.id, row.fixed)
  const flags = flagsOf(scope, row.flags)
  const order: string[] = []
  const stacks = row.stacks.map((stack): Stack => {
    const { kinds, names } = stack.kinds === undefined ? layersOf(scope, row) : counted(scope, stack.kinds)
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
