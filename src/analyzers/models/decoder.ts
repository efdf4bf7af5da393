/** The decoder family: from an architecture to ordered blocks of loop nests. What a layer consists of is data (data/layers.json). */
import json from '../../../data/layers.json'
import { glossary, routed, unbounded, windowed } from '../axes.js'
import type { Axis, Block, Expr, Extent, Graph, Op } from '../graph.js'
import { ending, expand, type Flags, type List } from '../ops/index.js'
import type { Decoder, Layer } from './architecture.js'

/** How MLA is evaluated: keys and values projected up for every token (prefill), or their weights absorbed (decode). */
export type Form = 'expanded' | 'absorbed'

const lists = json as unknown as Readonly<Record<'opening' | 'closing' | 'layer' | 'grouped' | 'latent' | 'dense' | 'experts', List>>
/** Axes that a kind of layer has for itself; they carry its name where a model has several kinds. */
const ownAxes = ['l', 'g', 'r', 'k', 'kv', 'h', 'c', 'cq', 'kn', 'kr', 'f', 'e', 'x', 'fe', 'fs', 'w', 'p', 'n', 'past', 'u', 'hit'] as const
/** Tensors that belong to the model, not to a layer. */
const shared = new Set(['x', 'tokens', 'logits', 'embedding.w', 'position.w', 'head.w'])

/** What decides the ops before and after the layers. */
function modelFlags(decoder: Decoder): Flags {
  const { kind } = decoder.norm
  return {
    rms: kind === 'rms', gain: kind !== 'plain', centered: kind === 'layer', learned: decoder.position.kind === 'learned',
    embeddingNorm: decoder.embeddingNorm, finalNorm: decoder.finalNorm, tied: decoder.tied, headBias: decoder.headBias,
  }
}

/** What decides the ops of a layer. */
function layerFlags({ attention: a, ffn, ...layer }: Layer): Flags {
  return {
    parallel: layer.residual === 'parallel', twoNorms: layer.inputNorms === 2, outNorms: layer.outputNorms === 2, normed: layer.normalizesInput,
    gated: ffn.gated, ffnBias: ffn.bias,
    ...(ffn.kind === 'experts' ? { experts: true, routerBias: ffn.routerBias, shared: ffn.sharedWidth !== null, sharedGate: ffn.sharedGate } : {}),
    ...(a.kind === 'grouped'
      ? { windowed: a.window !== null, qkvBias: a.bias.qkv, outBias: a.bias.out, qkNorm: a.qkNorm !== null, headNorm: a.qkNorm === 'head', rope: a.rope, sinks: a.sinks }
      : { latent: true, queryRank: a.queryRank !== null, latentBias: a.bias }),
  }
}

/** All that decides the ops of a decoder, without its sizes: decoders of one shape share one graph. */
export function shapeOf(decoder: Decoder): string {
  return JSON.stringify([modelFlags(decoder), ...decoder.kinds.map(kind => [kind.name, layerFlags(kind)])])
}

/** Whether the two forms of attention differ. */
export function hasForms(decoder: Decoder): boolean {
  return decoder.kinds.some(kind => kind.attention.kind === 'latent')
}

/** The loop nests of a decoder. Only its flags are read, never a size. */
export function decoderGraph(decoder: Decoder, form: Form): Graph {
  const axes: Record<string, Axis> = { ...glossary }
  const several = decoder.kinds.length > 1
  const flags = modelFlags(decoder)
  const layers = decoder.kinds.map(kind => {
    const rename = renaming(kind, several)
    declare(axes, kind, rename)
    const own: Flags = { ...flags, ...layerFlags(kind), absorbed: form === 'absorbed' }
    const ops = expand(lists.layer, { attention: own['latent'] ? lists.latent : lists.grouped, ffn: own['experts'] ? lists.experts : lists.dense }, own)
    return placed(kind.name, ops, rename)
  })
  return { axes, blocks: [{ id: '', ops: ending(expand(lists.opening, {}, flags), 'x') }, ...layers, { id: '', ops: expand(lists.closing, {}, flags) }] }
}

