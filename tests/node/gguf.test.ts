/** GGUF files: what they say is the checkpoint, what they hold is counted to the byte, and no file does harm. */
import { describe, expect, test } from 'vitest'
import ggml from '../../data/ggml.json' with { type: 'json' }
import { read } from '../../src/analyzers/import/huggingface.js'
import { compare, type TensorSummary } from '../../src/analyzers/import/tensors.js'
import { analyze, dtypes, explain, models, readModel, type ReadModel } from '../../src/index.js'
import { decoderOf } from './decoder.js'
import { architectures, metadataOf, q4km, tensorsOf } from './gguf-models.js'
import { Bytes, bytesOf, fileOf, gguf, ggufFile, type Meta, type Shape } from './weight-files.js'

const summaryOf = ({ model }: ReadModel): TensorSummary => (model as { tensors: TensorSummary }).tensors
const typed = (tensors: readonly Omit<Shape, 'type'>[], type: string): Shape[] => tensors.map(tensor => ({ ...tensor, type: tensor.shape.length === 1 ? 'F32' : type }))

describe('types of ggml', () => {
  test.each(ggml.types)('$id', row => {
    const { id, block, bytes, dtype } = row
    const fields = 'layout' in row ? row.layout.split('+').reduce((sum, n) => sum + Number(n), 0) : bytes
    expect(fields).toBe(bytes)
    if (dtype === null) return
    const same = dtypes.find(d => d.id === dtype)!
    const bits = same.bits + (same.block === null ? 0 : (same.block.scaleBits + same.block.zeroBits) / same.block.size)
    expect(bytes * 8 / block, id).toBe(bits)
  })

  test('numbers and names are each there once', () => {
    expect(new Set(ggml.types.map(row => row.type)).size).toBe(ggml.types.length)
    expect(ggml.types.filter(row => String(row.type) in ggml.removed)).toEqual([])
    for (const row of ggml.types) for (const source of row.source) expect(ggml.sources).toHaveProperty(source)
  })

  test.each(ggml.types)('a tensor of $id has its bytes', async ({ id, block, bytes }) => {
    const file = ggufFile({ ...tiny.meta }, [{ name: 'token_embd.weight', shape: [256, 3], type: id }])
    const { dtypes: held } = summaryOf(await readModel(file))
    expect(held).toEqual({ [id]: { tensors: 1, elements: 768, bytes: 768 / block * bytes } })
  })
})

const tiny = {
  meta: {
    'general.architecture': 'llama', 'llama.block_count': 1, 'llama.embedding_length': 256, 'llama.feed_forward_length': 512, 'llama.attention.head_count': 4,
    'llama.attention.head_count_kv': 2, 'llama.context_length': 2048, 'tokenizer.ggml.tokens': Array.from({ length: 300 }, (_, i) => `t${String(i)}`),
    'tokenizer.ggml.scores': [1, 2, 3],
  } satisfies Meta,
  tensors: [
    { name: 'token_embd.weight', shape: [256, 300], type: 'Q6_K' }, { name: 'output_norm.weight', shape: [256], type: 'F32' },
    { name: 'rope_freqs.weight', shape: [32], type: 'F32' },
    { name: 'blk.0.attn_norm.weight', shape: [256], type: 'F32' }, { name: 'blk.0.ffn_norm.weight', shape: [256], type: 'F32' },
    { name: 'blk.0.attn_q.weight', shape: [256, 256], type: 'Q4_K' }, { name: 'blk.0.attn_k.weight', shape: [256, 128], type: 'Q4_K' },
    { name: 'blk.0.attn_v.weight', shape: [256, 128], type: 'Q6_K' }, { name: 'blk.0.attn_output.weight', shape: [256, 256], type: 'Q4_K' },
    { name: 'blk.0.ffn_gate.weight', shape: [256, 512], type: 'Q4_K' }, { name: 'blk.0.ffn_up.weight', shape: [256, 512], type: 'Q4_K' },
    { name: 'blk.0.ffn_down.weight', shape: [512, 256], type: 'Q6_K' },
  ] satisfies Shape[],
}

