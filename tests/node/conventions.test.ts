/** Counters of the field, each by its own convention. */
import { expect, test } from 'vitest'
import { counted, type Rules } from '../../src/analyzers/conventions.js'
import { modelGraph } from '../../src/analyzers/models/loops.js'
import { analyze, resolveModel } from '../../src/index.js'

const count = (model: string | object, convention: string): number => analyze({ model, gpu: 'b300-sxm', conventions: { count: convention as 'thop' } }).model?.macs ?? 0

// One pass over one image of 224 × 224 in evaluation; the differences from torchvision's count, resolved op by op.
test.each([
  ['resnet50', 'torchvision', 4_089_184_256], ['resnet50', 'roofline', 4_089_184_256],
  ['resnet50', 'fvcore', 4_111_512_576], ['resnet50', 'thop', 4_089_184_256 + 4 * 11_113_984 + 102_400], ['resnet50', 'ptflops-aten', 4_089_184_256 + 1000],
  ['resnet50', 'ptflops', 4_089_184_256 + 1000 + 2 * 11_113_984 + 2 * 10_511_872], ['resnet50', 'torchinfo', 4_089_184_256 + 54_120],
  ['vgg16', 'torchvision', 15_470_264_320], ['vgg16', 'ptflops-aten', 15_470_264_320 + 13_556_712], ['vgg16', 'ptflops', 15_470_264_320 + 13_556_712 + 2 * 19_702_272],
  ['mobilenet_v2', 'torchvision', 300_774_272], ['mobilenet_v2', 'fvcore', 314_193_216],
] as const)('%s as %s counts it: %i', (model, convention, macs) => { expect(count(model, convention)).toBe(macs) })

// GMACs as seven counters print them (torch 2.13, evaluation, batch 1).
const columns = ['torchvision', 'ptflops', 'ptflops-aten', 'thop', 'fvcore', 'torchinfo'] as const
test.each([
  ['alexnet', .7142, .7164, .7147, .7142, .7142, .7147],
  ['vgg16', 15.4703, 15.5232, 15.4838, 15.4703, 15.4703, 15.4838],
  ['resnet18', 1.8141, 1.8253, 1.8141, 1.8240, 1.8191, 1.8141],
  ['resnet50', 4.0892, 4.1324, 4.0892, 4.1337, 4.1115, 4.0892],
  ['mobilenet_v2', .3008, .3203, .3008, .3275, .3142, .3008],
  ['mobilenet_v3_large', .2166, .2313, .2166, .2348, .2260, .2166],
  ['efficientnet_b0', .3858, .4102, .3858, .4151, .4017, .3859],
  ['densenet121', 2.8342, 2.8998, 2.8342, 2.8970, 2.8655, 2.8342],
  ['convnext_tiny', 4.4555, 4.4883, 4.4690, 4.4641, 4.4704, 4.4690],
  [{ network: 'swin(96, [2, 2, 6, 2], [3, 6, 12, 24])', image: [224, 224] }, 4.4906, 3.1282, 4.5037, 2.9781, 4.5092, 2.9706],
  ['maxvit_t', 5.5580, 5.4833, 5.5764, 5.4563, 5.6082, 5.3994],
] as const)('%s', (model, ...expected) => {
  expect(columns.map(convention => Math.round(count(model, convention) / 1e5) / 1e4)).toEqual(expected)
})

