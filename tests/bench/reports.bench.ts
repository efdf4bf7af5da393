/**
 * Full inference reports per second on one core: both phases, every kernel, memory, metrics, largest batch and context.
 * `reference` parses the config's text alone, so that figures compare as ratios within one run.
 */
import { bench, describe } from 'vitest'
import { analyze, explain, models, type Scenario } from '../../src/index.js'
import { found, splits } from '../../src/serving/index.js'

const batches = [1, 2, 4, 8, 16, 32, 64]
let turn = 0
const workload = () => ({ batch: batches[++turn % batches.length] ?? 1, prompt: 1000 + turn % 1000, output: 256 })
const text = JSON.stringify(models.find(m => m.id === 'llama-3.1-8b')?.config)
const options = { time: 1500, warmupTime: 500 }

describe('full reports, structure cached', () => {
  bench('Llama-3.1-8B on H100 (at least 60,000 /s)', () => { analyze({ model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: workload() }) }, options)
  bench('DeepSeek-V3 on 8 × B300 (at least 10,000 /s)', () => { analyze({ model: 'deepseek-v3', gpu: 'b300-sxm', mesh: { tp: 8 }, workload: workload() }) }, options)
})

describe('starting from config.json', () => {
  bench('Llama-3.1-8B (at least 4,000 /s)', () => { analyze({ model: JSON.parse(text) as object, gpu: 'h100-sxm5-80gb', workload: workload() }) }, options)
  bench('reference: JSON.parse of its config.json', () => { JSON.parse(text) }, options)
})

describe('training', () => {
  const step: Scenario = { model: 'llama-3.1-405b', gpu: 'h100-sxm5-80gb', mesh: { tp: 8, pp: 16, dp: 128, sequence: true }, training: { zero: 1, stages: Array.from({ length: 16 }, (_, i) => i % 15 === 0 ? 7 : 8) }, workload: { mode: 'training', sequence: 8192, globalBatch: 2048 } }
  bench('Llama-3.1-405B on 16,384 × H100 (at least 3,300 /s)', () => { analyze(step) }, options)
  const search: Scenario = { model: 'llama-3.1-70b', gpu: 'h100-sxm5-80gb', profile: 'megatron', workload: { mode: 'training', sequence: 8192, globalBatch: 1024 } }
  bench('every mesh of 1,024 × H100 for Llama-3.1-70B, structures cached (at least 1 /s)', () => { found(splits(search, 1024)) }, options)
})

describe('on demand', () => {
  const scenario: Scenario = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb' }
  bench('explain one number', () => { explain(scenario, 'decode/decoder/attn/qkv/bytes') }, options)
})
