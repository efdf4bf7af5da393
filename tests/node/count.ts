/**
 * Parameters of a decoder in closed form, written from the layer shapes and from nothing in src,
 * so that it can judge the graphs that the model builders make.
 */
import type { Decoder, DenseFfn, ExpertFfn, GroupedAttention, LatentAttention, Layer, Norm } from './decoder.js'

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0)
const linear = (from: number, to: number, bias: boolean): number => from * to + (bias ? to : 0)
const norm = (kind: Norm['kind'], width: number): number => ({ rms: 1, layer: 2, plain: 0 })[kind] * width

function grouped(a: GroupedAttention, width: number, kind: Norm['kind']): number {
  const heads = a.groups * a.queriesPerGroup
  const [q, k, v] = [heads * a.headWidth, a.groups * a.headWidth, a.groups * a.valueWidth]
  const qk = a.qkNorm === null || a.qkNorm === 'plain' ? 0 : a.qkNorm === 'head' ? 2 * norm(kind, a.headWidth) : norm(kind, q) + norm(kind, k)
  return linear(width, q + k + v, a.bias.qkv) + linear(heads * a.valueWidth, width, a.bias.out) + qk + (a.sinks ? heads : 0) + (a.headGate ? width * heads : 0)
}

function latent(a: LatentAttention, width: number): number {
  const queries = a.heads * (a.nopeWidth + a.ropeWidth)
  const down = a.queryRank === null ? linear(width, queries, false) : linear(width, a.queryRank, a.bias) + a.queryRank + linear(a.queryRank, queries, false)
  const keysAndValues = linear(width, a.latentRank + a.ropeWidth, a.bias) + a.latentRank + linear(a.latentRank, a.heads * (a.nopeWidth + a.valueWidth), false)
  const i = a.index
  const indexer = i?.own !== true || a.queryRank === null ? 0 : a.queryRank * i.heads * i.width + width * i.width + 2 * i.width + width * i.heads
  return indexer + down + keysAndValues + linear(a.heads * a.valueWidth, width, a.bias)
}

const mlp = (f: Pick<DenseFfn, 'width' | 'gated' | 'bias'>, width: number): number =>
  (f.gated ? 2 : 1) * linear(width, f.width, f.bias) + linear(f.width, width, f.bias)

function routed(f: ExpertFfn, width: number, visited: number): number {
  const router = width * f.experts + (f.routerBias ? f.experts : 0)
  const shared = f.sharedWidth === null ? 0 : mlp({ width: f.sharedWidth, gated: f.gated, bias: false }, width) + (f.sharedGate ? width : 0)
  return router + visited * mlp(f, width) + shared
}

function layer(l: Layer, model: Decoder, visited: (f: ExpertFfn) => number): number {
  const { width, norm: { kind } } = model
  const norms = (l.normalizesInput ? l.inputNorms : 0) + l.outputNorms
  return norms * norm(kind, width)
    + (l.attention.kind === 'grouped' ? grouped(l.attention, width, kind) : latent(l.attention, width))
    + (l.ffn.kind === 'dense' ? mlp(l.ffn, width) : routed(l.ffn, width, visited(l.ffn)))
}

function count(model: Decoder, visited: (f: ExpertFfn) => number): number {
  const { width, vocabulary, position, norm: { kind } } = model
  const table = vocabulary * width
  const layers = model.order.map(([name, times]) => times * layer(model.kinds.find(l => l.name === name)!, model, visited))
  return table + (position.kind === 'learned' ? position.rows * width : 0) + (model.embeddingNorm ? norm(kind, width) : 0)
    + sum(layers) + (model.finalNorm ? norm(kind, width) : 0) + (model.tied ? 0 : table) + (model.headBias ? vocabulary : 0)
}

/** Every parameter once. */
export const parameters = (model: Decoder): number => count(model, f => f.experts)

/** All but the experts that a token does not visit. */
export const activeParameters = (model: Decoder): number => count(model, f => f.active)
