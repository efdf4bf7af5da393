/** An ONNX file as a graph without its weights. */
import { stop } from '../byte-reader.js'
import { nameOf, type TextSource } from '../source.js'
import { dtypes, type Attribute, type Attributes, type Constant, type Defined, type Graph, type Node, type OnnxModel, type Value } from './graph.js'
import { model, type AttributeProto, type FunctionProto, type GraphProto, type ModelProto, type NodeProto, type SparseProto, type TensorProto, type ValueProto } from './proto.js'
import { decode } from './wire.js'

/** Most values that are kept of a tensor of integers, and of one of others: shapes, axes and scales are short. */
const mostIntegers = 2048, mostOthers = 64

/** Reads a file. Errors: those of `decode`; `invalid-file` without a graph or with a tensor that cannot be. */
export async function readOnnx(source: TextSource): Promise<OnnxModel> {
  const name = nameOf(source)
  const proto = await decode(source, name, model) as ModelProto
  if (proto.graph?.nodes === undefined) throw stop('invalid-file', `${name} holds no graph of ONNX: it is another kind of file, or damaged.`)
  const file = { name }
  const opset = proto.opsets?.find(({ domain }) => domain === undefined || domain === '' || domain === 'ai.onnx')?.version ?? 1
  return { format: 'onnx', name, producer: proto.producer ?? '', opset, graph: graphOf(proto.graph, file), functions: (proto.functions ?? []).map(f => functionOf(f, file)) }
}

interface File { readonly name: string }

function graphOf(proto: GraphProto, file: File): Graph {
  const constants = [...(proto.initializers ?? []).map(t => tensorOf(t, file)), ...(proto.sparse ?? []).map(t => sparseOf(t, file))]
  const held = new Set(constants.map(({ name }) => name))
  return {
    // Old files list their weights among the inputs.
    inputs: (proto.inputs ?? []).map(valueOf).filter(({ name }) => !held.has(name)),
    outputs: (proto.outputs ?? []).map(({ name = '' }) => name),
    constants, values: (proto.values ?? []).map(valueOf),
    nodes: (proto.nodes ?? []).map(n => nodeOf(n, file)),
  }
}

function functionOf({ name = '', domain, inputs = [], outputs = [], nodes = [], defaults }: FunctionProto, file: File): Defined {
  return { op: opOf(name, domain), inputs, outputs, defaults: attributesOf(defaults, file), nodes: nodes.map(n => nodeOf(n, file)) }
}

const opOf = (op: string, domain: string | undefined): string => (domain === undefined || domain === '' || domain === 'ai.onnx' ? op : `${domain}.${op}`)

function nodeOf({ op = '', domain, name = '', inputs = [], outputs = [], attributes }: NodeProto, file: File): Node {
  return { op: opOf(op, domain), name, inputs, outputs, attributes: attributesOf(attributes, file) }
}

function attributesOf(attributes: readonly AttributeProto[] | undefined, file: File): Attributes {
  return Object.fromEntries((attributes ?? []).flatMap(a => { const value = attributeOf(a, file); return value === null ? [] : [[a.name ?? '', value]] }))
}

/** By its type, which says that a zero or an empty list was left out; before files had types, by what is there. */
function attributeOf(a: AttributeProto, file: File): Attribute | null {
  if (a.ref !== undefined && a.ref !== '') return { ref: a.ref }
  switch (a.type ?? 0) {
    case 1: return finite(a.f ?? 0)
    case 2: return a.i ?? 0
    case 3: return a.s ?? ''
    case 6: return (a.floats ?? []).map(f => finite(f) ?? 0)
    case 7: return a.ints ?? []
    case 8: return a.strings ?? []
  }
  if (a.t !== undefined) return { tensor: tensorOf(a.t, file) }
  if (a.g !== undefined) return { graph: graphOf(a.g, file) }
  if (a.sparse !== undefined) return { tensor: sparseOf(a.sparse, file) }
  return a.ints ?? a.floats ?? a.strings ?? a.i ?? a.f ?? a.s ?? null
}

/** JSON knows no infinity; a limit that is none is left out. */
const finite = (n: number): number | null => (Number.isFinite(n) ? n : null)

function valueOf({ name = '', type }: ValueProto): Value {
  const { tensor } = type ?? {}
  const dims = tensor?.shape?.dims ?? (tensor?.shape === undefined ? null : [])
  return {
    name, dtype: dtypeOf(tensor?.type),
    shape: dims === null ? null : dims.map(({ value, param }) => (value !== undefined && value > 0 && Number.isSafeInteger(value) ? value : param === undefined || param === '' ? null : param)),
  }
}

const dtypeOf = (type = 0): string => dtypes[type]?.[0] ?? 'undefined'

function tensorOf(tensor: TensorProto, file: File): Constant {
  const { name = '', dims: shape = [], type = 0 } = tensor
  const elements = shape.reduce((product, size) => product * size, 1)
  if (!shape.every(size => size >= 0) || !Number.isSafeInteger(elements)) throw stop('invalid-file', `${file.name} gives the tensor ${JSON.stringify(name.slice(0, 100))} more elements than can be counted.`)
  const dtype = dtypeOf(type)
  const values = elements <= (/^(u?int|bool)/.test(dtype) ? mostIntegers : mostOthers) ? valuesOf(tensor, dtype, elements) : null
  return { name, dtype, shape, ...(values === null ? {} : { values }) }
}

function sparseOf({ values, dims: shape = [] }: SparseProto, file: File): Constant {
  const held = tensorOf(values ?? {}, file)
  return { name: held.name, dtype: held.dtype, shape, stored: held.shape.reduce((product, size) => product * size, 1) }
}

/** The values of a small tensor; null where the file does not hold them or they are no finite numbers. */
function valuesOf({ raw, floats, doubles, int32s, int64s, uint64s }: TensorProto, dtype: string, elements: number): readonly number[] | null {
  const narrow = dtype === 'fp16' || dtype === 'bf16'
  const values = raw === undefined ? floats ?? doubles ?? int64s ?? uint64s ?? (narrow ? undefined : int32s) ?? [] : rawValues(raw, dtype)
  return values.length === elements && values.every(Number.isFinite) ? values : null
}

function rawValues(raw: Uint8Array, dtype: string): readonly number[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const all = (bytes: number, read: (at: number) => number): number[] => Array.from({ length: Math.floor(raw.length / bytes) }, (_, i) => read(i * bytes))
  switch (dtype) {
    case 'int64': return all(8, at => Number(view.getBigInt64(at, true)))
    case 'uint64': return all(8, at => Number(view.getBigUint64(at, true)))
    case 'int32': return all(4, at => view.getInt32(at, true))
    case 'uint32': return all(4, at => view.getUint32(at, true))
    case 'int16': return all(2, at => view.getInt16(at, true))
    case 'uint16': return all(2, at => view.getUint16(at, true))
    case 'int8': return all(1, at => view.getInt8(at))
    case 'uint8': case 'bool': return all(1, at => view.getUint8(at))
    case 'fp32': return all(4, at => view.getFloat32(at, true))
    case 'fp64': return all(8, at => view.getFloat64(at, true))
    default: return []
  }
}
