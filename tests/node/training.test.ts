/** Training against published tables: what a step holds, how long pipelines wait, what is counted. */
import { describe, expect, test } from 'vitest'
import { analyze, type Scenario } from '../../src/index.js'

type Training = Omit<Scenario, 'gpu' | 'workload'> & { readonly gpu?: string; readonly workload?: object }

function trained({ workload, ...scenario }: Training) {
  const report = analyze({ gpu: 'b300-sxm', ...scenario, workload: { mode: 'training', ...workload } })
  const { memory, metrics, model, phases: [step] } = report
  if (memory === null || metrics === null || model === null || step === undefined) throw new Error(JSON.stringify(report.problems))
  return { ...report, memory, metrics, model, step }
}

describe('ZeRO (arXiv:1910.02054, figure 1): 7.5e9 parameters on 64 GPUs, decimal GB', () => {
  test.each([[0, '120.0'], [1, '31.4'], [2, '16.6'], [3, '1.9']] as const)('stage %i: %s', (zero, gigabytes) => {
    const { memory: { weights, gradients, states }, model } = trained({ model: 'llama-3.1-8b', mesh: { dp: 64 }, precision: { gradients: 'bf16' }, training: { zero } })
    expect(((weights + gradients + states) / model.parameters * 7.5).toFixed(1)).toBe(gigabytes)
  })
})

// deepspeed/runtime/zero/stage_1_and_2.py and stage3.py at 38327e07, without offloading; memory.rst still prints 15.93 for stage 2, of an older formula.
describe('DeepSpeed\'s estimator: 2851e6 parameters, 32e6 in the largest layer, on 8 GPUs, in GiB', () => {
  const P = 2851e6, largest = 32e6
  const perParameter = (zero: 2 | 3, gradients: 'bf16' | 'fp32', of: readonly ('weights' | 'gradients' | 'states')[]) => {
    const { memory, model } = trained({ model: 'llama-3.1-8b', mesh: { dp: 8 }, precision: { gradients }, training: { zero } })
    return of.reduce((sum, part) => sum + memory[part], 0) / model.parameters
  }

  test('stage 2: 2P + 18P/N, with gradients in fp32 and in half precision as well', () => {
    const bytes = P * (perParameter(2, 'fp32', ['weights', 'gradients', 'states']) + perParameter(2, 'bf16', ['gradients']))
    expect(bytes).toBeCloseTo(2 * P + 18 * P / 8, -3)
    expect((bytes / 2 ** 30).toFixed(2)).toBe('11.28')
  })

  test('stage 3: 18P/N, and the largest layer whole', () => {
    const bytes = P * perParameter(3, 'fp32', ['weights', 'gradients', 'states'])
    expect(bytes).toBeCloseTo(18 * P / 8, -3)
    expect(((bytes + 4 * largest) / 2 ** 30).toFixed(2)).toBe('6.09')
  })
})

describe('communication of data parallelism, in bytes of the parameters', () => {
  // The paper's 1.5 counts the embedding in backward; a look-up does not read its table again.
  test.each([[0, 1.96875], [1, 1.96875], [2, 1.96875], [3, 2.889]] as const)('stage %i sends %d times the parameters', (zero, factor) => {
    const { step, model } = trained({ model: 'llama-3.1-8b', mesh: { dp: 64 }, precision: { gradients: 'bf16' }, training: { zero } })
    expect(step.perGpu.sent / (2 * model.parameters)).toBeCloseTo(factor, 3)
  })

  test('with four micro-batches the gradients are still reduced once, but with ZeRO-2 and 3 at each', () => {
    const sent = (zero: 0 | 1 | 2 | 3) => {
      const { step, model } = trained({ model: 'llama-3.1-8b', mesh: { dp: 64 }, precision: { gradients: 'bf16' }, training: { zero }, workload: { globalBatch: 256 } })
      return step.perGpu.sent / (2 * model.parameters)
    }
    expect([sent(1), sent(2), sent(3)].map(n => n.toFixed(2))).toEqual(['1.97', '4.92', '11.55'])
  })
})

