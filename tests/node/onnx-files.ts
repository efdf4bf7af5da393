/** Writes ONNX files: any graph, and networks whose counts are published. Weights are written as external data: their shapes without their values. */
import { PbfWriter } from 'pbf'
import type { TextSource } from '../../src/index.js'
import { fileOf } from './weight-files.js'

export type Dim = number | string | null
/** Numbers that are whole are INT, others FLOAT; lists of numbers INTS. */
export type Attribute = number | string | readonly number[] | { readonly f: number } | { readonly floats: readonly number[] } | { readonly graph: GraphParts } | { readonly tensor: Tensor } | { readonly ref: string }
export interface Node { readonly op: string; readonly in: readonly string[]; readonly out: readonly string[]; readonly at?: Readonly<Record<string, Attribute>>; readonly name?: string; readonly domain?: string }
/** Without values the tensor is held in another file; `bytes` is how many are written of it. */
export interface Tensor { readonly name: string; readonly dims: readonly number[]; readonly type?: number; readonly ints?: readonly number[]; readonly floats?: readonly number[]; readonly bytes?: number; readonly packed?: boolean }
export interface Value { readonly name: string; readonly dims: readonly Dim[] | null; readonly type?: number }
export interface GraphParts { readonly inputs?: readonly Value[]; readonly outputs?: readonly Value[]; readonly tensors?: readonly Tensor[]; readonly nodes?: readonly Node[]; readonly values?: readonly Value[]; readonly sparse?: readonly { readonly values: Tensor; readonly dims: readonly number[] }[] }
export interface Parts extends GraphParts { readonly opset?: number; readonly functions?: readonly { readonly name: string; readonly domain: string; readonly in: readonly string[]; readonly out: readonly string[]; readonly nodes: readonly Node[] }[] }

const text = (w: PbfWriter, field: number, value: string): void => { if (value !== '') w.writeStringField(field, value) }
const each = <T>(w: PbfWriter, field: number, list: readonly T[] | undefined, write: (one: T, w: PbfWriter) => void): void => { for (const one of list ?? []) w.writeMessage(field, write, one) }

function tensor(t: Tensor, w: PbfWriter): void {
  const { name, dims, type = t.ints ? 7 : 1, ints, floats, bytes, packed } = t
  for (const dim of dims) { w.writeTag(1, 0); w.writeVarint(dim) }
  w.writeVarintField(2, type)
  if (floats && packed !== false) w.writePackedFloat(4, [...floats])
  if (floats && packed === false) for (const f of floats) w.writeFloatField(4, f)
  if (ints) for (const i of ints) { w.writeTag(7, 0); w.writeVarint(i) }
  text(w, 8, name)
  if (bytes !== undefined) w.writeBytesField(9, new Uint8Array(bytes))
  else if (!ints && !floats) w.writeVarintField(14, 1)
}

function value({ name, dims, type = 1 }: Value, w: PbfWriter): void {
  w.writeStringField(1, name)
  w.writeMessage(2, (_, w) => {
    w.writeMessage(1, (_, w) => {
      w.writeVarintField(1, type)
      if (dims !== null) w.writeMessage(2, (_, w) => { each(w, 1, dims, (dim, w) => { if (typeof dim === 'number') w.writeVarintField(1, dim); else if (dim !== null) w.writeStringField(2, dim) }) }, null)
    }, null)
  }, null)
}

function attribute([name, v]: readonly [string, Attribute], w: PbfWriter): void {
  w.writeStringField(1, name)
  const type = (n: number): void => { w.writeVarintField(20, n) }
  if (typeof v === 'number') { if (Number.isInteger(v)) { w.writeVarintField(3, v); type(2) } else { w.writeFloatField(2, v); type(1) } }
  else if (typeof v === 'string') { w.writeStringField(4, v); type(3) }
  else if (Array.isArray(v)) { for (const i of v as readonly number[]) { w.writeTag(8, 0); w.writeVarint(i) } type(7) }
  else if ('f' in v) { w.writeFloatField(2, v.f); type(1) }
  else if ('floats' in v) { w.writePackedFloat(7, [...v.floats]); type(6) }
  else if ('graph' in v) { w.writeMessage(6, graph, v.graph); type(5) }
  else if ('tensor' in v) { w.writeMessage(5, tensor, v.tensor); type(4) }
  else if ('ref' in v) { w.writeStringField(21, v.ref); type(2) }
}

