/** What the passes run: stacks of layers as lists of ops (data/layers.json), flags that decide them and sizes. Plain data. */
import type { Sizes } from '../graph.js'
import type { Flags } from '../ops/index.js'
import type { Asked } from '../../scenario/workload.js'
import type { Pairs, Precision } from './architecture.js'
import type { NamedAxis, Network } from './network.js'

export { generates } from '../../scenario/workload.js'

/** Layers that are alike. */
export interface Kind {
  /** First part of its kernels' names. */
  readonly name: string
  /** The kind whose axes it shares: cross keys and values belong to the decoder's layers. */
  readonly of?: string
  readonly count: number
  /** The list of its ops, and those that stand for `use` in it. */
  readonly list: string
  readonly uses: Readonly<Record<string, string>>
  readonly flags: Flags
  readonly pairs: Pairs
  readonly sizes: Sizes
  /** Only the ops run that fill its cache: a token left before these layers (src/analyzers/models/exit.ts). */
  readonly onlyCache?: true
  /** Groups of weights, or single weights of them, that these layers hold in another format than the model's groups. */
  readonly held?: Held
}

/** A number format, or `plain` for that of unquantized weights, by group (`attention`) or weight (`attention/o`). */
export type Held = Readonly<Record<string, string>>

/** The name of the format of weights that deviate: `attention_bf16`. */
export function deviating(group: string, dtype: string): string {
  return `${group}_${dtype.replace(/\W/g, '_')}`
}

/** Layers between an opening and a closing: a decoder, an encoder, a tower. */
export interface Stack {
  /** Prefix of what it does not share with other stacks; the main one has none. */
  readonly id: string
  /** Prefix of the stream that its layers pass on, where it continues the one of another stack: the stages of a hierarchy share one. */
  readonly stream?: string
  /** Runs once per sequence, not in every decode step. */
  readonly first?: boolean
  /** Stored and never run: the last layer of a tower whose features come from the one before. */
  readonly idle?: boolean
  /** How an image of a prompt becomes patches and tokens (data/architecture-axes.json): the stack is a tower, which runs where a prompt has images. */
  readonly images?: string
  readonly opening: string | null
  readonly closing: string | null
  readonly flags: Flags
  /** Axes that go by another name in this stack: its tokens, its width. */
  readonly names: Readonly<Record<string, string>>
  readonly kinds: readonly Kind[]
}

/** Elements and bytes by part of the model and dtype (src/analyzers/import/tensors.ts). */
export interface TensorFacts {
  readonly format: string
  readonly parameters: number | null
  readonly groups: Readonly<Partial<Record<string, Readonly<Record<string, { readonly elements: number; readonly bytes: number }>>>>>
}

export interface Model extends Asked {
  /** Longest context that the checkpoint states, in tokens; null where it states none. */
  readonly context: number | null
  /** Positions that a learned table has room for; null where positions are computed. */
  readonly positions: number | null
  /** Height and width of an image in pixels, where none is asked for. */
  readonly image: readonly [height: number, width: number] | null
  readonly precision: Precision
  readonly sizes: Sizes
  readonly stacks: readonly Stack[]
  /** The kind of each layer, in order, where a config was read. */
  readonly layers?: readonly string[]
  /** Modules beside the layers that predict further tokens, each with one layer like the last (DeepSeek-V3), where a field counts them. */
  readonly modules?: number
  /** Op by op, for what is no stack of layers: CNNs, graphs of files. Then there are no stacks. */
  readonly network?: Network | null
  /** The axes that a workload gives by name, where a file with a graph was read. */
  readonly axes?: readonly NamedAxis[]
  /** What the file's tensors add up to, where a file with weights was read: then bytes come from them. */
  readonly tensors?: TensorFacts | null
  /** A LoRA adapter beside the weights: the modules that have one by weight, and whether there are several to choose from. */
  readonly adapter?: { readonly modules: Readonly<Record<string, string>>; readonly isMany: boolean }
}

/** All kinds of layer of a model. */
export function kindsOf(model: Model): readonly Kind[] {
  return model.stacks.flatMap(stack => stack.kinds)
}

