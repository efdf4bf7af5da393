/** Writes small GGUF and safetensors files, and files that claim to be large. */
import ggml from '../../data/ggml.json' with { type: 'json' }
import type { TextSource } from '../../src/index.js'

const utf8 = new TextEncoder()

/** Little-endian bytes that grow. */
export class Bytes {
  readonly parts: Uint8Array[] = []
  length = 0
  add(bytes: Uint8Array): this { this.parts.push(bytes); this.length += bytes.length; return this }
  u32(n: number): this { const b = new Uint8Array(4); new DataView(b.buffer).setUint32(0, n, true); return this.add(b) }
  u64(n: number | bigint): this { const b = new Uint8Array(8); new DataView(b.buffer).setBigUint64(0, BigInt(n), true); return this.add(b) }
  f32(n: number): this { const b = new Uint8Array(4); new DataView(b.buffer).setFloat32(0, n, true); return this.add(b) }
  text(text: string): this { const b = utf8.encode(text); return this.u64(b.length).add(b) }
  all(): Uint8Array { return new Uint8Array(Buffer.concat(this.parts)) }
}

/** A file of which only the beginning has content; `size` may claim terabytes. Counts what is read of it. */
export function fileOf(name: string, start: Uint8Array, size = start.length): TextSource & { readonly read: { bytes: number } } {
  const read = { bytes: 0 }
  const slice = (from: number, to: number) => ({
    arrayBuffer: () => {
      const bytes = new Uint8Array(Math.max(0, Math.min(to, size) - from))
      bytes.set(start.subarray(from, to))
      read.bytes += bytes.length
      return Promise.resolve(bytes.buffer)
    },
  })
  return { name, size, slice, read, text: () => Promise.resolve(new TextDecoder().decode(start)) }
}

export const jsonFile = (name: string, value: unknown): TextSource => fileOf(name, utf8.encode(JSON.stringify(value)))

export type Meta = Readonly<Record<string, string | number | boolean | readonly string[] | readonly number[] | readonly boolean[] | { readonly f32: number }>>
export interface Shape { readonly name: string; readonly shape: readonly number[]; readonly type: string }

const types = new Map(ggml.types.map(row => [row.id, row]))

export function bytesOf({ shape, type }: Shape): number {
  const row = types.get(type)!
  return shape.reduce((a, b) => a * b, 1) / row.block * row.bytes
}

/** Header of a GGUF file, and the size of the whole file that it describes. */
export function gguf(meta: Meta, tensors: readonly Shape[], version = 3): { readonly header: Uint8Array; readonly size: number } {
  const out = new Bytes().add(utf8.encode('GGUF')).u32(version).u64(tensors.length).u64(Object.keys(meta).length)
  const put = (value: string | number | boolean): unknown =>
    typeof value === 'string' ? out.text(value) : typeof value === 'boolean' ? out.add(new Uint8Array([Number(value)])) : out.u32(value)
  const typeOf = (value: unknown): number => (typeof value === 'string' ? 8 : typeof value === 'boolean' ? 7 : 4)
  for (const [key, value] of Object.entries(meta)) {
    out.text(key)
    if (Array.isArray(value)) {
      out.u32(9).u32(typeOf(value[0])).u64(value.length)
      for (const item of value as readonly (string | number | boolean)[]) put(item)
    } else if (typeof value === 'object' && 'f32' in value) out.u32(6).f32(value.f32)
    else { out.u32(typeOf(value)); put(value as string) }
  }
  const pad = (n: number): number => Math.ceil(n / 32) * 32
  let [offset, end] = [0, 0]
  for (const tensor of tensors) {
    out.text(tensor.name).u32(tensor.shape.length)
    for (const n of tensor.shape) out.u64(n)
    out.u32(types.get(tensor.type)!.type).u64(offset)
    end = offset + bytesOf(tensor)
    offset = pad(end)
  }
  const header = out.all()
  return { header, size: pad(header.length) + end }
}

export function ggufFile(meta: Meta, tensors: readonly Shape[], name = 'model.gguf'): ReturnType<typeof fileOf> {
  const { header, size } = gguf(meta, tensors)
  return fileOf(name, header, size)
}

export type Entries = Readonly<Record<string, readonly [dtype: string, shape: readonly number[], bytes: number]>>

/** A safetensors file of zeros. */
export function safetensors(entries: Entries, metadata?: object): { readonly header: Uint8Array; readonly size: number } {
  let at = 0
  const described = Object.entries(entries).map(([name, [dtype, shape, bytes]]) => [name, { dtype, shape, data_offsets: [at, at += bytes] }])
  return withHeader(JSON.stringify({ ...(metadata ? { __metadata__: metadata } : {}), ...Object.fromEntries(described) as object }), at)
}

/** Any text as the header of a safetensors file with so many bytes of data. */
export function withHeader(json: string, data = 0, length?: bigint): { readonly header: Uint8Array; readonly size: number } {
  const text = utf8.encode(json)
  const header = new Bytes().u64(length ?? text.length).add(text).all()
  return { header, size: header.length + data }
}

export function safetensorsFile(entries: Entries, name = 'model.safetensors', metadata?: object): ReturnType<typeof fileOf> {
  const { header, size } = safetensors(entries, metadata)
  return fileOf(name, header, size)
}