function node(n: Node, w: PbfWriter): void {
  for (const name of n.in) w.writeStringField(1, name)
  for (const name of n.out) w.writeStringField(2, name)
  text(w, 3, n.name ?? '')
  w.writeStringField(4, n.op)
  each(w, 5, Object.entries(n.at ?? {}), attribute)
  text(w, 7, n.domain ?? '')
}

function graph({ inputs, outputs, tensors, nodes, values, sparse }: GraphParts, w: PbfWriter): void {
  each(w, 1, nodes, node)
  w.writeStringField(2, 'graph')
  each(w, 5, tensors, tensor)
  each(w, 11, inputs, value)
  each(w, 12, outputs, value)
  each(w, 13, values, value)
  each(w, 15, sparse, ({ values, dims }, w) => { w.writeMessage(1, tensor, values); for (const dim of dims) { w.writeTag(3, 0); w.writeVarint(dim) } })
}

/** The bytes of a file. */
export function bytes({ opset = 17, functions, ...parts }: Parts): Uint8Array {
  const w = new PbfWriter()
  w.writeVarintField(1, 8)
  w.writeStringField(2, 'test')
  w.writeMessage(7, graph, parts)
  w.writeMessage(8, (_, w) => { w.writeVarintField(2, opset) }, null)
  each(w, 25, functions, (f, w) => {
    w.writeStringField(1, f.name)
    for (const name of f.in) w.writeStringField(4, name)
    for (const name of f.out) w.writeStringField(5, name)
    each(w, 7, f.nodes, node)
    w.writeStringField(10, f.domain)
  })
  return w.finish()
}

export const file = (parts: Parts, name = 'model.onnx'): TextSource => fileOf(name, bytes(parts))

/** Puts a network together operator by operator; each returns the name of what it makes. */
export class Net {
  readonly nodes: Node[] = []
  readonly tensors: Tensor[] = []
  private count = 0

  op(op: string, inputs: readonly string[], at: Node['at'] = {}, outputs = 1): string {
    const out = Array.from({ length: outputs }, (_, i) => `${op}_${String(this.count)}_${String(i)}`)
    this.nodes.push({ op, in: inputs, out, at, name: `/${op}_${String(this.count++)}` })
    return out[0] ?? ''
  }

  /** A weight by its shape. */
  weight(...dims: number[]): string { const name = `w${String(this.tensors.length)}`; this.tensors.push({ name, dims }); return name }
  /** A list of whole numbers in the file. */
  ints(...ints: number[]): string { const name = `c${String(this.tensors.length)}`; this.tensors.push({ name, dims: [ints.length], ints }); return name }
  scalar(n: number): string { const name = `c${String(this.tensors.length)}`; this.tensors.push({ name, dims: [], ...(Number.isInteger(n) ? { ints: [n] } : { floats: [n] }) }); return name }

  conv(x: string, from: number, to: number, kernel: number, stride = 1, groups = 1): string {
    const pad = (kernel - 1) / 2
    return this.op('Conv', [x, this.weight(to, from / groups, kernel, kernel), this.weight(to)], { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad], group: groups, dilations: [1, 1] })
  }
  relu(x: string): string { return this.op('Relu', [x]) }
  clip(x: string): string { return this.op('Clip', [x, this.scalar(0), this.scalar(6)]) }
  linear(x: string, from: number, to: number): string { return this.op('Gemm', [x, this.weight(to, from), this.weight(to)], { transB: 1 }) }
  /** One size of a tensor, as exporters take it. */
  size(x: string, at: number): string { return this.op('Gather', [this.op('Shape', [x]), this.scalar(at)], { axis: 0 }) }
  list(...parts: string[]): string { return this.op('Concat', parts.map(part => this.op('Unsqueeze', [part, this.ints(0)])), { axis: 0 }) }

  parts(input: readonly Dim[], output: string, opset = 17): Parts {
    return { opset, inputs: [{ name: 'input', dims: input }], outputs: [{ name: output, dims: null }], nodes: this.nodes, tensors: this.tensors }
  }
}