/** Without a window the context axes are `t` itself. */
function renaming(kind: Layer, several: boolean): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  if (several) for (const axis of ownAxes) names.set(axis, `${axis}_${kind.name.replace(/\W/g, '_')}`)
  if (kind.attention.kind === 'latent' || kind.attention.window === null) { names.set('n', 't'); names.set('u', 't') }
  return names
}

function declare(axes: Record<string, Axis>, kind: Layer, rename: ReadonlyMap<string, string>): void {
  const isWindowed = kind.attention.kind === 'grouped' && kind.attention.window !== null
  const derived = { ...(isWindowed ? windowed : unbounded), ...(kind.ffn.kind === 'experts' ? routed : {}) }
  for (const axis of ownAxes) {
    const name = rename.get(axis) ?? axis
    const from = derived[axis] ?? glossary[axis]
    if (!from || name === 't') continue
    const to = (other: string) => rename.get(other) ?? other
    axes[name] = {
      ...from,
      ...(name === axis ? {} : { is: axis, title: `${from.title}, ${kind.name} layers` }),
      ...(from.size === undefined ? {} : { size: renamed(from.size, to) }),
      ...(from.follows === undefined ? {} : { follows: to(from.follows) }),
      ...(from.route === undefined ? {} : { route: to(from.route) }),
      ...(from.spills === undefined ? {} : { spills: to(from.spills) }),
    }
  }
}

function renamed(expr: Expr, to: (name: string) => string): Expr {
  if (typeof expr === 'number') return expr
  if (typeof expr === 'string') return to(expr)
  const [fn, ...args] = expr
  return [fn, ...args.map(arg => renamed(arg, to))]
}

/** Puts ops into a block: ids and tensors get its name, axes those of its kind, and all repeat over its layers. */
function placed(block: string, ops: readonly Op[], rename: ReadonlyMap<string, string>): Block {
  const axis = (extent: Extent): Extent => typeof extent === 'number' ? extent : rename.get(extent) ?? extent
  const name = (tensor: string) => shared.has(tensor) ? tensor : `${block}/${tensor}`
  return {
    id: block,
    ops: ops.map(op => ({
      ...op,
      id: `${block}/${op.id}`,
      loop: op.loop.map(axis),
      times: [axis('l')],
      tensors: op.tensors.map(t => ({ ...t, name: name(t.name), axes: t.axes.map(axis), ...(t.read ? { read: t.read.map(axis) } : {}) })),
      ...(op.saves ? { saves: op.saves.map(name) } : {}),
    })),
  }
}

/** The sizes of a decoder's own axes. */
export function decoderSizes(decoder: Decoder): Record<string, number> {
  const sizes: Record<string, number> = { d: decoder.width, v: decoder.vocabulary }
  if (decoder.position.kind === 'learned') sizes['rows'] = decoder.position.rows
  const several = decoder.kinds.length > 1
  for (const kind of decoder.kinds) {
    const suffix = several ? `_${kind.name.replace(/\W/g, '_')}` : ''
    const own = { ...attentionSizes(kind), ...ffnSizes(kind), l: layersOf(decoder, kind.name) }
    for (const [axis, size] of Object.entries(own)) sizes[axis + suffix] = size
  }
  return sizes
}

function attentionSizes({ attention: a }: Layer): Record<string, number> {
  return a.kind === 'grouped'
    ? { g: a.groups, r: a.queriesPerGroup, k: a.headWidth, kv: a.valueWidth, ...(a.window === null ? {} : { w: a.window }) }
    : { h: a.heads, c: a.latentRank, kn: a.nopeWidth, kr: a.ropeWidth, kv: a.valueWidth, ...(a.queryRank === null ? {} : { cq: a.queryRank }) }
}

function ffnSizes({ ffn }: Layer): Record<string, number> {
  return ffn.kind === 'dense'
    ? { f: ffn.width }
    : { e: ffn.experts, x: ffn.active, fe: ffn.width, ...(ffn.sharedWidth === null ? {} : { fs: ffn.sharedWidth }) }
}

/** Layers of one kind. */
export function layersOf(decoder: Decoder, kind: string): number {
  let layers = 0
  for (const [name, count] of decoder.order) if (name === kind) layers += count
  return layers
}
