/** Networks given op by op: layers one by one, figures of timm at its sizes, closed forms, and what kernels move. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { counted, rulesOf, type Rules } from '../../src/analyzers/conventions.js'
import { modelGraph } from '../../src/analyzers/models/loops.js'
import type { Op } from '../../src/analyzers/graph.js'
import { analyze, lowerings, resolveModel, type Scenario } from '../../src/index.js'

const gpu = 'b300-sxm'
const modelOf = (model: string | object) => { const found = resolveModel(model); if (!('model' in found)) throw new Error(JSON.stringify(found)); return found.model }
const graphOf = (model: string | object) => modelGraph(modelOf(model), 'expanded')
const of = (model: string | object, more: Partial<Scenario> = {}) => analyze({ model, gpu, ...more })
const network = (text: string, side = 224) => ({ network: text, image: [side, side] })
const forward = (model: string | object, more: Partial<Scenario> = {}) => { const { phases: [phase], problems } = of(model, more); if (!phase) throw new Error(JSON.stringify(problems)); return phase }

describe('layer by layer', () => {
  const { layers } = JSON.parse(readFileSync(new URL('../fixtures/layers.json', import.meta.url), 'utf8')) as { readonly layers: Readonly<Record<string, readonly (readonly [number, number, number, number])[]>> }
  const sizes = { b: 1, height: 224, width: 224 }
  test.each(Object.entries(layers))('%s', (model, rows) => {
    const { axes, blocks: [block] } = graphOf(model)
    const ops = block?.ops ?? []
    const one = (op: Op, rules: Rules) => counted(rules, { axes, blocks: [{ id: '', ops: [op] }] }, sizes)
    const found = ops.flatMap(op => {
      if (op.kind !== 'conv' && op.kind !== 'linear') return []
      const made = op.tensors.find(t => t.role === 'out')?.name
      const norm = ops.find(other => other.kind === 'batchnorm' && other.tensors[0]?.name === made)
      const rule = (expr: string): Rules => ({ conv: expr, linear: expr, batchnorm: expr })
      return [[one(op, rule('macs')), one(op, rule('params')) + (norm ? one(norm, rule('params')) : 0), one(op, rule('in')), one(op, rule('out'))]]
    })
    expect(found.sort(), 'each layer once').toEqual([...rows].sort())
  })
})

/** The activation count of fvcore: elements that convolutions and matrix products make. */
const activations: Rules = { 'conv': 'out', 'linear': 'out', 'matmul': 'out', 'linear-call': 'out', 'einsum': 'out' }
// timm, results/benchmark-infer-*.csv: parameters in 1e6, GMACs as fvcore counts, 1e6 activations.
test.each([
  ['resnet50-v2', 224, 25.55, 4.11, 11.11], ['resnet50-v2', 288, 25.55, 6.79, 18.37], ['repvgg-a1', 224, 14.09, 2.64, 4.74], ['repvgg-b0', 224, 15.82, 3.41, 6.15],
  ['repvgg-b1', 224, 57.42, 13.16, 10.64], ['repvgg-b2', 224, 89.02, 20.45, 12.9], ['repvgg-b3', 224, 123.09, 29.16, 15.1], ['darknet53', 256, 41.61, 9.31, 12.39],
  ['darknet53', 288, 41.61, 11.78, 15.68], ['cspdarknet53', 256, 27.64, 6.57, 16.81], ['xception', 299, 22.86, 8.4, 35.83], ['mobilenet-v2-140', 224, 6.11, 0.6, 9.57],
  ['resnext50-32x4d', 160, 25.03, 2.17, 7.35], ['resnext50-32x4d', 288, 25.03, 7.04, 23.81], ['wide-resnet50-2', 176, 68.88, 7.29, 8.97], ['wide-resnet101-2', 224, 126.89, 22.8, 21.23],
  ['densenet161', 224, 28.68, 7.79, 11.06], ['densenet169', 224, 14.15, 3.4, 7.3], ['convnext-tiny', 288, 28.59, 7.39, 22.21], ['convnext-tiny', 384, 28.59, 13.14, 39.48],
  ['vgg16', 224, 138.36, 15.47, 13.56],
] as const)('%s at %i: %d M parameters, %d GMACs, %d M activations', (model, side, parameters, gmacs, macts) => {
  expect(figures(model, side, rulesOf('fvcore'))).toEqual([parameters, gmacs, macts])
})

