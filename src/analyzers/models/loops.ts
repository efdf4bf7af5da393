/** From a model to ordered blocks of loop nests. What a layer consists of is data (data/layers.json, data/architecture-layers.json). */
import json from '../../../data/layers.json'
import { glossary, grids, pairs, routed } from '../axes.js'
import type { Axis, Block, Extent, Graph, Op, Tensor } from '../graph.js'
import { ending, expand, type Flags, type List } from '../ops/index.js'
import { namesIn, renamed } from '../product.js'
import { adapters } from './adapters.js'
import { deviating, generates, kindsOf, suffixOf, type Held, type Kind, type Model, type Stack } from './model.js'
import { networks } from './networks.js'

/** How MLA is evaluated: keys and values projected up for every token (prefill), or their weights absorbed (decode). */
export type Form = 'expanded' | 'absorbed'
/** All that is held, a pass over everything that runs, or a decode step, which leaves out what is read once. */
export type Pass = 'held' | 'first' | 'step'

const { note: _note, ...rest } = json
const lists = { ...rest } as unknown as Record<string, List>

/** Adds lists of ops, by name (data/architecture-layers.json). */
export function addLayers({ note: _, ...more }: Readonly<Record<string, unknown>>): void {
  Object.assign(lists, more)
}

/** Tensors that belong to the whole model, and those that belong to a stack, not to a layer: `x`, the prompt `y` beside an image, the condition `c`, the `bank` of sums beside `x`. */
const global = new Set(['tokens', 'logits', 'embedding.w', 'memory', 'cross-keys', 'cross-values'])
const streams = new Set(['x', 'y', 'c', 'bank', 'position.w', 'head.w', 'bias'])

/** All that decides the ops of a model, without its sizes: models of one shape share one graph. */
export function shapeOf(model: Model): string {
  return JSON.stringify([model.adapter, model.stacks.map(({ kinds, ...stack }) => [stack, kinds.map(({ name, of, list, uses, flags, pairs, held, onlyCache }) => [name, of, list, uses, flags, pairs, held, ...onlyCache ? [onlyCache] : []])])])
}

/** Whether the two forms of attention differ. */
export function hasForms(model: Model): boolean {
  return kindsOf(model).some(kind => kind.flags['latent'] === true || kind.flags['forms'] === true)
}

/** Whether passes differ: a decode step leaves out what the first does, and a pass what is idle. */
export function hasPasses(model: Model): boolean {
  return generates(model) && model.stacks.some(stack => stack.first)
}

function runs({ first, idle }: Stack, pass: Pass): boolean {
  return pass === 'held' || (idle !== true && (pass === 'first' || first !== true))
}

/** The loop nests of a model. Only its flags are read, never a size. `whole`: its tower is not split; `more`: flags of all layers, such as dropout. */
export function modelGraph(model: Model, form: Form, pass: Pass = 'first', whole = false, more: Flags = {}): Graph {
  if (model.network) return networks()?.graph(model.network, glossary) ?? { axes: glossary, blocks: [] }
  const axes: Record<string, Axis> = { ...glossary }
  const blocks = model.stacks.filter(stack => runs(stack, pass)).flatMap(stack => {
    Object.assign(axes, grids[stack.images ?? ''])
    const around = new Map(Object.entries(stack.names))
    declare(axes, Object.keys(stack.names), {}, around, stack.id)
    const list = (name: string | null, end: string | null): Block[] => {
      if (name === null) return []
      const ops = expand(lists[name] ?? [], {}, stack.flags)
      return [{ id: stack.id, ops: placed(stack, '', end === null ? ops : ending(ops, end), around, []) }]
    }
    const made = [...list(stack.opening, 'x'), ...stack.kinds.map(kind => layers(model, stack, kind, axes, form, more)), ...list(stack.closing, null)]
    return whole && stack.images !== undefined ? made.map(block => ({ ...block, whole })) : made
  })
  return { axes, blocks }
}

/** One repeat of a kind of layer. */
function layers(model: Model, stack: Stack, kind: Kind, axes: Record<string, Axis>, form: Form, more: Flags): Block {
  const rename = renaming(model, stack, kind)
  declare(axes, ownAxes(kind), derivedOf(kind), rename, kind.name)
  const flags: Flags = { ...stack.flags, ...kind.flags, ...more, absorbed: form === 'absorbed' || kind.flags['selected'] === true }
  const uses = Object.fromEntries(Object.entries(kind.uses).map(([name, list]) => [name, lists[list] ?? []]))
  const ops = expand(lists[kind.list] ?? [], uses, flags)
  const all = model.adapter ? adapters()?.ops(ops, model.adapter) ?? ops : ops
  return { id: kind.name, ops: placed(stack, kind.name, kind.onlyCache ? fillingCache(all) : all, rename, ['l'], kind.held) }
}