const image = ['batch', 3, 'height', 'width'] as const

/** ResNet (arXiv:1512.03385) as it is exported: batch norms folded into the convolutions. */
export function resnet(depths: readonly number[], bottleneck: boolean): Parts {
  const n = new Net()
  const wide = bottleneck ? 4 : 1
  let x = n.op('MaxPool', [n.relu(n.conv('input', 3, 64, 7, 2))], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
  let from = 64
  depths.forEach((depth, stage) => {
    const width = 64 * 2 ** stage
    for (let i = 0; i < depth; i++) {
      const stride = i === 0 && stage > 0 ? 2 : 1
      const body = bottleneck
        ? n.conv(n.relu(n.conv(n.relu(n.conv(x, from, width, 1)), width, width, 3, stride)), width, width * 4, 1)
        : n.conv(n.relu(n.conv(x, from, width, 3, stride)), width, width, 3)
      const around = stride !== 1 || from !== width * wide ? n.conv(x, from, width * wide, 1, stride) : x
      x = n.relu(n.op('Add', [body, around]))
      from = width * wide
    }
  })
  return n.parts(image, n.linear(n.op('Flatten', [n.op('GlobalAveragePool', [x])], { axis: 1 }), from, 1000))
}

/** VGG 16 (arXiv:1409.1556); its pool to 7 × 7 leaves an image of 224 × 224 as it is. */
export function vgg16(): Parts {
  const n = new Net()
  let x = 'input', from = 3
  for (const width of [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]) {
    if (width === 0) x = n.op('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] })
    else { x = n.relu(n.conv(x, from, width, 3)); from = width }
  }
  const flat = n.op('Flatten', [x])
  return n.parts(image, n.linear(n.relu(n.linear(n.relu(n.linear(flat, 25088, 4096)), 4096, 4096)), 4096, 1000))
}

/** MobileNetV2 (arXiv:1801.04381). */
export function mobilenetV2(): Parts {
  const n = new Net()
  let x = n.clip(n.conv('input', 3, 32, 3, 2)), from = 32
  for (const [t = 1, c = 1, repeats = 1, s = 1] of [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]) {
    for (let i = 0; i < repeats; i++) {
      const stride = i === 0 ? s : 1, hidden = from * t
      const wide = t === 1 ? x : n.clip(n.conv(x, from, hidden, 1))
      const y = n.conv(n.clip(n.conv(wide, hidden, hidden, 3, stride, hidden)), hidden, c, 1)
      x = stride === 1 && from === c ? n.op('Add', [x, y]) : y
      from = c
    }
  }
  x = n.clip(n.conv(x, from, 1280, 1))
  return n.parts(image, n.linear(n.op('Flatten', [n.op('GlobalAveragePool', [x])]), 1280, 1000))
}

/** ShuffleNetV2 1.0 (arXiv:1807.11164): every shuffle reads the sizes of its input and reshapes by them. */
export function shufflenetV2(): Parts {
  const n = new Net()
  const shuffle = (x: string): string => {
    const [b, c, h, w] = [0, 1, 2, 3].map(at => n.size(x, at)) as [string, string, string, string]
    const half = n.op('Cast', [n.op('Div', [c, n.scalar(2)])], { to: 7 })
    const split = n.op('Reshape', [x, n.list(b, n.scalar(2), half, h, w)])
    return n.op('Reshape', [n.op('Transpose', [split], { perm: [0, 2, 1, 3, 4] }), n.list(b, n.scalar(-1), h, w)])
  }
  const part = (x: string, which: 0 | 1): string => {
    const half = n.op('Mul', [n.op('Div', [n.op('Add', [n.size(x, 1), n.scalar(1)]), n.scalar(2)]), n.scalar(1)])
    const end = n.op('Unsqueeze', [half, n.ints(0)])
    return which === 0 ? n.op('Slice', [x, n.ints(0), end, n.ints(1)]) : n.op('Slice', [x, end, n.op('Unsqueeze', [n.op('Mul', [half, n.scalar(2)]), n.ints(0)]), n.ints(1)])
  }
  let x = n.op('MaxPool', [n.relu(n.conv('input', 3, 24, 3, 2))], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
  let from = 24
  for (const [repeats = 1, width = 1] of [[4, 116], [8, 232], [4, 464]]) {
    for (let i = 0; i < repeats; i++) {
      const half = width / 2, stride = i === 0 ? 2 : 1
      const [left, right] = stride === 2 ? [x, x] : [part(x, 0), part(x, 1)]
      const side = stride === 2 ? n.relu(n.conv(n.conv(left, from, from, 3, 2, from), from, half, 1)) : left
      const inner = n.relu(n.conv(right, stride === 2 ? from : half, half, 1))
      const main = n.relu(n.conv(n.conv(inner, half, half, 3, stride, half), half, half, 1))
      x = shuffle(n.op('Concat', [side, main], { axis: 1 }))
      from = width
    }
  }
  x = n.relu(n.conv(x, from, 1024, 1))
  return n.parts(image, n.linear(n.op('ReduceMean', [x], { axes: [2, 3], keepdims: 0 }), 1024, 1000))
}

/** ViT-B/32 (arXiv:2010.11929): attention is reshaped and transposed by sizes that the graph works out. */
export function vitB32(): Parts {
  const n = new Net()
  const [d, h, k] = [768, 12, 64]
  const norm = (x: string): string => n.op('LayerNormalization', [x, n.weight(d), n.weight(d)], { axis: -1, epsilon: { f: 1e-6 } })
  const dense = (x: string, from: number, to: number): string => n.op('Add', [n.op('MatMul', [x, n.weight(from, to)]), n.weight(to)])
  const patches = n.op('Conv', ['input', n.weight(d, 3, 32, 32), n.weight(d)], { kernel_shape: [32, 32], strides: [32, 32] })
  const b = n.size('input', 0)
  const flat = n.op('Transpose', [n.op('Reshape', [patches, n.list(b, n.scalar(d), n.scalar(-1))])], { perm: [0, 2, 1] })
  const cls = n.op('Expand', [n.weight(1, 1, d), n.list(b, n.scalar(1), n.scalar(1))])
  let x = n.op('Add', [n.op('Concat', [cls, flat], { axis: 1 }), n.weight(1, 50, d)])
  for (let layer = 0; layer < 12; layer++) {
    const y = norm(x), qkv = dense(y, d, 3 * d)
    const s = n.size(y, 1)
    const [q, key, v] = [0, 1, 2].map(i => {
      const one = n.op('Slice', [qkv, n.ints(i * d), n.ints((i + 1) * d), n.ints(2)])
      return n.op('Transpose', [n.op('Reshape', [one, n.list(b, s, n.scalar(h), n.scalar(k))])], { perm: i === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3] })
    }) as [string, string, string]
    const weights = n.op('Softmax', [n.op('Div', [n.op('MatMul', [q, key]), n.scalar(8)])], { axis: -1 })
    const a = n.op('Reshape', [n.op('Transpose', [n.op('MatMul', [weights, v])], { perm: [0, 2, 1, 3] }), n.list(b, s, n.scalar(d))])
    x = n.op('Add', [x, dense(a, d, d)])
    x = n.op('Add', [x, dense(n.op('Gelu', [dense(norm(x), d, 4 * d)]), 4 * d, d)])
  }
  return n.parts(['batch', 3, 224, 224], n.linear(n.op('Gather', [norm(x), n.scalar(0)], { axis: 1 }), d, 1000), 20)
}
