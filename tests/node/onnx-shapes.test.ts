/** What every operator makes of its inputs, and what it counts: the shapes of onnx/docs/Operators.md and of ONNX Runtime's ContribOperators.md. */
import { describe, expect, test } from 'vitest'
import { infer } from '../../src/analyzers/import/onnx/infer.js'
import { readOnnx } from '../../src/analyzers/import/onnx/read.js'
import { extent } from '../../src/analyzers/import/onnx/size.js'
import { analyze, readModel } from '../../src/index.js'
import { file, type Attribute, type Dim, type GraphParts, type Node, type Tensor } from './onnx-files.js'

type At = Readonly<Record<string, Attribute>>
/** An input is a shape; a tensor of the file is one with values or `held`. */
type In = readonly Dim[] | { readonly ints: readonly number[]; readonly dims?: readonly number[]; readonly type?: number } | { readonly floats: readonly number[] } | { readonly held: readonly number[]; readonly type?: number } | null

function parts(op: string, inputs: readonly In[], at: At, outputs: number, opset: number): GraphParts & { opset: number } {
  const [name = '', ...rest] = op.split('.').reverse()
  const tensors: Tensor[] = inputs.flatMap((one, i): Tensor[] => one === null || Array.isArray(one) ? []
    : 'held' in one ? [{ name: `i${String(i)}`, dims: one.held, type: one.type ?? 1 }]
      : 'ints' in one ? [{ name: `i${String(i)}`, dims: one.dims ?? [one.ints.length], ints: one.ints, ...(one.type === undefined ? {} : { type: one.type }) }]
        : [{ name: `i${String(i)}`, dims: [(one as { floats: readonly number[] }).floats.length], floats: (one as { floats: readonly number[] }).floats }])
  const node: Node = { op: name, domain: rest.reverse().join('.'), in: inputs.map((one, i) => (one === null ? '' : `i${String(i)}`)), out: Array.from({ length: outputs }, (_, i) => `y${String(i)}`), at }
  return { opset, inputs: inputs.flatMap((one, i) => (Array.isArray(one) ? [{ name: `i${String(i)}`, dims: one as Dim[] }] : [])), tensors, nodes: [node], outputs: node.out.map(y => ({ name: y, dims: null })) }
}

async function shapes(op: string, inputs: readonly In[], at: At = {}, outputs = 1, opset = 17): Promise<string> {
  const { steps, axes, free } = infer(await readOnnx(file(parts(op, inputs, at, outputs, opset))))
  const names = new Map([...free].map(([axis, { name }]) => [axis, name]))
  const one = (e: string | number): string => (typeof e === 'number' ? String(e) : names.get(e) ?? JSON.stringify(axes.derived.get(e)).replaceAll('"', '').replaceAll('x_', ''))
  return (steps.at(-1)?.outputs ?? []).slice(0, outputs).map(({ shape }) => shape.map(size => one(extent(size, axes))).join(' ')).join(' | ')
}

const w = (...held: readonly number[]): In => ({ held })
const v = (...ints: readonly number[]): In => ({ ints })
const scalar = (n: number): In => ({ ints: [n], dims: [] })

type Row = [op: string, inputs: readonly In[], at: At, made: string, outputs?: number, opset?: number]

