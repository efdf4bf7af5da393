/** The vocabulary by itself: trees, axes, shapes, fusion. */
import fc from 'fast-check'
import { create, all } from 'mathjs'
import { describe, expect, test } from 'vitest'
import { pairs, routed } from '../../src/analyzers/axes.js'
import { fuse } from '../../src/analyzers/fuse.js'
import type { Expr, Fn } from '../../src/analyzers/graph.js'
import { largestFitting } from '../../src/analyzers/inverse.js'
import { modelGraph, shapeOf } from '../../src/analyzers/models/loops.js'
import { op } from '../../src/analyzers/ops/index.js'
import { compile, evaluate, print } from '../../src/analyzers/product.js'
import { findProfile } from '../../src/analyzers/profiles.js'
import { resolveModel } from '../../src/analyzers/found-model.js'
import { shard } from '../../src/analyzers/shard.js'
import { estimateOf } from '../../src/analyzers/time.js'
import { analyze } from '../../src/index.js'
import { config } from './generate.js'

// By itself mathjs rounds 7.000000000000001 down before it takes the ceiling; here both sides round as IEEE 754 does.
const math = create(all ?? {})
math.import({ ceil: Math.ceil, floor: Math.floor }, { override: true })

describe('expression trees', () => {
  const names = { a: 3, bb: 0.5, c_tp: 17 }
  const tree: fc.Arbitrary<Expr> = fc.letrec<{ tree: Expr }>(tie => ({
    tree: fc.oneof({ maxDepth: 4 }, fc.constantFrom<Expr>('a', 'bb', 'c_tp', 2, 7, 0.25), fc.tuple(fc.constantFrom<Fn>('+', '-', '*', '/', 'min', 'max'), tie('tree'), tie('tree')) as fc.Arbitrary<Expr>, fc.tuple(fc.constantFrom<Fn>('ceil', 'floor'), tie('tree')) as fc.Arbitrary<Expr>),
  })).tree

  test('evaluated, compiled and printed they agree', () => {
    fc.assert(fc.property(tree, expr => {
      const value = evaluate(expr, names)
      fc.pre(Number.isFinite(value))
      const order = Object.keys(names)
      expect(compile(expr, name => order.indexOf(name))(Float64Array.from(Object.values(names)))).toBe(value)
      for (const text of [print(expr, names), print(expr)]) {
        const read = math.evaluate(text, { ...names }) as number
        fc.pre(Number.isFinite(read))
        expect(Math.abs(read - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)))
      }
    }), { numRuns: 500, examples: [[['ceil', ['/', 'c_tp', ['/', 'c_tp', 7]]]]] })
  })

  test('a name without a size is an error of the program', () => {
    expect(() => evaluate(['*', 'a', 'z'], names)).toThrow('no size for axis "z"')
  })
})

describe('query-key pairs, against enumeration', () => {
  const count = (s: number, t: number, w: number, causal: number) => {
    let pairs = 0
    for (let i = t - s + 1; i <= t; i++) pairs += causal === 1 ? Math.min(i, w) : 0
    return pairs
  }
  const axis = (name: 'n' | 'past' | 'u', s: number, t: number, w: number) => evaluate(pairs.windowed[name]?.size ?? NaN, { s, t, w })
  const size = (expr: Expr | undefined, s: number, t: number, w: number, causal: number) =>
    evaluate(expr ?? 0, { s, t, w, causal, u: axis('u', s, t, w), n: axis('n', s, t, w), past: axis('past', s, t, w) })

  test('causal, with and without a window, of any part of the context', () => {
    for (const t of [1, 2, 5, 16, 17, 40]) for (let s = 1; s <= t; s++) for (const w of [1, 3, 16, 100]) {
      expect(size(pairs.windowed['p']?.size, s, t, w, 1), `s ${String(s)} t ${String(t)} w ${String(w)}`).toBe(count(s, t, w, 1))
      expect(size(pairs.unbounded['p']?.size, s, t, w, 1)).toBe(count(s, t, Infinity, 1))
      expect(size(pairs.unbounded['p']?.size, s, t, w, 0)).toBe(s * t)
    }
  })

  test('tokens that one pass reads are those that some query sees', () => {
    for (const t of [1, 7, 20]) for (let s = 1; s <= t; s++) for (const w of [1, 4, 50]) {
      const seen = new Set<number>()
      for (let i = t - s + 1; i <= t; i++) for (let j = Math.max(1, i - w + 1); j <= i; j++) seen.add(j)
      expect(axis('u', s, t, w)).toBe(seen.size)
    }
  })

  test('experts hit: all with many tokens, x with one; DeepSeek-V3 at batch 1, 8, 32 and 128', () => {
    const at = (b: number) => evaluate(routed['hit']?.size ?? 0, { e: 256, x: 8, b, s: 1 })
    expect([1, 8, 32, 128].map(b => Math.round(at(b) * 10) / 10)).toEqual([8, 57.4, 163.3, 251.6])
    expect(at(1e6)).toBeCloseTo(256, 6)
  })
})

