import fc from 'fast-check'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import decoders from '../../data/decoders.json'
import others from '../../data/architectures.json'
import { matches, read } from '../../src/analyzers/import/huggingface.js'
import { rowFor } from '../../src/analyzers/import/huggingface/rows.js'
import { longestJson, parseJson } from '../../src/analyzers/import/json.js'
import { findModel, models } from '../../src/analyzers/models/catalog.js'
import { modelSizes } from '../../src/analyzers/models/model.js'
import { analyze } from '../../src/index.js'
import { activeParameters, parameters } from './count.js'
import { decoderOf } from './decoder.js'

type Config = Readonly<Record<string, unknown>>

/** The config of a checkpoint in the catalogue, with some fields replaced or, where undefined, dropped. */
function config(id: string, changes: Config = {}): Config {
  const found = findModel(id)
  if ('code' in found) throw new Error(found.message)
  return Object.fromEntries(Object.entries({ ...found.config, ...changes }).filter(([, value]) => value !== undefined))
}

const model = (id: string, changes: Config = {}) => {
  const { model, problems } = read(config(id, changes))
  expect(problems.filter(p => p.severity === 'error')).toEqual([])
  return model!
}
const issues = (source: unknown) => read(source).problems.filter(p => p.severity === 'error').map(p => `${p.code} ${p.path}`)
const notes = (source: unknown) => read(source).problems.filter(p => p.severity === 'note').map(p => p.code)
/** The first kind of layers: its sizes by axis, and its flags. */
const sizes = (id: string, changes: Config = {}) => model(id, changes).stacks[0]!.kinds[0]!.sizes
const flags = (id: string, changes: Config = {}) => ({ ...model(id, changes).stacks[0]!.flags, ...model(id, changes).stacks[0]!.kinds[0]!.flags })
/** The order of layers as runs of a kind. */
const order = (id: string, changes: Config = {}): (readonly [kind: string, layers: number])[] => {
  const { layers } = read(config(id, changes))
  const starts = layers.flatMap((name, i) => name === layers[i - 1] ? [] : [i])
  return starts.map((start, i) => [layers[start]!, (starts[i + 1] ?? layers.length) - start])
}
/** Parameters of the graph, which are those of the closed form. */
const counted = (source: Config): number => {
  const { model, problems } = analyze({ model: source, gpu: 'b300-sxm', workload: { prompt: 1, output: 0 } })
  expect(problems.filter(p => p.severity === 'error')).toEqual([])
  expect(model!.parameters).toBe(parameters(decoderOf(source)!))
  return model!.parameters
}

describe('matches', () => {
  it.each([[{ model_type: 'llama' }, true], [{ architectures: [] }, true], [{}, false], [[], false], [null, false], ['llama', false], [{ nodes: [] }, false]])('%j', (source, wanted) => {
    expect(matches(source)).toBe(wanted)
  })
})