// Its squeeze-and-excitation takes a mean where torchvision pools: fvcore does not count that.
const { 'adaptive-pool': _pool, ...means } = rulesOf('fvcore')
test.each([
  ['efficientnet-b1', 224, 7.79, 0.59, 9.36], ['efficientnet-b1', 256, 7.79, 0.77, 12.22], ['efficientnet-b2', 256, 9.11, 0.89, 12.81], ['efficientnet-b3', 320, 12.23, 2.01, 26.52],
  ['efficientnet-b4', 320, 19.34, 3.13, 34.76], ['efficientnet-b6', 528, 43.04, 19.4, 167.39], ['regnet-y-3.2gf', 224, 19.44, 3.2, 11.26], ['regnet-y-32gf', 384, 145.05, 95.0, 88.87],
] as const)('%s at %i, whose gates take means: %d M parameters, %d GMACs, %d M activations', (model, side, parameters, gmacs, macts) => {
  expect(figures(model, side, means)).toEqual([parameters, gmacs, macts])
})

function figures(model: string, side: number, rules: Rules): number[] {
  const graph = graphOf(model), sizes = { b: 1, height: side, width: side }
  const parameters = of(model).model?.parameters ?? 0
  return [[parameters, 1e6], [counted(rules, graph, sizes), 1e9], [counted(activations, graph, sizes), 1e6]].map(([n = 0, unit = 1]) => Number((n / unit).toFixed(2)))
}

describe('closed forms', () => {
  test('MobileNet V1: multiply-adds and parameters; the shares by type of layer are in layers.test.ts', () => {
    const { model } = of('mobilenet-v1')
    expect([model?.macs, model?.parameters]).toEqual([568_740_352, 4_231_976])
  })

  // arXiv:1807.11164, table 8: millions of multiply-adds.
  test.each([['mobilenet-v1-075', 224, 325], ['mobilenet-v1-050', 224, 149], ['mobilenet-v1-025', 224, 41]] as const)('%s at %i: %i M', (model, side, macs) => {
    expect(Math.round((of(model, { workload: { image: [side, side] } }).model?.macs ?? 0) / 1e6)).toBe(macs)
  })

  // A gate of width w has 2·w²/16 weights and w/16 + w biases; stages of 3, 4, 6, 3 blocks.
  test('SE-ResNet-50 is ResNet-50 and its gates', () => {
    const gates = [[256, 3], [512, 4], [1024, 6], [2048, 3]].reduce((sum, [w = 0, blocks = 0]) => sum + blocks * (w * w / 8 + w / 16 + w), 0)
    expect(of('se-resnet50').model?.parameters).toBe(25_557_032 + gates)
  })

  // The first block of stages 2 to 4 convolves 1 × 1 at half the side when its stride is there.
  test('ResNet-50 v1 strides in its first convolution: 3.8 G', () => {
    const less = [[256, 128, 56], [512, 256, 28], [1024, 512, 14]].reduce((sum, [from = 0, m = 0, side = 0]) => sum + from * m * (side * side - side * side / 4), 0)
    expect([of('resnet50-v1').model?.macs, of('resnet50-v1').model?.parameters]).toEqual([4_089_184_256 - less, 25_557_032])
  })

  test('U-Net: convolutions in pairs, up-convolutions of 2 × 2 (arXiv:1505.04597)', () => {
    const double = (i: number, o: number) => 9 * i * o + o + 9 * o * o + o
    const up = (o: number) => 4 * 2 * o * o + o + double(2 * o, o)
    const parameters = double(3, 64) + double(64, 128) + double(128, 256) + double(256, 512) + double(512, 1024) + up(512) + up(256) + up(128) + up(64) + 64 * 2 + 2
    expect(of('unet').model?.parameters).toBe(parameters)
  })

  test('the heads of training count when they are asked for', () => {
    const [without, beside] = [of(network('googlenet')).model, of(network('googlenet(aux=1)')).model]
    // Two heads: 1 × 1 convolution to 128 with its batch norm on 4 × 4, and linear layers of 2048, 1024 and 1000.
    const head = (c: number) => c * 128 + 256 + 2048 * 1024 + 1024 + 1024 * 1000 + 1000
    expect((beside?.parameters ?? 0) - (without?.parameters ?? 0)).toBe(head(512) + head(528))
    expect((beside?.macs ?? 0) - (without?.macs ?? 0)).toBe(2 * (2048 * 1024 + 1024 * 1000) + 16 * 128 * (512 + 528))
  })
})

