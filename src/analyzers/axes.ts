/** The glossary of axes: one name, one meaning, in every model, formula and chart. */
import type { Axis, Expr } from './graph.js'

/** Axes whose sizes come from the model or the workload. */
export const glossary: Readonly<Record<string, Axis>> = {
  b: { title: 'sequences' },
  s: { title: 'query tokens per sequence' },
  t: { title: 'context tokens per sequence', alias: 's' },
  o: { title: 'tokens per sequence that reach the head', alias: 's' },
  l: { title: 'layers' },
  d: { title: 'model width' },
  g: { title: 'KV groups', uneven: 'replicate', spills: 'r' },
  r: { title: 'queries per KV group' },
  h: { title: 'heads' },
  k: { title: 'head width' },
  kv: { title: 'value head width' },
  kn: { title: 'head width without rotary position' },
  kr: { title: 'head width with rotary position' },
  c: { title: 'rank of the KV latent' },
  cq: { title: 'rank of the query compression' },
  f: { title: 'FFN width' },
  fe: { title: 'expert FFN width' },
  fs: { title: 'shared expert FFN width' },
  e: { title: 'experts' },
  x: { title: 'experts per token', route: 'e' },
  v: { title: 'vocabulary', uneven: 'pad' },
  rows: { title: 'rows of the position table' },
  w: { title: 'attention window, in tokens' },
  causal: { title: '1 where masked pairs are left out, 0 where they count' },
}

/** Query-key pairs per head of `s` queries at the end of a context of `t`, without those that a causal mask hides. */
export const pairs: Axis = {
  title: 'query-key pairs per sequence and head',
  size: ['-', ['*', 's', 't'], ['*', 'causal', ['/', ['*', 's', ['-', 's', 1]], 2]]],
  source: 'sum of the positions t − s + 1 … t',
}

/** Positions 1 … n see min(i, w) tokens each: n·m − m(m − 1)/2 pairs in all, with m = min(n, w). */
function seen(n: Expr): Expr {
  const m: Expr = ['min', n, 'w']
  return ['-', ['*', n, m], ['/', ['*', m, ['-', m, 1]], 2]]
}

/** The same axes under an attention window `w`; exact against enumeration in the tests. */
export const windowed: Readonly<Record<'p' | 'n' | 'u', Axis>> = {
  p: {
    title: 'query-key pairs per sequence and head inside the window',
    size: ['+', ['*', 'causal', ['-', seen('t'), seen(['-', 't', 's'])]], ['*', ['-', 1, 'causal'], ['*', 's', 'u']]],
    source: 'sum of min(i, w) over the positions i = t − s + 1 … t',
  },
  n: { title: 'context tokens that the window keeps in the cache', size: ['min', 't', 'w'] },
  u: { title: 'context tokens that one pass reads', size: ['min', 't', ['-', ['+', 's', 'w'], 1]] },
}

/** Distinct experts that a batch visits when every token picks `x` of `e` evenly. */
export const hit: Axis = {
  title: 'distinct experts hit by the batch',
  size: ['*', 'e', ['-', 1, ['^', ['-', 1, ['/', 'x', 'e']], ['*', 'b', 's']]]],
  follows: 'e',
  source: 'expected distinct draws under even routing: e(1 − (1 − x/e)^(b·s))',
}