/** Layers of the vision tower, or all others. */
function kindsBeside(model: Model, tower: boolean): readonly Kind[] {
  return model.stacks.flatMap(stack => (stack.images !== undefined) === tower ? stack.kinds : [])
}

/** The end of the names of axes that a kind has for itself; nothing where it is the only one. */
export function suffixOf(model: Model, { name, of }: Kind): string {
  return kindsOf(model).length > 1 ? `_${(of ?? name).replace(/\W/g, '_')}` : ''
}

/** The sizes of all axes that belong to a model. */
export function modelSizes(model: Model): Record<string, number> {
  const sizes: Record<string, number> = { ...model.sizes }
  for (const kind of kindsOf(model)) {
    const suffix = suffixOf(model, kind)
    for (const [axis, size] of Object.entries({ ...kind.sizes, l: kind.count })) sizes[axis + suffix] = size
  }
  return sizes
}

/**
 * Layers of one kind that hold their weights in different formats are kinds of their own.
 * @param order the kind of each layer
 * @param layers what each layer holds apart from the model's groups; absent where none does
 * @param whole kinds that share their axes: they have no variants, so what only some of their layers hold apart goes by the groups
 */
export function apart(kinds: readonly Kind[], order: readonly string[], layers: readonly Held[] | undefined, whole: ReadonlySet<string> = new Set()): { readonly kinds: readonly Kind[]; readonly order: readonly string[] } {
  if (layers === undefined) return { kinds, order }
  const names = new Map<string, string>()
  const split = kinds.flatMap(kind => {
    const variants = new Map<string, { readonly held: Held; count: number }>()
    order.forEach((name, i) => {
      if (name !== kind.name) return
      const held = layers[i] ?? {}
      const key = JSON.stringify(held)
      const known = variants.get(key)
      if (known) known.count++
      else variants.set(key, { held, count: 1 })
    })
    if (variants.size === 0 || (variants.size > 1 && whole.has(kind.name))) return [kind]
    const taken = new Set<string>()
    // Layers as the model's groups are keep the name, else the most usual ones.
    const rank = ({ held, count }: { readonly held: Held; readonly count: number }) => Object.keys(held).length === 0 ? Infinity : count
    return [...variants.values()].sort((a, b) => rank(b) - rank(a)).map(({ held, count }, i): Kind => {
      const name = i === 0 ? kind.name : nameOf(`${kind.name}-${Object.values(held)[0] ?? String(i + 1)}`, taken)
      taken.add(name)
      names.set(`${kind.name} ${JSON.stringify(held)}`, name)
      return { ...kind, name, count, ...(Object.keys(held).length > 0 ? { held } : {}) }
    })
  })
  return { kinds: split, order: order.map((name, i) => names.get(`${name} ${JSON.stringify(layers[i] ?? {})}`) ?? name) }
}

function nameOf(name: string, taken: ReadonlySet<string>): string {
  for (let i = 1; ; i++) {
    const next = i === 1 ? name : `${name}-${String(i)}`
    if (!taken.has(next)) return next
  }
}

/** What stands in the way of a split over so many ranks: heads and FFN widths must divide, KV groups split or are replicated. Null where nothing does. A tower that does not divide stands whole on every rank. */
export function indivisible(model: Model, degree: number, tower = false): string | null {
  for (const { sizes: { g, r, h, og, f, fe, fs, e, mh, di, lg } } of kindsBeside(model, tower)) {
    const heads = g === undefined ? h : g * (r ?? 1)
    if (heads !== undefined && heads % degree !== 0) return `${String(heads)} query heads`
    if (g !== undefined && g % degree !== 0 && degree % g !== 0) return `${String(g)} KV groups, neither way`
    if (og !== undefined && og % degree !== 0) return `${String(og)} output groups`
    const states = mh ?? di ?? lg
    if (states !== undefined && states % degree !== 0) return `${String(states)} state-space ${di === undefined ? 'heads' : 'channels'}`
    const width = [f, fe].find(size => size !== undefined && size % degree !== 0)
    if (width !== undefined) return `an FFN width of ${String(width)}`
    if (e !== undefined && fs !== undefined && fs % degree !== 0) return `a shared expert width of ${String(fs)}`
  }
  return null
}
