/** Attention that leaves tokens out: chosen by an indexer, in chunks, in windows. Counts, caches and pairs. */
import { describe, expect, test } from 'vitest'
import { pairs } from '../../src/analyzers/axes.js'
import type { Expr } from '../../src/analyzers/graph.js'
import { evaluate } from '../../src/analyzers/product.js'
import { explain } from '../../src/index.js'
import { answered as answer, explains } from './answered.js'

const gpu = 'b300-sxm'
const GiB = 2 ** 30
function answered(model: string, workload: { prompt: number; output: number }, tp = 1) {
  return answer({ model, gpu, workload: { batch: 1, ...workload }, mesh: { tp }, precision: { cache: 'bf16' } })
}

/** All derived axes of a set at given sizes. */
function at(set: keyof typeof pairs, given: Record<string, number>): Record<string, number> {
  const sizes = { ...given }
  for (const [axis, { size }] of Object.entries(pairs[set])) sizes[axis] = evaluate(size as Expr, sizes)
  return sizes
}

describe('pairs in closed form are the pairs counted one by one', () => {
  const cases = [[1, 1], [1, 100], [7, 7], [5, 23], [64, 64], [100, 1000], [3, 2048]] as const
  test.each(cases)('%i queries at the end of %i tokens', (s, t) => {
    for (const limit of [1, 2, 8, 64, 4096]) {
      let selected = 0, chunked = 0, scored = 0, blocks = 0
      for (let i = t - s + 1; i <= t; i++) { selected += Math.min(i, limit); chunked += (i - 1) % limit + 1; scored += i; blocks += i <= 3 * limit ? i : 2 * limit + (i - 1) % limit + 1 }
      expect(at('selected', { s, t, topk: limit, causal: 1 })).toMatchObject({ p: selected, pi: scored, us: Math.min(t, limit) })
      expect(at('chunked', { s, t, chunk: limit, causal: 1 })['p']).toBe(chunked)
      expect(at('blocks', { s, t, block: limit, kb: 3, causal: 1 })).toMatchObject({ p: blocks, pi: scored })
    }
  })

  test('a step that selects blocks reads what it attends to', () => {
    for (const t of [1, 2047, 2048, 2049, 2176, 131_072]) { const { p, us, u } = at('blocks', { s: 1, t, block: 128, kb: 16, causal: 1 }); expect([us, u]).toEqual([p, p]) }
  })

  test('what a chunked pass reads starts with the chunk of its first query', () => {
    expect(at('chunked', { s: 1, t: 8192, chunk: 8192, causal: 1 })['u']).toBe(8192)
    expect(at('chunked', { s: 1, t: 8193, chunk: 8192, causal: 1 })['u']).toBe(8193 - 8192)
  })
})

describe('caches', () => {
  // 78 layers of 512 + 64 latent elements. The published 17.18 GiB counts 79 layers: the module that predicts further tokens has one too.
  test('GLM-5 at 202,752 tokens: 16.97 GiB of latents, the keys of the indexer apart', () => {
    const { memory } = answered('glm-5', { prompt: 202_751, output: 1 }, 8)
    const latents = 78 * (512 + 64) * 2 * 202_752, keys = 78 * 128 * 2 * 202_752
    expect(memory.cache).toBe(latents + keys)
    expect((latents / GiB).toFixed(2)).toBe('16.97')
    expect((latents / 78 * 79 / GiB).toFixed(2)).toBe('17.18')
    expect(explain({ model: 'glm-5', gpu, workload: { prompt: 202_751, output: 1 }, mesh: { tp: 8 } }, 'memory/cache').symbols).toMatch(/ik/)
  })

  test('GLM-5.2 keeps keys of an indexer in the 21 of 78 layers that have one', () => {
    expect(answered('glm-5.2', { prompt: 1000, output: 0 }, 8).model.cacheBytesPerToken).toBe(2 * (78 * 576 + 21 * 128))
  })

  test('Llama 4 Scout at 131,072 tokens: 12 layers keep all, 36 their chunk of 8192', () => {
    expect(answered('llama-4-scout', { prompt: 131_071, output: 1 }).memory.cache).toBe(2 * 2048 * (12 * 131_072 + 36 * 8192))
  })

  test('Step 3.7 at 65,536 tokens: 12 full layers and 33 windows of 512', () => {
    expect(answered('step-3.7-flash', { prompt: 65_535, output: 1 }, 2).memory.cache * 2).toBe(2 * 2048 * (12 * 65_536 + 33 * 512))
  })
})

test('the cost of a step over many tokens: DeepSeek V3.2 scores all and attends to 2048', () => {
  const kernel = (model: string, id: string) => {
    const decode = answered(model, { prompt: 131_071, output: 2 }, 8).phases[1]
    return decode?.kernels.filter(k => k.id.endsWith(id)).reduce((sum, k) => sum + k.times * k.flops, 0) ?? 0
  }
  const perLayer = kernel('deepseek-v3.2', 'index/core') / 61
  expect(perLayer).toBe(64 * 131_072 * (2 * 128 + 3))
  expect(kernel('deepseek-v3.2', 'attn/core')).toBeLessThan(kernel('deepseek-v3', 'attn/core') / 60)
})

explains(['deepseek-v3.2', 'glm-5', 'glm-5.2', 'llama-4-scout', 'step-3.7-flash'].map(model => ({ model, gpu, mesh: { tp: 8 } })))
