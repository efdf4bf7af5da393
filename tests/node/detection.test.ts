/** Detectors of torchvision: parameters of its metadata, multiply-adds where they do not depend on what is found. */
import { expect, test } from 'vitest'
import { analyze } from '../../src/index.js'

const macs = (network: string, side: number): number => (analyze({ model: { network, image: [side, side] }, gpu: 'b300-sxm' }).model?.macs ?? 0) / 1e9

test.each([
  ['fasterrcnn-resnet50-fpn', 41_755_286], ['fasterrcnn-resnet50-fpn-v2', 43_712_278], ['maskrcnn-resnet50-fpn', 44_401_393], ['maskrcnn-resnet50-fpn-v2', 46_359_409],
  ['keypointrcnn-resnet50-fpn', 59_137_258], ['retinanet-resnet50-fpn', 34_014_999], ['retinanet-resnet50-fpn-v2', 38_198_935], ['fcos-resnet50-fpn', 32_269_600], ['ssd300-vgg16', 35_641_826],
] as const)('%s has %i parameters', (model, parameters) => { expect(analyze({ model, gpu: 'b300-sxm' }).model?.parameters).toBe(parameters) })

// `_ops` of the metadata, 1000 proposals and no detection where the head depends on them.
test.each([
  ['fasterrcnn', 800, 134.38], ['fasterrcnn(1)', 800, 280.371], ['fcos', 800, 128.207], ['retinanet', 800, 151.54], ['retinanet(1)', 800, 152.238], ['ssd300', 300, 34.858],
  ['maskrcnn(detections=0)', 800, 134.38], ['keypointrcnn(detections=0)', 800, 133.924],
] as const)('%s at %i: %d G multiply-adds', (network, side, expected) => { expect(macs(network, side)).toBeCloseTo(expected, 3) })

test('every proposal and detection costs its head', () => {
  const box = 256 * 49 * 1024 + 1024 * 1024 + 1024 * 455
  const mask = 196 * 9 * 256 * 256 * 4 + 196 * 4 * 256 * 256 + 784 * 256 * 91
  expect(macs('fasterrcnn(proposals=1000)', 800) - macs('fasterrcnn(proposals=300)', 800)).toBeCloseTo(700 * box / 1e9, 6)
  expect(macs('maskrcnn(detections=100)', 800) - macs('maskrcnn(detections=0)', 800)).toBeCloseTo(100 * mask / 1e9, 6)
})