/** The only kernel of a network, every op a kernel of its own, at 16 bit. */
const kernels = (text: string, side: number, batch = 1) => forward(network(text, side), { profile: 'eager', workload: { batch } }).kernels

describe('operators', () => {
  // What comes out has the side floor((n + 2p − d(k − 1) − 1)/s) + 1; a padding of two numbers is before and after.
  test.each([
    ['conv(16, 5, p=0, bias=1)', 96, 2 * 92 * 92 * 25 * 3 * 16, 2 * (3 * 96 * 96 + 1216 + 16 * 92 * 92), 1216],
    ['conv(6, 3, 2)', 15, 2 * 64 * 9 * 3 * 6, 2 * (3 * 225 + 162 + 6 * 64), 162],
    ['conv(6, 3, 2, [[0, 1], [0, 1]])', 16, 2 * 64 * 9 * 3 * 6, 2 * (3 * 256 + 162 + 6 * 64), 162],
    ['conv(6, 3, d=2)', 16, 2 * 256 * 9 * 3 * 6, 2 * (3 * 256 + 162 + 6 * 256), 162],
    ['conv(6, 3, g=3)', 16, 2 * 256 * 9 * 1 * 6, 2 * (3 * 256 + 54 + 6 * 256), 54],
    ['conv(3, 3, g=3)', 16, 2 * 256 * 9 * 3, 2 * (3 * 256 + 27 + 3 * 256), 27],
    ['conv(6, [1, 7])', 16, 2 * 256 * 7 * 3 * 6, 2 * (3 * 256 + 126 + 6 * 256), 126],
    ['deconv(6, 2, 2, bias=0)', 16, 2 * 256 * 4 * 3 * 6, 2 * (3 * 256 + 72 + 6 * 1024), 72],
    ['deconv(6, 4, 2, 1)', 16, 2 * 256 * 16 * 3 * 6, 2 * (3 * 256 + 288 + 6 + 6 * 1024), 294],
    ['bn', 16, 2 * 768, 2 * (2 * 768 + 6), 6], ['gn', 16, 5 * 768, 2 * (2 * 768 + 6), 6], ['instance(0)', 16, 5 * 768, 2 * 2 * 768, 0], ['ln', 16, 5 * 768, 2 * (2 * 768 + 6), 6], ['rms', 16, 4 * 768, 2 * (2 * 768 + 3), 3],
    ['relu', 16, 768, 2 * 2 * 768, 0], ['hard_swish', 16, 4 * 768, 2 * 2 * 768, 0], ['silu', 16, 4 * 768, 2 * 2 * 768, 0], ['gelu', 16, 8 * 768, 2 * 2 * 768, 0], ['softmax', 16, 5 * 768, 2 * 2 * 768, 0],
    ['max_pool(3, 2, 1)', 16, 9 * 192, 2 * (768 + 192), 0], ['max_pool(3, 2, ceil=1)', 16, 9 * 192, 2 * (768 + 192), 0], ['avg_pool(2)', 16, 4 * 192, 2 * (768 + 192), 0], ['gap', 16, 768, 2 * (768 + 3), 0],
    ['nearest(2)', 16, 0, 2 * (768 + 3072), 0], ['bilinear(2)', 16, 7 * 3072, 2 * (768 + 3072), 0],
    ['add { } { }', 16, 768, 2 * 2 * 768, 0], ['cat { } { }', 16, 0, 2 * (768 + 1536), 0], ['shuffle', 16, 0, 2 * 2 * 768, 0], ['slice(2)', 16, 0, 2 * (512 + 512), 0], ['roll', 16, 0, 2 * 2 * 768, 0],
  ] as const)('%s on 3 channels of %i × %i: %i FLOP, %i bytes, %i parameters', (text, side, flops, bytes, parameters) => {
    const [kernel, ...more] = kernels(text, side)
    expect([more.length, kernel?.flops, kernel?.bytes, of(network(text, side)).model?.parameters]).toEqual([0, flops, bytes, parameters])
    expect(kernel?.limit).toMatch(/compute|memory|overhead/)
  })

  // nn.LSTM and nn.GRU: 4 (3) gates of h over the input and the state, two biases each.
  test.each([['lstm(32)', 4, 1], ['lstm(32, 2)', 4, 2], ['gru(32)', 3, 1]] as const)('%s over 64 tokens of 3', (text, gates, directions) => {
    const [product, activation] = kernels(`tokens ${text}`, 8)
    expect(of(network(`tokens ${text}`, 8)).model?.parameters).toBe(directions * gates * (32 * (3 + 32) + 2 * 32))
    expect([product?.flops, activation?.flops]).toEqual([2 * 64 * directions * gates * 32 * 35, 64 * directions * 32 * (gates === 4 ? 19 : 15)])
  })

  test('three axes: frames count as height and width do', () => {
    const model = { network: 'conv(8, [3, 1, 1], [2, 1, 1])', image: [16, 16], frames: 10 }
    expect(of(model).model?.macs).toBe(5 * 256 * 3 * 3 * 8)
  })

  // ShuffleNet V2, guideline 1: one 1 × 1 convolution at 56 × 56 moves hw(c1 + c2) + c1c2 elements, least where c1 = c2.
  test.each([[128, 128, 819_200], [90, 180, 862_920], [52, 312, 1_157_728], [36, 432, 1_483_200]] as const)('%i to %i channels: %i elements', (from, to, elements) => {
    expect(kernels(`conv(${String(from)}, 1) conv(${String(to)}, 1)`, 56)[1]?.bytes).toBe(2 * elements)
  })

  test('a batch multiplies work, never parameters; multiply-adds are those of one sample', () => {
    const [one, eight] = [of('resnet18'), of('resnet18', { workload: { batch: 8 } })]
    expect([eight.model?.macs, eight.model?.parameters]).toEqual([one.model?.macs, one.model?.parameters])
    expect(eight.phases[0]?.flops.matrix).toBe(8 * (one.phases[0]?.flops.matrix ?? 0))
  })
})

