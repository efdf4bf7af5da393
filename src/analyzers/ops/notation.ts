/**
 * The shorthand in which op helpers are written: `'n:b s d, up.w=d f -> u:b s f'`.
 * The mark after a name says how the tensor is held: `:` activation, `=` weight, `~` cache, `#` index.
 * `*` before the mark carries an output to the next repeat; `{…}` holds the axes that are read.
 */
import type { Extent, Held, Law, Op, Tensor } from '../graph.js'
import type { WeightGroup } from '../models/architecture.js'

const held: Readonly<Record<string, Held>> = { ':': 'activation', '=': 'weight', '~': 'cache', '#': 'index' }
const pattern = /^([\w./-]+)(\*?)([:=~#])([^{]*)(?:\{([^}]*)\})?$/

/** `'b s 2 d'` as extents. */
export function extents(text: string): Extent[] {
  return text.trim().split(/\s+/).filter(word => word !== '').map(word => /^\d+$/.test(word) ? Number(word) : word)
}

function tensor(text: string, isOut: boolean, group: WeightGroup | undefined): Tensor {
  const match = pattern.exec(text.trim())
  if (!match) throw new Error(`cannot read tensor "${text}"`)
  const [, name = '', carry, mark = ':', axes = '', read] = match
  const kind = held[mark] ?? 'activation'
  return {
    name,
    role: isOut ? 'out' : kind === 'weight' ? 'weight' : kind === 'cache' ? 'cache' : 'in',
    axes: extents(axes),
    held: kind,
    ...(kind === 'weight' && group ? { group } : {}),
    ...(read === undefined ? {} : { read: extents(read) }),
    ...(carry ? { carry: true as const } : {}),
  }
}

export interface OpOptions {
  readonly group?: WeightGroup
  /** Default: `matrix` for products, `vector` otherwise. */
  readonly engine?: Op['engine']
  /** Default: 2 for products. */
  readonly flops?: Extent
  /** Default: every axis of the tensors, once. */
  readonly loop?: string
  readonly saves?: readonly string[]
}

/** One op from its notation. Repeats are added when the op is placed in a block. */
export function op(id: string, law: Law, notation: string, options: OpOptions = {}): Op {
  const [inputs = '', outputs = ''] = notation.split('->')
  const read = (text: string, isOut: boolean) => text.trim() === '' ? [] : text.split(',').map(t => tensor(t, isOut, options.group))
  const tensors = [...read(inputs, false), ...read(outputs, true)]
  return {
    id,
    law,
    engine: options.engine ?? (law === 'product' ? 'matrix' : 'vector'),
    flops: options.flops ?? (law === 'product' ? 2 : 0),
    loop: options.loop === undefined ? [...new Set(tensors.flatMap(t => t.axes))] : extents(options.loop),
    times: [],
    tensors,
    ...(options.saves ? { saves: options.saves } : {}),
  }
}
