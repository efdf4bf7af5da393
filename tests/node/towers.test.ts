/** Vision towers of multimodal models: exact counts, tokens of an image, exact multiply-adds, and images as part of a prompt. */
import { describe, expect, test } from 'vitest'
import { pairs } from '../../src/analyzers/axes.js'
import { fill, total } from '../../src/analyzers/compile.js'
import type { Expr } from '../../src/analyzers/graph.js'
import { towerFor } from '../../src/analyzers/import/huggingface/rows.js'
import { towerOf } from '../../src/analyzers/import/huggingface/towers.js'
import { tokensPerImage } from '../../src/analyzers/models/images.js'
import { modelGraph } from '../../src/analyzers/models/loops.js'
import { modelSizes, type Model } from '../../src/analyzers/models/model.js'
import { evaluate } from '../../src/analyzers/product.js'
import { findProfile } from '../../src/analyzers/profiles.js'
import { resolveModel } from '../../src/analyzers/found-model.js'
import { structure } from '../../src/analyzers/structure.js'
import type { Profile } from '../../src/analyzers/graph.js'
import { analyze, explain, findModel, type Problem, type Scenario } from '../../src/index.js'
import { answered as answer, explains, shares } from './answered.js'

const gpu = 'b300-sxm'
const answered = (model: string | object, workload: Scenario['workload'] = {}, rest: object = {}) => answer({ model, gpu, workload, ...rest })
type Image = readonly [height: number, width: number]

const configOf = (id: string): Record<string, unknown> => { const found = findModel(id); if ('code' in found) throw new Error(found.message); return found.config }
/** The same model without eyes. */
const blind = (id: string): object => ({ ...configOf(id), vision_config: undefined })

const qwen2 = { hidden_size: 1536, intermediate_size: 8960, num_attention_heads: 12, num_key_value_heads: 2, num_hidden_layers: 28, vocab_size: 151936, tie_word_embeddings: true, max_position_embeddings: 32768 }
const qwen2vl2b = { architectures: ['Qwen2VLForConditionalGeneration'], model_type: 'qwen2_vl', ...qwen2, vision_config: { depth: 32, embed_dim: 1280, mlp_ratio: 4, num_heads: 16, in_chans: 3, hidden_size: 1536, patch_size: 14, spatial_merge_size: 2, spatial_patch_size: 14, temporal_patch_size: 2 } }
const mistral = { model_type: 'mistral', hidden_size: 5120, intermediate_size: 32768, num_attention_heads: 32, num_key_value_heads: 8, head_dim: 128, num_hidden_layers: 40, vocab_size: 131072, max_position_embeddings: 131072, sliding_window: null }
const pixtralTower = { model_type: 'pixtral', hidden_size: 1024, intermediate_size: 4096, num_attention_heads: 16, num_hidden_layers: 24, num_channels: 3 }
const mistralSmall = { architectures: ['Mistral3ForConditionalGeneration'], model_type: 'mistral3', spatial_merge_size: 2, vision_feature_layer: -1, text_config: mistral, vision_config: { ...pixtralTower, image_size: 1540, patch_size: 14 } }
const pixtral = { architectures: ['LlavaForConditionalGeneration'], model_type: 'llava', vision_feature_layer: -1, text_config: { ...mistral, intermediate_size: 14336, max_position_embeddings: 1024000 }, vision_config: { ...pixtralTower, image_size: 1024, patch_size: 16 } }
const gemma4 = { model_type: 'gemma4', vision_soft_tokens_per_image: 280, text_config: { hidden_size: 2816 }, vision_config: { model_type: 'gemma4_vision', attention_bias: false, head_dim: 72, hidden_size: 1152, intermediate_size: 4304, num_attention_heads: 16, num_hidden_layers: 27, patch_size: 16, pooling_kernel_size: 3, position_embedding_size: 10240, standardize: true, use_clipped_linears: false } }
const kimiK3 = { model_type: 'kimi_k3', text_config: {}, vision_config: { attn_bias: false, init_pos_emb_height: 64, init_pos_emb_width: 64, linear_bias: false, merge_kernel_size: [2, 2], merge_type: 'sd2_tpool', mlp_type: 'mlp2', mm_hidden_size: 1024, mm_projector_type: 'patchmergerv2', norm_type: 'rmsnorm', patch_embed_proj_bias: false, patch_size: 14, pos_emb_type: 'divided_fixed', qkv_hidden_size: 1536, text_hidden_size: 7168, vt_hidden_size: 1024, vt_intermediate_size: 4096, vt_num_attention_heads: 12, vt_num_hidden_layers: 27 } }

