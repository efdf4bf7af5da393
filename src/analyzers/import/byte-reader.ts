/** Reading the beginning of a file that is too large to load, in one direction and in pieces. */
import { error, type Problem } from '../../problem.js'
import type { TextSource } from './source.js'

/** Bytes fetched at a time: one request of a URL. */
const piece = 2 ** 20

/** Leaves a reader from any depth; `problemOf` turns it into a result at the door. */
export function stop(code: string, message: string, suggestions: readonly string[] = []): Error {
  return Object.assign(new Error(message), { problem: error(code, 'model', message, suggestions) })
}

/** The problem behind a failure: the reader's own, or that the file could not be read. */
export function problemOf(failure: unknown, name: string): Problem {
  const { problem } = (failure ?? {}) as { problem?: Problem }
  return problem ?? error('unreadable', 'model', `${name} cannot be read.`)
}

/** Bytes `start` to `end` of a file. Fails where it has no slices or gives fewer bytes than it said it has. */
export async function bytesOf(source: TextSource, start: number, end: number, name: string): Promise<Uint8Array> {
  if (source.slice === undefined) throw stop('unreadable', `${name} can only be read as text here; weights need a file that can be read in parts.`)
  const bytes = new Uint8Array(await source.slice(start, end).arrayBuffer())
  if (bytes.length !== end - start) throw stop('invalid-file', `${name} gave ${bytes.length} bytes where ${end - start} were asked for.`)
  return bytes
}

/** UTF-8 to text, with what is not UTF-8 replaced. */
export function textOf(bytes: Uint8Array): string {
  const { TextDecoder } = globalThis as unknown as { TextDecoder: new () => { decode: (bytes: Uint8Array) => string } }
  return new TextDecoder().decode(bytes)
}

/** A place in a file that moves forward. Numbers are little-endian; each needs its bytes made ready with `need`. */
export interface Reader {
  readonly position: () => number
  /** Bytes that are ready. */
  readonly ready: () => number
  /** Makes the next bytes ready. */
  readonly need: (bytes: number) => Promise<void>
  /** Moves on, over bytes that need not be ready. */
  readonly skip: (bytes: number) => void
  readonly u32: () => number
  /** A 64-bit count; beyond 2^53 it loses digits, but stays too large for any file. */
  readonly u64: () => number
  readonly view: (bytes: number) => DataView
}

/** @param most bytes of the file that may be passed before it counts as `oversized` */
export function reader(source: TextSource, name: string, most: number): Reader {
  let view: DataView = new DataView(new ArrayBuffer(0))
  /** Offset in the file of the first byte of `view`; `at` counts from there. */
  let start = 0
  let at = 0
  const ready = (): number => view.byteLength - at
  const take = (bytes: number): number => (at += bytes) - bytes
  async function need(bytes: number): Promise<void> {
    if (bytes <= ready()) return
    const from = start + at
    if (from + bytes > source.size) throw stop('invalid-file', `${name} ends after ${source.size} bytes, in the middle of its header: it is cut short or damaged.`)
    if (from + bytes > most) throw stop('oversized', `${name} has a header of more than ${most} bytes.`)
    const got = await bytesOf(source, from, Math.min(source.size, from + Math.max(bytes, piece)), name)
    view = new DataView(got.buffer, got.byteOffset, got.byteLength)
    start = from
    at = 0
  }
  return {
    need, ready,
    position: () => start + at,
    skip: bytes => { at += bytes },
    u32: () => view.getUint32(take(4), true),
    u64: () => view.getUint32(take(4), true) + view.getUint32(take(4), true) * 2 ** 32,
    view: bytes => new DataView(view.buffer, view.byteOffset + take(bytes), bytes),
  }
}
