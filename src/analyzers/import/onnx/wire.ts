/** Protocol buffers by schema from a file that may be larger than memory: fields that are not asked for, and long ones, are passed over unread. */
import { PbfReader } from 'pbf'
import { bytesOf, stop } from '../byte-reader.js'
import type { TextSource } from '../source.js'

/** What a field holds. `data` are bytes. A message is given as a function because messages contain each other. */
export type Kind = 'int' | 'float' | 'double' | 'text' | 'data' | (() => Message)
export interface Field {
  readonly name: string
  readonly kind: Kind
  readonly many?: true
}
/** The fields to be read, by number. */
export type Message = Readonly<Record<number, Field>>
export type Decoded = Record<string, unknown>

/** Bytes fetched at a time; a message up to this long is read whole. */
const piece = 2 ** 16
/** Longest text or list of numbers that is kept, bytes: shapes are short, weights are long. */
const longest = 2 ** 14
/** Most fields that are passed in one file, and most levels of messages: beyond any model, before a page stalls. */
const mostFields = 4e6, deepest = 100
/** A tag and a length take ten bytes each at most. */
const header = 20

interface Walk {
  readonly source: TextSource
  readonly name: string
  fields: number
  /** The part of the file that is at hand. */
  pbf: PbfReader
  start: number
}

/**
 * Decodes the message that a file is. Fields of scalars are numbers (a 64-bit integer beyond 2^53 loses digits), text or
 * bytes; repeated ones are arrays.
 * Errors: `invalid-file` where lengths do not fit into each other; `oversized` beyond the limits above.
 */
export async function decode(source: TextSource, name: string, message: Message): Promise<Decoded> {
  const walk: Walk = { source, name, fields: 0, pbf: new PbfReader(new Uint8Array(0)), start: 0 }
  const into: Decoded = {}
  try {
    await long(walk, message, into, 0, source.size, 0)
  } catch (failure) {
    // What the library throws are numbers that do not end where they should.
    throw failure instanceof Error && !('problem' in failure) && (failure instanceof RangeError || failure.message.startsWith('Expected varint')) ? broken(walk, 'a number without an end') : failure
  }
  return into
}

const broken = ({ name }: Walk, what: string): Error => stop('invalid-file', `${name} is not an ONNX file, or it is cut short or damaged: ${what}.`)

/** Makes bytes ready and puts the reader before them; near the end of the file there may be fewer. */
async function ready(walk: Walk, at: number, bytes: number): Promise<PbfReader> {
  const { pbf, start, source, name } = walk
  if (at < start || Math.min(at + bytes, source.size) > start + pbf.length) {
    walk.pbf = new PbfReader(await bytesOf(source, at, Math.min(source.size, at + Math.max(bytes, piece)), name))
    walk.start = at
  }
  walk.pbf.pos = at - walk.start
  return walk.pbf
}

/** A message from `from` to `end` of the file, field by field; what is long in it is entered if it is a message, else passed over. */
async function long(walk: Walk, message: Message, into: Decoded, from: number, end: number, depth: number): Promise<void> {
  const { source } = walk
  for (let at = from; at < end;) {
    const pbf = await ready(walk, at, header)
    // Whatever lies in the bytes at hand is read without waiting.
    const to = Math.min(pbf.length, end - walk.start)
    while (pbf.pos < to && (pbf.length - pbf.pos >= header || walk.start + pbf.length >= source.size)) {
      const before = pbf.pos
      const next = peek(walk, pbf, end)
      if (next > pbf.length) { pbf.pos = before; break }
      pbf.pos = before
      field(walk, pbf, message, into, next, depth)
    }
    at = walk.start + pbf.pos
    if (at >= end) break
    at = await one(walk, message, into, at, end, depth)
  }
}

/** The field at `at` that does not lie in the bytes at hand. Returns where the next one begins. */
async function one(walk: Walk, message: Message, into: Decoded, at: number, end: number, depth: number): Promise<number> {
  let pbf = await ready(walk, at, header)
  const next = walk.start + peek(walk, pbf, end)
  const body = walk.start + pbf.pos
  if (next - at <= piece) {
    pbf = await ready(walk, at, next - at)
    field(walk, pbf, message, into, next - walk.start, depth)
    return next
  }
  const known = message[number(walk, (await ready(walk, at, header)).readVarint())]
  if (known !== undefined && typeof known.kind === 'function') {
    const inner: Decoded = {}
    count(walk, depth)
    await long(walk, known.kind(), inner, body, next, depth + 1)
    put(into, known, inner)
  }
  return next
}

