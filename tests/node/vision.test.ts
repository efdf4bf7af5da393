/** Hierarchies, two towers and diffusion Transformers: exact counts and multiply-adds, kernels, and what is refused. */
import { describe, expect, test } from 'vitest'
import { analyze, readModel } from '../../src/index.js'
import { answered, explains, gpu, shares } from './answered.js'


// torchvision's published weights, recomputed with aten tracing (facts, cnn/torchvision.json): convolution, addmm, mm and bmm, one per multiply-add. Swin-B by the same rule.
test.each([
  ['swin_t', 4_490_566_656, 28_288_354], ['swin_s', 8_740_875_264, 49_606_258], ['swin_b', 15_430_946_816, 87_768_224],
])('%s costs %i multiply-adds an image and has %i parameters, as torchvision counts', (model, macs, parameters) => {
  const report = answered({ model, workload: { batch: 8 } })
  expect([report.model.macs, report.model.parameters]).toEqual([macs, parameters])
  expect(report.phases.map(phase => [phase.phase, phase.flops.matrix])).toEqual([['forward', 2 * 8 * macs]])
})

// As torchvision's; its small network over the offsets runs once a pass, so a batch of one. transformers, whose model this is, has no bias of the keys: Σ l·d fewer parameters.
test.each([
  ['swin-v2-t', 5_939_690_496, 28_351_570, 4416], ['swin-v2-s', 11_545_857_024, 49_737_442, 9024], ['swin-v2-b', 20_325_134_336, 87_930_848, 12_032],
])('%s costs %i multiply-adds and has %i parameters in torchvision, %i of them biases that are always zero', (model, macs, parameters, zeros) => {
  const report = answered({ model, workload: { batch: 1 } })
  expect([report.model.macs, report.model.parameters]).toEqual([macs, parameters - zeros])
})

describe('DETR, without the ResNet before it', () => {
  const pass = (image: readonly [number, number]) => answered({ model: 'detr', workload: { batch: 1, image } })
  const layer = (s: number, d: number, f: number) => 4 * s * d ** 2 + 2 * s ** 2 * d + 2 * s * d * f

  // 41,524,768 with the 23,454,912 weights of ResNet-50's convolutions; an image at 800 × 1066 pixels leaves 25 × 34 tokens of 2048 channels.
  test.each<readonly [image: readonly [number, number], tokens: number]>([[[800, 1066], 850], [[480, 640], 300], [[1, 33], 2]])('%j: %i tokens, 100 queries', (image, m) => {
    const [d, f, s] = [256, 2048, 100]
    const { model } = pass(image)
    const cross = 2 * s * d ** 2 + 2 * m * d ** 2 + 2 * s * m * d
    expect(model.parameters).toBe(41_524_768 - 23_454_912)
    expect(model.macs).toBe(m * 2048 * d + 6 * (layer(m, d, f) + layer(s, d, f) + cross) + s * (d * 92 + 2 * d ** 2 + 4 * d))
    if (m === 850) expect(model.macs).toBe(11_190_784_000)
  })

  test('keeps nothing, and says what is left out', () => {
    const { memory, problems } = pass([800, 1066])
    expect(memory.cache).toBe(0)
    expect(problems).toContainEqual(expect.objectContaining({ severity: 'note', code: 'part-not-counted', path: 'model.backbone' }))
  })

  test.each([['backbone', 'resnet101'], ['dilation', true]])('%s %j is refused', (field, value) => {
    expect(analyze({ model: { model_type: 'detr', [field]: value }, gpu }).problems).toContainEqual(expect.objectContaining({ severity: 'error', code: 'not-supported', path: `model.${field}` }))
  })
})

// 92.88 M for the image tower of the first is timm's, and its multiply-adds are those behind timm's count; 878 M for the second is its card's.
test.each([['siglip-b-16', 203_155_970], ['siglip-so400m-14-384', 877_960_498]])('%s has %i parameters', (model, parameters) => {
  expect(answered({ model }).model.parameters).toBe(parameters)
})

test('SigLIP B/16: the image tower with its pooling head, op by op', () => {
  const { phases } = answered({ model: 'siglip-b-16', workload: { batch: 1 }, profile: 'eager' })
  const vision = phases[0]?.kernels.filter(({ id }) => id.startsWith('vision/') && !/norm|add|act$|softmax|position/.test(id)) ?? []
  expect(vision.reduce((sum, kernel) => sum + kernel.times * kernel.flops, 0)).toBe(2 * 17_708_292_096)
})

// Parameters as diffusers' classes report them (DiT: as its paper's code does, 675 M there); multiply-adds of every product with weights and of both products of attention.
test.each([
  ['dit-xl-2', 675_129_632, 118_621_421_568], ['sd3-medium', 2_028_328_000, 4_452_168_769_536],
  ['flux.1-dev', 11_901_408_320, 37_192_326_709_248],
])('%s has %i parameters and costs %i multiply-adds a pass', (model, parameters, macs) => {
  const report = answered({ model, workload: { batch: 2 } })
  expect([report.model.macs, report.model.parameters]).toEqual([macs, parameters])
  expect(report.phases.map(({ phase }) => phase)).toEqual(['forward'])
})