describe('rows', () => {
  const written = [...decoders, ...others.rows] as readonly { readonly id: string; readonly like?: string; readonly types?: readonly string[]; readonly architectures: readonly string[] }[]
  const rows = written.map(({ id, types }) => rowFor(types?.[0] ?? id, null)!)
  it('are like one that stands above', () => {
    for (const [i, row] of written.entries()) {
      if (row.like !== undefined) expect(written.slice(0, i).map(({ id }) => id), row.id).toContain(row.like)
      expect(Object.keys(row), row.id).toEqual(expect.arrayContaining(['source', 'architectures']))
    }
  })
  it.each(rows.map(row => [row.id, row] as const))('%s says all that a row says, and nothing else', (_, row) => {
    const all = ['id', 'types', 'architectures', 'source', 'family', 'reads', 'defaults', 'fixed', 'context', 'positions', 'image', 'sizes', 'flags', 'stacks', 'text']
    expect(Object.keys(row)).toEqual(expect.arrayContaining(all))
    expect([...all, 'like', 'note', 'hiddenMtp', 'known', 'layers', 'apart', 'state']).toEqual(expect.arrayContaining(Object.keys(row)))
    expect(row.text).not.toContain('$')
    for (const { kinds, each } of row.stacks) for (const kind of kinds ?? [row.layers!]) {
      expect(Object.keys(kind)).toEqual(expect.arrayContaining([each === undefined ? 'count' : 'if', 'list', 'uses', 'pairs', 'sizes']))
      expect(['name', 'of', 'if', 'where', 'every', 'count', 'list', 'uses', 'pairs', 'flags', 'fixed', 'sizes']).toEqual(expect.arrayContaining(Object.keys(kind)))
    }
    expect(rowFor(row.types.at(-1)!, null)).toBe(row)
  })
  it('mark layers by names that they know', () => {
    for (const { text, layers } of rows) {
      const known = Object.keys(layers?.where ?? {}).map(names => names.split('|')[0])
      expect(known).toEqual(expect.arrayContaining([...text.matchAll(/@(\w+)/g)].map(([, mark]) => mark)))
    }
  })
  it('share no model_type and no class', () => {
    for (const names of [rows.flatMap(({ types }) => types), rows.flatMap(({ architectures }) => architectures)]) expect(new Set(names).size).toBe(names.length)
  })
  it('say of Falcon which of its layouts it is', () => {
    const falcon = (changes: Config) => {
      const { parallel, twoNorms } = flags('falcon-7b', changes)
      return [sizes('falcon-7b', changes)['g'], twoNorms || !parallel ? 2 : 1]
    }
    const split = { new_decoder_architecture: true, num_kv_heads: 1 }
    expect(falcon({})).toEqual([1, 1])
    expect(falcon({ multi_query: false })).toEqual([71, 1])
    expect(falcon({ parallel_attn: false })).toEqual([1, 2])
    expect(falcon(split)).toEqual([1, 2])
    expect(falcon({ ...split, num_ln_in_parallel_attn: 1 })).toEqual([1, 1])
    expect(issues(config('falcon-7b', { new_decoder_architecture: true, num_kv_heads: undefined }))).toEqual(['missing-field num_kv_heads'])
    expect(issues(config('falcon-7b', { new_decoder_architecture: true, num_kv_heads: 2 }))).toEqual(['indivisible num_attention_heads'])
  })
})

describe('fields', () => {
  it('reads a head width apart from the model width', () => {
    expect(sizes('mistral-nemo-12b')).toMatchObject({ g: 8, r: 4, k: 128, kv: 128 })
    expect(sizes('llama-3.1-8b', { head_dim: null })).toMatchObject({ k: 128, kv: 128 })
  })
  it('has as many key-value heads as heads where none are stated', () => {
    expect(sizes('llama-3.1-8b', { num_key_value_heads: undefined })).toMatchObject({ g: 32, r: 1 })
    expect(sizes('mistral-7b-v0.1', { num_key_value_heads: undefined })).toMatchObject({ g: 8 })
  })
  it('ties embeddings as each family does', () => {
    for (const id of ['gpt2', 'opt-125m', 'bloom-560m', 'falcon-7b', 'gemma-2b', 'gemma-2-9b', 'gemma-3-1b']) expect(flags(id, { tie_word_embeddings: undefined })['tied']).toBe(true)
    for (const id of ['llama-3.1-8b', 'mistral-7b-v0.1', 'qwen2.5-0.5b', 'qwen3-8b', 'gpt-j-6b', 'phi-2', 'deepseek-v3']) expect(flags(id, { tie_word_embeddings: undefined })['tied']).toBe(false)
    expect(counted(config('falcon-7b', { tie_word_embeddings: false }))).toBe(7_217_189_760)
  })
  it('reads biases', () => {
    expect(flags('llama-3.1-8b', { attention_bias: true })).toMatchObject({ qkvBias: true, outBias: true, ffnBias: false })
    expect(flags('qwen2.5-7b')).toMatchObject({ qkvBias: true, outBias: false })
    expect(flags('llama-3.1-8b', { mlp_bias: true })).toMatchObject({ ffnBias: true, qkvBias: false })
  })
  it('reads dtypes under both names', () => {
    expect(model('llama-3.1-8b').precision).toEqual({ weights: 'bf16', quantized: null, cache: null })
    expect(model('llama-3.1-8b', { torch_dtype: undefined, dtype: 'float16' }).precision.weights).toBe('fp16')
    expect(model('llama-3.1-8b', { torch_dtype: 'auto' }).precision.weights).toBeNull()
    expect(issues(config('llama-3.1-8b', { torch_dtype: 'bfloat' }))).toEqual(['invalid-field torch_dtype'])
  })
  it('keeps the two unused rows of OPT', () => { expect([model('opt-125m').sizes['rows'], model('opt-125m').positions, flags('opt-125m')['learned']]).toEqual([2050, 2048, true]) })
  it('takes four widths for an FFN that is not stated', () => {
    expect(sizes('gpt2', { n_inner: null })).toMatchObject({ f: 3072 })
    expect(sizes('gpt2', { n_inner: 100 })).toMatchObject({ f: 100 })
    expect(sizes('falcon-7b', { ffn_hidden_size: 1000 })).toMatchObject({ f: 1000 })
  })
  it('tells the norms of Falcon apart', () => {
    expect([flags('falcon-7b'), sizes('falcon-7b')]).toMatchObject([{ parallel: true, twoNorms: false }, { g: 1, r: 71 }])
    expect([flags('falcon-40b'), sizes('falcon-40b')]).toMatchObject([{ parallel: true, twoNorms: true }, { g: 8 }])
    expect(flags('falcon-40b', { num_ln_in_parallel_attn: 1 })).toMatchObject({ parallel: true, twoNorms: false })
    const rw = { num_attention_heads: 64, hidden_size: 4096, multi_query: false, parallel_attn: false, alibi: true, bias: true }
    expect([flags('falcon-7b', rw), sizes('falcon-7b', rw)]).toMatchObject([{ learned: false, rope: false, parallel: false, twoNorms: true, qkvBias: true, outBias: true }, { g: 64 }])
    expect(counted(config('falcon-7b', rw))).toBeGreaterThan(0)
  })
  it('counts the router biases of DeepSeek-V3', () => {
    expect(counted(config('deepseek-v3')) - counted(config('deepseek-v3', { topk_method: 'greedy' }))).toBe(14_848)
  })
  it('reads a config without model_type by its class', () => {
    expect(counted(config('llama-3.1-8b', { model_type: undefined }))).toBe(8_030_261_248)
  })
  it('has a head where the class has none', () => {
    expect(notes(config('gpt2', { architectures: ['GPT2Model'] }))).toEqual(['head-assumed'])
  })
})

