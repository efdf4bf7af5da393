/** Counters of the field, each by its own convention. */
import { expect, test } from 'vitest'
import { analyze } from '../../src/index.js'

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
