/** One family's row and one file's fields make a `Decoder`. */
import type { Decoder, DenseFfn, ExpertFfn, GroupedAttention, LatentAttention, Layer } from '../../models/architecture.js'
import { error } from '../../../problem.js'
import { checkActive, checkFixed } from './checks.js'
import type { Family, Names } from './family.js'
import { count, divide, flag, largest, lookup, optionalSize, report, size, statedSize, type Fields } from './fields.js'
import { indexedLayers, routedLayers, windowLayers } from './order.js'

/** Everything but the precision. Meaningless where `fields.problems` holds an error afterwards. */
export function decoder(fields: Fields, family: Family, tied: boolean): Omit<Decoder, 'precision'> {
  const { names } = family
  checkFixed(fields, family.id, family.fixed)
  checkWidth(fields, family)
  const layers = size(fields, names.layers, 10_000)
  const width = size(fields, names.width)
  const local = windowLayers(fields, family, layers)
  const routed = routedLayers(fields, family.experts, layers)
  const indexed = family.indexer === true ? indexedLayers(fields, layers) : []
  const mixed = { index: new Set(indexed).size > 1, attention: new Set(local).size > 1, ffn: new Set(routed).size > 1 }
  const nameOf = (i: number): string =>
    [mixed.attention ? (local[i] ? 'local' : 'global') : '', mixed.ffn ? (routed[i] ? 'moe' : 'dense') : '', mixed.index ? (indexed[i] ? 'full' : 'shared') : ''].filter(part => part !== '').join('-') || 'decoder'
  const order = Array.from({ length: layers }, (_, i) => nameOf(i))
  const kinds = [...new Set(order)].map(name => {
    const i = order.indexOf(name)
    return layer(fields, family, name, width, local[i] === true, routed[i] === true, indexed[i] !== false)
  })
  return {
    family: 'decoder', width, kinds, order: runs(order),
    vocabulary: size(fields, names.vocabulary),
    context: optionalSize(fields, names.context),
    position: position(fields, family),
    tied, headBias: flag(fields, family.headBias),
    norm: { kind: family.norm }, embeddingNorm: family.embeddingNorm, finalNorm: true,
  }
}

/** Embeddings of another width are projected, which no list has. */
function checkWidth(fields: Fields, family: Family): void {
  if (family.equalsWidth === undefined) return
  const [other, width] = [optionalSize(fields, family.equalsWidth), size(fields, family.names.width)]
  if (other === null || other === 0 || other === width) return
  const { path } = lookup(fields, family.equalsWidth)
  report(fields, error('not-supported', path, `${path} is ${other} and the width ${width}: projected embeddings are not covered.`, [String(width)]))
}

function position(fields: Fields, family: Family): Decoder['position'] {
  if (family.position === 'learned') return { kind: 'learned', rows: size(fields, family.names.context) + family.extraRows }
  if (typeof family.position === 'string') return { kind: family.position }
  return { kind: flag(fields, family.position.alibi) ? 'alibi' : 'rope' }
}

/** Neighbors of one name as one run. */
function runs(order: readonly string[]): (readonly [string, number])[] {
  const starts = order.flatMap((name, i) => (name === order[i - 1] ? [] : [i]))
  return starts.map((start, i) => [order[start] ?? '', (starts[i + 1] ?? order.length) - start])
}

function layer(fields: Fields, family: Family, name: string, width: number, local: boolean, routed: boolean, indexed: boolean): Layer {
  return {
    name,
    attention: family.attention === 'latent' ? latent(fields, family, indexed) : grouped(fields, family, width, local),
    ffn: routed ? experts(fields, family) : dense(fields, family, width),
    residual: flag(fields, family.parallel) ? 'parallel' : 'serial',
    inputNorms: inputNorms(fields, family),
    outputNorms: family.outputNorms,
    normalizesInput: family.normalizesInput,
  }
}