describe('layers', () => {
  it('names one kind decoder', () => { expect(order('llama-3.1-8b')).toEqual([['decoder', 32]]) })
  it('repeats five local layers and a global one in Gemma 3', () => {
    expect(order('gemma-3-1b')).toEqual([...Array.from({ length: 4 }, () => [['local', 5], ['global', 1]]).flat(), ['local', 2]])
    expect(model('gemma-3-1b').stacks[0]!.kinds.map(({ name, count, pairs, sizes }) => [name, count, pairs, sizes['w']])).toEqual([['local', 22, 'windowed', 512], ['global', 4, 'unbounded', undefined]])
  })
  it('alternates in Gemma 2 and gpt-oss, local first', () => {
    expect(order('gemma-2-2b').slice(0, 2)).toEqual([['local', 1], ['global', 1]])
    expect(order('gpt-oss-20b')).toHaveLength(24)
  })
  it('lets layer_types decide', () => {
    const types = ['full_attention', 'sliding_attention', 'sliding_attention', 'full_attention']
    expect(order('gemma-2-2b', { num_hidden_layers: 4, layer_types: types })).toEqual([['global', 1], ['local', 2], ['global', 1]])
  })
  it('has windows in Mistral unless null', () => {
    expect(sizes('mistral-7b-v0.1')['w']).toBe(4096)
    expect(sizes('mistral-7b-v0.1', { sliding_window: undefined })['w']).toBe(4096)
    expect(sizes('mistral-7b-v0.3')).not.toHaveProperty('w')
  })
  it('has windows in Qwen from max_window_layers on, if used', () => {
    const window = { sliding_window: 1024, max_window_layers: 20 }
    expect(order('qwen3-8b', window)).toEqual([['decoder', 36]])
    expect(order('qwen3-8b', { ...window, use_sliding_window: true })).toEqual([['global', 20], ['local', 16]])
  })
  it('puts dense layers where the config says', () => {
    expect(order('deepseek-v3')).toEqual([['dense', 3], ['moe', 58]])
    expect(order('deepseek-v3', { moe_layer_freq: 2, num_hidden_layers: 6 })).toEqual([['dense', 4], ['moe', 1], ['dense', 1]])
    expect(order('qwen3-30b-a3b', { mlp_only_layers: [0, 1] })).toEqual([['dense', 2], ['moe', 46]])
    expect(order('qwen3-30b-a3b', { decoder_sparse_step: 2, num_hidden_layers: 4 })).toEqual([['dense', 1], ['moe', 1], ['dense', 1], ['moe', 1]])
    expect(order('mimo-v2-flash').slice(0, 3)).toEqual([['global-dense', 1], ['local-moe', 4], ['global-moe', 1]])
  })
})