/** The ops that write to a cache, and those that they need. */
function fillingCache(ops: readonly Op[]): readonly Op[] {
  const needed = new Set<string>()
  const kept = ops.toReversed().filter(({ tensors }) => {
    const wanted = tensors.some(({ role, held, name }) => role === 'out' && (held === 'cache' || needed.has(name)))
    if (wanted) for (const { role, held, name } of tensors) if (role === 'in' && held === 'activation') needed.add(name)
    return wanted
  })
  return kept.reverse()
}

/** What follows from the pairs that attention has, and from routing. */
function derivedOf(kind: Kind): Readonly<Record<string, Axis>> {
  return { ...pairs[kind.pairs], ...(kind.flags['experts'] ? routed : {}) }
}

/** Axes that a kind of layer has for itself: those that it sizes and those that follow from them. They carry its name where a model has several kinds. */
function ownAxes(kind: Kind): ReadonlySet<string> {
  const derived = derivedOf(kind)
  const own = new Set(['l', ...Object.keys(kind.sizes), ...Object.keys(derived)])
  for (const [axis, { size }] of Object.entries(glossary)) if (size !== undefined && [...namesIn(size)].some(name => own.has(name))) own.add(axis)
  return own
}

/** Where pairs do not say what is kept and read of the context, it is all of `t`. */
function renaming(model: Model, stack: Stack, kind: Kind): ReadonlyMap<string, string> {
  const names = new Map<string, string>(Object.entries(stack.names))
  const suffix = suffixOf(model, kind)
  if (suffix !== '') for (const axis of ownAxes(kind)) names.set(axis, axis + suffix)
  for (const axis of ['n', 'u']) if (!(axis in pairs[kind.pairs])) names.set(axis, stack.names['t'] ?? 't')
  return names
}

function declare(axes: Record<string, Axis>, own: Iterable<string>, derived: Readonly<Record<string, Axis>>, rename: ReadonlyMap<string, string>, of: string): void {
  const to = (other: string) => rename.get(other) ?? other
  for (const axis of own) {
    const name = to(axis)
    const from = derived[axis] ?? glossary[axis]
    if (!from || name === 't' || (name !== axis && axes[name])) continue
    axes[name] = {
      ...from,
      ...(name === axis ? {} : { is: axis, title: `${from.title}, ${of}` }),
      ...(from.size === undefined ? {} : { size: renamed(from.size, to) }),
      ...(from.follows === undefined ? {} : { follows: to(from.follows) }),
      ...(typeof from.grows === 'string' ? { grows: to(from.grows) } : {}),
      ...(from.route === undefined ? {} : { route: to(from.route) }),
      ...(from.spills === undefined ? {} : { spills: to(from.spills) }),
    }
  }
}

/** Puts ops into a block: ids and tensors get its name, axes those of its kind, and layers repeat. */
function placed(stack: Stack, block: string, ops: readonly Op[], rename: ReadonlyMap<string, string>, times: readonly string[], held: Held = {}): Op[] {
  const axis = (extent: Extent): Extent => typeof extent === 'number' ? extent : rename.get(extent) ?? extent
  const within = (name: string, prefix: string) => prefix === '' ? name : `${prefix}/${name}`
  const name = (tensor: string) => global.has(tensor) ? tensor : within(tensor, streams.has(tensor) ? stack.stream ?? stack.id : block === '' ? stack.id : block)
  const format = ({ name, group }: Tensor) => {
    const dtype = group && (held[`${group}/${name.replace(/\.w$/, '')}`] ?? held[group])
    return dtype === undefined ? {} : { format: deviating(group ?? '', dtype) }
  }
  return ops.map(op => ({
    ...op,
    id: within(op.id, block === '' ? stack.id : block),
    loop: op.loop.map(axis),
    times: times.map(axis),
    tensors: op.tensors.map(t => ({ ...t, ...format(t), name: name(t.name), axes: t.axes.map(axis), ...(t.read ? { read: t.read.map(axis) } : {}), ...(t.group && stack.images !== undefined ? { group: 'tower' as const } : {}) })),
    ...(op.saves ? { saves: op.saves.map(name) } : {}),
  }))
}