// thop 0.0.31: a linear layer counts its additions beside its products, and biases count.
const old: Rules = { 'conv': ['+', 'macs', ['*', 'bias', 'out']], 'linear': ['*', 2, 'macs'], 'batchnorm': ['*', 4, 'in'], 'adaptive-pool': ['+', 'in', 'out'] }
// Its MnasNets were those whose stem did not grow with their width (torchvision's version 1).
const fixedStem: Readonly<Record<string, string>> = { mnasnet0_5: 'mnasnet(0.5, 1)', mnasnet0_75: 'mnasnet(0.75, 1)', mnasnet1_3: 'mnasnet(1.3, 1)' }
// Parameters in 1e6 and what thop 0.0.31 calls MACs in 1e9, as its table of torchvision's networks prints them; 224 × 224, Inception v3 299 × 299.
const printed = `alexnet 61.10 0.77; vgg11 132.86 7.74; vgg11_bn 132.87 7.77; vgg13 133.05 11.44; vgg13_bn 133.05 11.49; vgg16 138.36 15.61; vgg16_bn 138.37 15.66; vgg19 143.67 19.77; vgg19_bn 143.68 19.83; resnet18 11.69 1.82; resnet34 21.80 3.68; resnet50 25.56 4.14; resnet101 44.55 7.87; resnet152 60.19 11.61; wide_resnet101_2 126.89 22.84; wide_resnet50_2 68.88 11.46; resnext50_32x4d 25.03 4.29; resnext101_32x8d 88.79 16.54; densenet121 7.98 2.90; densenet161 28.68 7.85; densenet169 14.15 3.44; densenet201 20.01 4.39; squeezenet1_0 1.25 0.82; squeezenet1_1 1.24 0.35; mnasnet0_5 2.22 0.14; mnasnet0_75 3.17 0.24; mnasnet1_0 4.38 0.34; mnasnet1_3 6.28 0.53; mobilenet_v2 3.50 0.33; shufflenet_v2_x0_5 1.37 0.05; shufflenet_v2_x1_0 2.28 0.15; shufflenet_v2_x1_5 3.50 0.31; shufflenet_v2_x2_0 7.39 0.60; inception_v3 27.16 5.75`
test.each(printed.split('; ').map(row => row.split(' ') as [string, string, string]))('%s has %s M parameters and %s G multiply-adds', (name, parameters, macs) => {
  const model = name in fixedStem ? { network: fixedStem[name], image: [224, 224] } : name
  const found = resolveModel(model)
  if (!('model' in found)) throw new Error(name)
  const [height, width] = found.model.image ?? [0, 0]
  expect([((analyze({ model, gpu: 'b300-sxm' }).model?.parameters ?? 0) / 1e6).toFixed(2), (counted(old, modelGraph(found.model, 'expanded'), { b: 1, height, width }) / 1e9).toFixed(2)]).toEqual([parameters, macs])
})

// ViT-B/16 of torchvision has nn.MultiheadAttention. GMACs that the counters print of it in evaluation (torch 2.13, CPU), where PyTorch takes
// the fast path, and, of two, with attention as one fused function (ptflops's own table: 16.86 with aten, 17.61 with pytorch).
const multihead = 12 * (4 * 197 * 768 ** 2 + 2 * 197 ** 2 * 768)
test.each([
  ['torchvision', 17.5638, { multihead: 11.2711 }], ['fvcore', 17.5827, { multihead: 11.2900, fused: 16.8674 }], ['thop', 16.8636, { multihead: 11.2863 }],
  ['ptflops', 17.6042, { multihead: 17.6060 }], ['ptflops-aten', 17.5803, { multihead: 11.2804, fused: 16.8650 }], ['torchinfo', 16.8650, { multihead: 11.2804 }],
] as const)('ViT-B/16 as %s counts it: %d G with attention in operators, and what it prints otherwise', (convention, operators, ways) => {
  const { model, problems } = analyze({ model: 'vit-b-16', gpu: 'b300-sxm', conventions: { count: convention } })
  const [said] = problems.filter(({ code }) => code === 'attention-written')
  const printed = Object.fromEntries([['multihead', /(\d+) where it is nn\.MultiheadAttention/], ['fused', /(\d+) where it is scaled_dot/]].flatMap(([way = '', pattern = '']) => { const [, macs] = new RegExp(pattern).exec(said?.message ?? '') ?? []; return macs === undefined ? [] : [[way, Math.round(Number(macs) / 1e5) / 1e4]] }))
  expect([Math.round((model?.macs ?? 0) / 1e5) / 1e4, printed]).toEqual([operators, ways])
  expect(said?.severity).toBe('note')
})

test('on the fast path projections and products of attention are lost, but for the biases that no one counts there', () => {
  const { problems } = analyze({ model: 'vit-b-16', gpu: 'b300-sxm', conventions: { count: 'torchvision' } })
  expect(problems.find(({ code }) => code === 'attention-written')?.message).toContain(`prints ${String(17_563_828_224 - multihead)} where`)
})

test.each(['resnet50', 'swin-t'])('%s has no attention that could be such a module', model => {
  expect(analyze({ model, gpu: 'b300-sxm', conventions: { count: 'thop' } }).problems.map(({ code }) => code)).not.toContain('attention-written')
})