describe('precision', () => {
  const quantized = (id: string, quantization_config: unknown) => model(id, { quantization_config }).precision
  const nvfp4 = (ignore: readonly string[]) => ({ quant_method: 'modelopt', quant_algo: 'NVFP4', kv_cache_scheme: { num_bits: 8, type: 'float' }, ignore })
  const perLayer = (pattern: string, from = 0) => Array.from({ length: 61 - from }, (_, i) => pattern.replace('N', String(i + from)))
  it.each<[string, unknown, string | null, readonly string[], string | null]>([
    ['deepseek-v3', { quant_method: 'fp8', weight_block_size: [128, 128] }, 'fp8-block', ['attention', 'ffn', 'experts', 'shared'], null],
    ['llama-3.1-8b', { quant_method: 'fp8' }, 'fp8', ['attention', 'ffn'], null],
    ['qwen3-32b', { quant_algo: 'FP8', kv_cache_scheme: 'FP8', ignore: ['lm_head'] }, 'fp8', ['attention', 'ffn'], 'fp8'],
    ['llama-3.1-70b', { quant_method: 'modelopt', quant_algo: 'FP8', kv_cache_quant_algo: 'FP8' }, 'fp8', ['attention', 'ffn'], 'fp8'],
    ['kimi-k2', nvfp4([...perLayer('language_model.model.layers.N.self_attn*'), 'vision_tower*']), 'nvfp4', ['ffn', 'experts', 'shared'], 'fp8'],
    ['kimi-k2', nvfp4(['model.layers.0*', ...perLayer('model.layers.N.self_attn*', 1), ...perLayer('model.layers.N.mlp.shared_experts*', 1)]), 'nvfp4', ['experts'], 'fp8'],
    ['minimax-m2', nvfp4(Array.from({ length: 62 }, (_, i) => [`model.layers.${i}.self_attn*`, `model.layers.${i}.block_sparse_moe.gate`]).flat()), 'nvfp4', ['experts'], 'fp8'],
    ['kimi-k2', { quant_method: 'compressed-tensors', config_groups: { group_0: { targets: ['Linear'], weights: { num_bits: 4, type: 'int', group_size: 32 } } },
      ignore: ['lm_head', 're:.*self_attn.*', 're:.*shared_experts.*', 're:.*mlp\\.(gate|up|gate_up|down)_proj.*'] }, 'int4-g32-sym', ['experts'], null],
    ['llama-3.1-8b', { quant_method: 'compressed-tensors', format: 'mxfp4-pack-quantized', config_groups: { group_0: { targets: ['Linear'], weights: { num_bits: 4, type: 'float' } } } }, 'mxfp4', ['attention', 'ffn'], null],
    ['llama-3.1-8b', { quant_method: 'gptq', bits: 4 }, 'int4', ['attention', 'ffn'], null],
    ['llama-3.1-8b', { quant_method: 'awq', bits: 4 }, 'int4', ['attention', 'ffn'], null],
    ['llama-3.1-8b', { quant_method: 'gptq', bits: 8 }, 'int8-g128', ['attention', 'ffn'], null],
    ['llama-3.1-8b', { quant_method: 'bitsandbytes', load_in_8bit: true }, 'llm-int8', ['attention', 'ffn'], null],
  ])('%s %j', (id, scheme, dtype, groups, cache) => {
    expect(quantized(id, scheme)).toMatchObject({ quantized: { dtype, groups }, cache })
    expect(notes(config(id, { quantization_config: scheme })).filter(code => code !== 'mtp-not-counted')).toEqual([])
  })
  it('quantizes the experts of gpt-oss', () => {
    expect(model('gpt-oss-120b').precision).toEqual({ weights: null, quantized: { dtype: 'mxfp4', groups: ['experts'] }, cache: null })
  })
  it('says where a pattern is foreign', () => {
    expect(notes(config('llama-3.1-8b', { quantization_config: { quant_method: 'fp8', modules_to_not_convert: ['frobnicator'] } }))).toEqual(['unread-exclusion'])
  })
  it('takes layer numbers exactly, or as the start of one', () => {
    const left = (pattern: string, layers: number) => model('llama-3.1-8b', { num_hidden_layers: layers, quantization_config: { quant_method: 'fp8', ignore: [pattern] } }).precision.quantized
    expect(left('model.layers.1*', 1)).not.toBeNull()
    expect(left('model.layers.0.*', 1)).toBeNull()
    expect(left('model.layers.0.mlp', 1)).toMatchObject({ groups: ['attention'] })
    expect(notes(config('llama-3.1-8b', { num_hidden_layers: 11, quantization_config: { quant_method: 'fp8', ignore: ['model.layers.1*', ...[0, 2, 3, 4, 5, 6, 7, 8, 9].map(i => `model.layers.${i}.*`)] } }))).toEqual([])
  })
  it('adds up projections that are named one by one', () => {
    const ignore = Array.from({ length: 32 }, (_, i) => ['q', 'k', 'v', 'o'].map(part => `model.layers.${i}.self_attn.${part}_proj`)).flat()
    const changed = (ignore: readonly string[]) => config('llama-3.1-8b', { quantization_config: { quant_method: 'fp8', ignore } })
    expect(read(changed(ignore)).model!.precision.quantized).toEqual({ dtype: 'fp8', groups: ['ffn'] })
    expect(notes(changed(ignore))).toEqual([])
    expect(read(changed(ignore.slice(0, 3))).model!.precision.layers![0]).toEqual({ 'attention/q': 'plain', 'attention/q-rope': 'plain', 'attention/k': 'plain', 'attention/v': 'plain' })
  })
  it('is quick with long lists', () => {
    const ignore = Array.from({ length: 100_000 }, (_, i) => `model.layers.${i}.self_attn*`)
    const start = performance.now()
    expect(model('llama-3.1-8b', { num_hidden_layers: 10_000, quantization_config: { quant_method: 'fp8', ignore: [...ignore, '.'.repeat(1_000_000)] } }).precision.quantized).toMatchObject({ groups: ['ffn'] })
    expect(performance.now() - start).toBeLessThan(2000)
  })
  it.each<[unknown, string]>([
    [{ quant_method: 'quip' }, 'unknown-quantization quantization_config.quant_method'],
    [{}, 'unknown-quantization quantization_config.quant_method'],
    [[], 'invalid-field quantization_config'],
    [{ quant_method: 'gptq', bits: 5 }, 'not-supported quantization_config'],
    [{ quant_method: 'modelopt', quant_algo: 'MIXED_PRECISION' }, 'not-supported quantization_config'],
    [{ quant_method: 'modelopt', quant_algo: 'MIXED_PRECISION', quantized_layers: { lm_head: { quant_algo: 'FP3' } } }, 'not-supported quantization_config'],
    [{ quant_method: 'fp8', kv_cache_scheme: 'FP3' }, 'not-supported quantization_config.kv_cache_scheme'],
    [{ quant_method: 7 }, 'invalid-field quantization_config.quant_method'],
  ])('refuses %j', (scheme, wanted) => { expect(issues(config('llama-3.1-8b', { quantization_config: scheme }))).toContain(wanted) })
})

