/** The layers of a network: what they add up to, how they are gathered, and what lives in memory while they run. */
import { describe, expect, test } from 'vitest'
import { analyze, layers, models, resolveModel, type Layer, type Layers, type Scenario } from '../../src/index.js'
import { resolutionText, shapeText, windowText } from '../../src/scenario/layer-words.js'
import { layersCsv } from '../../src/scenario/layers-csv.js'
import { rowsOf, turned } from '../../src/ui/layers/rows.js'
import { axisOf, batchesOf, pointOf, withBatch } from '../../src/ui/batches/points.js'

const gpu = 'l4'
const network = (text: string, side = 224): object => ({ network: text, image: [side, side] })
const of = (model: string | object, more: Partial<Scenario> = {}): Promise<Layers> => layers({ model, gpu, ...more })
const sum = (list: readonly Layer[], value: (layer: Layer) => number): number => list.reduce((total, layer) => total + value(layer), 0)
const shareOf = (found: Layers, field: 'macs' | 'parameters'): Record<string, string> => Object.fromEntries(found.types.map(({ type, share }) => [type, (100 * share[field]).toFixed(2)]))

// arXiv:1704.04861, table 2. Of the multiply-adds the first layer has 32 · 27 · 112² of 568,740,352; the parameters there leave
// batch norms and the bias out, which are 1 % of them.
test('MobileNet V1: shares by type of layer', async () => {
  const found = await of('mobilenet-v1')
  expect(shareOf(found, 'macs')).toEqual({ '1x1': '94.86', 'depthwise': '3.06', 'conv': '1.91', 'fc': '0.18', 'other': '0.00' })
  // Channels from block to block; a batch norm has a gain and a shift for each channel, the last layer a bias.
  const channels = [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]
  const [from, to] = [channels.slice(0, -1), channels.slice(1)]
  const over = (list: readonly number[], count: (c: number, i: number) => number): number => list.reduce((total, c, i) => total + count(c, i), 0)
  const weights = [over(to, (c, i) => c * (from[i] ?? 0)), over(from, c => 9 * c), 27 * 32, 1024 * 1000]
  expect(weights.map(own => (100 * own / over(weights, one => one)).toFixed(2)), 'as published').toEqual(['74.59', '1.06', '0.02', '24.33'])
  expect(found.types.map(({ type, parameters }) => [type, parameters])).toEqual([
    ['1x1', over(to, (c, i) => c * (from[i] ?? 0) + 2 * c)], ['depthwise', over(from, c => 9 * c + 2 * c)], ['conv', 27 * 32 + 2 * 32], ['fc', 1024 * 1000 + 1000], ['other', 0],
  ])
})

const networks = models.filter(({ id }) => { const read = resolveModel(id); return 'model' in read && read.model.network != null }).map(({ id }) => id)
const profiles = ['ideal', 'eager'] as const

describe.each(profiles)('profile %s: layers add up to the report', profile => {
  test.each(networks)('%s', async model => {
    const scenario: Scenario = { model, gpu, profile, workload: { batch: 2 } }
    const report = analyze(scenario), found = await layers(scenario)
    const [phase] = report.phases
    expect(found.layers.map(({ id, bytes, flops, seconds }) => [id, bytes, flops, seconds])).toEqual(phase?.kernels.map(({ id, bytes, flops, seconds }) => [id, bytes, flops, seconds]))
    expect(sum(found.layers, l => l.macs)).toBe(report.model?.macs)
    expect(sum(found.layers, l => l.parameters)).toBe(report.model?.parameters)
    expect(Math.max(...found.layers.map(l => l.live))).toBe(report.memory?.activations)
    for (const groups of [found.stages, found.types]) {
      expect(groups.flatMap(group => group.layers).sort((a, b) => a - b)).toEqual(found.layers.map((_, i) => i))
      for (const field of ['macs', 'parameters'] as const) expect(groups.reduce((total, group) => total + group.share[field], 0)).toBeCloseTo(1, 9)
      expect(groups.reduce((total, group) => total + group.seconds.estimate, 0)).toBeCloseTo(sum(found.layers, l => l.seconds.estimate), 12)
    }
    // Every node that computes stands in one kernel.
    const ids = found.layers.flatMap(({ parts }) => parts.map(({ id }) => id))
    expect(new Set(ids).size).toBe(ids.length)
    if (profile === 'eager') expect(found.layers.every(({ parts }) => parts.length === 1 && parts[0]?.is === 'main')).toBe(true)
  })
})