/** Where a field ends, in the bytes at hand; leaves the reader at its value. */
function peek(walk: Walk, pbf: PbfReader, end: number): number {
  const type = pbf.readVarint() & 7
  const length = type === 2 ? pbf.readVarint() : type === 5 ? 4 : type === 1 ? 8 : 0
  const at = pbf.pos
  if (type === 0) pbf.skip(0)
  else if (type !== 2 && type !== 5 && type !== 1) throw broken(walk, `a field of kind ${type}`)
  const next = type === 0 ? pbf.pos : at + length
  pbf.pos = at
  if (!(walk.start + next <= end)) throw broken(walk, 'a field is longer than what it lies in')
  return next
}

function count(walk: Walk, depth: number): void {
  if (++walk.fields > mostFields) throw stop('oversized', `${walk.name} has more than ${mostFields} fields.`)
  if (depth > deepest) throw stop('oversized', `${walk.name} nests its graphs more than ${deepest} levels deep.`)
}

function number(walk: Walk, tag: number): number {
  const field = tag >>> 3
  if (field === 0 || !Number.isFinite(tag)) throw broken(walk, 'a field without a number')
  return field
}

/** One field that lies in the bytes at hand and ends at `next`. */
function field(walk: Walk, pbf: PbfReader, message: Message, into: Decoded, next: number, depth: number): void {
  count(walk, depth)
  const tag = pbf.readVarint()
  const known = message[number(walk, tag)]
  if (known !== undefined) {
    if ((tag & 7) !== 2) {
      const value = scalar(pbf, known.kind, tag & 7)
      if (value !== null) put(into, known, value)
    } else {
      pbf.readVarint()
      delimited(walk, pbf, known, into, next, depth)
    }
  }
  pbf.pos = next
}

/** A field with a length: a message, text, bytes or packed numbers. */
function delimited(walk: Walk, pbf: PbfReader, known: Field, into: Decoded, end: number, depth: number): void {
  const { kind } = known
  if (typeof kind === 'function') {
    const message = kind(), inner: Decoded = {}
    while (pbf.pos < end) {
      const at = pbf.pos
      const next = peek(walk, pbf, walk.start + end)
      pbf.pos = at
      field(walk, pbf, message, inner, next, depth + 1)
    }
    put(into, known, inner)
  } else if (end - pbf.pos <= longest) {
    if (kind === 'text') put(into, known, text(pbf, end))
    else if (kind === 'data') put(into, known, pbf.buf.slice(pbf.pos, end))
    else while (pbf.pos < end) put(into, known, scalar(pbf, kind, kind === 'int' ? 0 : kind === 'float' ? 5 : 1) ?? 0)
    if (pbf.pos > end) throw broken(walk, 'a list of numbers ends in the middle of one')
  }
}

function text(pbf: PbfReader, end: number): string {
  const { TextDecoder } = globalThis as unknown as { TextDecoder: new () => { decode: (bytes: Uint8Array) => string } }
  const bytes = pbf.buf.subarray(pbf.pos, end)
  pbf.pos = end
  return (decoder ??= new TextDecoder()).decode(bytes)
}
let decoder: { decode: (bytes: Uint8Array) => string } | undefined

/** A number that is no list; null where the file holds it in another form than its kind has. */
function scalar(pbf: PbfReader, kind: Kind, type: number): number | null {
  if (kind === 'int' && type === 0) return pbf.readVarint(true)
  if (kind === 'float' && type === 5) return pbf.readFloat()
  if (kind === 'double' && type === 1) return pbf.readDouble()
  return null
}

/** Longest list of single numbers that is kept, as long as packed ones of a byte. */
function put(into: Decoded, { name, many, kind }: Field, value: unknown): void {
  if (many !== true) { into[name] = value; return }
  const list = into[name] as unknown[] | undefined
  if (list === undefined) into[name] = [value]
  else if (typeof kind === 'function' || list.length < longest) list.push(value)
}