test('decoders of one shape have one graph: the key leaves nothing out', () => {
  const byShape = new Map<string, string>()
  fc.assert(fc.property(config, model => {
    const found = resolveModel(model)
    if (!('model' in found)) throw new Error('unreadable')
    for (const form of ['expanded', 'absorbed'] as const) {
      const key = `${shapeOf(found.model)} ${form}`
      const graph = JSON.stringify(modelGraph(found.model, form))
      expect(byShape.get(key) ?? graph).toBe(graph)
      byShape.set(key, graph)
    }
  }), { numRuns: 500 })
  expect(byShape.size).toBeGreaterThan(8)
})

test('both forms of MLA hold the same weights and the same cache', () => {
  const found = resolveModel('deepseek-v3')
  if (!('model' in found)) throw new Error('unreadable')
  const held = (form: 'expanded' | 'absorbed') => {
    const tensors = modelGraph(found.model, form).blocks.flatMap(b => b.ops).flatMap(o => o.tensors).filter(t => t.role === 'weight' || t.role === 'cache')
    return [...new Set(tensors.map(t => `${t.name} ${t.axes.join(' ')}`))].sort()
  }
  expect(held('absorbed')).toEqual(held('expanded'))
})

describe('fusion', () => {
  const found = resolveModel('llama-3.1-8b')
  const profile = findProfile('ideal')
  if (!('model' in found) || 'code' in profile) throw new Error('unreadable')
  const ids = fuse(shard(modelGraph(found.model, 'expanded'), {}), profile).map(k => k.id)

  test('a layer is eight kernels, the residual add joins the next norm', () => {
    expect(ids).toEqual(['embed', 'decoder/attn/norm', 'decoder/attn/qkv', 'decoder/attn/core', 'decoder/attn/out', 'decoder/ffn/norm', 'decoder/ffn/gate-up', 'decoder/ffn/down', 'norm', 'head'])
  })

  test('flash attention saves the scores: four passes over b·g·r·s·t', () => {
    const bytes = (name: string) => analyze({ model: 'llama-3.1-8b', gpu: 'h100', profile: name, workload: { batch: 2, prompt: 4096, output: 0 } }).phases[0]?.kernels.filter(k => k.id.includes('attn/core')).reduce((sum, k) => sum + k.bytes, 0) ?? 0
    expect(bytes('eager') - bytes('ideal')).toBe(4 * 2 * 32 * 4096 * 4096 * 2)
  })

  test('add and norm as one kernel save one pass over the sum', () => {
    const [add = 0, norm = 0, both = 0] = ['eager', 'eager', 'ideal'].map((name, i) => analyze({ model: 'llama-3.1-8b', gpu: 'h100', profile: name, workload: { prompt: 1024 } }).phases[0]?.kernels.find(k => k.id === ['decoder/attn/add', 'decoder/ffn/norm', 'decoder/ffn/norm'][i])?.bytes ?? 0)
    expect(add + norm - both).toBe(1024 * 4096 * 2)
  })
})

test('the estimate is the formula of data/efficiency.json', () => {
  const d = { matrix: 1, derated: 2e-5, vector: 1e-6, memory: 1.2e-5 }
  expect(estimateOf(d, 0.8, 3e-6, 1.9)).toBeCloseTo(3e-6 + (2e-5 ** 1.9 + (1.2e-5 / 0.8) ** 1.9) ** (1 / 1.9), 15)
  expect(estimateOf(d, 0.8, 3e-6, null)).toBe(3e-6 + 2e-5)
  expect(estimateOf({ matrix: 0, derated: 0, vector: 0, memory: 0 }, 0.8, 3e-6, 1.9)).toBe(3e-6)
})

test('the largest fitting number, whatever the guess', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e6 }), fc.oneof(fc.integer({ min: -5, max: 2e6 }), fc.constantFrom(NaN, Infinity)), (limit, guess) => {
    expect(largestFitting(n => n <= limit, guess, 1e9)).toBe(limit)
  }))
  expect(largestFitting(() => true, 5, 1000)).toBe(1000)
})

test('the notation of ops', () => {
  expect(op('up', 'product', 'n:b s d, up.w=d f{d 2} -> u*:b s f', { group: 'ffn' })).toEqual({
    id: 'up', law: 'product', engine: 'matrix', flops: 2, loop: ['b', 's', 'd', 'f'], times: [],
    tensors: [
      { name: 'n', role: 'in', axes: ['b', 's', 'd'], held: 'activation' },
      { name: 'up.w', role: 'weight', axes: ['d', 'f'], held: 'weight', group: 'ffn', read: ['d', 2] },
      { name: 'u', role: 'out', axes: ['b', 's', 'f'], held: 'activation', carry: true },
    ],
  })
  expect(() => op('bad', 'sum', 'x b s -> y:b')).toThrow('cannot read tensor')
})
