import type { Op } from '../graph.js'
import type { GroupedAttention, LatentAttention, Norm } from '../models/architecture.js'
import { rope } from './elementwise.js'
import { linear } from './linear.js'
import { norm } from './norm.js'
import { op } from './notation.js'
import { softmax } from './softmax.js'

/**
 * MHA, GQA and MQA from the normalized input `n` (b s d) to `y` (b s d): `g` groups of `r` queries, head width `k`, value width `kv`.
 * `n_` is what the cache holds of the context, `u` what one pass reads of it, `p` the query-key pairs that are not masked.
 */
export function grouped(a: GroupedAttention, from: string, to: string): Op[] {
  const qkv = a.bias.qkv
  const afterNorm = a.qkNorm === null ? '0' : '1'
  const [q, k] = a.rope ? [`q${afterNorm}`, `k${afterNorm}`] : ['q', 'k0']
  const wide = a.qkNorm === 'all'
  return [
    linear('attn/q', { from: `${from}:b s d`, to: `${a.rope || a.qkNorm ? 'q0' : 'q'}:b s g r k`, weight: 'q', axes: 'd g r k', group: 'attention', bias: qkv ? 'g r k' : undefined }),
    linear('attn/k', { from: `${from}:b s d`, to: 'k0:b s g k', weight: 'k', axes: 'd g k', group: 'attention', bias: qkv ? 'g k' : undefined }),
    linear('attn/v', { from: `${from}:b s d`, to: 'v0:b s g kv', weight: 'v', axes: 'd g kv', group: 'attention', bias: qkv ? 'g kv' : undefined }),
    ...(a.qkNorm === null ? [] : [
      norm('attn/q-norm', 'rms', 'q0:b s g r k', `${a.rope ? 'q1' : 'q'}:b s g r k`, 'q-norm', wide ? 'g r k' : 'k'),
      norm('attn/k-norm', 'rms', 'k0:b s g k', 'k1:b s g k', 'k-norm', wide ? 'g k' : 'k'),
    ]),
    ...(a.rope ? [rope('attn/rope-q', q, 'q', 'b s g r k'), rope('attn/rope-k', k, 'k2', 'b s g k')] : []),
    op('attn/append', 'sum', `${a.rope ? 'k2' : a.qkNorm ? 'k1' : 'k0'}:b s g k, v0:b s g kv -> keys~b s g k, values~b s g kv`, { loop: 'b s g k' }),
    op('attn/core/scores', 'product', 'q:b s g r k, keys~b n g k{b u g k} -> scores:b s g r u', { loop: 'b p g r k' }),
    softmax('attn/core/softmax', ['scores'], 'weights', 'b s g r u', 'b p g r', a.sinks ? 'g r' : undefined),
    op('attn/core/values', 'product', 'weights:b s g r u, values~b n g kv{b u g kv} -> a:b s g r kv', { loop: 'b p g r kv' }),
    linear('attn/out', { from: 'a:b s g r kv', to: `${to}:b s d`, weight: 'o', axes: 'g r kv d', group: 'attention', bias: a.bias.out ? 'd' : undefined }),
  ]
}

/**
 * MLA (DeepSeek-V2, arXiv:2405.04434): the cache holds one latent `c` and one rotary key `kr` per token, shared by all `h` heads.
 * `expanded` projects keys and values up for every context token; `absorbed` folds those weights into query and output. Same weights, same result.
 */
export function latent(a: LatentAttention, form: 'expanded' | 'absorbed', kind: Norm['kind'], from: string, to: string): Op[] {
  const query = a.queryRank === null ? `${from}:b s d` : 'cq1:b s cq'
  const rank = a.queryRank === null ? 'd' : 'cq'
  return [
    ...(a.queryRank === null ? [] : [linear('attn/q-a', { from: `${from}:b s d`, to: 'cq0:b s cq', weight: 'q-a', axes: 'd cq', group: 'attention', bias: a.bias ? 'cq' : undefined })]),
    linear('attn/kv-a', { from: `${from}:b s d`, to: 'c0:b s c', weight: 'kv-a', axes: 'd c', group: 'attention', bias: a.bias ? 'c' : undefined }),
    linear('attn/k-rope', { from: `${from}:b s d`, to: 'kr0:b s kr', weight: 'k-rope', axes: 'd kr', group: 'attention', bias: a.bias ? 'kr' : undefined }),
    ...(a.queryRank === null ? [] : [norm('attn/q-a-norm', kind, 'cq0:b s cq', 'cq1:b s cq', 'q-a-norm', 'cq')]),
    norm('attn/kv-a-norm', kind, 'c0:b s c', 'c1:b s c', 'kv-a-norm', 'c'),
    linear('attn/q', { from: query, to: 'q:b s h kn', weight: 'q', axes: `${rank} h kn`, group: 'attention' }),
    linear('attn/q-rope', { from: query, to: 'qr0:b s h kr', weight: 'q-rope', axes: `${rank} h kr`, group: 'attention' }),
    rope('attn/rope-q', 'qr0', 'qr', 'b s h kr'),
    rope('attn/rope-k', 'kr0', 'kr1', 'b s kr'),
    op('attn/append', 'sum', 'c1:b s c, kr1:b s kr -> latent~b s c, rope-key~b s kr', { loop: 'b s c' }),
    ...(form === 'absorbed' ? absorbed() : expanded()),
    linear('attn/out', { from: 'a:b s h kv', to: `${to}:b s d`, weight: 'o', axes: 'h kv d', group: 'attention', bias: a.bias ? 'd' : undefined }),
  ]
}

const ropeScores = () => op('attn/core/scores-rope', 'product', 'qr:b s h kr, rope-key~b n kr{b u kr} -> scores-rope:b s h u', { loop: 'b p h kr' })
const latentSoftmax = () => softmax('attn/core/softmax', ['scores', 'scores-rope'], 'weights', 'b s h u', 'b p h')

/** Keys and values per head, for every token of the context. */
function expanded(): Op[] {
  return [
    op('attn/k-b', 'product', 'latent~b n c{b u c}, k-b.w=c h kn -> keys:b u h kn', { group: 'attention', loop: 'b u c h kn' }),
    op('attn/v-b', 'product', 'latent~b n c{b u c}, v-b.w=c h kv -> values:b u h kv', { group: 'attention', loop: 'b u c h kv' }),
    op('attn/core/scores', 'product', 'q:b s h kn, keys:b u h kn -> scores:b s h u', { loop: 'b p h kn' }),
    ropeScores(), latentSoftmax(),
    op('attn/core/values', 'product', 'weights:b s h u, values:b u h kv -> a:b s h kv', { loop: 'b p h kv' }),
  ]
}

/** Queries meet the latent itself: more FLOP per pair, far fewer bytes per token of context. */
function absorbed(): Op[] {
  return [
    op('attn/k-b', 'product', 'q:b s h kn, k-b.w=c h kn -> qc:b s h c', { group: 'attention' }),
    op('attn/core/scores', 'product', 'qc:b s h c, latent~b n c{b u c} -> scores:b s h u', { loop: 'b p h c' }),
    ropeScores(), latentSoftmax(),
    op('attn/core/values', 'product', 'weights:b s h u, latent~b n c{b u c} -> ac:b s h c', { loop: 'b p h c' }),
    op('attn/v-b', 'product', 'ac:b s h c, v-b.w=c h kv -> a:b s h kv', { group: 'attention' }),
  ]
}