test('a file becomes a config with its tensors added up', async () => {
  const { model, problems } = await readModel(ggufFile(tiny.meta, tiny.tensors))
  expect(problems).toEqual([])
  expect(model).toMatchObject({
    model_type: 'llama', num_hidden_layers: 1, hidden_size: 256, intermediate_size: 512, num_attention_heads: 4, num_key_value_heads: 2, vocab_size: 300,
    max_position_embeddings: 2048, tie_word_embeddings: true, attention_bias: false, mlp_bias: false,
  })
  const summary = (model as { tensors: TensorSummary }).tensors
  expect(summary.groups).toEqual({
    embedding: { Q6_K: { tensors: 1, elements: 76800, bytes: 63000 } }, norm: { F32: { tensors: 3, elements: 768, bytes: 3072 } },
    other: { F32: { tensors: 1, elements: 32, bytes: 128 } },
    attention: { Q4_K: { tensors: 3, elements: 163840, bytes: 92160 }, Q6_K: { tensors: 1, elements: 32768, bytes: 26880 } },
    ffn: { Q4_K: { tensors: 2, elements: 262144, bytes: 147456 }, Q6_K: { tensors: 1, elements: 131072, bytes: 107520 } },
  })
  expect(summary).toMatchObject({ format: 'gguf', tensors: 12, parameters: 667392, bytes: tiny.tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0) })
  expect(JSON.parse(JSON.stringify(model))).toEqual(model)
  expect(analyze({ model: model!, gpu: 'h100' }).model?.parameters).toBe(667392)
})

describe('every checkpoint that llama.cpp converts', () => {
  const converted = models.filter(({ config }) => String(config['model_type']) in architectures && decoderOf(config) !== null)
  test.each(converted)('$id', async ({ config, expected }) => {
    const decoder = decoderOf(config)!
    const architecture = architectures[String(config['model_type'])]!
    const result = await readModel(ggufFile(metadataOf(decoder, architecture), typed(tensorsOf(decoder, architecture), 'BF16')))
    expect(result.problems).toEqual([])
    // Modules that predict further tokens are not in these files; llama.cpp keeps a tower in one of its own.
    const [found, wanted] = [read(result.model), read({ ...config, vision_config: undefined })]
    const { precision, modules: _modules, ...made } = found.model!
    const { precision: _, modules: _there, ...published } = wanted.model!
    // llama.cpp knows no window in what it calls llama: Mistral's first model is read without.
    const withoutWindow = (text: string) => text.replaceAll(/"w":4096,?|,"w":4096/g, '').replaceAll('"windowed":true', '"windowed":false').replaceAll('"pairs":"windowed"', '"pairs":"unbounded"')
    expect(made).toEqual(architecture === 'llama' ? JSON.parse(withoutWindow(JSON.stringify(published))) : published)
    expect(found.layers).toEqual(wanted.layers)
    expect(decoderOf(result.model as Readonly<Record<string, unknown>>)).toEqual(architecture === 'llama' ? JSON.parse(JSON.stringify(decoder).replaceAll('"window":4096', '"window":null')) : decoder)
    expect(precision.weights).toBe('bf16')
    const parameters = expected ? expected.parameters - (expected.towerParameters ?? 0) : analyze({ model: config, gpu: 'h100' }).model!.parameters
    expect(summaryOf(result).parameters).toBe(parameters)
    expect(summaryOf(result).groups).not.toHaveProperty('other')
    expect(compare(summaryOf(result), parameters)).toBeNull()
    expect(compare(summaryOf(result), 7)).toMatchObject({ code: 'tensors-differ', severity: 'note', message: expect.stringContaining(`${String(parameters)} parameters`) })
  })
})

/** File sizes that huggingface.co lists (the LFS pointer of each file); what is not tensors is the vocabulary, some tens of bytes per token. */
test.each([
  ['llama-3.1-8b', 4_920_739_232, 'bartowski/Meta-Llama-3.1-8B-Instruct-GGUF'],
  ['gemma-2-2b', 1_708_582_752, 'bartowski/gemma-2-2b-it-GGUF'],
  ['phi-3-mini', 2_393_231_360, 'bartowski/Phi-3-mini-4k-instruct-GGUF'],
  ['qwen2.5-7b', 4_683_071_264, 'Qwen/Qwen2-7B-Instruct-GGUF, of the same shape'],
  ['gemma-3-4b', 2_489_758_112, 'bartowski/google_gemma-3-4b-it-GGUF'],
])('Q4_K_M of %s takes its published bytes', async (id, size) => {
  const { config } = models.find(model => model.id === id)!
  const decoder = decoderOf(config)!
  const architecture = architectures[String(config['model_type'])]!
  const layers = decoder.order.reduce((sum, [, n]) => sum + n, 0)
  const tensors = tensorsOf(decoder, architecture).map(tensor => ({ ...tensor, type: q4km(tensor.name, tensor.shape, layers, !decoder.tied) }))
  const { bytes } = summaryOf(await readModel(ggufFile(metadataOf(decoder, architecture), tensors)))
  const perToken = (size - bytes) / decoder.vocabulary
  expect(perToken).toBeGreaterThan(15)
  expect(perToken).toBeLessThan(65)
})