describe('stages', () => {
  // Deep residual learning (arXiv:1512.03385), table 1: outputs of 112², 56², 28², 14² and 7², with 3, 4, 6 and 3 blocks; the
  // pooling is in the stage of 56². A block is three convolutions, its first one has one more.
  test('ResNet-50', async () => {
    const { stages } = await of('resnet50')
    expect(stages.map(({ resolution, layers: list }) => [resolution.join(), list.length])).toEqual([['112,112', 1], ['56,56', 1 + 10], ['28,28', 13], ['14,14', 19], ['7,7', 10], ['', 2]])
  })
  test('squeeze and excitation stays inside', async () => {
    expect((await of('mobilenet-v3-large')).stages.map(({ resolution }) => resolution[0] ?? 1)).toEqual([112, 56, 28, 14, 7, 1])
  })
  test('U-Net goes down and up', async () => {
    expect((await of('unet')).stages.map(({ resolution }) => resolution[0])).toEqual([512, 256, 128, 64, 32, 64, 128, 256, 512])
  })
  // As exporters name nodes: one path for all, deeper ones for blocks.
  test('paths are blocks as far as they change resolution once', async () => {
    const node = (id: string, from: string, c: number, side: number, stride = 1): object => ({ id, kind: 'conv', reads: [from], makes: { [id]: ['b', c, side, side] }, weights: { [`${id}.w`]: [c, from === 'x' ? 3 : 8, 1, 1] }, ...(stride > 1 ? { steps: { stride: [2, 2], dilation: [1, 1] } } : {}) })
    const nodes = [node('features.0.a', 'x', 8, 32), node('features.1.a', 'features.0.a', 8, 32), node('features.1.b', 'features.1.a', 8, 16, 2), node('features.2.a', 'features.1.b', 8, 16), node('features.3.a', 'features.2.a', 8, 8, 2)]
    const { stages } = await of({ network: { inputs: { x: ['b', 3, 32, 32] }, axes: {}, nodes }, image: null })
    expect(stages.map(({ resolution, layers: list }) => [resolution[0], list.length])).toEqual([[32, 1], [16, 3], [8, 1]])
  })
})

describe('one layer', () => {
  const one = async (text: string, side = 56): Promise<Layer> => { const found = await of(network(text, side)); const last = found.layers.at(-1); if (!last) throw new Error(JSON.stringify(found.problems)); return last }
  test.each([
    ['conv(64, 7, 2, bias=1)', 'conv', '7×7 /2', '3×56²', '64×28²', 147 * 64 + 64, 28 ** 2 * 147 * 64],
    ['conv(64, 1) ', '1x1', '1×1', '3×56²', '64×56²', 192, 56 ** 2 * 192],
    ['conv(8, 1) conv(8, 3, 2, g=8)', 'depthwise', '3×3 /2 dw', '8×56²', '8×28²', 72, 28 ** 2 * 72],
    ['conv(8, 1) conv(16, 3, g=4)', 'conv', '3×3 g4', '8×56²', '16×56²', 288, 56 ** 2 * 288],
    ['conv(8, 3, d=2)', 'conv', '3×3 d2', '3×56²', '8×56²', 216, 56 ** 2 * 216],
    ['conv(8, [1, 7])', 'conv', '1×7', '3×56²', '8×56²', 168, 56 ** 2 * 168],
    ['deconv(6, 2, 2, bias=0)', 'conv', 'deconv 2×2 /2', '3×56²', '6×112²', 72, 56 ** 2 * 72],
    ['gap flatten linear(10)', 'fc', 'linear', '3', '10', 40, 30],
    ['max_pool(3, 2, 1)', 'other', 'max-pool 3×3 /2', '3×56²', '3×28²', 0, 0],
  ] as const)('%s', async (text, type, window, input, output, parameters, macs) => {
    const layer = await one(text)
    expect([layer.type, windowText(layer), shapeText(layer.input), shapeText(layer.output), layer.parameters, layer.macs]).toEqual([type, window, input, output, parameters, macs])
  })
  test('what is folded, fused and shared is told', async () => {
    const { layers: [first] } = await of(network('conv(8, 3) bn relu'))
    expect(first?.parts.map(({ id, is }) => [id, is])).toEqual([['conv1', 'main'], ['batchnorm1', 'folded'], ['relu1', 'fused']])
    const train = (await of('repvgg-a0')).layers[0]
    expect(train?.parts.filter(({ is }) => is === 'folded').map(({ kind }) => kind)).toEqual(['batchnorm', 'conv', 'batchnorm', 'add'])
    expect([train?.window, train?.macs]).toEqual([[3, 3], 112 ** 2 * 48 * 3 * (9 + 1)])
  })
  test('a batch multiplies what runs, not what the model states', async () => {
    const [a, b] = await Promise.all([1, 8].map(async batch => (await of('resnet18', { workload: { batch } })).layers[0]))
    expect([b?.macs, b?.parameters, b?.input]).toEqual([a?.macs, a?.parameters, a?.input])
    expect([b?.flops, b?.live]).toEqual([8 * (a?.flops ?? 0), 8 * (a?.live ?? 0)])
  })
})

describe('activations by liveness', () => {
  // 16 bit: input 3 × 8², a branch kept over the layer between.
  test('a branch lives until it is added', async () => {
    const { layers: list } = await of(network('conv(4, 1) keep(a) conv(4, 1) conv(4, 1) add { } { load(a) }', 8), { profile: 'eager' })
    const [x, t] = [2 * 3 * 64, 2 * 4 * 64]
    expect(list.map(({ live }) => live)).toEqual([x + t, t + t, t + t + t, t + t + t])
  })
})