describe('multimodal', () => {
  it('reads the text and says what it leaves', () => {
    expect(notes(config('gemma-3-27b', { vision_config: undefined }))).toEqual(['vision-not-counted'])
    const source = { model_type: 'qwen3_vl', architectures: ['Qwen3VLForConditionalGeneration'], vision_config: {}, text_config: { ...config('qwen3-8b'), model_type: 'qwen3_vl_text', architectures: undefined } }
    expect(notes(source)).toEqual(['vision-not-counted'])
    expect(counted(source)).toBe(8_190_735_360)
  })
  it('names paths in the text', () => {
    expect(issues(config('gemma-3-27b', { text_config: { model_type: 'gemma3_text', hidden_size: '5376', intermediate_size: 1, num_hidden_layers: 1 } }))).toEqual(['invalid-field text_config.hidden_size'])
    expect(issues(config('gemma-3-27b', { text_config: undefined }))).toEqual(['missing-field text_config'])
    expect(issues(config('gemma-3-27b', { text_config: 3 }))).toEqual(['invalid-field text_config'])
  })
  it('does not count prediction modules', () => {
    expect(notes(config('deepseek-v3'))).toEqual(['mtp-not-counted'])
    expect(notes(config('mimo-v2-flash'))).toEqual(['mtp-not-counted'])
    expect(notes(config('kimi-k2'))).toEqual([])
  })
})