function inputNorms(fields: Fields, { inputNorms: stated, parallel }: Family): Layer['inputNorms'] {
  if (typeof stated === 'number') return stated
  if (!flag(fields, parallel)) return 2
  return (count(fields, stated.count) || (flag(fields, stated.two) ? 2 : 1)) === 2 ? 2 : 1
}

function grouped(fields: Fields, family: Family, width: number, local: boolean): GroupedAttention {
  const names: Names = local ? { ...family.names, ...family.local } : family.names
  const heads = size(fields, names.heads)
  const groups = keyValueHeads(fields, family, names, heads, local && family.local.kvHeads !== undefined)
  const stated = names.headWidth === null ? null : optionalSize(fields, names.headWidth)
  const headWidth = stated ?? divide(fields, width, heads, names.width, names.heads)
  return {
    kind: 'grouped', groups,
    queriesPerGroup: divide(fields, heads, groups, names.heads, names.kvHeads ?? names.heads),
    headWidth,
    valueWidth: names.valueWidth === null ? headWidth : (optionalSize(fields, names.valueWidth) ?? headWidth),
    window: local && family.window !== 'chunks' ? size(fields, names.window) : null,
    chunk: local && family.window === 'chunks' ? size(fields, names.window) : null,
    headGate: family.headGate === true,
    bias: { qkv: flag(fields, family.qkvBias), out: flag(fields, family.outBias) },
    qkNorm: family.qkNorm === 'plain' && !(local && flag(fields, 'use_qk_norm')) ? null : family.qkNorm,
    rope: position(fields, family).kind === 'rope' && (family.window !== 'chunks' || local),
    sinks: flag(fields, local ? family.sinks.local : family.sinks.global),
  }
}

/** Where a file is silent there are as many as query heads, but not where layers are said to differ in them. */
function keyValueHeads(fields: Fields, { groups }: Family, names: Names, heads: number, required: boolean): number {
  if (names.kvHeads === null) return heads
  if (groups !== undefined && !flag(fields, groups.stated)) return flag(fields, groups.single) ? 1 : heads
  return required || groups !== undefined ? size(fields, names.kvHeads) : (optionalSize(fields, names.kvHeads) ?? heads)
}

function latent(fields: Fields, family: Family, own: boolean): LatentAttention {
  return {
    kind: 'latent',
    heads: size(fields, family.names.heads),
    queryRank: statedSize(fields, 'q_lora_rank'),
    latentRank: size(fields, 'kv_lora_rank'),
    nopeWidth: size(fields, 'qk_nope_head_dim'),
    ropeWidth: size(fields, 'qk_rope_head_dim'),
    valueWidth: size(fields, 'v_head_dim'),
    bias: flag(fields, family.qkvBias),
    index: family.indexer === true ? { heads: size(fields, 'index_n_heads'), width: size(fields, 'index_head_dim'), selected: size(fields, 'index_topk'), own } : null,
  }
}

function dense(fields: Fields, family: Family, width: number): DenseFfn {
  const { names, ffnOverWidth } = family
  const ffn = ffnOverWidth === null ? size(fields, names.ffn) : (optionalSize(fields, names.ffn) ?? ffnOverWidth * width)
  return { kind: 'dense', width: ffn, gated: family.gated, bias: flag(fields, family.ffnBias) }
}

function experts(fields: Fields, { experts: row, gated }: Family): ExpertFfn {
  const [total, active, width] = [size(fields, row.experts), size(fields, row.active), size(fields, row.width)]
  checkActive(fields, row.active, active, total)
  const shared = row.shared === null ? 0 : 'width' in row.shared ? count(fields, row.shared.width) : count(fields, row.shared.count) * width
  if (shared > largest && row.shared !== null && 'count' in row.shared) {
    const { path } = lookup(fields, row.shared.count)
    report(fields, error('invalid-field', path, `${path} makes a shared expert of width ${shared}, beyond ${largest}.`))
  }
  return {
    kind: 'experts', experts: total, active, width, gated,
    bias: flag(fields, row.bias), routerBias: flag(fields, row.routerBias),
    sharedWidth: shared === 0 ? null : shared, sharedGate: shared > 0 && row.sharedGate,
  }
}
