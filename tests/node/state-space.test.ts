/** State-space layers and hybrids: counts, states that do not grow, and the scan in both its forms. */
import { describe, expect, test } from 'vitest'
import { answered as answer, explains, shares } from './answered.js'

const gpu = 'b300-sxm'
function answered(model: string | object, workload: { batch?: number; prompt: number; output: number }) {
  return answer({ model, gpu, workload, precision: { cache: 'bf16' } })
}

describe('what is kept of a sequence', () => {
  test('Mamba 130M: 24 layers of 1536 channels with 16 states and 3 tokens of convolution, however long the context', () => {
    const state = 2 * 24 * 1536 * (16 + 3)
    for (const prompt of [1, 100, 100_000]) expect(answered('mamba-130m', { prompt, output: 1 }).memory.cache).toBe(state)
    expect(answered('mamba-130m', { prompt: 10, output: 10 }).model.cacheBytesPerToken).toBe(0)
    expect(answered('mamba-130m', { batch: 7, prompt: 10, output: 10 }).memory.cache).toBe(7 * state)
  })

  // Layers, and per layer elements of the state and of three tokens of convolution.
  test.each([
    ['mamba2-130m', 24, 24 * 64 * 128, 3 * (24 * 64 + 2 * 128)],
    ['codestral-mamba-7b', 64, 128 * 64 * 128, 3 * (128 * 64 + 2 * 8 * 128)],
    ['falcon-mamba-7b', 64, 8192 * 16, 3 * 8192],
    ['jamba-v0.1', 28, 8192 * 16, 3 * 8192],
  ])('%s: %i layers keep %i elements of state', (model, layers, state, convolution) => {
    const { memory, model: { cacheBytesPerToken } } = answered(model, { prompt: 999, output: 1 })
    expect(cacheBytesPerToken).toBe(model === 'jamba-v0.1' ? 4 * 2 * 8 * 128 * 2 : 0)
    expect(memory.cache).toBe(2 * layers * (state + convolution) + 1000 * cacheBytesPerToken!)
  })

  test('Nemotron-H 56B: its file does not say in what 54 layers keep their states: fp32, as the configuration class', () => {
    const { model, memory } = answered('nemotron-h-56b', { prompt: 999, output: 1 })
    expect(model.cacheBytesPerToken).toBe(20_480 * 2)
    expect(memory.cache).toBe(1000 * 40_960 + 4 * 226_492_416 + 2 * 3_317_760)
  })

  test('Nemotron 3 Nano: 6 layers of attention grow, 23 keep states in fp32 as the checkpoint asks', () => {
    const { model, memory } = answered('nemotron-3-nano', { prompt: 999, output: 1 })
    const [inner, groups] = [64 * 64, 2 * 8 * 128]
    expect(model.cacheBytesPerToken).toBe(6 * 2 * 2 * 128 * 2)
    expect(memory.cache).toBe(1000 * 6144 + 23 * (4 * inner * 128 + 2 * 3 * (inner + groups)))
  })
})

