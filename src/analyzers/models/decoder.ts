/** The decoder family: from what the importers read to what the passes run. */
import type { Flags } from '../ops/index.js'
import type { Decoder, Layer } from './architecture.js'
import type { Model, Pairs } from './model.js'

/** A decoder as one stack of layers. */
export function decoderModel(decoder: Decoder): Model {
  const { width, vocabulary, position, context, precision } = decoder
  const learned = position.kind === 'learned'
  const around = modelFlags(decoder)
  return {
    family: 'decoder', source: null, context, positions: learned ? context : null, image: null, precision, decoder,
    sizes: { d: width, v: vocabulary, ...(learned ? { rows: position.rows } : {}) },
    stacks: [{
      id: '', first: false, opening: 'opening', closing: 'closing', flags: around, names: {},
      kinds: decoder.kinds.map(kind => ({
        name: kind.name, count: layersOf(decoder, kind.name), list: 'layer',
        uses: { attention: kind.attention.kind, ffn: kind.ffn.kind }, flags: layerFlags(kind),
        pairs: pairsOf(kind),
        sizes: { ...attentionSizes(kind), ...ffnSizes(kind) },
      })),
    }],
  }
}

function pairsOf({ attention: a }: Layer): Pairs {
  if (a.kind === 'latent') return a.index === null ? 'unbounded' : 'selected'
  return a.chunk !== null ? 'chunked' : a.window !== null ? 'windowed' : 'unbounded'
}

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
      ? { windowed: a.window !== null, qkvBias: a.bias.qkv, outBias: a.bias.out, qkNorm: a.qkNorm !== null, headNorm: a.qkNorm === 'head', allNorm: a.qkNorm === 'all', headGate: a.headGate, rope: a.rope, sinks: a.sinks }
      : { latent: true, queryRank: a.queryRank !== null, latentBias: a.bias, ...(a.index === null ? {} : { selected: true, indexer: a.index.own }) }),
  }
}

function attentionSizes({ attention: a }: Layer): Record<string, number> {
  return a.kind === 'grouped'
    ? { g: a.groups, r: a.queriesPerGroup, k: a.headWidth, kv: a.valueWidth, ...(a.window === null ? {} : { w: a.window }), ...(a.chunk === null ? {} : { chunk: a.chunk }) }
    : { h: a.heads, c: a.latentRank, kn: a.nopeWidth, kr: a.ropeWidth, kv: a.valueWidth, ...(a.queryRank === null ? {} : { cq: a.queryRank }), ...(a.index === null ? {} : { ih: a.index.heads, ik: a.index.width, topk: a.index.selected }) }
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
