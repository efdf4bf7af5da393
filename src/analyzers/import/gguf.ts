/**
 * The header of a GGUF file: its metadata and what its tensors are. Weights and vocabulary are stepped over, never loaded.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; what llama.cpp refuses (ggml/src/gguf.cpp) is refused.
 */
import json from '../../../data/ggml.json'
import { reader, stop, textOf, type Reader } from './byte-reader.js'
import { nameOf, type TextSource } from './source.js'
import type { Tensor } from './tensor-groups.js'

/** A number, a text, or a list; of a list of texts only the length is kept. */
export type Value = number | string | boolean | { readonly length: number; readonly items: readonly (number | boolean)[] }

export interface Gguf {
  readonly name: string
  readonly metadata: ReadonlyMap<string, Value>
  readonly tensors: readonly Tensor[]
}

/** A tensor type of ggml: a row of `block` elements takes `bytes` bytes. */
export interface GgmlType { readonly id: string; readonly type: number; readonly block: number; readonly bytes: number; readonly dtype: string | null }

const types: ReadonlyMap<number, GgmlType> = new Map(json.types.map(row => [row.type, row]))
const removed: Readonly<Record<string, string>> = json.removed

/**
 * Far above what files have: a vocabulary of 262,144 with its merges takes some 15 MB; the largest models
 * have some 2,000 tensors, and merged ones some 500 entries.
 */
const most = { header: 64 * 2 ** 20, tensors: 2 ** 16, entries: 2 ** 12, key: 2 ** 16 - 1, name: 256, text: 4096, items: 1024 }

/** Bytes of a metadata value by its type; 8 is a text, 9 a list. */
const widths: readonly (number | null)[] = [1, 1, 2, 2, 4, 4, 4, 1, null, null, 8, 8, 8]

/** Reads a header. Fails with `invalid-file`, `oversized`, `not-supported` or `unknown-dtype`. */
export async function readGguf(source: TextSource): Promise<Gguf> {
  const name = nameOf(source)
  const r = reader(source, name, most.header)
  await r.need(24)
  if (r.u32() !== 0x46554747) throw stop('invalid-file', `${name} is not a GGUF file: it does not begin with GGUF.`)
  const version = r.u32()
  if (version % 2 ** 16 === 0) throw stop('not-supported', `${name} is a big-endian GGUF file; only little-endian ones are read.`)
  if (version !== 2 && version !== 3) throw stop('not-supported', `${name} is a GGUF file of version ${version}; versions 2 and 3 are read.`)
  const [tensors, entries] = [r.u64(), r.u64()]
  // An entry takes 13 bytes at least, a tensor 24.
  if (entries * 13 + tensors * 24 > source.size) throw stop('invalid-file', `${name} announces ${entries} entries and ${tensors} tensors, more than its ${source.size} bytes can hold.`)
  if (tensors > most.tensors || entries > most.entries) throw stop('oversized', `${name} announces ${entries} entries and ${tensors} tensors; at most ${most.entries} and ${most.tensors} are read.`)
  const metadata = new Map<string, Value>()
  for (let i = 0; i < entries; i++) {
    const key = await text(r, name, most.key)
    if (metadata.has(key)) throw stop('invalid-file', `${name} states ${key.slice(0, 80)} twice.`)
    await r.need(4)
    metadata.set(key, await value(r, name, r.u32()))
  }
  const infos = []
  for (let i = 0; i < tensors; i++) infos.push(await info(r, name))
  checkData(infos, metadata, r.position(), source.size, name)
  return { name, metadata, tensors: infos }
}

/** A text; where it is longer than `longest`, only its beginning. */
async function text(r: Reader, name: string, longest: number, cut = false): Promise<string> {
  await r.need(8)
  const length = r.u64()
  if (length > longest && !cut) throw stop('invalid-file', `${name} has a name of ${length} bytes; at most ${longest} are read.`)
  const kept = Math.min(length, longest)
  await r.need(kept)
  const view = r.view(kept)
  r.skip(length - kept)
  return textOf(new Uint8Array(view.buffer, view.byteOffset, kept))
}

