/**
 * The header of a safetensors file, and the index of a checkpoint in several. Weights are not read.
 * Format: https://github.com/huggingface/safetensors#format: 8 bytes with the length of a JSON header, the header, the data.
 */
import json from '../../../data/safetensors.json'
import { bytesOf, stop, textOf } from './byte-reader.js'
import { nameOf, type TextSource } from './source.js'
import type { Tensor } from './tensor-groups.js'

/** Bits per element by dtype. */
const bits: ReadonlyMap<string, number> = new Map(Object.entries(json.types).map(([id, row]) => [id, row.bits]))

/** Bytes of a header: the format allows 100 MB; 140,000 tensors, the most in any published file, take 20. */
const longest = 32 * 2 ** 20

export interface Safetensors {
  readonly tensors: readonly Tensor[]
  /** `__metadata__`: free texts by name. */
  readonly metadata: Readonly<Record<string, unknown>>
}

interface Entry { readonly dtype?: unknown; readonly shape?: unknown; readonly data_offsets?: unknown }

/** Reads a header. Fails with `invalid-file`, `oversized` or `unknown-dtype`. */
export async function readSafetensors(source: TextSource): Promise<Safetensors> {
  const name = nameOf(source)
  if (source.size < 10) throw stop('invalid-file', `${name} has ${source.size} bytes, fewer than a safetensors file.`)
  const first = await bytesOf(source, 0, 8, name)
  const length = Number(new DataView(first.buffer, first.byteOffset).getBigUint64(0, true))
  if (length > source.size - 8) throw stop('invalid-file', `${name} announces a header of ${length} bytes and has ${source.size} in all: it is cut short, or no safetensors file.`)
  if (length > longest) throw stop('oversized', `${name} has a header of ${length} bytes; at most ${longest} are read.`)
  const header = await bytesOf(source, 8, 8 + length, name)
  const names = keys(header, name)
  const entries: [string, unknown][] = Object.entries(parsed(header, name))
  // A name that comes twice is one property of the parsed object.
  if (entries.length !== names) throw stop('invalid-file', `${name} has a tensor of the same name twice.`)
  const placed = entries.flatMap(([tensor, entry]) => (tensor === '__metadata__' ? [] : [read(tensor, entry, name)]))
  checkData(placed, source.size - 8 - length, name)
  const metadata = entries.find(([key]) => key === '__metadata__')?.[1] ?? {}
  return { tensors: placed.map(({ tensor }) => tensor), metadata: metadata as Readonly<Record<string, unknown>> }
}

/** Counts the names at the top of a JSON object and refuses deep nesting before anything is built from it. */
function keys(header: Uint8Array, name: string): number {
  let [depth, names] = [0, 0]
  for (let i = 0; i < header.length; i++) {
    switch (header[i]) {
      case 0x22: // A string: on to its closing quote.
        for (i++; i < header.length && header[i] !== 0x22; i++) if (header[i] === 0x5c) i++
        break
      case 0x5b: case 0x7b:
        if (++depth > 3) throw stop('invalid-file', `${name} has a header with values inside values, deeper than one of safetensors.`)
        break
      case 0x5d: case 0x7d: depth--; break
      case 0x3a: if (depth === 1) names++; break
      default:
    }
  }
  return names
}

function parsed(header: Uint8Array, name: string): object {
  try {
    const value = JSON.parse(textOf(header)) as unknown
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch { /* Said below. */ }
  throw stop('invalid-file', `${name} has no JSON object as its header: it is damaged, or no safetensors file.`)
}

interface Placed { readonly tensor: Tensor; readonly begin: number; readonly end: number }

const counts = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every(n => Number.isSafeInteger(n) && (n as number) >= 0)

function read(tensor: string, entry: unknown, name: string): Placed {
  const shown = tensor.slice(0, 80)
  const { dtype, shape, data_offsets: place } = (entry ?? {}) as Entry
  if (typeof dtype !== 'string' || !counts(shape) || !counts(place) || place.length !== 2) throw stop('invalid-file', `${name} describes ${shown} without a dtype, a shape and two offsets.`)
  const width = bits.get(dtype)
  if (width === undefined) throw stop('unknown-dtype', `${name} holds ${shown} in ${dtype.slice(0, 40)}, which is not a dtype of safetensors.`)
  const [begin = 0, end = 0] = place
  const elements = shape.reduce((product, size) => product * size, 1)
  const bytes = (elements * width) / 8
  if (!Number.isSafeInteger(bytes) || end - begin !== bytes) throw stop('invalid-file', `${name} gives ${shown} ${end - begin} bytes, and its shape needs ${bytes}.`)
  return { tensor: { name: tensor, dtype, shape, elements, bytes }, begin, end }
}

/** Tensors fill the data without overlap and without a gap. */
function checkData(tensors: readonly Placed[], size: number, name: string): void {
  let next = 0
  for (const { tensor, begin, end } of tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== next) throw stop('invalid-file', `${name} puts ${tensor.name.slice(0, 80)} at ${begin}, where ${next} is expected: its tensors overlap or leave a gap.`)
    next = end
  }
  if (next !== size) throw stop('invalid-file', `${name} has ${size} bytes of data, and its tensors need ${next}: ${next > size ? 'it is cut short' : 'something follows them'}.`)
}
