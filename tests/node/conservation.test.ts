/** What a mesh of GPUs holds and does in training adds up to what one GPU would. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { analyze, type Memory, type Scenario } from '../../src/index.js'

const [layers, width, sequence] = [16, 1024, 512]
const model = {
  model_type: 'llama', architectures: ['LlamaForCausalLM'], hidden_size: width, num_hidden_layers: layers, num_attention_heads: 16, num_key_value_heads: 8,
  intermediate_size: 2816, vocab_size: 32768, max_position_embeddings: sequence, tie_word_embeddings: false,
}

interface Split { readonly tp: number; readonly dp: number; readonly pp: number; readonly zero: 0 | 1 | 2 | 3; readonly sequence: boolean }
const power = (most: number) => fc.nat(most).map(n => 2 ** n)
const split: fc.Arbitrary<Split> = fc.record({ tp: power(3), dp: power(4), pp: power(2), zero: fc.constantFrom(0, 1, 2, 3), sequence: fc.boolean() })
const runs = { numRuns: 30 }

function trained({ tp, dp, pp, zero, sequence: rest }: Split, batches: number, training: Scenario['training'] = {}) {
  const report = analyze({
    model, gpu: 'b300-sxm', workload: { mode: 'training', sequence, globalBatch: batches * dp }, mesh: { tp, dp, pp, sequence: rest && tp > 1 }, training: { zero, ...training },
  })
  const [step] = report.phases
  if (step === undefined) throw new Error(JSON.stringify(report.problems))
  return { step, stages: report.stages as { readonly memory: Memory }[] }
}

const one: Split = { tp: 1, dp: 1, pp: 1, zero: 0, sequence: false }
const sum = (stages: readonly { readonly memory: Memory }[], part: 'weights' | 'gradients' | 'states' | 'activations') => stages.reduce((all, { memory }) => all + memory[part], 0)
/** Norms are on every rank of tensor parallelism. */
const norms = (2 * layers + 1) * width

test('shards of weights, gradients and states are the whole', () => {
  const whole = trained(one, 1).stages
  fc.assert(fc.property(split, mesh => {
    const { stages } = trained(mesh, 1)
    for (const [part, bytes, from] of [['weights', 2, 3], ['gradients', 4, 2], ['states', 12, 1]] as const) {
      const shards = mesh.tp * (mesh.zero >= from ? mesh.dp : 1)
      expect(shards * sum(stages, part), part).toBeCloseTo(sum(whole, part) + (mesh.tp - 1) * bytes * norms, 3)
    }
  }), runs)
}, 20_000)

test('ZeRO-3 over n GPUs leaves an nth on each', () => {
  const whole = trained(one, 1).stages
  for (const dp of [2, 3, 64, 1000]) {
    const { stages } = trained({ ...one, dp, zero: 3 }, 1)
    for (const part of ['weights', 'gradients', 'states'] as const) expect(dp * sum(stages, part)).toBeCloseTo(sum(whole, part), 3)
  }
})

test('with sequence parallelism shards of what a micro-batch keeps are the whole', () => {
  // GPipe keeps all micro-batches, so one more adds what one keeps; a single stage never holds two.
  const kept = (mesh: Split) => mesh.tp * (sum(trained(mesh, 3, { schedule: 'gpipe' }).stages, 'activations') - sum(trained(mesh, 2, { schedule: 'gpipe' }).stages, 'activations'))
  const whole = kept({ ...one, pp: 2 })
  expect(whole).toBeGreaterThan(0)
  fc.assert(fc.property(split, power(1), (mesh, more) => {
    expect(kept({ ...mesh, sequence: true, pp: 2 * more })).toBeCloseTo(whole, 3)
  }), runs)
})

test('splitting never lowers what all GPUs do together', () => {
  fc.assert(fc.property(split, mesh => {
    const whole = trained(one, mesh.dp).step, { step } = trained(mesh, 1)
    expect(step.flops.matrix).toBeCloseTo(whole.flops.matrix, -3)
    // The kernels are those of one stage.
    if (mesh.pp === 1) expect(step.perGpu.flops * mesh.tp * mesh.dp).toBeGreaterThanOrEqual(whole.perGpu.flops * (1 - 1e-12))
  }), runs)
})