async function value(r: Reader, name: string, type: number): Promise<Value> {
  if (type === 8) return text(r, name, most.text, true)
  if (type !== 9) {
    const width = widths[type]
    if (width === undefined || width === null) throw stop('invalid-file', `${name} has a value of type ${type}, which GGUF does not have.`)
    await r.need(width)
    return scalar(r.view(width), type)
  }
  await r.need(12)
  const [of, length] = [r.u32(), r.u64()]
  const width = widths[of]
  if (of === 9 || width === undefined) throw stop('invalid-file', `${name} has a list of items of type ${of}, which GGUF does not have.`)
  if (width === null) return texts(r, length)
  const kept = Math.min(length, most.items)
  await r.need(kept * width)
  const items = Array.from({ length: kept }, () => scalar(r.view(width), of))
  r.skip((length - kept) * width)
  return { length, items }
}

/** Steps over texts, from one length to the next. */
async function texts(r: Reader, length: number): Promise<Value> {
  for (let i = 0; i < length; i++) {
    if (r.ready() < 8) await r.need(8)
    r.skip(r.u64())
  }
  return { length, items: [] }
}

function scalar(view: DataView, type: number): number | boolean {
  switch (type) {
    case 0: return view.getUint8(0)
    case 1: return view.getInt8(0)
    case 2: return view.getUint16(0, true)
    case 3: return view.getInt16(0, true)
    case 4: return view.getUint32(0, true)
    case 5: return view.getInt32(0, true)
    case 6: return view.getFloat32(0, true)
    case 7: return view.getUint8(0) !== 0
    case 10: return Number(view.getBigUint64(0, true))
    case 11: return Number(view.getBigInt64(0, true))
    default: return view.getFloat64(0, true)
  }
}

/** One tensor, with the place of its data. */
async function info(r: Reader, name: string): Promise<Tensor & { readonly offset: number }> {
  const tensor = await text(r, name, most.name)
  await r.need(4)
  const dimensions = r.u32()
  if (dimensions > 4) throw stop('invalid-file', `${name} gives ${tensor} ${dimensions} dimensions; ggml has four at most.`)
  await r.need(dimensions * 8 + 12)
  const shape = Array.from({ length: dimensions }, () => r.u64())
  const type = r.u32()
  const offset = r.u64()
  const row = types.get(type)
  if (row === undefined) throw stop('unknown-dtype', `${name} holds ${tensor} in ${removed[type] === undefined ? `type ${type}, which is not known` : `${removed[type]}, which ggml no longer has`}.`)
  const elements = shape.reduce((product, size) => product * size, 1)
  if (!Number.isSafeInteger(elements)) throw stop('invalid-file', `${name} gives ${tensor} more elements than can be counted.`)
  if ((shape[0] ?? 1) % row.block !== 0) throw stop('invalid-file', `${name} gives ${tensor} rows of ${shape[0] ?? 1}, which do not divide into the blocks of ${row.block} of ${row.id}.`)
  return { name: tensor, dtype: row.id, shape, elements, bytes: (elements / row.block) * row.bytes, offset }
}

/** Tensors lie one after another, each at a multiple of the alignment, and end within the file. */
function checkData(tensors: readonly (Tensor & { readonly offset: number })[], metadata: ReadonlyMap<string, Value>, header: number, size: number, name: string): void {
  if (header > size) throw stop('invalid-file', `${name} ends in the middle of its header: it is cut short or damaged.`)
  const alignment = metadata.get('general.alignment') ?? 32
  if (typeof alignment !== 'number' || !Number.isInteger(Math.log2(alignment))) throw stop('invalid-file', `${name} has an alignment that is not a power of two.`)
  const pad = (bytes: number): number => Math.ceil(bytes / alignment) * alignment
  const names = new Set<string>()
  let next = 0
  let end = 0
  for (const { name: tensor, offset, bytes } of tensors) {
    if (names.has(tensor)) throw stop('invalid-file', `${name} has ${tensor} twice.`)
    names.add(tensor)
    if (offset !== next) throw stop('invalid-file', `${name} puts ${tensor} at ${offset}, where ${next} is expected: its tensors overlap or leave a gap.`)
    end = pad(header) + next + bytes
    next += pad(bytes)
  }
  if (end > size) throw stop('invalid-file', `${name} has ${size} bytes, and its tensors need ${end}: it is cut short.`)
}