describe('shapes', () => {
  test.each([
    // Element by element.
    ['Relu', [[2, 3]], {}, '2 3'], ['Softmax', [[2, 3]], { axis: -1 }, '2 3'], ['Clip', [[4], scalar(0), scalar(6)], {}, '4'], ['Cast', [[2, 3]], { to: 7 }, '2 3'], ['Identity', [['n', 3]], {}, 'n 3'],
    ['Add', [[2, 3, 4], [3, 1]], {}, '2 3 4'], ['Mul', [[1, 5], [4, 1]], {}, '4 5'], ['Pow', [[2, 3], scalar(2)], {}, '2 3'], ['Where', [[3, 1], [1, 4], scalar(0)], {}, '3 4'], ['Max', [[2], [1], [2]], {}, '2'], ['Equal', [[2, 1], [1, 3]], {}, '2 3'],
    ['LayerNormalization', [[2, 3, 4], w(4), w(4)], { axis: -1 }, '2 3 4 | 2 3 1 | 2 3 1', 3], ['BatchNormalization', [[2, 3, 4, 4], w(3), w(3), w(3), w(3)], {}, '2 3 4 4'], ['Dropout', [[2, 3]], {}, '2 3'], ['PRelu', [[1, 3, 2, 2], w(3, 1, 1)], {}, '1 3 2 2'],
    // Layout.
    ['Reshape', [[2, 3, 4], v(0, -1)], {}, '2 12'], ['Reshape', [['n', 3, 4], v(-1, 6)], {}, '[*,2,b] 6'], ['Flatten', [[2, 3, 4, 5]], { axis: 2 }, '6 20'], ['Squeeze', [[1, 3, 1]], {}, '3'], ['Squeeze', [[1, 3, 1], v(-1)], {}, '1 3'], ['Squeeze', [[1, 3, 1]], { axes: [0] }, '3 1', 1, 11],
    ['Unsqueeze', [[3, 4], v(0, -1)], {}, '1 3 4 1'], ['Transpose', [[2, 3, 4]], { perm: [2, 0, 1] }, '4 2 3'], ['Transpose', [[2, 3]], {}, '3 2'], ['Concat', [[2, 3], [2, 5]], { axis: 1 }, '2 8'], ['Concat', [['n', 3], ['m', 3]], { axis: 0 }, '[+,b,m] 3'],
    ['Split', [[6, 2]], { axis: 0 }, '3 2 | 3 2', 2], ['Split', [[7, 2]], { axis: 0 }, '4 2 | 3 2', 2], ['Split', [[6, 2], v(1, 5)], { axis: 0 }, '1 2 | 5 2', 2],
    ['Slice', [[10, 4], v(2), v(8), v(0), v(3)], {}, '2 4'], ['Slice', [[10], v(-3), v(2 ** 40), v(0)], {}, '3'], ['Slice', [[10], v(9), v(-(2 ** 40)), v(0), v(-1)], {}, '10'], ['Slice', [[10, 4]], { starts: [1], ends: [-1], axes: [0] }, '8 4', 1, 9], ['Slice', [['n', 'k'], v(0), v(2 ** 40), v(1)], {}, 'n k'],
    ['Gather', [[5, 6, 7], [2, 3]], { axis: 1 }, '5 2 3 7'], ['Gather', [[5, 6], scalar(0)], { axis: 0 }, '6'], ['GatherND', [[2, 3, 4], [5, 2]], {}, '5 4'], ['GatherElements', [[3, 4], [3, 2]], { axis: 1 }, '3 2'], ['ScatterND', [[4, 5], [2, 1], [2, 5]], {}, '4 5'],
    ['Expand', [[3, 1], v(2, 1, 4)], {}, '2 3 4'], ['Tile', [[2, 3], v(2, 1)], {}, '4 3'], ['Pad', [[1, 3, 4, 4], v(0, 0, 1, 2, 0, 0, 1, 2)], {}, '1 3 6 8'], ['Pad', [[4]], { pads: [1, 2] }, '7', 1, 2], ['Pad', [[3, 4], v(1, 1), null, v(-1)], {}, '3 6', 1, 18],
    ['ConstantOfShape', [v(2, 3)], {}, '2 3'], ['Range', [scalar(0), scalar(10), scalar(3)], {}, '4'], ['OneHot', [[2, 3], scalar(10), [2]], {}, '2 3 10'], ['TopK', [[4, 9], v(3)], {}, '4 3 | 4 3', 2], ['DepthToSpace', [[1, 8, 2, 3]], { blocksize: 2 }, '1 2 4 6'], ['SpaceToDepth', [[1, 2, 4, 6]], { blocksize: 2 }, '1 8 2 3'],
    ['NonZero', [[4, 5]], {}, '2 y0'], ['NonMaxSuppression', [[1, 9, 4], [1, 2, 9]], {}, 'y0 3'], ['Shape', [['n', 3]], {}, '2'], ['Size', [[2, 3]], {}, ''], ['CumSum', [[2, 3], scalar(0)], {}, '2 3'], ['Trilu', [[3, 3]], {}, '3 3'],
    // Convolutions, pools, reductions.
    ['Conv', [[1, 3, 224, 224], w(64, 3, 7, 7)], { strides: [2, 2], pads: [3, 3, 3, 3] }, '1 64 112 112'], ['Conv', [[1, 4, 10], w(8, 2, 3)], { group: 2, dilations: [2] }, '1 8 6'], ['Conv', [[1, 3, 'h', 9], w(8, 3, 3, 3)], { auto_pad: 'SAME_UPPER', strides: [2, 2] }, '1 8 [floor,[/,[+,h,1],2]] 5'],
    ['Conv', [['n', 1, 4, 8, 8], w(2, 1, 3, 3, 3)], {}, 'n 2 2 6 6'], ['ConvTranspose', [[1, 16, 7, 7], w(16, 8, 4, 4)], { strides: [2, 2], pads: [1, 1, 1, 1] }, '1 8 14 14'], ['ConvTranspose', [[1, 4, 5], w(4, 3, 3)], { strides: [2], output_padding: [1], group: 2 }, '1 6 12'],
    ['MaxPool', [[1, 3, 112, 112]], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, '1 3 56 56'], ['MaxPool', [[1, 3, 112, 112]], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }, '1 3 56 56'], ['AveragePool', [[1, 3, 7, 7]], { kernel_shape: [7, 7] }, '1 3 1 1'], ['GlobalAveragePool', [['n', 3, 5, 7]], {}, 'n 3 1 1'],
    ['Resize', [[1, 3, 4, 5], null, { floats: [1, 1, 2, 2.5] }], {}, '1 3 8 12'], ['Resize', [[1, 3, 4, 5], null, null, v(1, 3, 9, 9)], {}, '1 3 9 9'], ['Upsample', [[1, 3, 4, 5], { floats: [1, 1, 2, 2] }], {}, '1 3 8 10', 1, 9], ['Resize', [[1, 3, 'h', 5], null, { floats: [1, 1, 2, 2] }], { mode: 'linear' }, '1 3 [*,2,h] 10'],
    ['ReduceMean', [[2, 3, 4]], { axes: [1, -1], keepdims: 0 }, '2'], ['ReduceSum', [[2, 3], v(1)], {}, '2 1'], ['ReduceMax', [[2, 3]], { keepdims: 0 }, ''], ['ArgMax', [[2, 3]], { axis: 1, keepdims: 0 }, '2'], ['GridSample', [[1, 3, 8, 8], [1, 5, 6, 2]], {}, '1 3 5 6'], ['RoiAlign', [[1, 256, 50, 50], [7, 4], [7]], { output_height: 7, output_width: 7 }, '7 256 7 7'],
    // Products.
    ['MatMul', [[2, 1, 3, 4], [5, 4, 6]], {}, '2 5 3 6'], ['MatMul', [[4], [4, 6]], {}, '6'], ['MatMul', [['n', 4], [4]], {}, 'n'], ['Gemm', [[2, 3], w(5, 3), w(5)], { transB: 1 }, '2 5'], ['Gemm', [[3, 2], w(3, 5)], { transA: 1 }, '2 5'], ['Einsum', [[2, 3, 4], [2, 4, 5]], { equation: 'bij,bjk->bik' }, '2 3 5'], ['Einsum', [[7, 2, 3], [3, 4]], { equation: '...ij,jk->...ik' }, '7 2 4'], ['Einsum', [[3, 3]], { equation: 'ii' }, ''],
    ['LSTM', [['t', 'batch', 8], w(1, 64, 8), w(1, 64, 16), w(1, 128)], { hidden_size: 16 }, 't 1 batch 16 | 1 batch 16 | 1 batch 16', 3], ['GRU', [[5, 2, 8], w(2, 48, 8), w(2, 48, 16)], { direction: 'bidirectional' }, '5 2 2 16 | 2 2 16', 2],
    // Quantized.
    ['QuantizeLinear', [[2, 3], scalar(1)], {}, '2 3'], ['DequantizeLinear', [[2, 3], scalar(1)], {}, '2 3'], ['DynamicQuantizeLinear', [[2, 3]], {}, '2 3 |  | ', 3], ['ConvInteger', [[1, 3, 8, 8], { held: [4, 3, 3, 3], type: 3 }], {}, '1 4 6 6'], ['MatMulInteger', [[2, 3], { held: [3, 4], type: 3 }], {}, '2 4'],
    ['QLinearConv', [[1, 3, 8, 8], scalar(1), scalar(0), { held: [4, 3, 3, 3], type: 3 }, scalar(1), scalar(0), scalar(1), scalar(0)], {}, '1 4 6 6'], ['QLinearMatMul', [[2, 3], scalar(1), scalar(0), { held: [3, 4], type: 3 }, scalar(1), scalar(0), scalar(1), scalar(0)], {}, '2 4'],
    // Transformers.
    ['com.microsoft.Attention', [['batch', 's', 64], w(64, 192), w(192)], { num_heads: 4 }, 'batch s 64'], ['com.microsoft.MultiHeadAttention', [[2, 5, 64], [2, 9, 64], [2, 9, 64]], { num_heads: 4 }, '2 5 64'],
    ['com.microsoft.GroupQueryAttention', [['batch', 's', 64], ['batch', 's', 16], ['batch', 's', 16], ['batch', 1, 'past', 16], ['batch', 1, 'past', 16], [1], [1]], { num_heads: 4, kv_num_heads: 1 }, 'batch s 64 | batch 1 [+,s,past] 16 | batch 1 [+,s,past] 16', 3],
    ['Attention', [[2, 8, 5, 16], [2, 2, 9, 16], [2, 2, 9, 16]], {}, '2 8 5 16', 1, 23], ['com.microsoft.MatMulNBits', [['n', 's', 64], { held: [128, 2, 16], type: 2 }, w(256)], { N: 128, K: 64, bits: 4, block_size: 32 }, 'n s 128'],
    ['com.microsoft.SkipLayerNormalization', [[2, 3, 8], [2, 3, 8], w(8), w(8)], {}, '2 3 8'], ['com.microsoft.SkipSimplifiedLayerNormalization', [[2, 3, 8], [2, 3, 8], w(8)], {}, '2 3 8 | 1 | 1 | 2 3 8', 4], ['com.microsoft.RotaryEmbedding', [[2, 3, 8], [2, 3], w(9, 4), w(9, 4)], {}, '2 3 8'], ['SimplifiedLayerNormalization', [[2, 3, 8], w(8)], {}, '2 3 8'],
    ['com.microsoft.EmbedLayerNormalization', [[2, 7], [2, 7], w(99, 16), w(50, 16), w(2, 16), w(16), w(16)], {}, '2 7 16 | 2', 2], ['com.microsoft.FastGelu', [[2, 3]], {}, '2 3'], ['com.microsoft.FusedMatMul', [[2, 3, 4], [2, 5, 4]], { transB: 1 }, '2 3 5'],
  ] as Row[])('%s %j', async (op, inputs, at, made, outputs = 1, opset = 17) => {
    expect(await shapes(op, inputs, at, outputs, opset)).toBe(made)
  })
})