/** A tower alone: of models whose text is not read yet. */
function alone(config: { readonly model_type: string; readonly vision_config: object }): Model {
  const row = towerFor(config.model_type, 'model_type' in config.vision_config ? String(config.vision_config.model_type) : '')
  const problems: Problem[] = []
  const tower = row === null ? null : towerOf(config, row, problems)
  if (tower === null) throw new Error(JSON.stringify(problems))
  return { family: 'decoder', source: null, context: null, positions: null, precision: { weights: null, quantized: null, cache: null }, ...tower }
}
function parametersOf(model: Model): number {
  const { layout, parameters } = structure(modelGraph(model, 'expanded', 'held'), {}, findProfile('ideal') as Profile)
  return total(parameters.compiled, fill(layout, new Proxy(modelSizes(model), { get: (sizes, axis) => sizes[String(axis)] ?? 1 })))
}

// What checkpoints hold: sums over their tensors as the hub reports them. The tower with its projector is the difference to the text model.
test.each<[string, string | object, number, number]>([
  ['LLaVA 1.5 7B', 'llava-1.5-7b', 7_063_427_072, 303_507_456 + 20_979_712],
  ['Qwen2-VL 2B, fields of the text at the root', qwen2vl2b, 2_208_985_600, 665_271_296],
  ['Qwen2.5-VL 7B', 'qwen2.5-vl-7b', 8_292_166_656, 676_550_144],
  ['Qwen3-VL 2B', 'qwen3-vl-2b', 2_127_532_032, 406_957_056],
  ['Qwen3-VL 8B', 'qwen3-vl-8b', 8_767_123_696, 576_388_336],
  ['Qwen3-VL 30B-A3B', 'qwen3-vl-30b-a3b', 31_070_754_032, 538_631_408],
  ['Qwen3-VL 32B', 'qwen3-vl-32b', 33_357_390_064, 595_266_800],
  ['Qwen3-VL 235B-A22B', 'qwen3-vl-235b-a22b', 235_670_022_896, 576_388_336],
  ['Qwen3.5 35B-A3B', 'qwen3.5-35b-a3b', 35_107_181_936, 446_571_248],
  ['Qwen3.5 122B-A10B', 'qwen3.5-122b-a10b', 122_562_817_776, 451_290_864],
  ['Gemma 3 4B', 'gemma-3-4b', 4_300_079_472, 419_816_304],
  ['Gemma 3 12B', 'gemma-3-12b', 12_187_325_040, 421_290_864],
  ['Gemma 3 27B', 'gemma-3-27b', 27_432_406_640, 423_060_336],
  ['Llama 4 Scout', 'llama-4-scout', 108_641_793_536, 871_932_416],
  ['Kimi K2.5', 'kimi-k2.5-nvfp4', 1_026_879_376_368, 416_866_032 + 54_277_888],
  ['Mistral Small 3.1', mistralSmall, 24_011_361_280, 403_305_472 + 35_652_608],
  ['Pixtral 12B', pixtral, 12_682_739_712, 403_489_792 + 31_467_520],
])('%s has its parameters, with those of the tower', (_, model, parameters, tower) => {
  const config = typeof model === 'string' ? configOf(model) : model
  const { model: whole, problems } = answered(model)
  const text = answered({ ...config, vision_config: undefined })
  expect([whole.parameters, whole.parameters - text.model.parameters, whole.activeParameters - text.model.activeParameters]).toEqual([parameters, tower, tower])
  expect(problems.map(({ code }) => code)).not.toContain('vision-not-counted')
  expect(text.problems.map(({ code }) => code)).toEqual(expect.arrayContaining('text_config' in config ? ['vision-not-counted'] : []))
})

// Gemma 4: the total of its tensors, 25,805,933,872, less the text; two vectors that standardize features are no parameters.
test.each<[string, Parameters<typeof alone>[0], number]>([
  ['Gemma 4', gemma4, 569_548_080 + 3_244_032], ['Kimi K3', kimiK3, 401_214_464 + 46_144_512],
])('the tower of %s', (_, config, parameters) => { expect(parametersOf(alone(config))).toBe(parameters) })