test('what is no network has no layers; what cannot be answered says why', async () => {
  expect(await of('gpt2')).toMatchObject({ layers: [], stages: [], types: [] })
  expect((await of('no-such')).problems[0]?.path).toBe('model')
})

test.each([[[1, 64, 56, 56], '64×56²'], [[1, 3, 80, 45], '3×80×45'], [[1, 2048, 1, 1], '2048'], [[2, 3, 8, 8], '2×3×8×8'], [[1, 64, 4, 8, 8], '64×4×8×8'], [[1, 64, 8, 8, 8], '64×8³'], [[1, 1000], '1000'], [[7], '7'], [[], '1']])('shape %j is %s', (shape, text) => {
  expect(shapeText(shape)).toBe(text)
})
test.each([[[56, 56], '56²'], [[80, 45], '80×45'], [[197], '197'], [[], '1'], [[8, 14, 14], '8×14²']])('resolution %j is %s', (shape, text) => { expect(resolutionText(shape)).toBe(text) })

test('as CSV: one row for each layer, as wide as the header', async () => {
  const found = await of('mobilenet-v2', { workload: { batch: 4 } })
  const [header = '', ...rows] = layersCsv(found).trimEnd().split('\n')
  expect(rows.length).toBe(found.layers.length)
  expect(new Set(rows.map(row => row.split(',').length))).toEqual(new Set([header.split(',').length]))
  const column = (name: string): number => header.split(',').indexOf(name)
  expect(rows.reduce((total, row) => total + Number(row.split(',')[column('MACs per sample')]), 0)).toBe(sum(found.layers, l => l.macs))
  expect(rows[0]?.split(',').slice(0, 8)).toEqual(['conv1', '1', 'conv', 'conv1 (batchnorm1) relu61', '1x3x224x224', '1x32x112x112', '3x3', '2x2'])
})

describe('rows of the table', () => {
  test('a column turns: largest first, smallest first, as the pass runs', () => {
    const first = turned({ by: 'order', down: false }, 'macs'), second = turned(first, 'macs')
    expect([first, second, turned(second, 'macs'), turned(first, 'time')]).toEqual([{ by: 'macs', down: true }, { by: 'macs', down: false }, { by: 'order', down: false }, { by: 'time', down: true }])
  })
  test.each(['stage', 'type', 'layer'] as const)('gathered by %s, every layer stands once', async by => {
    const found = await of('efficientnet-b0')
    for (const column of ['order', 'macs', 'parameters', 'bytes', 'intensity', 'time'] as const) for (const down of [true, false]) {
      const rows = rowsOf(found, by, { by: column, down })
      expect(rows.flatMap(row => row.layers.map(({ id }) => id)).sort()).toEqual(found.layers.map(({ id }) => id).sort())
      expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
      const times = rows.flatMap(({ group }) => group === null ? [] : [group.seconds.estimate])
      if (column === 'time') expect(times).toEqual(times.toSorted((a, b) => down ? b - a : a - b))
    }
  })
})

describe('batches', () => {
  const scenario: Scenario = { model: 'resnet50', gpu, workload: { batch: 24 } }
  test('powers of two and the own batch, up to what fits', () => {
    expect(batchesOf(analyze(scenario))).toEqual([1, 2, 4, 8, 16, 24, 32, 64, 128, 256, 512, 1024])
    expect(batchesOf(analyze({ ...scenario, gpu: 'l4', model: 'unet', workload: { batch: 1 } })).every(batch => batch <= (analyze({ ...scenario, model: 'unet' }).metrics?.maxBatch ?? 0))).toBe(true)
    const fixed: Scenario = { model: { network: { inputs: { x: [1, 3, 8, 8] }, axes: {}, nodes: [{ id: 'c', kind: 'conv', reads: ['x'], makes: { c: [1, 4, 8, 8] }, weights: { w: [4, 3, 1, 1] } }] }, image: null, axes: [] }, gpu }
    expect(batchesOf(analyze(fixed))).toEqual([1])
  })
  test('a point is the report of that batch', () => {
    const report = analyze(withBatch(scenario, 256)), point = pointOf(report)
    expect(point).toMatchObject({ batch: 256, latency: report.metrics?.latency, memory: report.memory?.total })
    expect(point?.rate).toBeCloseTo(report.metrics?.samplesPerSecond ?? 0, 6)
    expect(pointOf(analyze(withBatch({ ...scenario, model: 'vit-h-14' }, 10_000_000)))).toBeNull()
  })
  test.each([[[1.2, 4.9], 1, 5], [[0.0031, 0.4], 0.001, 1], [[7, 7], 5, 10], [[1, 1], 0.5, 2], [[5, 10], 5, 10]])('an axis around %j', (values, low, high) => {
    const axis = axisOf(values)
    expect([axis.low, axis.high].map(end => Number(end.toPrecision(6)))).toEqual([low, high])
    expect(axis.ticks.length).toBeLessThanOrEqual(6)
  })
})
