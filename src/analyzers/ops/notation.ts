/**
 * The shorthand in which ops are written: `'n:b s d, up.w=d f -> u:b s f'`.
 * The mark after a name says how the tensor is held: `:` activation, `=` weight, `~` cache, `^` recurrent state, `#` index, `%` dropout mask.
 * `*` before the mark carries an output to the next repeat; `{…}` holds the axes that are read;
 * `?flag` or `?!flag` before the mark keeps the tensor only under a flag.
 */
import type { Extent, Held, Law, Op, Tensor } from '../graph.js'
import type { WeightGroup } from '../models/architecture.js'

/** What a shape has: `rope`, `qkvBias`, `gated`. */
export type Flags = Readonly<Record<string, boolean>>

const held: Readonly<Record<string, Held>> = { ':': 'activation', '=': 'weight', '~': 'cache', '^': 'stat', '#': 'index', '%': 'mask' }
const pattern = /^([\w./-]+)(\*?)(?:\?(!?\w+))?([:=~^#%])([^{]*)(?:\{([^}]*)\})?$/

/** `'b s 2 d'` as extents. */
export function extents(text: string): Extent[] {
  return text.trim().split(/\s+/).filter(word => word !== '').map(word => /^\d+$/.test(word) ? Number(word) : word)
}

/** Whether all of the flags hold: `'shared !gated'`. */
export function holds(condition: string | undefined, flags: Flags): boolean {
  return (condition ?? '').split(' ').every(flag => flag === '' || (flag.startsWith('!') ? !flags[flag.slice(1)] : flags[flag] === true))
}

function tensors(text: string, isOut: boolean, group: WeightGroup | undefined, flags: Flags): Tensor[] {
  return text.split(',').filter(one => one.trim() !== '').flatMap(one => {
    const match = pattern.exec(one.trim())
    if (!match) throw new Error(`cannot read tensor "${one.trim()}"`)
    const [, name = '', carry, condition, mark = ':', axes = '', read] = match
    if (!holds(condition, flags)) return []
    const kind = held[mark] ?? 'activation'
    return [{
      name,
      role: isOut ? 'out' as const : kind === 'weight' ? 'weight' as const : kind === 'cache' || kind === 'stat' ? 'cache' as const : 'in' as const,
      axes: extents(axes),
      held: kind,
      // Quantizers leave vectors alone: a bias is held as the norms are.
      ...(kind === 'weight' && group ? { group: name.endsWith('.b') ? 'norm' as const : group } : {}),
      ...(read === undefined ? {} : { read: extents(read) }),
      ...(carry ? { carry: true as const } : {}),
    }]
  })
}

export interface OpOptions {
  readonly group?: WeightGroup
  /** Default: `matrix` for products, `vector` otherwise. */
  readonly engine?: Op['engine']
  /** Default: 2 for products. A name is a vector weight of data/vector.json. */
  readonly flops?: Extent
  /** Default: every axis of the tensors, once. */
  readonly loop?: string
  readonly saves?: readonly string[]
}

/** One op from its notation. Repeats are added when the op is placed in a block. */
export function op(id: string, law: Law, notation: string, options: OpOptions = {}, flags: Flags = {}): Op {
  const [inputs = '', outputs = ''] = notation.split('->')
  const all = [...tensors(inputs, false, options.group, flags), ...tensors(outputs, true, options.group, flags)]
  return {
    id,
    law,
    engine: options.engine ?? (law === 'product' ? 'matrix' : 'vector'),
    flops: options.flops ?? (law === 'product' ? 2 : 0),
    loop: options.loop === undefined ? [...new Set(all.flatMap(t => t.axes))] : extents(options.loop),
    times: [],
    tensors: all,
    ...(options.saves ? { saves: options.saves } : {}),
  }
}

/**
 * A norm in short, `'x:b s d, attn-norm, d -> n1:b s d'`: RMSNorm has a gain, LayerNorm a gain and a bias,
 * a plain norm neither. It saves its input and its gain for backward.
 */
export function norm(id: string, short: string, flags: Flags): Op {
  const [from = '', weight = '', axes = '', to = ''] = short.split(/, | -> /)
  const gain = flags['gain'] === true
  return op(id, 'map', `${from}, ${weight}.w?gain=${axes}, ${weight}.b?centered=${axes} -> ${to}`, {
    group: 'norm', flops: flags['rms'] ? 'w_norm' : 'w_layernorm', loop: to.split(':')[1] ?? '',
    saves: [from.split(':')[0] ?? '', ...(gain ? [`${weight}.w`] : [])],
  }, flags)
}