/** A graph of several operators: the shape of its last result, by the names of axes. */
async function chain(inputs: Readonly<Record<string, readonly Dim[]>>, nodes: readonly Node[], tensors: readonly Tensor[] = [], more: object = {}): Promise<string> {
  const source = file({ inputs: Object.entries(inputs).map(([name, dims]) => ({ name, dims })), outputs: [{ name: nodes.at(-1)?.out[0] ?? '', dims: null }], nodes, tensors, ...more })
  const { steps, axes, problems } = infer(await readOnnx(source))
  const tree = (e: string | number): unknown => (typeof e === 'number' ? e : axes.derived.get(e) ?? e)
  return [(steps.at(-1)?.outputs[0]?.shape ?? []).map(size => JSON.stringify(tree(extent(size, axes)))).join(' ').replaceAll('"', ''), ...problems.map(({ code }) => code)].join(' ! ')
}
const n = (op: string, into: string, out: string, at: At = {}): Node => ({ op, in: into === '' ? [] : into.split(' '), out: out.split(' '), at })
const ints = (name: string, ...list: number[]): Tensor => ({ name, dims: [list.length], ints: list })
const one = (name: string, value: number): Tensor => ({ name, dims: [], ints: [value] })

describe('sizes that a graph works out', () => {
  test.each<[string, Readonly<Record<string, readonly Dim[]>>, readonly Node[], readonly Tensor[], string]>([
    ['Shape → Gather → Unsqueeze → Concat → Reshape', { x: ['batch', 'h', 'w', 8] }, [n('Shape', 'x', 's'), n('Gather', 's zero', 'b'), n('Unsqueeze', 'b axis', 'bb'), n('Concat', 'bb rest', 'to', { axis: 0 }), n('Reshape', 'x to', 'y')], [one('zero', 0), ints('axis', 0), ints('rest', -1, 8)], 'b [*,x_h,x_w] 8'],
    ['Shape → Slice → ConstantOfShape', { x: ['batch', 3, 'h'] }, [n('Shape', 'x', 's'), n('Slice', 's a e', 'p'), n('ConstantOfShape', 'p', 'y')], [ints('a', -2), ints('e', 2 ** 40)], '3 x_h'],
    ['Div by Cast and Floor', { x: ['batch', 1, 'h', 'w'] }, [n('Shape', 'x', 's'), n('Cast', 's', 'f', { to: 1 }), n('Mul', 'f half', 'm'), n('Floor', 'm', 'fl'), n('Cast', 'fl', 'i', { to: 7 }), n('Slice', 'i a e', 'p'), n('Concat', 'one p', 'to', { axis: 0 }), n('Resize', 'x   to', 'y')].map(node => (node.op === 'Resize' ? { ...node, in: ['x', '', '', 'to'] } : node)), [{ name: 'half', dims: [], floats: [0.5] }, ints('a', 2), ints('e', 4), ints('one', 1, 1)], '1 1 [floor,[*,0.5,height]] [floor,[*,0.5,width]]'],
    ['Mod and Sub: padding to a multiple', { x: ['batch', 'h'] }, [n('Shape', 'x', 's'), n('Gather', 's one', 'h'), n('Mod', 'h seven', 'r'), n('Sub', 'seven r', 'd'), n('Mod', 'd seven', 'more'), n('Unsqueeze', 'more axis', 'm'), n('Concat', 'zeros m', 'pads', { axis: 0 }), n('Pad', 'x pads', 'y')], [one('one', 1), one('seven', 7), ints('axis', 0), ints('zeros', 0, 0, 0)], 'b [+,[*,7,x_h],[*,-7,n2]]'],
    ['Equal and Where keep what is no −1', { x: ['batch', 1] }, [n('Shape', 'x', 's'), n('Equal', 's minus', 'is'), n('Where', 'is ones s', 'to'), n('Expand', 'x to', 'y')], [ints('minus', -1, -1), ints('ones', 1, 1)], 'b 1'],
    ['Range over an axis', { x: ['batch', 'h'] }, [n('Shape', 'x', 's'), n('Gather', 's one', 'h'), n('Range', 'zero h one', 'y')], [one('zero', 0), one('one', 1)], 'x_h'],
    ['Squeeze of Shape of Transpose', { x: ['batch', 2, 'h'] }, [n('Transpose', 'x', 't'), n('Shape', 't', 's'), n('Split', 's', 'a b c', { axis: 0 }), n('ConstantOfShape', 'a', 'y')], [], 'x_h'],
    ['NonZero of what is known', {}, [n('ConstantOfShape', 'five', 'ones', { value: { tensor: { name: '', dims: [1], ints: [1] } } }), n('NonZero', 'ones', 'y')], [ints('five', 5)], '1 5'],
    ['a size divides itself', { x: ['batch', 'h', 'w'] }, [n('Shape', 'x', 's'), n('ReduceProd', 's', 'p', { keepdims: 1 }), n('Slice', 's a e', 'b'), n('Div', 'p b', 'q'), n('ConstantOfShape', 'q', 'y')], [ints('a', 0), ints('e', 1)], '[*,x_h,x_w]'],
  ])('%s', async (_, inputs, nodes, tensors, made) => { expect(await chain(inputs, nodes, tensors)).toBe(made) })
})

