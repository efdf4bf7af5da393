/** The parts of the ONNX format that are read. Source: github.com/onnx/onnx, onnx/onnx.proto (IR version 13); numbers of fields and types are its. */
import type { Message } from './wire.js'

const int = (name: string) => ({ name, kind: 'int' }) as const
const text = (name: string) => ({ name, kind: 'text' }) as const
const ints = (name: string) => ({ name, kind: 'int', many: true }) as const
const texts = (name: string) => ({ name, kind: 'text', many: true }) as const

/** Weights may stand in any of six fields; only short ones are kept. */
const tensor: Message = {
  1: ints('dims'), 2: int('type'), 4: { name: 'floats', kind: 'float', many: true }, 5: ints('int32s'), 7: ints('int64s'), 8: text('name'),
  9: { name: 'raw', kind: 'data' }, 10: { name: 'doubles', kind: 'double', many: true }, 11: ints('uint64s'), 14: int('location'),
}
const sparse: Message = { 1: { name: 'values', kind: () => tensor }, 3: ints('dims') }
const dimension: Message = { 1: int('value'), 2: text('param') }
const shape: Message = { 1: { name: 'dims', kind: () => dimension, many: true } }
const tensorType: Message = { 1: int('type'), 2: { name: 'shape', kind: () => shape } }
const type: Message = { 1: { name: 'tensor', kind: () => tensorType } }
const value: Message = { 1: text('name'), 2: { name: 'type', kind: () => type } }
const attribute: Message = {
  1: text('name'), 2: { name: 'f', kind: 'float' }, 3: int('i'), 4: text('s'), 5: { name: 't', kind: () => tensor }, 6: { name: 'g', kind: () => graph },
  7: { name: 'floats', kind: 'float', many: true }, 8: ints('ints'), 9: texts('strings'), 20: int('type'), 21: text('ref'), 22: { name: 'sparse', kind: () => sparse },
}
const node: Message = {
  1: texts('inputs'), 2: texts('outputs'), 3: text('name'), 4: text('op'), 5: { name: 'attributes', kind: () => attribute, many: true }, 7: text('domain'),
}
const graph: Message = {
  1: { name: 'nodes', kind: () => node, many: true }, 2: text('name'), 5: { name: 'initializers', kind: () => tensor, many: true },
  11: { name: 'inputs', kind: () => value, many: true }, 12: { name: 'outputs', kind: () => value, many: true }, 13: { name: 'values', kind: () => value, many: true }, 15: { name: 'sparse', kind: () => sparse, many: true },
}
const opset: Message = { 1: text('domain'), 2: int('version') }
const fn: Message = {
  1: text('name'), 4: texts('inputs'), 5: texts('outputs'), 7: { name: 'nodes', kind: () => node, many: true }, 10: text('domain'), 11: { name: 'defaults', kind: () => attribute, many: true },
}
export const model: Message = {
  1: int('ir'), 2: text('producer'), 7: { name: 'graph', kind: () => graph }, 8: { name: 'opsets', kind: () => opset, many: true }, 25: { name: 'functions', kind: () => fn, many: true },
}

export interface TensorProto {
  readonly dims?: readonly number[]; readonly type?: number; readonly name?: string; readonly raw?: Uint8Array
  readonly floats?: readonly number[]; readonly doubles?: readonly number[]; readonly int32s?: readonly number[]; readonly int64s?: readonly number[]; readonly uint64s?: readonly number[]
}
export interface SparseProto { readonly values?: TensorProto; readonly dims?: readonly number[] }
export interface ValueProto { readonly name?: string; readonly type?: { readonly tensor?: { readonly type?: number; readonly shape?: { readonly dims?: readonly { readonly value?: number; readonly param?: string }[] } } } }
export interface AttributeProto {
  readonly name?: string; readonly f?: number; readonly i?: number; readonly s?: string; readonly t?: TensorProto; readonly g?: GraphProto
  readonly floats?: readonly number[]; readonly ints?: readonly number[]; readonly strings?: readonly string[]; readonly type?: number; readonly ref?: string; readonly sparse?: SparseProto
}
export interface NodeProto { readonly inputs?: readonly string[]; readonly outputs?: readonly string[]; readonly name?: string; readonly op?: string; readonly domain?: string; readonly attributes?: readonly AttributeProto[] }
export interface GraphProto {
  readonly nodes?: readonly NodeProto[]; readonly name?: string; readonly initializers?: readonly TensorProto[]; readonly sparse?: readonly SparseProto[]
  readonly inputs?: readonly ValueProto[]; readonly outputs?: readonly ValueProto[]; readonly values?: readonly ValueProto[]
}
export interface FunctionProto { readonly name?: string; readonly domain?: string; readonly inputs?: readonly string[]; readonly outputs?: readonly string[]; readonly nodes?: readonly NodeProto[]; readonly defaults?: readonly AttributeProto[] }
export interface ModelProto {
  readonly ir?: number; readonly producer?: string; readonly graph?: GraphProto
  readonly opsets?: readonly { readonly domain?: string; readonly version?: number }[]; readonly functions?: readonly FunctionProto[]
}
