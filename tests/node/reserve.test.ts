/** What an engine sets aside for caches, against its own logs and its rule written out; beside it the minimum. */
import { describe, expect, test } from 'vitest'
import { explain, models } from '../../src/index.js'
import { answered } from './answered.js'

const gpu = 'b300-sxm'
const ceil = (tokens: number, block: number) => Math.ceil(tokens / block) * block
/** One request of so many tokens under vLLM. */
function reserved(model: string | object, tokens: number, more: object = {}) {
  const { memory } = answered({ model, gpu, profile: 'vllm', workload: { prompt: tokens, output: 0 }, ...more })
  if (memory.reserved === null) throw new Error('no rule')
  return memory.reserved.cache
}

describe('blocks', () => {
  test.each([[1, 16], [16, 16], [17, 32], [2304, 2304]])('%i tokens take blocks for %i', (tokens, held) => {
    expect(reserved('llama-3.1-8b', tokens)).toBe(held * 131_072)
  })

  test('an RTX 3090 with 3.81 GiB for the cache of Llama 3.1 8B has 1,952 blocks (vllm issue 10517)', () => {
    expect((1952 * reserved('llama-3.1-8b', 16) / 2 ** 30).toFixed(2)).toBe('3.81')
  })

  test('latents lie in blocks of 64, index keys in fp8 with a scale: 1,152 + 132 bytes per token and layer', () => {
    expect(reserved('deepseek-v3', 65, { mesh: { tp: 8 } })).toBe(128 * 61 * 1152)
    expect(reserved('deepseek-v3.2', 65, { mesh: { tp: 8 } })).toBe(128 * 61 * (1152 + 132))
  })

  test('nothing is known of an engine without a rule', () => {
    for (const profile of ['ideal', 'eager']) expect(answered({ model: 'llama-3.1-8b', profile }).memory.reserved).toBeNull()
    expect(answered({ model: 'bert-base', profile: 'vllm' }).memory.reserved).toBeNull()
  })
})

describe('windows', () => {
  test('gpt-oss-120b: 5.38 GiB are 78,384 tokens where no window counts (vllm log in hf-mem issue 60)', () => {
    expect((78_384 * answered({ model: 'gpt-oss-120b', gpu }).model.cacheBytesPerToken! / 2 ** 30).toFixed(2)).toBe('5.38')
  })

  test.each([
    ['gpt-oss-120b', 131_072, 18 * 2048 * (131_072 + ceil(127 + 8192, 16) + 16)],
    ['gpt-oss-120b', 1000, 18 * 2048 * (1008 + 1008 + 16)],
    // Window 512: 256 blocks for all 4,096 tokens and 257 in a window; 22 local layers lie in 6 groups of 4.
    ['gemma-3-1b', 4096, 16 * 1024 * 4 * (256 + 6 * 257)],
    // 39 layers with windows of 128 and 8 groups, 9 without and 4 groups, whose blocks are twice as long: 5 groups of 9.
    ['mimo-v2-flash', 32_768, 16 * 8 * 320 * 2 * (9 * 1024 + 45 * (Math.ceil((127 + 8192) / 16) + 1))],
    // Blocks of 128 tokens where an indexer selects them, with its keys in 16 bits beside keys and values: 57 layers; 3 without.
    ['minimax-m3', 1000, 2048 * 3 * 1008 + (2048 + 256) * 57 * 1024],
    // Chunks of 8,192 tokens and those of one step: 36 layers beside 12.
    ['llama-4-scout', 100_000, 4096 * (12 * 100_000 + 36 * 16_384)],
  ])('%s sets aside for %i tokens what the rule says', (model, tokens, bytes) => {
    expect(reserved(model, tokens, { mesh: { tp: 1 } })).toBe(bytes)
  })

  test('a chunk is the step; a GPU of less than 70 GiB takes 2,048 tokens', () => {
    expect(reserved('gpt-oss-20b', 65_536, { gpu: 'rtx-pro-6000-blackwell-ws' })).toBe(12 * 2048 * (65_536 + ceil(127 + 8192, 16) + 16))
    expect(reserved('gpt-oss-20b', 65_536, { gpu: 'l40s' })).toBe(12 * 2048 * (65_536 + ceil(127 + 2048, 16) + 16))
  })
})

describe('states', () => {
  const nano = {
    model_type: 'nemotron_h', hidden_size: 4480, num_hidden_layers: 4, hybrid_override_pattern: 'MMM*', vocab_size: 131_072, intermediate_size: 15_680,
    mamba_num_heads: 128, mamba_head_dim: 80, n_groups: 8, ssm_state_size: 128, conv_kernel: 4, num_attention_heads: 40, num_key_value_heads: 8, head_dim: 128, mlp_hidden_act: 'relu2', max_position_embeddings: 131_072,
    // As vLLM held it in 2025; since then float32 where a file does not say.
    mamba_ssm_cache_dtype: 'bfloat16',
  }

  test('attention blocks of Nemotron Nano 9B v2 grow to 672 tokens, the page of a state (vllm issue 24280)', () => {
    expect(reserved(nano, 1)).toBe((3 + 1) * 672 * 4096)
    expect(reserved(nano, 673)).toBe((3 + 2) * 672 * 4096)
  })

  test('Qwen3.5-35B-A3B: 1,056 tokens, which pads a state by 0.76 %', () => {
    const state = 32 * 128 * 128 * 4 + 3 * (2 * 16 * 128 + 32 * 128) * 2
    expect((1056 * 2048 / state - 1).toFixed(4)).toBe('0.0076')
    expect(reserved('qwen3.5-35b-a3b', 1056)).toBe(40 * 1056 * 2048)
  })

  test('without attention a state takes what it is', () => {
    const { memory } = answered({ model: 'mamba-130m', profile: 'vllm' })
    expect(memory.reserved?.cache).toBe(memory.cache)
  })
})

describe('laws', () => {
  test.each(models.map(m => m.id))('%s: no less than the minimum, and fits where it says so', id => {
    const { memory, metrics } = answered({ model: id, gpu, profile: 'vllm', workload: { batch: 3 } })
    const { reserved: engine } = memory
    if (engine === null) return
    if (!/deepseek-v3.2|glm-5/.test(id)) expect(engine.cache).toBeGreaterThanOrEqual(memory.cache)
    expect(engine.total - engine.cache).toBeCloseTo(memory.total - memory.cache, 0)
    expect(engine.maxBatch).toBeLessThanOrEqual(Math.max(metrics.maxBatch!, /deepseek-v3.2|glm-5/.test(id) ? Infinity : 0))
  })

  test('the longest context fits, one token more does not', () => {
    const at = (prompt: number) => answered({ model: 'gemma-3-27b', profile: 'vllm', workload: { prompt, output: 16 } }).memory.reserved
    const longest = at(1000)!.maxContext! - 16
    expect(at(longest)?.fits).toBe(true)
    expect(at(longest + 1)?.fits).toBe(false)
  })

  test('is explained by the products that it is', () => {
    const scenario = { model: 'gpt-oss-120b', gpu, profile: 'vllm', workload: { prompt: 9000, output: 0 } }
    const { value, inputs, problems, source } = explain(scenario, 'memory/reserved/cache')
    expect(problems).toEqual([])
    expect(value).toBe(reserved('gpt-oss-120b', 9000))
    expect(inputs.map(i => i.name)).toEqual(expect.arrayContaining(['layers_local', 'held_local', 'held_global']))
    expect(source).toContain('vLLM')
  })
})
