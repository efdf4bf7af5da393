/** The decoder family: from an architecture to ordered blocks of loop nests. */
import { glossary, routed, unbounded, windowed } from '../axes.js'
import type { Axis, Block, Expr, Extent, Graph, Op } from '../graph.js'
import { activation, add, embedding, experts, grouped, latent, linear, norm, positions } from '../ops/index.js'
import type { Decoder, DenseFfn, Layer } from './architecture.js'

/** How MLA is evaluated: keys and values projected up for every token (prefill), or their weights absorbed (decode). */
export type Form = 'expanded' | 'absorbed'

/** Axes that a kind of layer has for itself; they carry its name where a model has several kinds. */
const ownAxes = ['l', 'g', 'r', 'k', 'kv', 'h', 'c', 'cq', 'kn', 'kr', 'f', 'e', 'x', 'fe', 'fs', 'w', 'p', 'n', 'past', 'u', 'hit'] as const
/** Tensors that belong to the model, not to a layer. */
const shared = new Set(['x', 'tokens', 'logits', 'embedding.w', 'position.w', 'head.w'])

/**
 * All that decides the ops of a decoder, without its sizes: decoders of one shape share one graph.
 * A test holds this against the graphs.
 */
export function shapeOf(decoder: Decoder): string {
  const layer = (l: Layer) => [
    l.name, l.residual, l.inputNorms, l.outputNorms, l.normalizesInput,
    ...(l.attention.kind === 'grouped'
      ? ['grouped', l.attention.window !== null, l.attention.bias.qkv, l.attention.bias.out, l.attention.qkNorm, l.attention.rope, l.attention.sinks]
      : ['latent', l.attention.queryRank !== null, l.attention.bias]),
    ...(l.ffn.kind === 'dense' ? ['dense', l.ffn.gated, l.ffn.bias] : ['experts', l.ffn.gated, l.ffn.bias, l.ffn.routerBias, l.ffn.sharedWidth !== null, l.ffn.sharedGate]),
  ].join()
  return [decoder.position.kind, decoder.tied, decoder.headBias, decoder.norm.kind, decoder.embeddingNorm, decoder.finalNorm, ...decoder.kinds.map(layer)].join(';')
}

/** Whether the two forms of attention differ. */
export function hasForms(decoder: Decoder): boolean {
  return decoder.kinds.some(kind => kind.attention.kind === 'latent')
}

/** The loop nests of a decoder. Only its shape is read, never a size. */
export function decoderGraph(decoder: Decoder, form: Form): Graph {
  const axes: Record<string, Axis> = { ...glossary }
  const several = decoder.kinds.length > 1
  const layers = decoder.kinds.map(kind => {
    const rename = renaming(kind, several)
    declare(axes, kind, rename)
    return placed(kind.name, layerOps(decoder, kind, form), rename)
  })
  return { axes, blocks: [{ id: '', ops: opening(decoder) }, ...layers, { id: '', ops: closing(decoder) }] }
}

/** Ops before the layers: embedding, learned positions, norm. */
function opening(decoder: Decoder): Op[] {
  const learned = decoder.position.kind === 'learned'
  const table = learned ? 'x0' : decoder.embeddingNorm ? 'x1' : 'x'
  return [
    embedding('embed', table),
    ...(learned ? [positions('position', 'x0', decoder.embeddingNorm ? 'x1' : 'x')] : []),
    ...(decoder.embeddingNorm ? [norm('embed-norm', decoder.norm.kind, 'x1:b s d', 'x:b s d', 'embed-norm', 'd')] : []),
  ]
}

/** Ops after the layers: final norm and output head, on `o` tokens of each sequence. */
function closing(decoder: Decoder): Op[] {
  return [
    ...(decoder.finalNorm ? [norm('norm', decoder.norm.kind, 'x:b s d{b o d}', 'n:b o d', 'norm', 'd')] : []),
    linear('head', {
      from: decoder.finalNorm ? 'n:b o d' : 'x:b s d{b o d}', to: 'logits:b o v', loop: 'b o d v',
      weight: decoder.tied ? 'embedding' : 'head', axes: 'd v', group: decoder.tied ? 'embedding' : 'head', bias: decoder.headBias ? 'v' : undefined,
    }),
  ]
}

function layerOps(decoder: Decoder, layer: Layer, form: Form): Op[] {
  const kind = decoder.norm.kind
  const parallel = layer.residual === 'parallel'
  const normed = layer.normalizesInput
  const ffnIn = parallel ? (layer.inputNorms === 2 ? 'n2' : 'n1') : normed ? 'n2' : 'x2'
  const out = layer.outputNorms === 2
  const attention = layer.attention.kind === 'grouped'
    ? grouped(layer.attention, normed ? 'n1' : 'x', 'y1')
    : latent(layer.attention, form, kind, normed ? 'n1' : 'x', 'y1')
  return [
    ...(normed ? [norm('attn/norm', kind, 'x:b s d', 'n1:b s d', 'attn-norm', 'd')] : []),
    ...(parallel && layer.inputNorms === 2 ? [norm('ffn/norm', kind, 'x:b s d', 'n2:b s d', 'ffn-norm', 'd')] : []),
    ...attention,
    ...(out ? [norm('attn/out-norm', kind, 'y1:b s d', 'z1:b s d', 'attn-out-norm', 'd')] : []),
    ...(parallel ? [] : [
      add('attn/add', ['x', out ? 'z1' : 'y1'], 'x2', 'b s d', false),
      ...(normed ? [norm('ffn/norm', kind, 'x2:b s d', 'n2:b s d', 'ffn-norm', 'd')] : []),
    ]),
    ...(layer.ffn.kind === 'dense' ? dense(layer.ffn, ffnIn, 'y2') : experts(layer.ffn, ffnIn, 'y2')),
    ...(out ? [norm('ffn/out-norm', kind, 'y2:b s d', 'z2:b s d', 'ffn-out-norm', 'd')] : []),
    add('ffn/add', parallel ? ['x', 'y1', 'y2'] : ['x2', out ? 'z2' : 'y2'], 'x', 'b s d', true),
  ]
}

function dense(ffn: DenseFfn, from: string, to: string): Op[] {
  const up = (id: string, name: string) => linear(id, { from: `${from}:b s d`, to: `${name}:b s f`, weight: name, axes: 'd f', group: 'ffn', bias: ffn.bias ? 'f' : undefined })
  return [
    ...(ffn.gated ? [up('ffn/gate', 'gate')] : []),
    up('ffn/up', 'up'),
    activation('ffn/act', ffn.gated ? ['gate', 'up'] : ['up'], 'hidden', 'b s f'),
    linear('ffn/down', { from: 'hidden:b s f', to: `${to}:b s d`, weight: 'down', axes: 'f d', group: 'ffn', bias: ffn.bias ? 'd' : undefined }),
  ]
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