test('Q4_K_M of Llama 3.1 8B is planned with the bytes of its tensors, computed in 16 bit, and says which', async () => {
  const { config } = models.find(model => model.id === 'llama-3.1-8b')!
  const decoder = decoderOf(config)!
  const tensors = tensorsOf(decoder, 'llama').map(tensor => ({ ...tensor, type: q4km(tensor.name, tensor.shape, 32, true) }))
  const { model } = await readModel(ggufFile(metadataOf(decoder, 'llama'), tensors))
  const gpu = 'rtx-4090'
  const report = analyze({ model: model!, gpu })
  const counted = tensors.filter(tensor => !tensor.name.includes('rope_freqs')).reduce((sum, tensor) => sum + bytesOf(tensor), 0)
  expect(report.model?.parameters).toBe(8_030_261_248)
  expect(report.memory?.weights).toBeCloseTo(counted, -2)
  expect(report.scenario.precision?.weights).toBeNull()
  expect(report.problems.map(p => p.code)).toContain('weight-only')
  expect(report.problems.map(p => p.code)).not.toContain('tensors-differ')
  expect(analyze(report.scenario).memory).toEqual(report.memory)
  // Asked for in another format, the file's own does not count.
  expect(analyze({ model: model!, gpu, precision: { weights: 'bf16' } }).memory?.weights).toBe(2 * 8_030_261_248)
  expect(explain({ model: model!, gpu }, 'memory/weights').inputs.find(input => input.name === 'bytes_ffn')).toMatchObject({ source: expect.stringMatching(/tensors of the file/) as unknown })
})

test('a difference between tensors and architecture is said with both numbers', () => {
  const { config } = models.find(model => model.id === 'llama-3.1-8b')!
  const tensors = { format: 'safetensors', parameters: 8_030_261_249, groups: { ffn: { BF16: { tensors: 1, elements: 8, bytes: 16 } } } }
  expect(analyze({ model: { ...config, tensors }, gpu: 'h100' }).problems).toContainEqual(expect.objectContaining({ code: 'tensors-differ', severity: 'note' }))
  for (const broken of [1, [], { groups: 3 }, { format: 'gguf', groups: { ffn: { x: { elements: NaN, bytes: -1 } } } }]) expect(analyze({ model: { ...config, tensors: broken }, gpu: 'h100' }).memory?.weights).toBe(2 * 8_030_261_248)
})

