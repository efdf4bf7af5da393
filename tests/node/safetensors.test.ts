/** Safetensors, several files of one checkpoint, addresses: what they give, and that no file does harm. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import types from '../../data/safetensors.json' with { type: 'json' }
import { groupOf } from '../../src/analyzers/import/tensor-groups.js'
import { compare, type TensorSummary } from '../../src/analyzers/import/tensors.js'
import { analyze, dtypes, models, readModel, type ReadModel, type TextSource } from '../../src/index.js'
import { fileOf, ggufFile, jsonFile, safetensors, safetensorsFile, withHeader, type Entries } from './weight-files.js'

const config = {
  architectures: ['LlamaForCausalLM'], model_type: 'llama', hidden_size: 64, intermediate_size: 128, num_attention_heads: 4, num_key_value_heads: 2,
  num_hidden_layers: 1, vocab_size: 100, torch_dtype: 'bfloat16', tie_word_embeddings: false,
}
const bf16 = (...shape: number[]): readonly ['BF16', readonly number[], number] => ['BF16', shape, shape.reduce((a, b) => a * b, 1) * 2]
const layer = 'model.layers.0.'
const first: Entries = { 'model.embed_tokens.weight': bf16(100, 64), 'model.norm.weight': bf16(64), 'lm_head.weight': bf16(100, 64), [`${layer}input_layernorm.weight`]: bf16(64), [`${layer}post_attention_layernorm.weight`]: bf16(64) }
const second: Entries = {
  [`${layer}self_attn.q_proj.weight`]: bf16(64, 64), [`${layer}self_attn.k_proj.weight`]: bf16(32, 64), [`${layer}self_attn.v_proj.weight`]: bf16(32, 64), [`${layer}self_attn.o_proj.weight`]: bf16(64, 64),
  [`${layer}mlp.gate_proj.weight`]: bf16(128, 64), [`${layer}mlp.up_proj.weight`]: bf16(128, 64), [`${layer}mlp.down_proj.weight`]: bf16(64, 128),
}
const whole: Entries = { ...first, ...second }
const parameters = 2 * 6400 + 3 * 64 + 2 * 4096 + 2 * 2048 + 3 * 8192
const shards = [safetensorsFile(first, 'model-00001-of-00002.safetensors'), safetensorsFile(second, 'model-00002-of-00002.safetensors')] as const
const weightMap = Object.fromEntries([...Object.keys(first).map(name => [name, shards[0].name]), ...Object.keys(second).map(name => [name, shards[1].name])]) as Record<string, string>
const index = jsonFile('model.safetensors.index.json', { metadata: { total_size: parameters * 2 }, weight_map: weightMap })
const summaryOf = ({ model }: ReadModel): TensorSummary => (model as { tensors: TensorSummary }).tensors
const codes = ({ problems }: ReadModel): string[] => problems.map(({ code }) => code)

test.each(Object.entries(types.types))('the width of %s is that of its dtype', (_, { bits, dtype }) => {
  if (dtype !== null) expect(dtypes.find(({ id }) => id === dtype)?.bits).toBe(bits)
})

describe('files of one checkpoint', () => {
  test('config.json and one file', async () => {
    const result = await readModel([safetensorsFile(whole), jsonFile('config.json', config), jsonFile('tokenizer.json', [])])
    expect(result.problems).toEqual([])
    expect(result.model).toMatchObject(config)
    expect(summaryOf(result)).toMatchObject({
      format: 'safetensors', tensors: 12, parameters, bytes: parameters * 2, dtypes: { BF16: { tensors: 12, elements: parameters, bytes: parameters * 2 } },
      groups: { embedding: { BF16: { elements: 6400 } }, head: { BF16: { elements: 6400 } }, norm: { BF16: { elements: 192 } }, attention: { BF16: { elements: 12288 } }, ffn: { BF16: { elements: 24576 } } },
    })
    const report = analyze({ model: result.model!, gpu: 'h100' })
    expect(compare(summaryOf(result), report.model!.parameters)).toBeNull()
  })

  test('shards give what one file gives, in any order, with an index or without', async () => {
    const one = await readModel([jsonFile('config.json', config), safetensorsFile(whole)])
    for (const files of [[shards[1], jsonFile('config.json', config), shards[0]], [index, ...shards, jsonFile('folder/config.json', config)]]) {
      const several = await readModel(files)
      expect(several).toEqual(one)
    }
  })

  test('what the index does not name, or what model.safetensors repeats, is left out', async () => {
    const one = await readModel([jsonFile('config.json', config), safetensorsFile(whole)])
    expect(await readModel([jsonFile('config.json', config), safetensorsFile(whole), safetensorsFile(first, 'consolidated.safetensors')])).toEqual(one)
    expect(await readModel([jsonFile('config.json', config), index, ...shards, safetensorsFile(first, 'consolidated.safetensors')])).toEqual(one)
  })

  test('an index alone tells bytes', async () => {
    const result = await readModel([jsonFile('config.json', config), index])
    expect(summaryOf(result)).toEqual({ format: 'safetensors', tensors: 12, bytes: parameters * 2, parameters: null, dtypes: {}, groups: {} })
    expect(compare(summaryOf(result), 1)).toBeNull()
  })

  test('what is missing is said', async () => {
    expect((await readModel(safetensorsFile(whole))).problems).toMatchObject([{ code: 'missing-config', message: expect.stringContaining('config.json together'), suggestions: ['config.json'] }])
    expect(codes(await readModel(index))).toEqual(['missing-config'])
    expect(codes(await readModel([index, ...shards]))).toEqual(['missing-config'])
    expect(codes(await readModel([jsonFile('config.json', config), shards[0]]))).toEqual(['missing-files'])
    expect(codes(await readModel([jsonFile('config.json', config), index, shards[1]]))).toEqual(['missing-files'])
    expect(codes(await readModel([]))).toEqual(['unreadable'])
    expect(codes(await readModel([fileOf('a.bin', new Uint8Array(9)), fileOf('b.txt', new Uint8Array(9))]))).toEqual(['not-supported'])
    expect(codes(await readModel([jsonFile('config.json', config), jsonFile('model.safetensors.index.json', [])]))).toEqual(['invalid-file'])
    expect(codes(await readModel([jsonFile('config.json', [1]), safetensorsFile(whole)]))).toEqual(['unknown-format'])
  })

  test('a config in the metadata is one', async () => {
    const file = safetensorsFile(whole, 'x.safetensors', { config: JSON.stringify(config) })
    expect((await readModel(file)).model).toMatchObject(config)
    expect(codes(await readModel(safetensorsFile(whole, 'x.safetensors', { config: '{' })))).toEqual(['missing-config'])
  })

  test('one file in a list is that file, and a FileList is a list', async () => {
    expect((await readModel([jsonFile('config.json', config)])).model).toEqual(config)
    const list = { length: 2, 0: jsonFile('config.json', config), 1: index, [Symbol.iterator]: function* (): Generator<TextSource> { yield this[0]; yield this[1] } }
    expect(summaryOf(await readModel(list)).bytes).toBe(parameters * 2)
    const blob = new Blob([JSON.stringify(config)])
    expect((await readModel(blob)).model).toEqual(config)
    const { header, size } = safetensors(whole)
    const bytes = new Uint8Array(size)
    bytes.set(header)
    expect(codes(await readModel(new Blob([bytes])))).toEqual(['missing-config'])
    expect(summaryOf(await readModel([new File([bytes], 'model.safetensors'), new File([JSON.stringify(config)], 'config.json')])).parameters).toBe(parameters)
  })

  test('quantization in a file of its own', async () => {
    const stated = jsonFile('hf_quant_config.json', { producer: { name: 'modelopt' }, quantization: { quant_algo: 'FP8', kv_cache_quant_algo: 'FP8', exclude_modules: ['lm_head'] } })
    const wanted = { quant_method: 'modelopt', quant_algo: 'FP8', kv_cache_quant_algo: 'FP8', exclude_modules: ['lm_head'] }
    expect((await readModel([jsonFile('config.json', config), stated])).model).toEqual({ ...config, quantization_config: wanted })
    const own = { ...config, quantization_config: { quant_method: 'fp8' } }
    expect((await readModel([jsonFile('config.json', own), stated])).model).toEqual(own)
    expect(codes(await readModel(stated))).toEqual(['missing-config'])
  })
})

describe('groups and packed weights', () => {
  test.each<readonly [name: string, group: string]>([
    ['transformer.wte.weight', 'embedding'], ['transformer.wpe.weight', 'embedding'], ['model.tok_embeddings.weight', 'embedding'], ['gpt_neox.embed_in.weight', 'embedding'],
    ['word_embeddings_layernorm.bias', 'norm'], ['transformer.h.0.ln_1.weight', 'norm'], ['h.0.attn.c_attn.bias', 'norm'], ['h.0.attn.bias', 'other'], ['h.0.attn.c_attn.weight', 'attention'],
    ['embed_out.weight', 'head'], ['output.weight', 'head'], ['output_norm.weight', 'norm'], ['lm_head.weight', 'head'], ['blk.0.attn_output.weight', 'attention'],
    ['model.layers.3.mlp.gate.weight', 'router'], ['model.layers.3.mlp.gate.e_score_correction_bias', 'norm'], ['model.layers.3.block_sparse_moe.gate.weight', 'router'],
    ['model.layers.3.block_sparse_moe.experts.7.w1.weight', 'experts'], ['model.layers.3.mlp.shared_experts.up_proj.weight', 'shared'], ['model.layers.3.mlp.shared_expert_gate.weight', 'router'],
    ['model.layers.3.mlp.experts.down_proj_blocks', 'experts'], ['model.layers.3.mlp.experts.down_proj_scales', 'experts'], ['model.layers.3.mlp.experts.down_proj_bias', 'norm'],
    ['model.layers.3.mlp.router.weight', 'router'], ['model.layers.3.self_attn.sinks', 'norm'], ['model.layers.3.self_attn.q_norm.weight', 'norm'], ['model.layers.3.self_attn.q_proj.weight_scale_inv', 'attention'],
    ['model.layers.3.mlp.gate_proj.weight', 'ffn'], ['model.layers.3.mlp.gate_proj.weight_scale_inv', 'ffn'], ['model.layers.3.self_attn.kv_a_proj_with_mqa.weight', 'attention'], ['model.layers.3.self_attn.kv_a_layernorm.weight', 'norm'],
    ['model.layers.61.mlp.gate_proj.weight', 'other'], ['model.visual.blocks.99.attn.qkv.weight', 'tower'], ['vision_tower.x.weight', 'tower'], ['multi_modal_projector.linear_1.weight', 'tower'], ['audio_tower.x.weight', 'other'], ['mtp.layers.0.x', 'other'],
    ['model.decoder.layers.0.fc1.weight', 'ffn'], ['model.layers.0.feed_forward.w1.weight', 'ffn'], ['model.layers.0.attention.wqkv.weight', 'attention'], ['gpt_neox.layers.0.attention.query_key_value.weight', 'attention'],
    ['blk.0.ffn_gate_inp.weight', 'router'], ['blk.0.ffn_gate_inp_shexp.weight', 'router'], ['blk.0.ffn_up_shexp.weight', 'shared'], ['blk.0.ffn_down_exps.weight', 'experts'], ['blk.0.exp_probs_b.bias', 'norm'], ['rope_freqs.weight', 'other'],
    ['model.layers.0.self_attn.rotary_emb.inv_freq', 'other'],
  ])('%s: %s', (name, group) => { expect(groupOf(name, { layers: 61 })).toBe(group) })

  test('a stored copy of tied embeddings is not counted', () => {
    expect(groupOf('lm_head.weight', { tied: true })).toBe('other')
  })

  const quantized = async (quantization: object, entries: Entries): Promise<TensorSummary> => summaryOf(await readModel([jsonFile('config.json', { ...config, quantization_config: quantization }), safetensorsFile({ ...first, ...entries })]))
  const rest = 2 * 6400 + 3 * 64
  test.each<readonly [what: string, quantization: object, entries: Entries, parameters: number, bytes: number]>([
    ['GPTQ', { quant_method: 'gptq', bits: 4 }, { [`${layer}self_attn.q_proj.qweight`]: ['I32', [8, 64], 2048], [`${layer}self_attn.q_proj.scales`]: ['F16', [1, 64], 128], [`${layer}self_attn.q_proj.qzeros`]: ['I32', [1, 8], 32], [`${layer}self_attn.q_proj.g_idx`]: ['I32', [64], 256] }, 4096, 2464],
    ['FP8 in blocks', { quant_method: 'fp8', weight_block_size: [128, 128] }, { [`${layer}self_attn.q_proj.weight`]: ['F8_E4M3', [64, 64], 4096], [`${layer}self_attn.q_proj.weight_scale_inv`]: ['F32', [1, 1], 4] }, 4096, 4100],
    ['NVFP4', { quant_method: 'modelopt', quant_algo: 'NVFP4' }, { [`${layer}self_attn.q_proj.weight`]: ['U8', [64, 32], 2048], [`${layer}self_attn.q_proj.weight_scale`]: ['F8_E4M3', [64, 4], 256], [`${layer}self_attn.q_proj.weight_scale_2`]: ['F32', [], 4], [`${layer}self_attn.q_proj.input_scale`]: ['F32', [], 4] }, 4096, 2312],
    ['INT8', { quant_method: 'compressed-tensors', config_groups: { group_0: { targets: ['Linear'], weights: { num_bits: 8, type: 'int' } } } }, { [`${layer}self_attn.q_proj.weight`]: ['I8', [64, 64], 4096], [`${layer}self_attn.q_proj.weight_scale`]: ['BF16', [64, 1], 128] }, 4096, 4224],
  ])('%s', async (_, quantization, entries, weights, bytes) => {
    const { groups, parameters: counted } = await quantized(quantization, entries)
    const held = Object.values(groups.attention ?? {})
    expect(counted).toBe(rest + weights)
    expect(held.reduce((sum, { elements }) => sum + elements, 0)).toBe(weights)
    expect(held.reduce((sum, { bytes: n }) => sum + n, 0)).toBe(bytes)
  })

  test('an unknown packing is not counted', async () => {
    const { model, problems } = await readModel([jsonFile('config.json', config), safetensorsFile({ ...whole, [`${layer}self_attn.q_proj.weight`]: ['U8', [64, 32], 2048] })])
    expect(problems).toEqual([])
    expect((model as { tensors: TensorSummary }).tensors.parameters).toBeNull()
  })

  /** gpt-oss-20b on Hugging Face: 13.76 GB, `metadata.total_size` of its index 13,761,264,768. */
  test('gpt-oss-20b takes its published bytes', async () => {
    const { config: own } = models.find(({ id }) => id === 'gpt-oss-20b')!
    const entries: Record<string, readonly [string, readonly number[], number]> = { 'model.embed_tokens.weight': bf16(201088, 2880), 'lm_head.weight': bf16(201088, 2880), 'model.norm.weight': bf16(2880) }
    for (let i = 0; i < 24; i++) {
      const at = `model.layers.${String(i)}.`
      for (const name of ['input_layernorm', 'post_attention_layernorm']) entries[`${at}${name}.weight`] = bf16(2880)
      for (const [name, out, from] of [['q', 4096, 2880], ['k', 512, 2880], ['v', 512, 2880], ['o', 2880, 4096]] as const) {
        entries[`${at}self_attn.${name}_proj.weight`] = bf16(out, from)
        entries[`${at}self_attn.${name}_proj.bias`] = bf16(out)
      }
      entries[`${at}self_attn.sinks`] = bf16(64)
      entries[`${at}mlp.router.weight`] = bf16(32, 2880)
      entries[`${at}mlp.router.bias`] = bf16(32)
      for (const [name, out] of [['gate_up', 5760], ['down', 2880]] as const) {
        entries[`${at}mlp.experts.${name}_proj_blocks`] = ['U8', [32, out, 90, 16], 32 * out * 90 * 16]
        entries[`${at}mlp.experts.${name}_proj_scales`] = ['U8', [32, out, 90], 32 * out * 90]
        entries[`${at}mlp.experts.${name}_proj_bias`] = bf16(32, out)
      }
    }
    const summary = summaryOf(await readModel([jsonFile('config.json', own), safetensorsFile(entries)]))
    expect(summary.parameters).toBe(analyze({ model: 'gpt-oss-20b', gpu: 'h100' }).model!.parameters)
    expect(summary.bytes).toBe(13_761_264_768)
  })
})