describe('folding and fusion', () => {
  const ideal = (model: string | object) => forward(model)
  test('a batch norm goes into its convolution: no FLOP, no traffic, one bias instead of gain and shift', () => {
    expect(ideal(network('conv(64, 3) bn relu')).kernels.map(({ id, bytes }) => [id, bytes])).toEqual([['conv1', 2 * (3 * 224 ** 2 + 27 * 64 + 64 + 64 * 224 ** 2)]])
    const [weights, plain] = [of(network('conv(64, 3) bn')), of(network('conv(64, 3, bias=1)'))].map(report => report.memory?.weights)
    expect(weights).toBe(plain)
    expect(of(network('conv(64, 3) bn')).model?.parameters).toBe(27 * 64 + 128)
  })

  test('what is read twice is not folded away, and an addition ends the kernel whose output it reads', () => {
    expect(ideal(network('conv(64, 3) keep(a) bn add { } { load(a) }')).kernels.map(({ id, flops }) => [id, flops])).toEqual([['conv1', 64 * 224 ** 2 * (2 * 27 + 2 + 1)]])
    expect(ideal(network('cbr(64, 3) add { conv(64, 3) bn } { } relu')).kernels.map(({ id }) => id)).toEqual(['conv1', 'conv2'])
  })

  test.each(['a0', 'a2', 'b1'])('RepVGG-%s of training runs as the deployed one', name => {
    const [train, deploy] = [ideal(`repvgg-${name}`), ideal(`repvgg-${name}-deploy`)]
    expect(train.kernels.map(({ id, flops, bytes }) => [id, flops, bytes])).toEqual(deploy.kernels.map(({ id, flops, bytes }) => [id, flops, bytes]))
    expect(of(`repvgg-${name}`).memory?.weights).toBe(of(`repvgg-${name}-deploy`).memory?.weights)
    expect(train.flops.matrix).toBeGreaterThan(deploy.flops.matrix)
    expect(forward(`repvgg-${name}`, { profile: 'eager' }).perGpu.flops).toBe(train.flops.matrix + train.flops.vector)
  })

  test('attention is one kernel: scores never leave the chip', () => {
    const model = network('vit(16, 1, 768, 12, 3072, 197)')
    const [fused, eager] = [ideal(model), forward(model, { profile: 'eager' })]
    expect(fused.kernels.find(({ id }) => id.includes('scores'))?.bytes).toBe(2 * 4 * 197 * 768)
    expect(eager.kernels.filter(({ id }) => /scores|softmax|values/.test(id)).reduce((sum, { bytes }) => sum + bytes, 0)).toBe(2 * (4 * 197 * 768 + 4 * 12 * 197 * 197))
  })
})