describe('what is said of files that are not read', () => {
  const said = async (meta: Meta, tensors: readonly Shape[] = tiny.tensors): Promise<string> => (await readModel(ggufFile(meta, tensors))).problems.map(p => `${p.code}: ${p.message} ${p.suggestions.join()}`).join()
  test.each<readonly [meta: Meta, said: RegExp]>([
    [{}, /^missing-field: .*general.architecture/],
    [{ 'general.architecture': 'lama' }, /^unknown-architecture: lama .* llama/],
    [{ 'general.architecture': 'llama4' }, /^unknown-architecture: llama4 is not read from a GGUF file yet; its config.json may be/],
    [{ 'general.architecture': 'mamba2' }, /^unknown-architecture: mamba2 (?:has|is not read from)/],
    [{ 'general.architecture': 'gemma3n' }, /^unknown-architecture: gemma3n has per-layer embeddings/],
    [{ 'general.architecture': 'clip' }, /^unknown-architecture: clip is not among/],
    [{ 'general.architecture': 'llama' }, /^missing-field: num_hidden_layers/],
    [{ ...tiny.meta, 'llama.attention.head_count': 3 }, /^indivisible/],
    [{ ...tiny.meta, 'llama.attention.head_count': [4, 8] }, /^not-supported: model.gguf has another attention.head_count for each/],
    [{ ...tiny.meta, 'split.count': 3, 'split.no': 0 }, /^missing-files: model.gguf is one of 3 parts.* model-00001-of-00003.gguf/],
  ])('%#', async (meta, wanted) => { expect(await said(meta)).toMatch(wanted) })

  test('equal items of a list per layer are one value', async () => {
    expect(await said({ ...tiny.meta, 'llama.attention.head_count': [4, 4] })).toBe('')
  })

  test('the parts of a split file are read together', async () => {
    const meta = { ...tiny.meta, 'split.count': 2 }
    const [a, b] = [ggufFile(meta, tiny.tensors.slice(0, 5), 'm-00001-of-00002.gguf'), ggufFile({ 'split.count': 2 }, tiny.tensors.slice(5), 'm-00002-of-00002.gguf')]
    const whole = await readModel(ggufFile(tiny.meta, tiny.tensors))
    expect((await readModel([b, a])).model).toEqual(whole.model)
    expect((await readModel([a])).problems).toMatchObject([{ code: 'missing-files' }])
    expect((await readModel([b])).problems).toMatchObject([{ code: 'missing-files' }])
    expect((await readModel([a, ggufFile(meta, [], 'other-00002-of-00002.gguf')])).problems).toMatchObject([{ code: 'missing-files' }])
    expect((await readModel([ggufFile(tiny.meta, tiny.tensors, 'x.gguf'), ggufFile(tiny.meta, tiny.tensors, 'y.gguf')])).problems).toMatchObject([{ code: 'several-models' }])
  })

  test('a file without a name is known by how it begins', async () => {
    const { name: _, ...blob } = ggufFile(tiny.meta, tiny.tensors)
    expect((await readModel(blob)).model).toMatchObject({ model_type: 'llama' })
  })

  test('a multi-token prediction layer is not among the layers', async () => {
    const extra = tiny.tensors.filter(({ name }) => name.startsWith('blk.0')).map(tensor => ({ ...tensor, name: tensor.name.replace('blk.0', 'blk.1') }))
    const result = await readModel(ggufFile({ ...tiny.meta, 'llama.block_count': 2, 'llama.nextn_predict_layers': 1 }, [...tiny.tensors, ...extra]))
    expect(result.model).toMatchObject({ num_hidden_layers: 1 })
    expect(summaryOf(result).parameters).toBe(667392)
    expect(result.problems).toMatchObject([{ code: 'mtp-not-counted' }])
  })
})