describe('tokens of an image', () => {
  const model = (of: string | object): Model => { const found = resolveModel(of); if (!('model' in found)) throw new Error(JSON.stringify(found)); return found.model }
  const sizes: readonly Image[] = [[224, 224], [512, 512], [1024, 1024], [1080, 1920], [2160, 3840]]
  // As the processors of transformers, and for Kimi the code published with it, give them.
  test.each<[string, Model, readonly number[]]>([
    ['Qwen3-VL', model('qwen3-vl-8b'), [64, 256, 1024, 2040, 8160]],
    ['Kimi K2.5', model('kimi-k2.5-nvfp4'), [64, 361, 1369, 2691, 4214]],
    ['Gemma 3', model('gemma-3-27b'), [256, 256, 256, 256, 256]],
    ['LLaVA 1.5', model('llava-1.5-7b'), [576, 576, 576, 576, 576]],
    ['Gemma 4', alone(gemma4), [256, 256, 256, 264, 264]],
    ['Qwen2.5-VL', model('qwen2.5-vl-7b'), [64, 324, 1369, 39 * 69, 77 * 137]],
    ['Pixtral', model(pixtral), [14 * 15, 32 * 33, 64 * 65, 36 * 65, 36 * 65]],
    ['Mistral Small 3.1', model(mistralSmall), [8 * 9, 19 * 20, 37 * 38, 31 * 56, 31 * 56]],
    ['Llama 4', model('llama-4-scout'), [144, 144 * 5 + 4, 144 * 17 + 16, 144 * 16 + 15, 144 * 16 + 15]],
  ])('%s', (_, tower, tokens) => { expect(sizes.map(size => tokensPerImage(tower, size))).toEqual(tokens) })

  // Half to even, as Python rounds; the limits of its processor.
  test.each<[Image, number]>([[[720, 1280], 22 * 40], [[80, 80], 64], [[16, 16], 64], [[8192, 8192], 128 * 128], [[65_536, 256], 2048 * 8], [[100, 7000], 3 * 219]])('Qwen3-VL, %j: %i', (image, tokens) => {
    expect(tokensPerImage(model('qwen3-vl-8b'), image)).toBe(tokens)
  })

  test('Llama 4 takes the tiles that scale an image least, and of those the fewest', () => {
    const canvases = Array.from({ length: 256 }, (_, at) => [1 + at % 16, 1 + Math.floor(at / 16)] as const).filter(([i, j]) => i * j <= 16)
    const best = ([h, w]: Image): number => {
      const scaled = canvases.map(([i, j]) => ({ scale: Math.min(336 * i / h, 336 * j / w), tiles: i * j }))
      const enlarging = scaled.filter(({ scale }) => scale >= 1)
      const scale = enlarging.length > 0 ? Math.min(...enlarging.map(one => one.scale)) : Math.max(...scaled.map(one => one.scale))
      return Math.min(...scaled.filter(one => one.scale === scale).map(one => one.tiles))
    }
    for (const h of [1, 100, 336, 337, 672, 1000, 1344, 1345, 2000, 5376, 9000]) for (const w of [1, 200, 336, 500, 672, 1008, 1009, 1680, 1700, 4000, 9000]) {
      const tiles = best([h, w])
      expect([h, w, tokensPerImage(model('llama-4-scout'), [h, w])]).toEqual([h, w, tiles === 1 ? 144 : 144 * (tiles + 1) + tiles])
    }
  })

  test('where none is asked for, an image has the size that the table of positions is for', () => {
    expect(['qwen3-vl-8b', 'kimi-k2.5-nvfp4', 'gemma-3-4b', 'llava-1.5-7b', 'llama-4-scout'].map(id => model(id).image?.join())).toEqual(['768,768', '896,896', '896,896', '336,336', '336,336'])
    expect(answered('qwen3-vl-8b', { images: 1 }).scenario.workload).toMatchObject({ images: 1, image: [768, 768] })
  })
})

/** FLOP of the matrix products that images add to a prefill of as many tokens. */
function macs(model: string | object, image: Image): number {
  const [{ phases: [seen] }, without] = [answered(model, { prompt: 10, images: 1, image, output: 1 }), answered(model, { prompt: 10 + tokensOf(model, image), output: 1 })]
  return ((seen?.flops.matrix ?? 0) - (without.phases[0]?.flops.matrix ?? 0)) / 2
}
function tokensOf(model: string | object, image: Image): number {
  const found = resolveModel(model)
  return 'model' in found ? tokensPerImage(found.model, image) : 0
}

test.each<[string, string | object, Image, number]>([
  ['LLaVA 1.5: 23 of 24 layers', 'llava-1.5-7b', [336, 336], 183_016_929_280 + 12_079_595_520],
  ['Qwen2.5-VL 7B: windows in 28 of 32 layers', 'qwen2.5-vl-7b', [1024, 1024], 3_850_114_621_440],
  ['Qwen3-VL 8B: four mergers', 'qwen3-vl-8b', [1024, 1024], 2_898_951_929_856],
  ['Gemma 3 27B', 'gemma-3-27b', [896, 896], 2_730_196_205_568 + 1_585_446_912],
])('multiply-adds of a tower: %s', (_, model, image, expected) => { expect(macs(model, image)).toBe(expected) })

