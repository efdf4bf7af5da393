/** The search for the best way to train on so many GPUs, and what it hands to Megatron-LM and DeepSpeed. */
import { describe, expect, test } from 'vitest'
import { analyze, type Scenario } from '../../src/index.js'
import { deepspeedConfig, found, megatronArguments, nameOf, splits } from '../../src/serving/index.js'

const asked: Scenario = { model: 'llama-3.1-8b', gpu: 'h100', profile: 'megatron', workload: { mode: 'training', globalBatch: 64 } }

describe('16 GPUs', () => {
  const { ways, legal, tooLarge, lost } = found(splits(asked, 16))
  test('every way multiplies to the GPUs, fits, and is what analyze says of it', () => {
    for (const { scenario, seconds, bytes } of ways) {
      const { tp = 1, pp = 1, cp = 1, dp = 1 } = scenario.mesh ?? {}
      expect(tp * pp * cp * dp).toBe(16)
      const { memory, phases: [step] } = analyze(scenario)
      expect([memory?.fits, memory?.total, step?.seconds.estimate]).toEqual([true, bytes, seconds])
    }
  })
  test('no legal mesh is left out: degrees of tensor parallelism up to 16, stages that divide 32 layers', () => {
    const meshes = new Set(ways.map(({ scenario: { mesh } }) => `${String(mesh?.tp)} ${String(mesh?.pp)} ${String(mesh?.cp)}`))
    // 1, 2, 4, 8 and 16 ranks by 1 to 16 stages, as far as they multiply to 16.
    expect([meshes.size, legal, tooLarge]).toEqual([15, 15, 0])
  })
  test('the fastest come first; the seconds of each are where they go', () => {
    expect(ways.map(({ seconds }) => seconds)).toEqual(ways.map(({ seconds }) => seconds).sort((a, b) => a - b))
    for (const { seconds, spent } of ways) expect((Object.values(spent) as number[]).reduce((a, b) => a + b)).toBeCloseTo(seconds, 9)
  })
  test('what the second loses on is a part of where its seconds go', () => {
    const [first, second] = ways
    expect(lost === null ? null : lost.seconds).toBe(lost === null || !first || !second ? null : second.spent[lost.on] - first.spent[lost.on])
  })
  test('the best and the smallest are never beaten on both counts', () => {
    expect(ways[0]?.isPareto).toBe(true)
    expect(ways.reduce((a, b) => b.bytes < a.bytes ? b : a).isPareto).toBe(true)
  })
})

test('a model that fits in no way says so', () => {
  const { ways, legal, tooLarge } = found(splits({ ...asked, model: 'llama-3.1-405b', workload: { mode: 'training', globalBatch: 8 } }, 8))
  expect(ways).toEqual([])
  expect(tooLarge).toBe(legal)
})

const way: Scenario = { ...asked, model: 'mixtral-8x7b', mesh: { tp: 2, pp: 4, dp: 8, ep: 8, sequence: true }, training: { zero: 1, recompute: 'full', schedule: 'interleaved', interleave: 2, recipe: 'fp8' }, workload: { mode: 'training', globalBatch: 64, sequence: 8192 } }

test('arguments of Megatron-LM', () => {
  expect(nameOf(way)).toBe('tp2 pp4 dp8 ep8, zero1, micro-batch 1, recompute full, 2 chunks')
  expect(megatronArguments(way)).toEqual([
    '--num-layers 32', '--hidden-size 4096', '--ffn-hidden-size 14336', '--num-attention-heads 32', '--kv-channels 128', '--group-query-attention', '--num-query-groups 8', '--swiglu',
    '--num-experts 8', '--moe-router-topk 2', '--moe-ffn-hidden-size 14336', '--seq-length 8192', '--max-position-embeddings 8192', '--micro-batch-size 1', '--global-batch-size 64',
    '--tensor-model-parallel-size 2', '--pipeline-model-parallel-size 4', '--context-parallel-size 1', '--expert-model-parallel-size 8', '--expert-tensor-parallel-size 1', '--sequence-parallel',
    '--num-layers-per-virtual-pipeline-stage 4', '--use-distributed-optimizer', '--recompute-granularity full', '--recompute-method uniform', '--recompute-num-layers 1', '--bf16', '--fp8-format hybrid', '--fp8-recipe tensorwise',
  ])
})

test('the configuration of DeepSpeed multiplies to the batch', () => {
  expect(deepspeedConfig({ ...asked, mesh: { dp: 8 }, training: { zero: 3 }, offload: { optimizer: 1 }, workload: { mode: 'training', microBatch: 2, globalBatch: 64 } })).toMatchObject({
    train_batch_size: 64, train_micro_batch_size_per_gpu: 2, gradient_accumulation_steps: 4, bf16: { enabled: true }, zero_optimization: { stage: 3, offload_optimizer: { device: 'cpu', ratio: 1 } },
  })
})

test('what cannot be resolved is a problem', () => {
  expect(megatronArguments({ ...asked, gpu: 'h1000' })).toMatchObject([{ code: 'unknown-gpu' }])
})