describe('FLOP', () => {
  test('backward does twice what forward does, for each weight and each score', () => {
    const { step } = trained({ model: 'llama-3.1-8b', workload: { sequence: 1024 }, profile: 'eager', conventions: { attention: 'full' } })
    const forward = step.kernels.filter(k => /^decoder\/(attn\/(q|k|v|out|core\/scores|core\/values)|ffn\/(gate|up|down))$|^head$/.test(k.id)).reduce((sum, k) => sum + k.times * k.flops, 0)
    expect(step.flops.matrix).toBe(3 * forward)
  })

  test('a mesh runs what one GPU runs, all GPUs together', () => {
    const one = trained({ model: 'llama-3.1-8b', workload: { globalBatch: 8 } })
    for (const mesh of [{ tp: 8 }, { dp: 8 }, { pp: 8 }, { tp: 2, dp: 2, pp: 2 }]) {
      const many = trained({ model: 'llama-3.1-8b', mesh, workload: { globalBatch: 8 } })
      expect(many.step.flops.matrix).toBeCloseTo(one.step.flops.matrix, -3)
      expect(many.model).toEqual(one.model)
    }
  })
})

describe('pipelines', () => {
  const waits = (schedule: string, pp: number, globalBatch: number, more: object = {}) => {
    const { step, stages } = trained({ model: 'llama-3.1-8b', mesh: { pp }, training: { schedule, ...more }, workload: { globalBatch } })
    const passes = (stages as unknown as { seconds: { F: number; B: number; W: number } }[]).map(({ seconds: { F, B, W } }) => F + B + W)
    // The embedding makes the first stage longer, the head the last: what waits is the slowest, for all others.
    return { bubble: step.kernels.find(k => k.id === 'bubble')?.seconds.estimate ?? 0, others: passes.reduce((a, b) => a + b) - Math.max(...passes) }
  }

  test.each([[2, 8], [4, 16], [8, 32]] as const)('1F1B over %i stages waits once for each of the others, GPipe too', (p, m) => {
    for (const schedule of ['1f1b', 'gpipe']) { const { bubble, others } = waits(schedule, p, m); expect(bubble).toBeCloseTo(others, 9) }
  })

  test('interleaving divides the bubble, ZB1P leaves a third of it where F = B = W', () => {
    const { bubble, others } = waits('interleaved', 4, 16, { interleave: 4 })
    expect(bubble).toBeCloseTo(others / 4, 9)
    expect(waits('zb1p', 4, 16).bubble).toBeLessThan(0.5 * waits('1f1b', 4, 16).bubble)
  })

  test('stages share layers and weights; the first holds the most micro-batches', () => {
    const one = trained({ model: 'llama-3.1-8b' })
    const { stages } = trained({ model: 'llama-3.1-8b', mesh: { pp: 4 }, workload: { globalBatch: 16 } }) as unknown as { stages: { layers: [number, number]; memory: { weights: number; activations: number } }[] }
    expect(stages.map(s => s.layers)).toEqual([[0, 8], [8, 16], [16, 24], [24, 32]])
    expect(stages.reduce((sum, s) => sum + s.memory.weights, 0)).toBe(one.memory.weights)
    const kept = stages.map(s => s.memory.activations)
    expect(kept[1]! - kept[2]!).toBeGreaterThan(0)
  })
})

describe('bad input', () => {
  test.each([
    [{ model: 'llama-3.1-8b', mesh: { pp: 5 } }, 'illegal-mesh mesh.pp 4'],
    [{ model: 'llama-3.1-8b', mesh: { dp: 3 }, workload: { globalBatch: 16 } }, 'invalid-field workload.globalBatch 15'],
    [{ model: 'llama-3.1-8b', mesh: { pp: 2 }, training: { stages: [10, 20] } }, 'illegal-mesh training.stages '],
    [{ model: 'llama-3.1-8b', training: { optimizer: 'adamq' } }, 'unknown-optimizer training.optimizer adamw'],
    [{ model: 'bert-base', mesh: { pp: 2 } }, 'not-supported mesh.pp 1'],
  ] as const)('%j', (scenario, expected) => {
    const { phases, problems } = analyze({ gpu: 'b300-sxm', ...scenario, workload: { mode: 'training', ...(scenario as Training).workload } } as unknown as Scenario)
    expect(phases).toEqual([])
    expect(problems.map(p => `${p.code} ${p.path} ${p.suggestions[0] ?? ''}`)).toContain(expected)
  })
})