test('windows of an image in closed form are its windows one by one', () => {
  for (const [hi, wi] of [[1, 1], [4, 4], [5, 9], [37, 37], [3, 20]] as const) {
    let p = 0
    const side = (n: number): number[] => Array.from({ length: Math.ceil(n / 8) }, (_, at) => Math.min(8, n - 8 * at))
    for (const h of side(2 * hi)) for (const w of side(2 * wi)) p += (h * w) ** 2
    expect(evaluate(pairs.tiled['p']?.size as Expr, { hi, wi, merge: 2, win: 8 })).toBe(p)
  }
})

const eyes = ['llava-1.5-7b', 'qwen2.5-vl-7b', 'qwen3-vl-8b', 'gemma-3-4b', 'llama-4-scout', 'qwen3.5-35b-a3b', 'kimi-k2.5-nvfp4']
const isTower = ({ id }: { readonly id: string }) => /^(?:vision|deepstack)/.test(id)

describe.each(eyes)('%s', model => {
  const image: Image = [700, 1000]
  const tp = model.startsWith('kimi') ? 8 : 1
  const at = (workload: Scenario['workload']) => answered(model, { prompt: 100, output: 5, ...workload }, { mesh: { tp } })

  test('without images, the tower is held and does not run', () => {
    const [seeing, without] = [at({}), answered(blind(model), { prompt: 100, output: 5 }, { mesh: { tp } })]
    expect(seeing.phases).toEqual(without.phases)
    expect(seeing.memory.cache).toBe(without.memory.cache)
    // Its weights are bf16, whatever the text is held in, and split as the text's are.
    const tower = seeing.model.parameters - without.model.parameters
    expect(seeing.memory.weights - without.memory.weights).toBeGreaterThanOrEqual(2 * tower / tp)
    expect(seeing.memory.weights - without.memory.weights).toBeLessThan(2 * tower / tp * (tp === 1 ? 1.0001 : 1.5))
  })

  test('images are tokens of the prompt: what follows them costs as much text does', () => {
    const tokens = tokensOf(model, image)
    const [seen, text] = [at({ images: 2, image, batch: 3 }), at({ prompt: 100 + 2 * tokens, batch: 3 })]
    const [first, ...steps] = seen.phases, [plain, ...others] = text.phases
    expect(steps.map(({ kernels }) => kernels)).toEqual(others.map(({ kernels }) => kernels))
    expect(first?.kernels.filter(kernel => !isTower(kernel))).toEqual(plain?.kernels)
    expect(seen.memory.cache).toBe(text.memory.cache)
    const tower = first?.kernels.filter(isTower) ?? []
    expect(tower.length).toBeGreaterThan(10)
    expect(tower.every(({ times, seconds }) => times > 0 && seconds.estimate > 0)).toBe(true)
    expect((seen.metrics.ttft ?? 0) - (text.metrics.ttft ?? 0)).toBeCloseTo(tower.reduce((sum, { times, seconds }) => sum + times * seconds.estimate, 0), 9)
  })

  test('the tower works once per image', () => {
    const flops = (images: number, batch: number) => at({ images, image, batch }).phases[0]?.kernels.filter(isTower).reduce((sum, { times, flops: one }) => sum + times * one, 0) ?? 0
    expect(flops(1, 1)).toBeGreaterThan(0)
    expect(flops(3, 2) / flops(1, 1)).toBeCloseTo(6, 9)
  })

  test('the largest batch and the longest context are what fits', () => {
    const of = (workload: Scenario['workload']) => at({ images: 2, image, ...workload })
    const { metrics: { maxBatch, maxContext } } = of({})
    expect([maxBatch ?? 1, (maxBatch ?? 1) + 1].map(batch => of({ batch }).memory.fits)).toEqual([true, false])
    const prompt = (maxContext ?? 0) - 5 - 2 * tokensOf(model, image)
    expect([prompt, prompt + 1].map(length => of({ prompt: length }).memory.fits)).toEqual([true, false])
  })
})

explains(eyes.map(model => ({ model, gpu, mesh: { tp: model.startsWith('kimi') ? 8 : 2 }, workload: { images: 2, image: [300, 500] } })))
shares(['llava-1.5-7b', 'qwen3-vl-8b', 'gemma-3-4b'])