describe('the scan', () => {
  const scan = (prompt: number, id: RegExp, phase: 0 | 1) => {
    const kernels = answered('nemotron-h-56b', { prompt, output: 2 }).phases[phase]?.kernels.filter(k => id.test(k.id)) ?? []
    return kernels.reduce((sum, k) => sum + k.flops, 0)
  }

  test('a decode step updates every state once, whatever came before', () => {
    expect(scan(100, /ssm\/scan$/, 1)).toBe(5 * 256 * 64 * 256)
    expect(scan(8000, /ssm\/scan$/, 1)).toBe(scan(100, /ssm\/scan$/, 1))
  })

  test('Falcon Mamba: projections to a step of rank 256 and 16 + 16 inputs and outputs, normed, and 9 FLOP per element of the state', () => {
    const decode = answered('falcon-mamba-7b', { prompt: 100, output: 2 }).phases[1]
    const flops = (id: string) => decode?.kernels.find(k => k.id === id)?.flops
    expect(flops('mamba/ssm/bc-dt')).toBe(2 * 8192 * (256 + 32) + 4 * (256 + 32) + 2 * 256 * 8192)
    expect(flops('mamba/ssm/scan')).toBe(9 * 8192 * 16)
  })

  test('Jamba: 4 of 32 layers attend, 16 have experts, none twice', () => {
    const { phases } = answered('jamba-v0.1', { prompt: 100, output: 2 })
    const times = (id: RegExp) => phases[1]?.kernels.filter(k => id.test(k.id)).reduce((sum, k) => sum + k.times, 0)
    expect([times(/ssm\/scan$/), times(/attn\/core$/), times(/moe\/route$/), times(/ffn\/gate-up$/)]).toEqual([28, 4, 16, 16])
  })

  test('a prefill works in chunks of 128: its cost is linear in whole chunks', () => {
    expect(scan(4096, /ssm\/ssd$/, 0)).toBe(32 * scan(128, /ssm\/ssd$/, 0))
    const [s, q, heads, width, states, groups] = [4096, 128, 256, 64, 256, 8]
    expect(scan(s, /ssm\/ssd$/, 0)).toBe(2 * s * q * groups * states + 2 * s * q * heads * width + 4 * s * heads * width * states + 2 * (s / q) * heads * width * states)
  })
})

test('both forms of the scan hold the same weights', () => {
  const { model } = answered('nemotron-h-56b', { prompt: 1, output: 2 })
  expect(model.parameters).toBe(56_324_350_464)
})

describe('the delta rule', () => {
  const [heads, key, value] = [32, 128, 128]
  const kernel = (prompt: number, id: RegExp, phase: 0 | 1) => answered('qwen3.5-35b-a3b', { prompt, output: 2 }).phases[phase]?.kernels.find(k => id.test(k.id))

  test('a decode step: decay, prediction, update and output of every element of the state, 7 FLOP', () => {
    expect(kernel(1000, /delta\/recur$/, 1)).toMatchObject({ times: 30, flops: 7 * heads * key * value })
    expect(kernel(9, /delta\/recur$/, 1)?.bytes).toBe(kernel(9000, /delta\/recur$/, 1)?.bytes)
  })

  // Per token and value head in chunks of 64: 2q(3k + 2v) + q² for the solve + 6kv, and 2kv once per chunk (transformers, torch_chunk_gated_delta_rule).
  test('a prefill in chunks of 64', () => {
    const [s, q] = [4096, 64]
    expect(kernel(s, /delta\/chunk$/, 0)?.flops).toBe(s * heads * (2 * q * (3 * key + 2 * value) + q * q + 6 * key * value) + (s / q) * heads * 2 * key * value)
  })

  test('30 layers keep a state in fp32, 10 keep keys and values', () => {
    const { model, memory } = answered('qwen3.5-35b-a3b', { prompt: 999, output: 1 })
    expect(model.cacheBytesPerToken).toBe(10 * 2 * 2 * 256 * 2)
    expect(memory.cache).toBe(1000 * 20_480 + 30 * (4 * heads * key * value + 2 * 3 * (2 * 16 * key + heads * value)))
  })
})

// Published in 10^9: total, and active with the embedding (model cards; docs/models.md).
test.each([
  ['nemotron-3-nano', '31.6', '3.6'], ['nemotron-h-56b', '56.3', '56.3'], ['jamba-v0.1', '51.6', '12.1'], ['falcon-mamba-7b', '7.3', '7.3'], ['codestral-mamba-7b', '7.3', '7.3'],
])('%s: %s billion parameters, %s of them active', (model, total, active) => {
  const { parameters, activeParameters } = answered(model, { prompt: 1, output: 1 }).model
  expect([(parameters / 1e9).toFixed(1), (activeParameters / 1e9).toFixed(1)]).toEqual([total, active])
})

shares(['mamba2-130m', 'codestral-mamba-7b', 'falcon-mamba-7b', 'jamba-v0.1'])
explains(['mamba-130m', 'mamba2-130m', 'falcon-mamba-7b', 'jamba-v0.1', 'nemotron-h-56b', 'nemotron-3-super', 'qwen3.5-35b-a3b'].map(model => ({ model, gpu })))