describe('compiled: convolutions are calls, what is elementwise between them is one kernel', () => {
  const compiled = (text: string, side = 56) => forward(network(text, side), { profile: 'compiled' })
  // A map of 64 channels at 56 × 56, in 16 bit.
  const map = 2 * 64 * 56 ** 2
  test('norm and activation read and write their map once', () => {
    expect(compiled('conv(64) bn relu conv(64)').kernels.map(({ id }) => id)).toEqual(['conv1', 'batchnorm1', 'conv2'])
    expect(compiled('conv(64) bn relu conv(64)').kernels[1]?.bytes).toBe(2 * map + 2 * 2 * 64)
  })
  test('branches of a sum end in its kernel: of two norms, the sum and its activation one map is written', () => {
    const { kernels } = compiled('conv(64) add { conv(64) bn } { conv(64) bn } relu')
    expect(kernels.map(({ id }) => id)).toEqual(['conv1', 'conv2', 'conv3', 'batchnorm1'])
    expect(kernels[3]?.bytes).toBe(3 * map + 2 * 2 * 2 * 64)
  })
  test('what another op reads is written and its kernel stays where it is', () => {
    const { kernels } = compiled('conv(64) bn keep(a) conv(64) bn add { } { load(a) }')
    expect(kernels.map(({ id, bytes }) => [id, id.startsWith('conv') ? 0 : bytes])).toEqual([['conv1', 0], ['batchnorm1', 2 * map + 256], ['conv2', 0], ['batchnorm2', 3 * map + 256]])
  })
  test('a layer of a decoder: no products are merged, adds and norms are one kernel, attention is one', () => {
    const phase = analyze({ model: 'llama-3.1-8b', gpu, profile: 'compiled' }).phases[0]
    expect(phase?.kernels.map(({ id }) => id)).toEqual(['embed', 'attn/norm', 'attn/q', 'attn/k', 'attn/v', 'attn/rope', 'attn/core', 'attn/out', 'ffn/norm', 'ffn/gate', 'ffn/up', 'ffn/act', 'ffn/down', 'norm', 'head'].map(id => (/^(attn|ffn)/.test(id) ? `decoder/${id}` : id)))
  })
})

test('a bias of scores is added in the kernel of attention, though other kernels may add too', () => {
  const text = 'swin(96, [1], [3])'
  const [fused, parts] = [forward(network(text)), forward(network(text), { profile: 'eager' })]
  expect(fused.kernels.filter(({ id }) => /softmax|values/.test(id))).toEqual([])
  const scores = fused.kernels.find(({ id }) => id.includes('scores'))
  expect(scores?.flops).toBe(parts.kernels.filter(({ id }) => /scores|softmax|values/.test(id)).reduce((sum, { flops }) => sum + flops, 0) + 64 * 3 * 49 ** 2)
})

describe('depthwise convolutions', () => {
  // CUDA cores at 1/16 of the tensor cores, and no other roof: 2 · 49 FLOP per element for 7 × 7.
  const device = { id: 'wide', memory: 1e12, bandwidth: 1e18, peaks: { fp16: 16e12, fp32: 1e12 } }
  const seconds = (text: string) => { const { phases: [phase] } = analyze({ model: network(text, 56), gpu: device, precision: { activations: 'fp16', weights: 'fp16' } }); return [phase?.seconds.bound, phase?.flops.matrix] }
  const elements = 56 ** 2 * 3
  test.each([
    ['conv(3, 7, g=3)', 2 * 49 * elements, 1e12], ['conv(6, 7, g=3)', 2 * 2 * 49 * elements, 1e12], ['conv(3, 7)', 3 * 2 * 49 * elements, 16e12],
    ['conv(1, 1, bias=0) conv(1, 7)', (3 * 2 + 2 * 49) * elements / 3, 16e12],
  ] as const)('%s: %i FLOP, counted as a product, at %d FLOP/s', (text, flops, rate) => {
    const [bound = 0, matrix] = seconds(text)
    expect(matrix).toBe(flops)
    expect(bound / (flops / rate)).toBeCloseTo(1, 9)
  })
  test('their algorithms are bound by the same engine', async () => {
    const { layers: [direct] } = await lowerings({ model: network('conv(3, 7, g=3)', 56), gpu: device, precision: { activations: 'fp16', weights: 'fp16' } })
    expect(direct?.bound).toBeCloseTo(2 * 49 * elements / 1e12, 15)
  })
})