describe('control flow', () => {
  const relu = (out: string) => ({ outputs: [{ name: out, dims: null }], nodes: [n('Relu', 'x', out)] })
  const conv = (out: string) => ({ outputs: [{ name: out, dims: null }], tensors: [{ name: `${out}w`, dims: [4, 4] }], nodes: [n('MatMul', `x ${out}w`, out)] })
  const branches = { then_branch: { graph: relu('a') }, else_branch: { graph: conv('c') } }

  test('a condition that the file decides runs its branch; else the one with more work does, and that is said', async () => {
    expect(await chain({ x: ['batch', 4] }, [n('If', 'yes', 'y', branches), n('Neg', 'y', 'z')], [{ name: 'yes', dims: [], ints: [1], type: 9 }])).toBe('b 4')
    expect(await chain({ x: ['batch', 4], c: [] }, [n('If', 'c', 'y', branches), n('Neg', 'y', 'z')])).toBe('b 4 ! branches-taken')
    const { steps } = infer(await readOnnx(file({ inputs: [{ name: 'x', dims: [2, 4] }, { name: 'c', dims: [] }], outputs: [{ name: 'y', dims: null }], nodes: [n('If', 'c', 'y', branches)] })))
    expect(steps.map(({ call }) => call.node.op)).toEqual(['MatMul'])
  })

  const body = { inputs: [{ name: 'i', dims: [] }, { name: 'go', dims: [] }, { name: 'h', dims: null }], outputs: [{ name: 'go2', dims: null }, { name: 'h2', dims: null }, { name: 's', dims: null }], tensors: [{ name: 'w', dims: [4, 4] }], nodes: [n('Identity', 'go', 'go2'), n('MatMul', 'h w', 'h2'), n('Relu', 'h2', 's')] }

  test('the body of a loop runs as often as the file says, and what it collects is that long', async () => {
    const { steps, problems } = infer(await readOnnx(file({ inputs: [{ name: 'x', dims: ['batch', 4] }], outputs: [{ name: 'y', dims: null }, { name: 'all', dims: null }], tensors: [one('five', 5)], nodes: [n('Loop', 'five yes x', 'y all', { body: { graph: body } }), n('Neg', 'all', 'z')].map(node => (node.op === 'Loop' ? { ...node, in: ['five', '', 'x'] } : node)) })))
    expect(steps.filter(({ call }) => call.node.op === 'MatMul')).toHaveLength(5)
    expect(steps.at(-1)?.outputs[0]?.shape.map(size => typeof size === 'number' ? size : 'b')).toEqual([5, 'b', 4])
    expect(problems).toEqual([])
  })

  test('a loop of unknown length is counted once, and that is said', async () => {
    expect(await chain({ x: ['batch', 4], times: [] }, [{ op: 'Loop', in: ['times', '', 'x'], out: ['y', 'all'], at: { body: { graph: body } } }, n('Neg', 'y', 'z')])).toBe('b 4 ! loops-once')
  })

  test('a scan runs over the first axis of what it scans', async () => {
    const each = { inputs: [{ name: 'h', dims: null }, { name: 'e', dims: null }], outputs: [{ name: 'h2', dims: null }, { name: 'o', dims: null }], nodes: [n('Add', 'h e', 'h2'), n('Relu', 'h2', 'o')] }
    expect(await chain({ h0: [4], x: [7, 4] }, [n('Scan', 'h0 x', 'h all', { body: { graph: each }, num_scan_inputs: 1 }), n('Neg', 'all', 'z')])).toBe('7 4')
  })

  test('operators that the file defines are expanded, with their attributes', async () => {
    const functions = [{ name: 'Head', domain: 'my', in: ['a', 'b'], out: ['o'], nodes: [{ op: 'MatMul', in: ['a', 'b'], out: ['m'] }, { op: 'Flatten', in: ['m'], out: ['o'], at: { axis: { ref: 'at' } } }] }]
    expect(await chain({ x: [2, 3, 4] }, [{ op: 'Head', domain: 'my', in: ['x', 'w'], out: ['y'], at: { at: 2 } }, n('Neg', 'y', 'z')], [{ name: 'w', dims: [4, 5] }], { functions })).toBe('6 5')
  })
})