describe('refusals', () => {
  it.each<[Config, string]>([
    [{ model_type: 'zamba2', architectures: ['Zamba2ForCausalLM'] }, 'share'],
    [{ model_type: 'gemma3n' }, 'per-layer'], [{ model_type: 'qwen3_5' }, 'delta'],
    [{ architectures: ['Qwen3_5ForCausalLM'] }, 'delta'], [{ model_type: 'frobnicate' }, 'not among'],
    [{ ...config('llama-3.1-8b'), architectures: ['Qwen3_5ForCausalLM'] }, 'delta'],
    [{ ...config('deepseek-v3'), index_topk: 2048 }, 'sparse'],
    [{ ...config('gemma-2-2b'), num_hidden_layers: 1, layer_types: ['chunked_attention'] }, 'chunked_attention'],
    [{ ...config('minimax-m2'), attn_type_list: [1, 0] }, 'linear attention'],
  ])('%j', (source, word) => {
    const { model, problems } = read(source)
    expect(model).toBeNull()
    expect(problems).toContainEqual(expect.objectContaining({ code: 'unknown-architecture', message: expect.stringContaining(word) as string }))
  })

  const bad = (id: string, changes: Config, wanted: string) => [`${id} ${JSON.stringify(changes).slice(0, 60)}`, config(id, changes), wanted] as const
  it.each([
    ...[-4, 0, 1.5, 2 ** 40, 1e400, Number.NaN, '32', true, [32], {}, ''].map(value => bad('llama-3.1-8b', { num_attention_heads: value }, 'invalid-field num_attention_heads')),
    ...['hidden_size', 'num_hidden_layers', 'num_attention_heads', 'intermediate_size', 'vocab_size'].map(field => bad('llama-3.1-8b', { [field]: undefined }, `missing-field ${field}`)),
    bad('llama-3.1-8b', { hidden_size: null }, 'missing-field hidden_size'),
    bad('llama-3.1-8b', { num_hidden_layers: 10_001 }, 'invalid-field num_hidden_layers'),
    bad('llama-3.1-8b', { num_key_value_heads: 5 }, 'indivisible num_attention_heads'),
    bad('llama-3.1-8b', { num_key_value_heads: 64 }, 'indivisible num_attention_heads'),
    bad('llama-3.1-8b', { hidden_size: 4097 }, 'indivisible hidden_size'),
    bad('llama-3.1-8b', { tie_word_embeddings: 'no' }, 'invalid-field tie_word_embeddings'),
    bad('llama-3.1-8b', { max_position_embeddings: '8k' }, 'invalid-field max_position_embeddings'),
    bad('llama-3.1-8b', { model_type: 3 }, 'invalid-field model_type'),
    bad('llama-3.1-8b', { architectures: 'LlamaForCausalLM' }, 'invalid-field architectures'),
    bad('llama-3.1-8b', { constructor: 1 }, 'unsafe-key constructor'),
    bad('llama-3.1-8b', { rope_scaling: { list: [{ prototype: 1 }] } }, 'unsafe-key rope_scaling.list.0.prototype'),
    bad('opt-125m', { do_layer_norm_before: false }, 'not-supported do_layer_norm_before'),
    bad('opt-125m', { word_embed_proj_dim: 512 }, 'not-supported word_embed_proj_dim'),
    bad('phi-2', { qk_layernorm: true }, 'not-supported qk_layernorm'),
    bad('mixtral-8x7b', { num_experts_per_tok: 9 }, 'invalid-field num_experts_per_tok'),
    bad('deepseek-v3', { q_lora_rank: undefined }, 'missing-field q_lora_rank'),
    bad('deepseek-v3', { n_shared_experts: 2 ** 31 }, 'invalid-field n_shared_experts'),
    bad('gemma-2-2b', { layer_types: ['full_attention'] }, 'invalid-field layer_types'),
    bad('mimo-v2-flash', { hybrid_layer_pattern: undefined }, 'missing-field hybrid_layer_pattern'),
    bad('mimo-v2-flash', { swa_num_key_value_heads: undefined }, 'missing-field swa_num_key_value_heads'),
  ])('%s', (_, source, wanted) => {
    expect(issues(source)).toContain(wanted)
    expect(read(source).model).toBeNull()
  })

  it.each([null, undefined, 3, 'llama', [], true])('refuses %j as a config', source => { expect(issues(source)).toEqual(['invalid-config ']) })
  it('refuses an own __proto__', () => { expect(issues(JSON.parse('{"model_type": "llama", "__proto__": {"vocab_size": 1}}'))).toEqual(['unsafe-key __proto__']) })
  // JSON may hold an object that JavaScript can make no text of.
  const textless = { toString: 1 }
  it.each([
    ['qwen3.5-35b-a3b', { full_attention_interval: textless }], ['qwen3.5-35b-a3b', { layer_types: [textless] }],
    ...[{ quant_method: 'ggml', type: 'q4_k_m', experts: textless }, { quant_method: 'gptq', bits: textless }, { quant_method: 'gptq', bits: 4, group_size: textless }, { quant_method: 'compressed-tensors', config_groups: { a: { weights: { num_bits: textless, type: 'int' } } } }, { quant_method: 'compressed-tensors', config_groups: { a: { weights: { num_bits: 4, type: 'int' }, targets: [textless] } } }].map(quantization_config => ['llama-3.1-8b', { quantization_config }] as const),
  ] as const)('%s with %j is read, or refused, without an exception', (name, changes) => {
    const { text_config: inner, ...outer } = config(name, {}) as Config & { readonly text_config?: Config }
    const { model, problems } = read(inner === undefined ? { ...outer, ...changes } : { ...outer, text_config: { ...inner, ...changes } })
    expect(model !== null || problems.some(({ severity }) => severity === 'error')).toBe(true)
  })
  it('collects problems', () => {
    expect(issues(config('llama-3.1-8b', { hidden_size: -1, vocab_size: '7', num_hidden_layers: undefined }))).toEqual(['missing-field num_hidden_layers', 'invalid-field hidden_size', 'invalid-field vocab_size'])
  })
  it('suggests', () => {
    expect(read(config('llama-3.1-8b', { num_attention_heads: '32' })).problems[0]!.suggestions).toEqual(['32'])
    expect(read(config('llama-3.1-8b', { num_attention_heads: -4.5 })).problems[0]!.suggestions).toEqual(['4', '5'])
    expect(read(config('llama-3.1-8b', { hidden_size: undefined, hiden_size: 4096 })).problems[0]!.suggestions[0]).toBe('hiden_size')
    expect(read({ model_type: 'qwen_3' }).problems[0]!.suggestions).toContain('qwen3')
  })

  it('meets any change of any config with sizes or with a problem', () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.integer(), fc.double(), fc.constantFrom(undefined, null, -1, 0, 2 ** 31, 2 ** 31 + 1, '', 'true', Number.NaN, { toString: 1 })) as fc.Arbitrary<unknown>
    const changed = fc.constantFrom(...models).chain(({ config }) => {
      const inner = config['text_config'] as Config | undefined
      const key = fc.oneof(fc.constantFrom(...Object.keys(config), ...Object.keys(inner ?? {}), 'layer_types', 'head_dim', 'quantization_config', 'num_nextn_predict_layers'), fc.string())
      return fc.array(fc.tuple(key, value, fc.boolean()), { minLength: 1, maxLength: 3 }).map(changes => {
        const [outer, text] = [false, true].map(deep => Object.fromEntries(changes.filter(([, , at]) => (inner !== undefined && at) === deep).map(([k, v]) => [k, v])))
        return inner === undefined ? { ...config, ...outer } : { ...config, text_config: { ...inner, ...text }, ...outer }
      })
    })
    fc.assert(fc.property(changed, source => {
      const { model, problems } = read(source)
      if (model === null) expect(problems.some(p => p.severity === 'error' && p.path !== '' && p.message !== '')).toBe(true)
      else {
        // Blocks that layers of one kind choose from are a mean over these layers.
        const whole = Object.entries(modelSizes(model)).filter(([axis]) => !/^r[af]_/.test(axis)).map(([, size]) => size)
        expect([...whole, model.context ?? 1, model.positions ?? 1].every(n => Number.isSafeInteger(n) && n >= (model.family === 'decoder' ? 1 : 0)), JSON.stringify(model)).toBe(true)
        expect(model.stacks.some(({ kinds }) => kinds.length > 0)).toBe(true)
      }
    }), { numRuns: 3000 })
  })
})