describe('algorithms of a convolution', () => {
  test('3 × 3 at 56 × 56, 64 channels', async () => {
    const { layers } = await lowerings({ model: network('conv(64) conv(64, 3)', 56), gpu })
    const macs = 56 * 56 * 9 * 64 * 64
    expect(layers.filter(({ layer }) => layer === 'conv2').map(({ algorithm, multiplications, reduction, workspace }) => [algorithm, multiplications, reduction, workspace])).toEqual([
      ['direct', macs, 1, 0], ['im2col', macs, 1, 2 * 56 * 56 * 9 * 64],
      ['winograd-2', macs / 2.25, 2.25, 2 * 16 * 28 * 28 * 128], ['winograd-4', macs / 4, 4, 2 * 36 * 14 * 14 * 128],
    ])
  })
  test('tiles at the border are whole: 55 × 55 saves less', async () => {
    const { layers } = await lowerings({ model: network('conv(64, 3)', 55), gpu })
    expect(layers.find(({ algorithm }) => algorithm === 'winograd-4')?.reduction).toBe(55 * 55 * 9 / (14 * 14 * 36))
  })
  test.each(['conv(64, 1)', 'conv(64, 3, 2)', 'conv(64, 3, d=2)', 'conv(64, 5)'])('%s has no Winograd form', async text => {
    expect((await lowerings({ model: network(text), gpu })).layers.map(({ algorithm }) => algorithm)).toEqual(['direct', 'im2col'])
  })
  test('the point moves: fewer products, more bytes', async () => {
    const { layers: [direct, im2col, two, four] } = await lowerings({ model: network('conv(512, 3)', 14), gpu, workload: { batch: 64 } })
    expect((direct?.bytes ?? 0)).toBeLessThan(im2col?.bytes ?? 0)
    expect(four?.intensity ?? 0).toBeLessThan(two?.intensity ?? 0)
    expect(two?.intensity ?? 0).toBeLessThan(direct?.intensity ?? 0)
  })
  test('what is no network has none', async () => { expect(await lowerings({ model: 'gpt2', gpu })).toMatchObject({ layers: [] }) })
})

describe('problems', () => {
  test.each([
    [{ model: 'resnet50', mesh: { tp: 2 } }, 'mesh.tp'], [{ model: 'inception-v3', workload: { image: [20, 20] } }, 'workload.image'], [{ model: 'gpt2', conventions: { count: 'thop' } }, 'conventions.count'],
    [{ model: { network: 'conv(3' } }, 'model.network'], [{ model: { network: 'convolve(3)', image: [8, 8] } }, 'model.network'], [{ model: { network: 'conv(64, 3, g=2)', image: [8, 8] } }, 'model.network'],
    [{ model: { network: 'linear(10)', image: [8, 8] } }, 'model.network'], [{ model: { network: 'repeat(1000000000) { relu }', image: [8, 8] } }, 'model.network'], [{ model: { network: 'conv(8)', image: [8] } }, 'model.image'],
    [{ model: { network: { inputs: { x: ['b', 3, 'h9'] }, axes: {}, nodes: [] } } }, 'model.network'], [{ model: { network: { inputs: {}, axes: {}, nodes: [{ id: 'a', kind: 'magic', reads: [], makes: {} }] } } }, 'model.network'],
    [{ model: { network: 7 } }, 'model.network'],
  ] as const)('%j is refused at %s', (scenario, path) => {
    const { problems, phases } = analyze({ gpu, ...scenario })
    expect([problems.find(({ severity }) => severity === 'error')?.path, phases.length]).toEqual([path, 0])
  })

  test('nodes of a file are read as they stand', () => {
    const nodes = [{ id: 'c', kind: 'conv', reads: ['x'], makes: { y: [1, 8, 16, 16] }, weights: { 'c.w': [8, 3, 3, 3], 'c.b': [8] } }, { id: 'r', kind: 'view', reads: ['y'], makes: { z: [1, 2048] } }, { id: 'l', kind: 'linear', reads: ['z'], makes: { o: [1, 10] }, weights: { 'l.w': [10, 2048] } }]
    const { model } = of({ network: { inputs: { x: [1, 3, 16, 16] }, axes: {}, nodes }, image: [16, 16] })
    expect([model?.macs, model?.parameters]).toEqual([256 * 27 * 8 + 20480, 216 + 8 + 20480])
  })
})
