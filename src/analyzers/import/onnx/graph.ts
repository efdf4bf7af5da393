/** What is kept of an ONNX file: operators, shapes, small tensors. Plain JSON of some hundred kilobytes, whatever the file weighs. */

/** A tensor in the file: a weight, of which only the shape is kept, or a small one with its values in row-major order. */
export interface Constant {
  readonly name: string
  /** `fp32`, `int64`: see `dtypes`. */
  readonly dtype: string
  readonly shape: readonly number[]
  /** Elements that are stored, where that is not all: sparse tensors. */
  readonly stored?: number
  readonly values?: readonly number[]
}

/** A named value: an input, or what the file says of a result. A dimension is a size, the name of a dynamic axis, or unknown. */
export interface Value {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly (number | string | null)[] | null
}

/** A tensor, a subgraph and a parameter of the function around it stand in objects. */
export type Attribute = number | string | readonly number[] | readonly string[] | { readonly tensor: Constant } | { readonly graph: Graph } | { readonly ref: string }
export type Attributes = Readonly<Record<string, Attribute>>

export interface Node {
  /** `Conv`; of other domains `com.microsoft.Attention`. */
  readonly op: string
  readonly name: string
  /** An empty name is an input that is not given. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
}

export interface Graph {
  readonly inputs: readonly Value[]
  readonly outputs: readonly string[]
  readonly constants: readonly Constant[]
  /** What the file says of results that cannot be found otherwise. */
  readonly values: readonly Value[]
  readonly nodes: readonly Node[]
}

/** An operator that the file defines by others. */
export interface Defined {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly defaults: Attributes
  readonly nodes: readonly Node[]
}

/** A file as it is read; ncnn's operators are written as those of ONNX. */
export interface OnnxModel {
  readonly format: 'onnx' | 'ncnn'
  readonly name: string
  readonly producer: string
  /** Version of the standard operators. */
  readonly opset: number
  readonly graph: Graph
  readonly functions: readonly Defined[]
}

/** Names and bits of the types of tensors, by their number in the format. Source: github.com/onnx/onnx, TensorProto.DataType. */
export const dtypes: readonly (readonly [name: string, bits: number])[] = [
  ['undefined', 0], ['fp32', 32], ['uint8', 8], ['int8', 8], ['uint16', 16], ['int16', 16], ['int32', 32], ['int64', 64], ['string', 64], ['bool', 8], ['fp16', 16], ['fp64', 64],
  ['uint32', 32], ['uint64', 64], ['complex64', 64], ['complex128', 128], ['bf16', 16], ['fp8', 8], ['fp8', 8], ['fp8', 8], ['fp8', 8], ['uint4', 4], ['int4', 4], ['fp4', 4], ['fp8', 8], ['uint2', 2], ['int2', 2],
]