describe('hostile files', () => {
  async function refused({ header, size }: { readonly header: Uint8Array; readonly size: number }, code = /^invalid-file$/): Promise<void> {
    const file = fileOf('bad.safetensors', header, size)
    const before = performance.now()
    const result = await readModel([jsonFile('config.json', config), file])
    expect(performance.now() - before).toBeLessThan(1000)
    expect(file.read.bytes).toBeLessThan(40e6)
    expect(result.model).toBeNull()
    expect(result.problems).toHaveLength(1)
    expect(result.problems[0]?.code).toMatch(code)
    expect(result.problems[0]?.message).not.toMatch(/undefined|NaN|\[object/)
  }
  const { header: good, size } = safetensors(whole)

  test('cut after every seventh byte', async () => {
    for (let end = 0; end < good.length; end += 7) await refused({ header: good.subarray(0, end), size: end })
    await refused({ header: good, size: size - 1 })
    await refused({ header: good, size: size + 1 })
  })

  test('random bytes in every place', async () => {
    let seed = 11
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below
    for (let round = 0; round < 400; round++) {
      const bytes = good.slice()
      for (let i = 0; i <= round % 5; i++) bytes[random(bytes.length)] = random(256)
      await expect(readModel([jsonFile('config.json', config), fileOf('bad.safetensors', bytes, size)])).resolves.toHaveProperty('problems')
    }
    for (let round = 0; round < 50; round++) {
      const bytes = new Uint8Array(Array.from({ length: 200 }, () => random(256)))
      await refused({ header: bytes, size: 200 })
    }
  })

  interface Written { readonly header: Uint8Array; readonly size: number }
  const tensor = (dtype: unknown, shape: unknown, offsets: unknown): string => JSON.stringify({ a: { dtype, shape, data_offsets: offsets } })
  const most = 2n ** 63n - 1n
  const cases: readonly (readonly [what: string, file: Written, code?: RegExp])[] = [
    ['a header of 2^63 - 1 bytes', withHeader('{}', 0, most)], ['a header of 2^64 - 1 bytes', withHeader('{}', 0, 2n ** 64n - 1n)],
    ['a header beyond the file', withHeader('{}', 0, 3n)], ['a header of 33 MiB', { header: withHeader('{}', 0, 33n * 2n ** 20n).header, size: 1e12 }, /^oversized$/],
    ['a header of zeros', { header: withHeader('{}', 0, 32n * 2n ** 20n).header, size: 1e12 }],
    ['a list', withHeader('[]')], ['a number', withHeader('12')], ['half of JSON', withHeader('{"a":')], ['an empty header', withHeader('', 8)],
    ['deep lists', withHeader(`{"a":${'['.repeat(30e6)}`)], ['deep objects', withHeader('{"a":'.repeat(6e6))], ['an endless text', withHeader(`{"${'a'.repeat(30e6)}`)],
    ['a tensor that is a number', withHeader('{"a":1}')], ['no dtype', withHeader(tensor(undefined, [1], [0, 2]), 2)], ['a dtype that is not known', withHeader(tensor('F99', [1], [0, 2]), 2), /^unknown-dtype$/],
    ['a size below 0', withHeader(tensor('F16', [-1], [0, 2]), 2)], ['half an element', withHeader(tensor('F16', [0.5], [0, 1]), 1)], ['sizes beyond counting', withHeader(tensor('F16', [2 ** 40, 2 ** 40], [0, 2]), 2)],
    ['1e999', withHeader('{"a":{"dtype":"F16","shape":[1e999],"data_offsets":[0,2]}}', 2)], ['three offsets', withHeader(tensor('F16', [1], [0, 1, 2]), 2)], ['offsets that run back', withHeader(tensor('F16', [1], [2, 0]), 2)],
    ['offsets beyond the file', withHeader(tensor('F16', [1e6], [0, 2e6]), 2)], ['a gap', withHeader(tensor('F16', [1], [2, 4]), 4)], ['bytes that do not fit the shape', withHeader(tensor('F16', [2], [0, 2]), 2)],
    ['tensors over one another', withHeader('{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"F16","shape":[2],"data_offsets":[2,6]}}', 6)],
    ['a tensor twice', withHeader('{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}', 2)],
    ['250,000 tensors that are none', withHeader(`{${Array.from({ length: 250_000 }, (_, i) => `"${String(i)}":{"dtype":"F16"}`).join()}}`)],
  ]
  test.each(cases.map(([what, file, code = /^invalid-file$/]) => ({ what, file, code })))('$what', async ({ file, code }) => { await refused(file, code) })

  test('names that reach a prototype are names', async () => {
    const { header, size: all } = safetensors(Object.fromEntries([...Object.entries(whole), ['constructor', bf16(2)], ['toString', bf16(2)]]))
    const result = await readModel([jsonFile('config.json', config), fileOf('model.safetensors', header, all)])
    expect(summaryOf(result).groups.other).toMatchObject({ BF16: { tensors: 2 } })
  })
})

describe('addresses', () => {
  afterEach(() => { vi.unstubAllGlobals() })
  /** A server of files; ranges are answered where `ranges` says so. */
  function serve(files: Readonly<Record<string, TextSource>>, ranges = true): string[] {
    const asked: string[] = []
    vi.stubGlobal('fetch', async (address: string, { headers }: { headers: Record<string, string> }) => {
      asked.push(address.slice(address.lastIndexOf('/') + 1))
      const file = files[address.replace(/\?.*/, '')]
      if (file === undefined) return new Response('', { status: 404 })
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers['range'] ?? '') ?? []
      if (from === undefined || !ranges) return new Response(await file.text())
      const bytes = await file.slice!(Number(from), Number(to) + 1).arrayBuffer()
      return new Response(bytes, { status: 206, headers: { 'content-range': `bytes ${from}-${String(to)}/${String(file.size)}` } })
    })
    return asked
  }
  const hub = 'https://huggingface.co/org/name'
  const at = (file: string): string => `${hub}/resolve/main/${file}`

  test('a repository', async () => {
    const quantization = jsonFile('hf_quant_config.json', { quantization: { quant_algo: 'FP8' } })
    const asked = serve({ [at('config.json')]: jsonFile('config.json', config), [at('model.safetensors.index.json')]: index, [at('hf_quant_config.json')]: quantization })
    const result = await readModel(new URL(hub))
    expect(result.model).toMatchObject({ ...config, quantization_config: { quant_algo: 'FP8' }, tensors: { bytes: parameters * 2 } })
    expect(asked.sort()).toEqual(['config.json', 'hf_quant_config.json', 'model.safetensors.index.json'])
    serve({ [`${hub}/resolve/v2/config.json`]: jsonFile('config.json', config) })
    expect((await readModel(new URL(`${hub}/tree/v2`))).model).toEqual(config)
    expect((await readModel(new URL(`${hub}/blob/v2/config.json`))).model).toEqual(config)
  })

  test('files that are read in parts', async () => {
    const file = safetensorsFile(whole)
    serve({ [at('model.safetensors')]: file, [at('config.json')]: jsonFile('config.json', config) })
    expect(summaryOf(await readModel(new URL(`${hub}/blob/main/model.safetensors`))).parameters).toBe(parameters)
    expect(file.read.bytes).toBeLessThan(5000)
    const meta = { 'general.architecture': 'llama4' }
    serve({ 'https://example.com/a.gguf': ggufFile(meta, []) })
    expect(codes(await readModel(new URL('https://example.com/a.gguf?download=true')))).toEqual(['unknown-architecture'])
  })

  test('what does not work is a problem', async () => {
    serve({})
    expect((await readModel(new URL(hub))).problems).toMatchObject([{ code: 'unreadable', message: `${at('config.json')} answered with status 404.` }])
    expect((await readModel(new URL('https://example.com/a.gguf'))).problems).toMatchObject([{ code: 'unreadable', message: expect.stringContaining('404') }])
    serve({ [at('model.gguf')]: safetensorsFile(whole) }, false)
    expect((await readModel(new URL(at('model.gguf')))).problems).toMatchObject([{ code: 'unreadable', message: expect.stringContaining('in parts') }])
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')))
    for (const address of [hub, at('model.gguf'), 'https://example.com/config.json']) expect((await readModel(new URL(address))).problems).toMatchObject([{ code: 'unreadable', message: `${address} cannot be reached.` }])
  })
})