describe('counts', () => {
  interface Counted { macs: number | null; parameters: number; kinds: string; notes: string }
  async function counted(op: string, inputs: readonly In[], at: At = {}, outputs = 1, opset = 17): Promise<Counted> {
    const { model, problems } = await readModel(file(parts(op, inputs, at, outputs, opset)))
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
    const { network, axes } = model as unknown as { network: { nodes: { kind: string }[] }; axes: { name: string; axis: string }[] }
    const report = analyze({ model: model!, gpu: 'h100', workload: { axes: Object.fromEntries(axes.flatMap(({ name, axis }) => (axis === 'b' ? [] : [[name, 10]]))) } })
    expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    return { macs: report.model?.macs ?? null, parameters: report.model?.parameters ?? NaN, kinds: network.nodes.map(({ kind }) => kind).join(' '), notes: report.problems.map(({ code }) => code).join(' ') }
  }
  const int8 = (...held: readonly number[]): In => ({ held, type: 3 })

  test.each<[string, readonly In[], At, number, number, string]>([
    ['Conv', [[1, 8, 10, 10], w(16, 8, 3, 3), w(16)], { pads: [1, 1, 1, 1] }, 100 * 16 * 8 * 9, 16 * 8 * 9 + 16, 'conv'],
    ['Conv', [[1, 8, 10, 10], w(8, 1, 3, 3)], { pads: [1, 1, 1, 1], group: 8 }, 100 * 8 * 9, 72, 'conv'],
    ['Conv', [[1, 8, 10, 10], [16, 8, 3, 3]], {}, 64 * 16 * 8 * 9, 0, 'matmul'],
    // torchvision counts a transposed convolution by its input.
    ['ConvTranspose', [[1, 8, 5, 5], w(8, 4, 2, 2)], { strides: [2, 2] }, 25 * 8 * 4 * 4, 128, 'deconv'],
    ['MatMul', [[2, 3, 4], w(4, 5)], {}, 2 * 3 * 4 * 5, 20, 'linear'], ['MatMul', [w(3, 4), [4, 5]], {}, 3 * 4 * 5, 12, 'matmul'], ['MatMul', [[2, 3, 4], [2, 4, 5]], {}, 2 * 3 * 4 * 5, 0, 'matmul'], ['MatMul', [[2, 3, 4], w(2, 4, 5)], {}, 2 * 3 * 4 * 5, 40, 'matmul'],
    ['Gemm', [[3, 4], w(5, 4), w(5)], { transB: 1 }, 60, 25, 'linear'], ['Einsum', [[2, 3, 4], [2, 4, 5]], { equation: 'bij,bjk->bik' }, 120, 0, 'matmul'],
    // Per step and direction 4 · hidden · (input + hidden), the gates beside them.
    ['LSTM', [[7, 1, 8], w(2, 64, 8), w(2, 64, 16), w(2, 128)], { hidden_size: 16, direction: 'bidirectional' }, 7 * 2 * 64 * 24, 2 * 64 * 24 + 256, 'lstm lstm-gates'],
    ['GRU', [[7, 1, 8], w(1, 48, 8), w(1, 48, 16)], {}, 7 * 48 * 24, 48 * 24, 'gru gru-gates'],
    ['ConvInteger', [[1, 8, 10, 10], int8(16, 8, 1, 1)], {}, 100 * 128, 128, 'conv'], ['MatMulInteger', [[3, 4], int8(4, 5)], {}, 60, 20, 'linear'],
    ['QLinearConv', [[1, 8, 4, 4], scalar(1), scalar(0), int8(4, 8, 1, 1), scalar(1), scalar(0), scalar(1), scalar(0), w(4)], {}, 16 * 32, 36, 'conv'], ['QLinearMatMul', [[2, 3], scalar(1), scalar(0), int8(3, 4), scalar(1), scalar(0), scalar(1), scalar(0)], {}, 24, 12, 'linear'],
    ['com.microsoft.MatMulNBits', [[2, 64], { held: [128, 2, 16], type: 2 }, w(256)], { N: 128, K: 64, bits: 4, block_size: 32 }, 2 * 128 * 64, 128 * 64, 'linear'],
    ['com.microsoft.Attention', [[1, 10, 64], w(64, 192), w(192)], { num_heads: 4 }, 10 * 64 * 192 + 2 * 10 * 10 * 64, 64 * 192 + 192, 'linear scores softmax values'],
    ['com.microsoft.MultiHeadAttention', [[1, 10, 64], [1, 20, 64], [1, 20, 64]], { num_heads: 4 }, 2 * 10 * 20 * 64, 0, 'scores softmax values'],
    // Behind a causal mask a query sees itself and what came before: 10 · 11 / 2 pairs.
    ['com.microsoft.GroupQueryAttention', [[1, 10, 64], [1, 10, 16], [1, 10, 16], null, null, [1], [1]], { num_heads: 4, kv_num_heads: 1 }, 2 * 55 * 64, 0, 'scores softmax values'],
    ['com.microsoft.GroupQueryAttention', [[1, 1, 64], [1, 1, 16], [1, 1, 16], [1, 1, 99, 16], [1, 1, 99, 16], [1], [1]], { num_heads: 4, kv_num_heads: 1 }, 2 * 100 * 64, 0, 'scores softmax values'],
    ['Gather', [w(1000, 64), [1, 7]], {}, 0, 64_000, 'lookup'], ['LayerNormalization', [[2, 3], w(3), w(3)], {}, 0, 6, 'layernorm'], ['BatchNormalization', [[1, 3, 2, 2], w(3), w(3), w(3), w(3)], {}, 0, 6, 'batchnorm'],
    ['Add', [[2, 3], w(3)], {}, 0, 3, 'add'], ['Mul', [[2, 3], { floats: [2] }], {}, 0, 0, 'scale'], ['MaxPool', [[1, 3, 8, 8]], { kernel_shape: [2, 2] }, 0, 0, 'max-pool'], ['Resize', [[1, 3, 4, 4], null, { floats: [1, 1, 2, 2] }], { mode: 'linear' }, 0, 0, 'bilinear'],
  ])('%s %j', async (op, inputs, at, macs, parameters, kinds) => {
    expect(await counted(op, inputs, at, op === 'BatchNormalization' ? 1 : 1, op === 'Attention' ? 23 : 17)).toEqual({ macs, parameters, kinds, notes: expect.any(String) as string })
  })

  test.each([['Reshape', [[2, 3], v(6)]], ['Shape', [[2, 3]]]] as [string, In[]][])('a file of %s alone computes nothing', async (op, inputs) => {
    expect((await readModel(file(parts(op, inputs, {}, 1, 17)))).problems.map(({ code }) => code)).toEqual(['not-supported'])
  })

  test('what is not counted is said with its name and how often it occurs', async () => {
    const topK = await readModel(file(parts('TopK', [[4, 9], v(3)], {}, 2, 17)))
    expect(topK.problems.map(({ code, message }) => [code, message])).toEqual([['uncounted-operators', 'The FLOP of these operators are not counted, only their bytes: TopK (1).']])
    const nodes = [{ op: 'Fancy', domain: 'my', in: ['x'], out: ['a'] }, { op: 'Fancy', domain: 'my', in: ['a'], out: ['b'] }, { op: 'Relu', in: ['b'], out: ['y'] }]
    const graph = { inputs: [{ name: 'x', dims: ['batch', 4] as const }], outputs: [{ name: 'y', dims: null }], nodes }
    const stated = await readModel(file({ ...graph, values: ['a', 'b'].map(name => ({ name, dims: ['batch', 8] })) }))
    expect(stated.problems.map(({ code, message, severity }) => [code, severity, message])).toEqual([['uncounted-operators', 'note', 'Not counted, because what they compute is not known: my.Fancy (2). The numbers hold for all else.']])
    expect(analyze({ model: stated.model!, gpu: 'h100' }).problems.map(({ code }) => code)).toEqual(['uncounted-operators'])
    expect((await readModel(file(graph))).problems).toMatchObject([{ code: 'unknown-operator', severity: 'error', message: expect.stringContaining('my.Fancy (2 of them)') as string }])
  })
})