test('a formula of prefill says where the tokens of images come from', () => {
  const scenario = { model: 'qwen3-vl-8b', gpu, workload: { prompt: 300, images: 2, image: [1024, 1024] as const } }
  const s = explain(scenario, 'prefill/flops/matrix').inputs.find(({ name }) => name === 's')
  expect(s).toMatchObject({ value: 300 + 2 * 1024, formula: '300 + 2 * 1024' })
  expect(s?.source).toContain('workload.images')
})

test('quantizers leave a tower as it is', () => {
  const weights = (model: string, dtype: string) => answered(model, {}, { precision: { weights: dtype } }).memory.weights
  const tower = 576_388_336
  for (const dtype of ['fp8', 'int4']) expect(weights('qwen3-vl-8b', dtype) - answered(blind('qwen3-vl-8b'), {}, { precision: { weights: dtype } }).memory.weights).toBe(2 * tower)
})

test('a degree that does not divide the tower leaves it whole on every GPU, which is said', () => {
  const at = (tp: number) => answered('kimi-k2.5-nvfp4', { images: 1 }, { system: 'gb200-nvl72', mesh: { tp }, gpu: 'gb200' })
  const [divided, whole] = [at(8), at(32)]
  expect(divided.problems.map(({ code }) => code)).not.toContain('tower-whole')
  expect(whole.problems.find(({ code }) => code === 'tower-whole')).toMatchObject({ path: 'mesh.tp', severity: 'note' })
  expect(whole.phases[0]?.kernels.filter(isTower).every(({ sent }) => sent === 0)).toBe(true)
  expect(whole.phases[0]?.flops).toEqual(divided.phases[0]?.flops)
})

describe('what cannot be answered', () => {
  const issues = (scenario: Omit<Scenario, 'gpu'>) => analyze({ gpu, ...scenario }).problems.map(({ code, path, severity }) => `${severity} ${code} ${path}`)
  test.each<[string, Omit<Scenario, 'gpu'>, string]>([
    ['images without eyes', { model: 'llama-3.1-8b', workload: { images: 1 } }, 'error not-supported workload.images'],
    ['an image without eyes', { model: 'llama-3.1-8b', workload: { image: [224, 224] } }, 'error not-supported workload.image'],
    ['images of an image model', { model: 'vit-b-16', workload: { images: 1 } }, 'error not-supported workload.images'],
    ['images in a forward run', { model: 'qwen3-vl-8b', workload: { mode: 'forward', images: 1 } }, 'error not-supported workload.images'],
    ['images in chunks', { model: 'qwen3-vl-8b', workload: { images: 1, image: [448, 448], chunk: 256 } }, 'error not-supported workload.chunk'],
    ['less than a patch', { model: 'qwen3-vl-8b', workload: { images: 1, image: [15, 400] } }, 'error invalid-field workload.image'],
    ['a size that nothing states', { model: 'qwen2.5-vl-7b', workload: { images: 1 } }, 'error missing-field workload.image'],
    ['half an image', { model: 'qwen3-vl-8b', workload: { images: 0.5 } }, 'error invalid-field workload.images'],
    ['fewer than none', { model: 'qwen3-vl-8b', workload: { images: -1 } }, 'error invalid-field workload.images'],
    ['a tower that is not known', { model: { ...configOf('llava-1.5-7b'), vision_config: { model_type: 'siglip_vision_model' } } }, 'note vision-not-counted model.vision_config'],
    ['features of another layer', { model: { ...configOf('llava-1.5-7b'), vision_feature_layer: -3 } }, 'note vision-not-counted model.vision_config'],
    ['a tower that is broken', { model: { ...configOf('qwen3-vl-8b'), vision_config: { depth: -1 } } }, 'note vision-not-counted model.vision_config'],
    ['a tower and ears', { model: { ...configOf('qwen3-vl-8b'), audio_config: {} } }, 'note vision-not-counted model.audio_config'],
    ['a size that is not used', { model: 'gemma-3-4b', workload: { images: 1, image: [300, 400] } }, 'note image-resized workload.image'],
    ['more tokens than the context', { model: 'llava-1.5-7b', workload: { prompt: 2000, images: 4 } }, 'note context-exceeded workload.prompt'],
  ])('%s', (_, scenario, wanted) => { expect(issues(scenario)).toContain(wanted) })

  test.each([0, 1])('no number is missing, with %i images of the largest size', images => {
    const report = answered('qwen3-vl-8b', { images, image: [2 ** 20, 2 ** 20], batch: 1000 })
    const walk = (value: unknown): void => { if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true); else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk) }
    walk(report)
  })
})