describe('parseJson', () => {
  const problem = async (text: string) => {
    const parsed = await parseJson(text, 'config.json')
    return 'problem' in parsed ? parsed.problem : null
  }
  it('parses, with or without a byte order mark', async () => { for (const mark of ['', '\uFEFF']) expect(await parseJson(`${mark}{"a": [1]}`, 'x')).toEqual({ value: { a: [1] } }) })
  it.each([
    ['{"a": 1,\n "b": 2', 2, 8], ['{\n  "a": 1\n  "b": 2\n}', 3, 3], ['', 1, 1], ['[1, 2,]', 1, 7], ['{"a": tru}', 1, 7], ['{"a": 01}', 1, 7], ['{a: 1}', 1, 2], ['[1] 2', 1, 5],
    ['{"a": "b\n"}', 1, 9], ['{"a": "\\x"}', 1, 8], ['{"a": -NaN}', 1, 7], ['{"a": Infinit}', 1, 7], ['{"a": 1}}', 1, 9], ['[1}', 1, 3], ['{"a" 1}', 1, 6], ['"abc', 1, 5],
  ])('places the mistake in %j', async (text, line, column) => {
    const found = await problem(text)
    expect(found).toMatchObject({ code: 'invalid-json', path: 'config.json' })
    expect(found!.message).toContain(`line ${line}, column ${column}.`)
  })
  it('shows the lines around', async () => { expect((await problem('{\n  "a": 1\n  "b": 2\n}'))!.message.split('\n').slice(1)).toEqual(['    1 | {', '    2 |   "a": 1', '    3 |   "b": 2', '      |   ^', '    4 | }']) })
  it('reads what Python writes', async () => {
    expect(await parseJson('{"limit": [0.0, Infinity, -Infinity, NaN], "text": "NaN \\" Infinity"}', 'x')).toEqual({ value: { limit: [0, Infinity, -Infinity, null], text: 'NaN " Infinity' } })
  })
  it.each(['a', '\\\\'])('reads a long string of %j', async unit => { expect(await parseJson(`["${unit.repeat(3_000_000)}", Infinity]`, 'x')).toHaveProperty('value') })
  it('stays short on a long line', async () => { expect((await problem(`[${'1,'.repeat(1_000_000)}`))!.message.length).toBeLessThan(500) })
  it('refuses what is too long', async () => { expect(await problem(' '.repeat(longestJson + 1))).toMatchObject({ code: 'oversized' }) })
  it('agrees with the engine about what is JSON, and places every mistake', async () => {
    const json = fc.json().chain(text => fc.tuple(fc.constant(text), fc.nat(text.length), fc.string({ maxLength: 2 })).map(([t, at, extra]) => t.slice(0, at) + extra + t.slice(at + 1)))
    await fc.assert(fc.asyncProperty(fc.oneof(json, fc.string()), async text => {
      const found = await problem(text)
      if (found !== null) expect(found.message).toMatch(/line \d+, column \d+\.\n/)
    }), { numRuns: 2000 })
  })
})

const folder = process.env['ROOFLINE_CONFIGS'] ?? ''
describe.skipIf(folder === '' || !existsSync(folder))('configs in ROOFLINE_CONFIGS', () => {
  it('are read or refused', async () => {
    const rows = await Promise.all(readdirSync(folder).filter(file => file.endsWith('.json')).map(async file => {
      const parsed = await parseJson(readFileSync(join(folder, file), 'utf8'), file)
      const { model, problems } = 'problem' in parsed ? { model: null, problems: [parsed.problem] } : read(parsed.value)
      const said = problems.map(p => (p.severity === 'error' ? `${p.code}: ${p.message.split('\n')[0] ?? ''}` : p.code)).join('; ')
      const decoder = model === null || 'problem' in parsed ? null : decoderOf(parsed.value as Config)
      const sizes = model === null ? '' : `${decoder === null ? '' : `${parameters(decoder).toLocaleString('en')} (${activeParameters(decoder).toLocaleString('en')} active) `}${JSON.stringify(model.precision)} `
      expect(model !== null || problems.length > 0).toBe(true)
      return `${file.replace(/\.json$/, '').replace('--', '/')} → ${sizes}${said}`
    }))
    console.log(rows.join('\n'))
  })
})
