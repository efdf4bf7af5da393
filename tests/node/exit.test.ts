/** Tokens that leave before the last layers: decode in closed form. */
import { describe, expect, test } from 'vitest'
import { analyze, type Scenario } from '../../src/index.js'
import { answered, explains, gpu } from './answered.js'

const decode = (model: string, exit: number | null, rest: Partial<Omit<Scenario, 'gpu'>> & { gpu?: string } = {}) => answered({ model, ...rest, workload: { ...exit === null ? {} : { exit } } })
const total = (report: ReturnType<typeof decode>, of: (k: ReturnType<typeof decode>['phases'][number]['kernels'][number]) => number, at = (_: string) => true) =>
  report.phases[1]!.kernels.filter(({ id }) => at(id)).reduce((all, k) => all + k.times * of(k), 0)

describe('Llama 3.1 8B after n of 32 layers', () => {
  const whole = decode('llama-3.1-8b', null)
  const around = (id: string) => !id.startsWith('decoder')
  // Keys and values of a skipped layer: a norm of the copied state, two products, rotation, and both written.
  const product = 2 * 4096 * 2048
  test.each([1, 8, 20, 20.5, 31])('%f layers', exit => {
    const left = decode('llama-3.1-8b', exit)
    const skipped = (id: string) => id.startsWith('decoder-skipped/')
    for (const of of [k => k.flops, k => k.bytes, k => k.seconds.estimate, k => k.seconds.bound] as ((k: { flops: number; bytes: number; seconds: { bound: number; estimate: number } }) => number)[]) {
      expect(total(left, of, id => id.startsWith('decoder/')) / total(whole, of, id => id.startsWith('decoder/'))).toBeCloseTo(exit / 32, 12)
      expect(total(left, of, around)).toBeCloseTo(total(whole, of, around), 6)
      expect(total(left, of) ).toBeLessThan(total(whole, of))
    }
    const vector = 4 * 4096 + 3 * 1024
    expect(total(left, k => k.flops, skipped) / (32 - exit)).toBeGreaterThan(product)
    expect(total(left, k => k.flops, skipped) / (32 - exit)).toBeLessThan(product + 4 * vector)
    expect(total(left, k => k.bytes, skipped) / (32 - exit)).toBeCloseTo(2 * (4096 * 2048) + 2 * (4096 + 4096 + 4096) + 2 * (4096 + 2048), -5)
    expect(left.phases[1]!.flops.matrix).toBeCloseTo(exit * (2 * (4096 * 6144 + 4096 * 4096 + 3 * 4096 * 14_336) + 2 * 2 * 4096 * 2176) + (32 - exit) * product + 2 * 4096 * 128_256, -3)
  })

  test('the prompt, the weights and the cache stay as they are', () => {
    const left = decode('llama-3.1-8b', 12)
    expect(left.phases[0]).toEqual(whole.phases[0])
    expect(left.memory).toEqual(whole.memory)
    expect(left.model).toEqual(whole.model)
    expect(left.metrics.maxContext).toBe(whole.metrics.maxContext)
  })

  test('the last layer is no exit', () => {
    expect(decode('llama-3.1-8b', 32).phases).toEqual(whole.phases)
  })

  test('time falls with every layer that is left out', () => {
    const times = [1, 4, 8, 16, 24, 31, 31.5, 32].map(exit => decode('llama-3.1-8b', exit).metrics.tpot!)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })
})

test('layers are those below the exit: Gemma 3 has five local ones, then a global one', () => {
  const times = (exit: number) => Object.fromEntries(decode('gemma-3-27b', exit, { gpu: 'h200' }).phases[1]!.kernels.filter(({ id }) => id.endsWith('ffn/down') || id.endsWith('/attn/qkv') && id.includes('skipped')).map(({ id, times }) => [id, times]))
  expect(times(13)).toMatchObject({ 'local/ffn/down': 11, 'global/ffn/down': 2 })
  expect(times(4)).not.toHaveProperty('global/ffn/down')
})

describe('where it cannot be told', () => {
  test.each<[string, Scenario['workload'], string, string]>([
    ['llama-3.1-8b', { exit: 33 }, 'invalid-field', 'workload.exit'], ['llama-3.1-8b', { exit: 0 }, 'invalid-field', 'workload.exit'], ['llama-3.1-8b', { exit: -1 }, 'invalid-field', 'workload.exit'],
    ['t5-base', { exit: 4 }, 'not-supported', 'workload.exit'], ['mamba-130m', { exit: 4 }, 'not-supported', 'workload.exit'],
    ['llama-3.1-8b', { exit: 4, draft: { medusa: 2, tokens: 2, acceptance: 0.5 } }, 'not-supported', 'workload.exit'],
  ])('%s, %o: %s', (model, workload, code, path) => {
    expect(analyze({ model, gpu, workload: workload! }).problems.filter(({ severity }) => severity === 'error')[0]).toMatchObject({ code, path })
  })
})

explains([{ model: 'llama-3.1-8b', gpu, workload: { exit: 20.5 } }, { model: 'deepseek-v3', gpu: 'b300-sxm', mesh: { tp: 8 }, workload: { exit: 30 } }, { model: 'gemma-3-27b', gpu: 'h200', workload: { exit: 13 }, mesh: { tp: 2 } }])
