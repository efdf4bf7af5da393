/** The layer table as data: how rows are grouped and in which order they stand. */
import type { Group, Layer, Layers } from '../../core.js'

/** What layers are gathered by. */
export type By = 'stage' | 'type' | 'layer'
/** What the table is sorted by: the order of the pass, or a number. */
export type Column = 'order' | 'macs' | 'parameters' | 'bytes' | 'intensity' | 'time'

export interface Order { readonly by: Column; readonly down: boolean }

/** The order at first. */
export const inOrder: Order = { by: 'order', down: false }

/** Rows that open together; a group of one layer is that layer. */
export interface Rows {
  /** Unique in the table: `stage 2`. */
  readonly key: string
  /** Null where layers are not gathered. */
  readonly group: Layers['stages'][number] | Layers['types'][number] | null
  readonly layers: readonly Layer[]
}

/** The order after a click on a column: the largest first, the smallest at the second click, then as the pass runs. */
export function turned(order: Order, by: Column): Order {
  if (by === 'order') return inOrder
  return order.by !== by ? { by, down: true } : order.down ? { by, down: false } : inOrder
}

/** Groups and the layers in each, sorted; what has no such number comes last. */
export function rowsOf(found: Layers, by: By, order: Order): Rows[] {
  const at = (indices: readonly number[]): Layer[] => sorted(indices.flatMap(i => found.layers[i] ?? []), order)
  if (by === 'layer') return [{ key: 'all', group: null, layers: at(found.layers.map((_, i) => i)) }]
  return sorted<Layers['stages'][number] | Layers['types'][number]>(found[by === 'stage' ? 'stages' : 'types'], order)
    .map(group => ({ key: `${by} ${String(group.layers[0])}`, group, layers: at(group.layers) }))
}

function sorted<T extends Group | Layer>(rows: readonly T[], { by, down }: Order): T[] {
  if (by === 'order') return [...rows]
  const value = (row: T): number => (by === 'time' ? row.seconds.estimate : row[by]) ?? NaN
  return rows.toSorted((a, b) => {
    const x = value(a), y = value(b)
    return Number.isNaN(x) || Number.isNaN(y) ? Number(Number.isNaN(x)) - Number(Number.isNaN(y)) : down ? y - x : x - y
  })
}