describe('what is held', () => {
  const fixed = (name: string, ...list: number[]): Tensor => ({ name, dims: list.length === 1 ? [] : [list.length], floats: list })
  const bytesOf = async (source: Parameters<typeof file>[0]): Promise<{ weights: number; activations: number; rates: string; precision: unknown }> => {
    const { model, problems } = await readModel(file(source))
    expect(problems).toEqual([])
    const report = analyze({ model: model!, gpu: 'h100', profile: 'eager' })
    expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    const { weights = NaN, activations = NaN } = report.memory ?? {}
    return { weights, activations, rates: report.device?.roofs.map(({ dtype }) => dtype).join(' ') ?? '', precision: (model as { precision?: unknown }).precision }
  }
  const io = (dims: readonly Dim[], nodes: readonly Node[], tensors: readonly Tensor[], type = 1) => ({ inputs: [{ name: 'x', dims, type }], outputs: [{ name: nodes.at(-1)?.out[0] ?? '', dims: null }], nodes, tensors })
  const image = ['batch', 8, 10, 10]

  test('as the file states it: fp32, fp16', async () => {
    const net = (type: number) => io(image, [n('Conv', 'x w b', 'y'), n('Relu', 'y', 'z')], [{ name: 'w', dims: [16, 8, 1, 1], type }, { name: 'b', dims: [16], type }], type)
    expect(await bytesOf(net(1))).toMatchObject({ weights: 4 * 144, activations: 4 * 3200, rates: 'fp32 fp32' })
    expect(await bytesOf(net(10))).toMatchObject({ weights: 2 * 144, activations: 2 * 3200, rates: 'fp16 fp32' })
  })

  test('a network of bytes runs at the rate of bytes, whether its operators say so or are wrapped', async () => {
    const w8 = { name: 'w', dims: [16, 8, 1, 1], type: 3 }
    const scales = [fixed('s', 0.5), { name: 'z', dims: [], ints: [0], type: 3 }]
    const qlinear = io(image, [n('QLinearConv', 'x s z w s z s z', 'y'), n('QLinearConv', 'y s z v s z s z', 'k')], [w8, { name: 'v', dims: [16, 16, 1, 1], type: 3 }, ...scales], 3)
    expect(await bytesOf(qlinear)).toMatchObject({ weights: 16 * 24, activations: 3200, rates: 'int8' })
    const wrapped = io(image, [n('QuantizeLinear', 'x s z', 'q'), n('DequantizeLinear', 'q s z', 'd'), n('DequantizeLinear', 'w s z', 'wd'), n('Conv', 'd wd', 'c'), n('QuantizeLinear', 'c s z', 'r'), n('DequantizeLinear', 'r s z', 'y')], [w8, ...scales])
    const { weights, rates, precision } = await bytesOf(wrapped)
    expect(rates).toBe('int8 fp32')
    expect(precision).toMatchObject({ activations: 'int8', quantized: { dtype: 'int8' } })
    expect(weights).toBe(128 + 4 + 1)
  })

  test('weights of a few bits bring their scales, and are widened', async () => {
    const { weights, precision } = await bytesOf(io(['batch', 64], [{ op: 'MatMulNBits', domain: 'com.microsoft', in: ['x', 'w', 's', 'z'], out: ['y'], at: { N: 128, K: 64, bits: 4, block_size: 32 } }], [{ name: 'w', dims: [128, 2, 16], type: 2 }, { name: 's', dims: [256], type: 10 }, { name: 'z', dims: [128], type: 2 }], 10))
    expect(weights).toBe(128 * 64 / 2 + 256 * 2 + 128)
    expect(precision).toMatchObject({ activations: 'fp16', quantized: null })
  })

  test('a sparse tensor is what it stores; one tensor under two names is held once', async () => {
    expect((await bytesOf({ ...io(['batch', 100], [n('MatMul', 'x w', 'y')], []), sparse: [{ values: { name: 'w', dims: [70] }, dims: [100, 100] }] })).weights).toBe(280)
    expect((await bytesOf(io(['batch', 4], [n('Identity', 'w', 'v'), n('MatMul', 'x w', 'y'), n('MatMul', 'y v', 'z')], [{ name: 'w', dims: [4, 4] }]))).weights).toBe(64)
  })
})