describe('diffusion', () => {
  const dit = (size: object) => answered({ model: { _class_name: 'DiTTransformer2DModel', ...size }, workload: { batch: 1 } }).model

  // Table 1 of the paper counts one more per element of a norm without weights: 0.14 % or less.
  test.each([
    ['S/2', { num_attention_heads: 6, attention_head_dim: 64, num_layers: 12 }, 32_963_360, 6.06], ['B/2', { num_attention_heads: 12, attention_head_dim: 64, num_layers: 12 }, 130_512_416, 23.01],
    ['L/2', { num_attention_heads: 16, attention_head_dim: 64, num_layers: 24 }, 458_102_816, 80.71], ['XL/2', {}, 675_129_632, 118.64],
  ])('DiT-%s', (_, size, parameters, gflops) => {
    const model = dit(size)
    expect(model.parameters).toBe(parameters)
    expect((model.macs ?? 0) / 1e9).toBeGreaterThan(gflops * 0.9985)
    expect((model.macs ?? 0) / 1e9).toBeLessThan(gflops)
  })

  test('FLUX.1 schnell has no embedding of a guidance', () => {
    const of = (model: string) => answered({ model }).model.parameters
    expect(of('flux.1-schnell')).toBe(11_891_178_560)
    expect(of('flux.1-dev') - of('flux.1-schnell')).toBe(256 * 3072 + 3072 ** 2 + 2 * 3072)
  })

  test('an image of twice the side has four times the patches and the same prompt', () => {
    const scores = (image: [number, number]) => answered({ model: 'flux.1-dev', workload: { batch: 1, image }, profile: 'eager' }).phases[0]?.kernels.find(({ id }) => id === 'single/attn/core/scores')?.flops
    expect(scores([512, 512])).toBe(2 * (1024 + 512) ** 2 * 3072)
    expect(scores([1024, 1024])).toBe(2 * (4096 + 512) ** 2 * 3072)
    expect(scores([1024, 512])).toBe(2 * (2048 + 512) ** 2 * 3072)
  })

  test('a block with a second attention is refused', () => {
    const report = analyze({ gpu, model: { _class_name: 'SD3Transformer2DModel', dual_attention_layers: [0, 1, 2] } })
    expect(report.problems[0]).toMatchObject({ code: 'not-supported', path: 'model.dual_attention_layers' })
  })

  test.each([{}, { norm_type: 'layer_norm' }])('another Transformer of diffusers is refused: %o', fields => {
    const report = analyze({ gpu, model: { _class_name: 'Transformer2DModel', ...fields } })
    expect(report.problems[0]).toMatchObject({ code: 'not-supported', path: 'model.norm_type' })
  })

  test('a FLUX that reads more than the latent is refused', () => {
    const report = analyze({ gpu, model: { _class_name: 'FluxTransformer2DModel', in_channels: 384, out_channels: 64 } })
    expect(report.problems[0]).toMatchObject({ code: 'not-supported', path: 'model.in_channels' })
  })

  test('a file of diffusers is read by its class', async () => {
    expect((await readModel({ _class_name: 'FluxTransformer2DModel' })).problems).toEqual([])
  })
})

describe('windows', () => {
  test.each([[[384, 384]], [[256, 320]], [[224, 448]]] as const)('an image of %o: every map is padded to whole windows, stage by stage', image => {
    const up = (side: number, to: number) => to * Math.ceil(side / to)
    let macs = (image[0] / 4) * (image[1] / 4) * 48 * 96 + 768 * 1000
    let [height, width] = [image[0] / 4, image[1] / 4]
    for (const [i, layers] of [2, 2, 6, 2].entries()) {
      const d = 96 * 2 ** i, padded = up(height, 7) * up(width, 7)
      macs += layers * (4 * d * d * padded + 8 * d * d * height * width + 2 * padded * 49 * d)
      ;[height, width] = [Math.ceil(height / 2), Math.ceil(width / 2)]
      if (i < 3) macs += height * width * 8 * d * d
    }
    expect(answered({ model: 'swin-t', workload: { image } }).model.macs).toBe(macs)
  })

  test('another number of stages is refused, not read as four', () => {
    const report = analyze({ gpu, model: { model_type: 'swin', architectures: ['SwinModel'], depths: [2, 2, 6] } })
    expect(report.problems[0]).toMatchObject({ code: 'not-supported', path: 'model.depths' })
  })

  test('a stage says which item of a list it cannot use', () => {
    const report = analyze({ gpu, model: { model_type: 'swin', architectures: ['SwinModel'], depths: [2, 2, 'six', 2] } })
    expect(report.problems[0]).toMatchObject({ code: 'invalid-field', path: 'model.depths.2' })
  })
})

const covered: readonly string[] = ['detr', 'swin-t', 'swin-b', 'swin-v2-b', 'siglip-b-16', 'siglip-so400m-14-384', 'dit-xl-2', 'sd3-medium', 'flux.1-dev']

test.each(covered.flatMap(model => ['ideal', 'vllm', 'eager', 'compiled'].flatMap(profile => (model === 'swin-t' ? [1] : [1, 2]).map(tp => [model, profile, tp] as const))))('%s, %s, tp %i: kernels have names of their own', (model, profile, tp) => {
  for (const { kernels } of answered({ model, profile, mesh: { tp } }).phases) expect(new Set(kernels.map(({ id }) => id)).size).toBe(kernels.length)
})

test('Swin-T has three heads in its first stage: two GPUs cannot share them', () => {
  expect(analyze({ gpu, model: 'swin-t', mesh: { tp: 2 } }).problems[0]).toMatchObject({ code: 'illegal-mesh', path: 'mesh.tp', message: 'tp 2 does not divide 3 query heads.' })
})

shares(covered.filter(model => model !== 'swin-t'))

explains(covered.map(model => ({ model, gpu })))
