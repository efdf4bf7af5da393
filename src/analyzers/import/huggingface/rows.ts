/**
 * The architectures that are read, a row of data/decoders.json or, once they are added, of data/architectures.json each. Source of layer shapes and of
 * defaults: transformers (https://github.com/huggingface/transformers), `models/<type>/configuration_<type>.py` and the
 * modules beside it, diffusers, or the code published with the checkpoint.
 */
import decoders from '../../../../data/decoders.json'
import type { Expr } from '../../graph.js'
import type { Kind, Model } from '../../models/model.js'
import { isObject, type Config } from './fields.js'
import type { Where } from './order.js'
import type { Choice, Condition } from './terms.js'

/** What a row says of layers; all of it may depend on which layers they are. */
export interface KindRow {
  readonly count: Expr
  readonly list: string
  readonly uses: Readonly<Record<string, Choice<string>>>
  readonly pairs: Choice<Kind['pairs']>
  readonly flags?: Readonly<Record<string, Choice<Condition>>>
  readonly sizes: Readonly<Record<string, Choice<Expr>>>
  /** As of the row, where a layer has them. */
  readonly fixed?: Config
}

/** Layers that are alike, by name; `count` is silent where layers are described one by one; `every` names the field that says the how manieth layer is of the kind. */
export interface NamedRow extends Omit<KindRow, 'count'> { readonly name: string; readonly of?: string; readonly if?: Condition; readonly count?: Expr; readonly where?: Expr; readonly every?: string }

export interface Row {
  readonly id: string
  /** A row above, which says what this one does not; objects are merged member by member, `fixed` is not. */
  readonly like?: string
  /** Its `model_type`s; where a row is silent, its id. */
  readonly types: readonly string[]
  /** The classes that it describes with their heads, that of a file without a class first; none where any will do. */
  readonly architectures: readonly string[]
  readonly source: string
  /** Whether checkpoints hold prediction modules that the config does not mention. */
  readonly hiddenMtp?: boolean
  readonly family: Model['family']
  readonly reads: Model['source']
  /** Fields whose names differ between rows that are alike: `$heads` stands for one. */
  readonly names?: Readonly<Record<string, string>>
  /** What the config class fills in where a file is silent. */
  readonly defaults: Config
  /** Settings that would change the layers in a way the row does not describe, with the only value that is covered, or the field that has to be the same; `x#` is how many items a list has. */
  readonly fixed: Config
  /** Parts that a field names and that are not counted, which is said. */
  readonly apart?: Readonly<Record<string, string>>
  /** dtype of a recurrent state, where the file does not say. */
  readonly state?: string
  /** Lists with an entry per layer, and the entries that are covered. */
  readonly known?: Readonly<Record<string, readonly (string | number)[]>>
  readonly context: Choice<Expr> | null
  readonly positions: Choice<Expr> | null
  readonly image: Expr | null
  readonly sizes: KindRow['sizes']
  readonly flags: NonNullable<KindRow['flags']>
  readonly stacks: readonly {
    readonly id: string; readonly stream?: string; readonly first?: boolean; readonly idle?: boolean; readonly images?: string; readonly opening: string | null; readonly closing: Choice<string>
    readonly flags?: KindRow['flags']; readonly names?: Readonly<Record<string, string>>
    /** Kinds that are counted, or of so many layers those for which the tree `where` (layers.ts) is not 0; else those of `layers`. */
    readonly kinds?: readonly NamedRow[]
    /** How many layers there are, where the file describes them one by one: each is of the first kind whose `if` holds for it. */
    readonly each?: Expr
  }[]
  /** Layers that differ: `where` says which are marked `local`, and which have the other name; a kind is what has the same marks. */
  readonly layers?: KindRow & { readonly where: Readonly<Record<string, Choice<boolean | Where>>> }
  /** All that the row says, as text. */
  readonly text: string
}

/** A row as it stands in the file. */
type Written = Pick<Row, 'id' | 'like' | 'architectures'> & Partial<Row>

/** A vision tower: with `vision`, only where that is its type. Images are resized to `one` size, or have `any`. */
export interface TowerRow extends Row { readonly vision?: readonly string[]; readonly images: 'any' | 'one' }

const rows = new Map((decoders as unknown as readonly Written[]).map(row => [row.id, row]))
const towers = new Map<string, Written & TowerRow>()
const typesOf = ({ types, id }: Written): readonly string[] => types ?? [id]

/** Adds rows of architectures and of vision towers (data/architectures.json). */
export function addRows(more: { readonly rows: readonly object[]; readonly towers: readonly object[] }): void {
  for (const row of more.rows as readonly Written[]) rows.set(row.id, row)
  for (const row of more.towers as readonly (Written & TowerRow)[]) towers.set(row.id, row)
}

/** The `model_type`s that are read. */
export const knownTypes = (): readonly string[] => [...rows.values()].flatMap(typesOf)

/** Whether rows of towers are there. */
export const seesTowers = (): boolean => towers.size > 0

/** The row for a `model_type`, or for a class where there is no type. */
export function rowFor(type: string | null, named: string | null): Row | null {
  for (const row of rows.values()) if (type === null ? named !== null && row.architectures.includes(named) : typesOf(row).includes(type)) return whole(row)
  return null
}

/** The row for the tower of a file of such a `model_type`. */
export function towerFor(type: string, vision: string): TowerRow | null {
  for (const row of towers.values()) if (row.types.includes(type) && (row.vision?.includes(vision) ?? true)) return whole(row, towers) as TowerRow
  return null
}

/** Rows that were asked for. */
const known = new WeakMap<Written, Row>()

function whole(row: Written, above: ReadonlyMap<string, Written> = rows): Row {
  const seen = known.get(row)
  if (seen !== undefined) return seen
  const chain = [row]
  for (let base = above.get(row.like ?? ''); base !== undefined; base = above.get(base.like ?? '')) chain.unshift(base)
  const { names, ...merged } = { ...chain.reduce<object>(merge, {}), types: typesOf(row) } as Row
  const text = JSON.stringify(merged).replaceAll(/\$(\w+)/g, (_, name: string) => names?.[name] ?? name)
  const found: Row = { ...JSON.parse(text) as Row, text }
  known.set(row, found)
  return found
}

function merge(base: object, over: object): object {
  const members = base as Config
  return { ...base, ...Object.fromEntries(Object.entries(over).map(([key, value]) => {
    const from = members[key]
    return [key, key !== 'fixed' && isObject(from) && isObject(value) ? merge(from, value) : value]
  })) }
}
