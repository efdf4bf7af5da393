import { describe, expect, it } from 'vitest'
import { analyze, type Scenario } from '../../src/index.js'
import { answered, explains } from './answered.js'

type Adapter = Scenario['adapter']
const run = (model: string, adapter: Adapter, more: Partial<Scenario> = {}) => answered({ model, gpu: 'b300-sxm', workload: { batch: 4, prompt: 64, output: 8 }, adapter, ...more } as Scenario & { gpu: string })
const added = (model: string, adapter: Adapter) => run(model, adapter).model.parameters - run(model, null).model.parameters
const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0)

/** Llama 3.1 8B, in + out of each projection. */
const sides: Readonly<Record<string, number>> = { q: 8192, k: 5120, v: 5120, o: 8192, gate: 18432, up: 18432, down: 18432 }

describe('LoRA adapters in closed form', () => {
  it.each<[string, Adapter, number]>([
    // PEFT prints trainable params: 3,407,872 for r = 8 on q_proj and v_proj, 41,943,040 for r = 16 on all seven.
    ['llama-3.1-8b', { rank: 8, targets: ['q_proj', 'v_proj'] }, 3_407_872],
    ['llama-3.1-8b', { rank: 16, targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] }, 41_943_040],
    ['llama-3.1-8b', { rank: 16, targets: ['all-linear'] }, 41_943_040],
    ['llama-3.1-8b', { rank: 16 }, 16 * 32 * (sides['q']! + sides['v']!)],
    ['llama-3.1-8b', { rank: 4, targets: ['down'], count: 10 }, 10 * 4 * 32 * sides['down']!],
    ['llama-3.1-8b', { rank: 4, targets: ['down'], merged: true }, 0],
    ['mixtral-8x7b', { rank: 8, targets: ['w1'] }, 8 * 32 * 8 * (4096 + 14336)],
    // Of DeepSeek V3 the queries and the latent are held as one module each.
    ['deepseek-v3', { rank: 8, targets: ['q_b_proj'] }, 8 * 61 * (1536 + 128 * 192)],
    ['deepseek-v3', { rank: 8, targets: ['kv_a_proj_with_mqa', 'o_proj'] }, 8 * 61 * (7168 + 576 + 128 * 128 + 7168)],
    ['deepseek-v3', { rank: 1, targets: ['all-linear'] }, 61 * (7168 + 1536 + 1536 + 128 * 192 + 7168 + 576 + 128 * 128 + 7168) + 3 * 3 * (7168 + 18432) + 58 * 257 * 3 * (7168 + 2048)],
    ['deepseek-v2-lite', { rank: 1, targets: ['q_proj'] }, 27 * (2048 + 16 * 192)],
    ['mamba-130m', { rank: 1, targets: ['in_proj'] }, 24 * (768 + 2 * 1536)],
    ['nemotron-3-nano', { rank: 1, targets: ['in_proj'] }, 23 * (2688 + 2 * 64 * 64 + 2 * 8 * 128 + 64)],
    ['gpt2', { rank: 8, targets: ['q', 'v'] }, 8 * 12 * 4 * 768],
  ])('%s %j', (model, adapter, parameters) => { expect(added(model, adapter)).toBe(parameters) })

  it('takes 16 bits beside quantized weights, once per adapter', () => {
    for (const [weights, count] of [['bf16', 1], ['int4', 1], ['fp8', 5]] as const) {
      const memory = (adapter: Adapter) => run('llama-3.1-8b', adapter, { precision: { weights } }).memory.weights
      expect(memory({ rank: 16, targets: ['all-linear'], count }) - memory(null)).toBeCloseTo(2 * count * 41_943_040, 3)
    }
  })
  it('takes 2 FLOP per parameter and token, however many adapters there are', () => {
    const flops = (adapter: Adapter, phase: number) => run('llama-3.1-8b', adapter).phases[phase]!.flops.matrix
    for (const count of [1, 9]) {
      expect(flops({ rank: 16, targets: ['all-linear'], count }, 0) - flops(null, 0)).toBe(2 * 41_943_040 * 4 * 64)
      expect(flops({ rank: 16, targets: ['all-linear'], count }, 1) - flops(null, 1)).toBe(2 * 41_943_040 * 4)
    }
  })
  it('reads the adapters that the batch uses', () => {
    const read = (count: number) => run('llama-3.1-8b', { rank: 16, targets: ['o'], count }).phases[1]!.kernels.find(({ id }) => id === 'decoder/attn/out/lora-a')!.bytes
    expect(read(2) - read(1)).toBe(2 * 16 * 4096)
    expect(read(9)).toBe(read(4))
  })
  it('takes time in kernels of its own, and none when it is merged', () => {
    const all = { rank: 16, targets: ['all-linear'] }
    const seconds = (adapter: Adapter) => sum(run('llama-3.1-8b', adapter).phases.map(({ seconds }) => seconds.estimate))
    expect(seconds(all)).toBeGreaterThan(seconds(null))
    expect(seconds({ ...all, merged: true })).toBe(seconds(null))
    const ids = run('llama-3.1-8b', all).phases[0]!.kernels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(expect.arrayContaining(['decoder/attn/qkv', 'decoder/attn/lora-a', 'decoder/attn/lora-b', 'decoder/ffn/lora-a', 'decoder/ffn/down/lora-b']))
  })
  it('splits as the weights do', () => {
    for (const targets of [['q', 'v'], ['o', 'down'], ['all-linear']]) for (const model of ['llama-3.1-8b', 'mixtral-8x7b']) {
      const [one, two] = [1, 2].map(tp => run(model, { rank: 16, targets }, { mesh: { tp } }))
      expect(two!.model.parameters).toBe(one!.model.parameters)
      expect(two!.phases[0]!.flops).toEqual(one!.phases[0]!.flops)
      expect(two!.memory.weights).toBeLessThan(one!.memory.weights)
    }
  })
  it('says which modules there are', () => {
    const problems = (adapter: unknown, model = 'llama-3.1-8b') => analyze({ model, gpu: 'h100', adapter } as Scenario).problems.map(({ code, path, suggestions }) => [code, path, suggestions[0]])
    expect(problems({ rank: 8, targets: ['q', 'gate_pro'] })).toEqual([['unknown-target', 'adapter.targets.1', 'gate']])
    expect(problems({ rank: 8, targets: ['kv_b_proj'] }, 'deepseek-v3')).toContainEqual(['unknown-target', 'adapter.targets.0', 'kv_a'])
    expect(problems({ rank: 8, target: ['q'] })).toEqual([['unknown-field', 'adapter.target', 'targets']])
    expect(problems({ rank: 0 })[0]).toEqual(['invalid-field', 'adapter.rank', undefined])
    expect(problems({})[0]![1]).toBe('adapter.rank')
  })
  explains([
    { model: 'llama-3.1-8b', gpu: 'h100', adapter: { rank: 16, targets: ['all-linear'], count: 8 }, workload: { batch: 16 } },
    { model: 'mixtral-8x7b', gpu: 'h200', mesh: { tp: 2 }, adapter: { rank: 8, targets: ['all-linear'] }, precision: { weights: 'fp8+2:4', cache: 'kivi' } },
    { model: 'deepseek-v3', gpu: 'b300', mesh: { tp: 8 }, adapter: { rank: 8, targets: ['all-linear'] }, precision: { cache: 'int8' } },
  ])
})
