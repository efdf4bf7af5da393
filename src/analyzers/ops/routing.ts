import type { Op } from '../graph.js'
import type { ExpertFfn } from '../models/architecture.js'
import { activation } from './elementwise.js'
import { linear } from './linear.js'
import { op } from './notation.js'

/**
 * Mixture of experts from the normalized input (b s d) to `to` (b s d): `e` experts of width `fe`, `x` visited per token,
 * `hit` distinct experts whose weights a batch reads. Routed copies carry the axis `x`.
 */
export function experts(m: ExpertFfn, from: string, to: string): Op[] {
  const expert = { group: 'experts', loop: 'b s x d fe' } as const
  const up = (id: string, name: string) => linear(id, {
    ...expert, from: 'copies:b s x d', to: `${name}:b s x fe`, weight: name, axes: 'e d fe', read: 'hit d fe',
    bias: m.bias ? 'e fe' : undefined, biasRead: 'hit fe',
  })
  const routed = m.sharedWidth === null ? to : 'routed'
  return [
    linear('moe/router', { from: `${from}:b s d`, to: 'logits:b s e', weight: 'router', axes: 'd e', group: 'router', bias: m.routerBias ? 'e' : undefined }),
    // Scoring all experts costs like a softmax; choosing the best x of them is comparisons, not FLOP.
    op('moe/top-k', 'map', 'logits:b s e -> gates:b s x', { flops: 'w_softmax', loop: 'b s e', saves: ['logits'] }),
    op('moe/dispatch', 'sum', `${from}:b s d -> copies:b s x d`),
    ...(m.gated ? [up('moe/gate', 'expert-gate')] : []),
    up('moe/up', 'expert-up'),
    activation('moe/act', m.gated ? ['expert-gate', 'expert-up'] : ['expert-up'], 'expert-h', 'b s x fe'),
    linear('moe/down', { ...expert, from: 'expert-h:b s x fe', to: 'expert-y:b s x d', weight: 'expert-down', axes: 'e fe d', read: 'hit fe d', bias: m.bias ? 'e d' : undefined, biasRead: 'hit d' }),
    op('moe/combine', 'product', `expert-y:b s x d, gates:b s x -> ${routed}:b s d`, { engine: 'vector' }),
    ...(m.sharedWidth === null ? [] : shared(m, from, routed, to)),
  ]
}

/** The expert that every token visits, added to the routed result. */
function shared(m: ExpertFfn, from: string, routed: string, to: string): Op[] {
  const up = (id: string, name: string) => linear(id, { from: `${from}:b s d`, to: `${name}:b s fs`, weight: name, axes: 'd fs', group: 'shared' })
  return [
    ...(m.gated ? [up('moe/shared-gate', 'shared-gate')] : []),
    up('moe/shared-up', 'shared-up'),
    activation('moe/shared-act', m.gated ? ['shared-gate', 'shared-up'] : ['shared-up'], 'shared-h', 'b s fs'),
    linear('moe/shared-down', { from: 'shared-h:b s fs', to: 'shared-y:b s d', weight: 'shared-down', axes: 'fs d', group: 'shared' }),
    ...(m.sharedGate ? [
      linear('moe/shared-scale', { from: `${from}:b s d`, to: 'shared-scale:b s', weight: 'shared-scale', axes: 'd', group: 'router' }),
      op('moe/shared-scaled', 'product', 'shared-y:b s d, shared-scale:b s -> shared-z:b s d', { engine: 'vector', flops: 1 }),
    ] : []),
    op('moe/sum', 'sum', `${routed}:b s d, ${m.sharedGate ? 'shared-z' : 'shared-y'}:b s d -> ${to}:b s d`, { flops: 'w_add' }),
  ]
}
