/** `.param` files of ncnn: layers, their numbered parameters, and what they count. */
import { describe, expect, test } from 'vitest'
import { analyze, readModel } from '../../src/index.js'
import { fileOf } from './weight-files.js'

const source = (...layers: readonly string[]) => fileOf('net.param', new TextEncoder().encode(['7767517', `${String(layers.length)} ${String(layers.length + 1)}`, ...layers, ''].join('\n')))
const input = 'Input input 0 1 x 0=224 1=224 2=3'
interface Answer { readonly macs: number | null | undefined; readonly parameters: number | undefined; readonly makes: string; readonly kinds: string }

async function answer(...layers: readonly string[]): Promise<Answer> {
  const { model, problems } = await readModel(source(...layers))
  expect(problems).toEqual([])
  const { network } = model as unknown as { network: { nodes: { kind: string; makes: Record<string, (string | number)[]> }[] } }
  const report = analyze({ model: model!, gpu: 'h100' })
  expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  return { macs: report.model?.macs, parameters: report.model?.parameters, makes: Object.values(network.nodes.at(-1)?.makes ?? {}).map(shape => shape.join(' ')).join(' | '), kinds: network.nodes.map(({ kind }) => kind).join(' ') }
}

// docs/developer-guide/operators.md of ncnn; multiply-adds as for the same layers elsewhere.
describe('layers', () => {
  test.each([
    ['Convolution c 1 1 x y 0=64 1=7 3=2 4=3 5=1 6=9408', 64 * 112 * 112 * 147, 9408 + 64, 'b 64 112 112', 'conv'],
    ['Convolution c 1 1 x y 0=64 1=7 3=2 4=3 5=1 6=9408 9=1', 64 * 112 * 112 * 147, 9408 + 64, 'b 64 112 112', 'conv relu'],
    ['Convolution c 1 1 x y 0=8 1=3 11=5 3=2 13=1 4=-233 6=360', 8 * 224 * 112 * 45, 360, 'b 8 224 112', 'conv'],
    ['ConvolutionDepthWise c 1 1 x y 0=3 1=3 4=1 5=0 6=27 7=3', 3 * 224 * 224 * 9, 27, 'b 3 224 224', 'conv'],
    ['Deconvolution d 1 1 x y 0=6 1=2 3=2 6=72', 224 * 224 * 3 * 6 * 4, 72, 'b 6 448 448', 'deconv'],
    ['InnerProduct f 1 1 x y 0=10 1=1 2=1505280', 1_505_280, 1_505_290, 'b 10', 'view linear'],
    ['Pooling p 1 1 x y 0=0 1=3 2=2', 0, 0, 'b 3 112 112', 'max-pool'], ['Pooling p 1 1 x y 0=1 4=1', 0, 0, 'b 3 1 1', 'global-avg-pool'], ['Pooling p 1 1 x y 0=0 1=3 2=2 5=1', 0, 0, 'b 3 111 111', 'max-pool'],
    ['BatchNorm n 1 1 x y 0=3', 0, 6, 'b 3 224 224', 'batchnorm'], ['PReLU r 1 1 x y 0=3', 0, 3, 'b 3 224 224', 'prelu'], ['Interp i 1 1 x y 0=2 1=2.0 2=0.5', 0, 0, 'b 3 448 112', 'bilinear'], ['Interp i 1 1 x y 0=1 3=100 4=50', 0, 0, 'b 3 100 50', 'nearest'],
    ['Padding p 1 1 x y 0=1 1=2 2=3 3=4', 0, 0, 'b 3 227 231', 'pad'], ['Permute p 1 1 x y 0=3', 0, 0, 'b 224 224 3', 'permute'], ['PixelShuffle s 1 1 x y 0=1', 0, 0, 'b 3 224 224', 'shuffle'],
    ['Reduction r 1 1 x y 0=3 1=0 -23303=2,1,2 4=0', 0, 0, 'b 3', 'reduce'], ['Slice s 1 2 x y z -23300=2,1,2 1=0', 0, 0, 'b 1 224 224 | b 2 224 224', 'permute'], ['Softmax s 1 1 x y 0=0', 0, 0, 'b 3 224 224', 'softmax'],
  ] as const)('%s', async (layer, macs, parameters, makes, kinds) => { expect(await answer(input, layer)).toEqual({ macs, parameters, makes, kinds }) })

  test('a reshape is a view of three rows', async () => {
    expect(await answer(input, 'Reshape r 1 1 x z 0=-1 1=3', 'ReLU a 1 1 z y')).toMatchObject({ makes: 'b 3 50176', kinds: 'view relu' })
  })

  test('layers that read one result twice go over a split; sums and concatenations join', async () => {
    expect(await answer(input, 'Split s 1 2 x a b', 'ReLU r 1 1 a c', 'BinaryOp add 2 1 c b d 0=0', 'Concat k 2 1 d x y 0=0')).toMatchObject({ makes: 'b 6 224 224', kinds: 'view view relu add concat' })
  })

  test('an input without sizes asks for them; its channels follow from the first convolution', async () => {
    const { model } = await readModel(source('Input input 0 1 x', 'Convolution c 1 1 x y 0=8 1=3 4=1 6=216'))
    expect(analyze({ model: model!, gpu: 'h100' }).problems.map(({ path }) => path)).toEqual(['workload.axes.height', 'workload.axes.width'])
    expect(analyze({ model: model!, gpu: 'h100', workload: { image: [10, 20] } }).model?.macs).toBe(200 * 216)
  })
})

describe('damaged', () => {
  test.each([
    ['another first line', '7767518\n1 1\nInput x 0 1 x\n', 'invalid-file'], ['nothing', '', 'invalid-file'], ['fewer layers than it says', '7767517\n3 3\nInput x 0 1 x 0=4 1=4 2=3\n', 'invalid-file'],
    ['fewer names than it says', '7767517\n1 1\nConvolution c 2 1 x\n', 'invalid-file'], ['weights that do not divide', '7767517\n2 2\nInput i 0 1 x 0=8 1=8 2=3\nConvolution c 1 1 x y 0=8 1=3 6=217\n', 'invalid-file'],
    ['no weights', '7767517\n2 2\nInput i 0 1 x 0=8 1=8 2=3\nConvolution c 1 1 x y\n', 'invalid-file'], ['a layer that is not known', '7767517\n2 2\nInput i 0 1 x 0=8 1=8 2=3\nconstructor c 1 1 x y\n', 'unknown-operator'],
    ['a result that nothing makes', '7767517\n1 1\nReLU c 1 1 x y\n', 'invalid-file'],
  ])('%s', async (_, text, code) => {
    const { model, problems } = await readModel(fileOf('net.param', new TextEncoder().encode(text)))
    expect([model, problems.map(problem => problem.code)]).toEqual([null, [code]])
  })
})