describe('hostile files', () => {
  const whole = gguf(tiny.meta, tiny.tensors)
  /** Each ends in a problem, in under a second, having read a bounded part. */
  async function refused(start: Uint8Array, size = start.length, code = /./): Promise<void> {
    const file = fileOf('bad.gguf', start, size)
    const before = performance.now()
    const { model, problems } = await readModel(file)
    expect(performance.now() - before).toBeLessThan(1000)
    expect(file.read.bytes).toBeLessThan(70e6)
    expect(model).toBeNull()
    expect(problems).toHaveLength(1)
    expect(problems[0]?.severity).toBe('error')
    expect(problems[0]?.code).toMatch(code)
    expect(problems[0]?.message).not.toMatch(/undefined|NaN|\[object/)
  }

  test('cut after every seventh byte', async () => {
    for (let end = 0; end < whole.header.length; end += 7) await refused(whole.header.subarray(0, end), end, /^invalid-file$/)
    for (const end of [whole.size - 1, whole.size - 5000]) await refused(whole.header, end, /^invalid-file$/)
  })

  test('random bytes in every place', async () => {
    let seed = 7
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below
    for (let round = 0; round < 400; round++) {
      const bytes = whole.header.slice()
      for (let i = 0; i <= round % 5; i++) bytes[random(bytes.length)] = random(256)
      const before = performance.now()
      await expect(readModel(fileOf('bad.gguf', bytes, whole.size))).resolves.toHaveProperty('problems')
      expect(performance.now() - before).toBeLessThan(1000)
    }
    for (let round = 0; round < 50; round++) await refused(new Uint8Array(Array.from({ length: 200 }, () => random(256))))
  })

  const start = (tensors: number | bigint, entries: number | bigint, version = 3): Bytes => new Bytes().add(new TextEncoder().encode('GGUF')).u32(version).u64(tensors).u64(entries)
  const most = 2n ** 63n - 1n
  test.each<readonly [what: string, bytes: Bytes, size: number, code: RegExp]>([
    ['2^63 - 1 tensors', start(most, 0), 1e12, /invalid-file/],
    ['2^63 - 1 entries', start(0, most), 1e12, /invalid-file/],
    ['as many tensors as fit a large file', start(1e9, 0), 1e12, /oversized/],
    ['as many entries as fit a large file', start(0, 1e9), 1e12, /oversized/],
    ['a key of 2^63 - 1 bytes', start(0, 1).u64(most), 1e12, /invalid-file/],
    ['a text beyond the file', start(0, 1).text('k').u32(8).u64(1e12), 1e12, /invalid-file/],
    ['a list of 2^63 - 1 texts', start(0, 1).text('k').u32(9).u32(8).u64(most), 1e12, /oversized/],
    ['a list of 2^63 - 1 numbers', start(0, 1).text('k').u32(9).u32(4).u64(most), 1e12, /invalid-file/],
    ['a list in a list', start(0, 1).text('k').u32(9).u32(9).u64(1).u32(9).u64(1), 1e6, /invalid-file/],
    ['a value of no type', start(0, 1).text('k').u32(13).u64(0), 1e6, /invalid-file/],
    ['an entry twice', start(0, 2).text('k').u32(4).u32(1).text('k').u32(4).u32(1), 1e6, /invalid-file/],
    ['a name of 1 GB', start(1, 0).u64(1e9), 1e12, /invalid-file/],
    ['2^32 - 1 dimensions', start(1, 0).text('t').u32(2 ** 32 - 1), 1e12, /invalid-file/],
    ['elements beyond counting', start(1, 0).text('t').u32(2).u64(most).u64(most).u32(0).u64(0), 1e12, /invalid-file/],
    ['more elements than bytes', start(1, 0).text('t').u32(2).u64(1e6).u64(1e6).u32(0).u64(0), 1e12, /invalid-file/],
    ['a tensor elsewhere', start(1, 0).text('t').u32(1).u64(8).u32(0).u64(64), 1e6, /invalid-file/],
    ['tensors over one another', start(2, 0).text('t').u32(1).u64(8).u32(0).u64(0).text('u').u32(1).u64(8).u32(0).u64(0), 1e6, /invalid-file/],
    ['a tensor twice', start(2, 0).text('t').u32(1).u64(8).u32(0).u64(0).text('t').u32(1).u64(8).u32(0).u64(32), 1e6, /invalid-file/],
    ['half a block', start(1, 0).text('t').u32(1).u64(100).u32(12).u64(0), 1e6, /invalid-file/],
    ['a type that is not known', start(1, 0).text('t').u32(1).u64(32).u32(999).u64(0), 1e6, /unknown-dtype/],
    ['a type that was removed', start(1, 0).text('t').u32(1).u64(32).u32(4).u64(0), 1e6, /unknown-dtype/],
    ['an alignment of 0', start(1, 1).text('general.alignment').u32(4).u32(0).text('t').u32(1).u64(8).u32(0).u64(0), 1e6, /invalid-file/],
    ['version 1', start(0, 0, 1), 1e6, /not-supported/],
    ['version 99', start(0, 0, 99), 1e6, /not-supported/],
    ['the other end first', start(0, 0, 0x03000000), 1e6, /not-supported/],
    ['nothing but its name', new Bytes().add(new TextEncoder().encode('GGUF')), 4, /invalid-file/],
    ['another file', new Bytes().add(new TextEncoder().encode('<!doctype html>'.repeat(10))), 150, /invalid-file/],
  ])('%s', async (_, bytes, size, code) => { await refused(bytes.all(), size, code) })

  test('a file that gives fewer bytes than it has, or fails', async () => {
    const short = { name: 'a.gguf', size: 1e6, text: () => Promise.resolve(''), slice: () => ({ arrayBuffer: () => Promise.resolve(new ArrayBuffer(3)) }) }
    expect((await readModel(short)).problems).toMatchObject([{ code: 'invalid-file' }])
    const broken = { ...short, slice: () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) }
    expect((await readModel(broken)).problems).toMatchObject([{ code: 'unreadable', message: 'a.gguf cannot be read.' }])
    expect((await readModel({ name: 'a.gguf', size: 1e6, text: () => Promise.resolve('') })).problems).toMatchObject([{ code: 'unreadable' }])
  })

  test('only the header of a large file is read', async () => {
    const file = ggufFile({ ...tiny.meta, big: Array.from({ length: 50_000 }, (_, i) => `token ${String(i)}`) }, [...tiny.tensors, { name: 'blk.0.ffn_gate_exps.weight', shape: [8192, 8192, 1024], type: 'F32' }])
    expect(file.size).toBeGreaterThan(200e9)
    await readModel(file)
    expect(file.read.bytes).toBeLessThan(4e6)
  })
})
