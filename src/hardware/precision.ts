/**
 * Number formats: how many bytes an element takes, scales included, and which engine of a device multiplies it.
 */
import json from '../../data/dtypes.json?values'
import { closest, key } from '../names.js'
import { error, type Problem } from '../problem.js'
import { peakNames, type Device, type Peak } from './device.js'

export interface Dtype {
  readonly id: string
  readonly name: string
  readonly aliases: readonly string[]
  /** Bits of one element, scales not counted. */
  readonly bits: number
  /** Elements that share a scale and a zero point, and the bits of these; null where they are too few to count. */
  readonly block: { readonly size: number; readonly scaleBits: number; readonly zeroBits: number } | null
  /** A scale beside the elements of a weight: how many along input and output of the product share one (null: all), and its bytes. */
  readonly scale?: { readonly in: number | null; readonly out: number | null; readonly bytes: number }
  /** As a cache: bytes of scale and zero point per vector of a token and head, in place of `block`; or how many recent tokens stay in full precision. */
  readonly cache?: { readonly vector: number } | { readonly recent: number }
  /** Rates at which a product of two operands of this format runs, best first; some only from a compute capability on. */
  readonly peaks: readonly { readonly peak: Peak; readonly since?: string }[]
  /** The format that activations are quantized to for a product with weights of this one; null for weight-only formats. */
  readonly operand: string | null
  /** Whether the weights are widened to the operand on the way into the product, not multiplied as they are. */
  readonly widened?: boolean
  /** Weights of which only some are kept: two of four neighbors, which tensor cores skip, or a share of them anywhere. */
  /** What the format is for, beside its name. */
  readonly note?: string
  readonly kept?: { readonly share: number; readonly isStructured: boolean }
}

/** Rates that 2:4 sparsity multiplies where a device has it. */
const sparsePeaks: ReadonlySet<string> = new Set((json as { sparse: { peaks: readonly string[] } }).sparse.peaks)

/** All formats of `data/dtypes.json`. */
export const dtypes: readonly Dtype[] = (json as { dtypes: readonly Dtype[] }).dtypes

const named = new Map(dtypes.flatMap(dtype => [dtype.id, ...dtype.aliases].map(name => [key(name), dtype] as const)))

/** Weight-only integers in any group: `int4-g32`, `gptq-int3-g64`, `int4-g128-sym` without zero points, `int8-channel`. */
const integers = /^(?:gptq|awq)?(?:int([2-8])|w([2-8])a16)(?:g([1-9]\d{0,5})|(channel))?(sym)?$/

function integer(name: string): Dtype | null {
  const [, int, wide, group = '128', channel, sym] = integers.exec(key(name)) ?? []
  const bits = Number(int ?? wide)
  if (Number.isNaN(bits)) return null
  const zero = sym === undefined ? bits : 0
  const end = sym === undefined ? '' : '-sym'
  const form = { name: `INT${String(bits)} in groups of ${group}`, aliases: [], bits, peaks: [], operand: null }
  return channel === undefined
    ? { ...form, id: `int${String(bits)}-g${group}${end}`, block: { size: Number(group), scaleBits: 16, zeroBits: zero } }
    : { ...form, id: `int${String(bits)}-channel${end}`, name: `INT${String(bits)}, one scale per output channel`, block: null, scale: { in: null, out: 1, bytes: 2 + zero / 8 } }
}

/** The format of that id or alias (`bfloat16`, `float8_e4m3fn`, `half`, `gptq-int4-g64`); else problem `unknown-dtype` at `path`. */
export function findDtype(name: string, path = 'precision'): Dtype | Problem {
  const [dense = '', pattern] = name.split('+')
  if (pattern !== undefined) return pruned(findDtype(dense, path), pattern) ?? unknown(name, path)
  const found = named.get(key(name))
  if (found) return found
  const made = integer(name)
  if (made) return named.get(key(made.id)) ?? made
  return unknown(name, path)
}

/** `fp8+2:4` keeps two of four, `bf16+50%` leaves out half; a bit per weight says which are kept: 2 bits for each of two of four, or a mask. */
function pruned(dense: Dtype | Problem, pattern: string): Dtype | Problem | null {
  if ('code' in dense) return dense
  const [, percent] = /^(\d{1,2})%$/.exec(pattern) ?? []
  if (pattern !== '2:4' && percent === undefined) return null
  return { ...dense, id: `${dense.id}+${pattern}`, kept: { share: percent === undefined ? 0.5 : 1 - Number(percent) / 100, isStructured: percent === undefined } }
}

function unknown(name: string, path: string): Problem {
  return error('unknown-dtype', path, `"${name.slice(0, 64)}" is not a known number format.`, closest(name, dtypes.map(dtype => dtype.id), 3))
}

/** Bytes per element, with its share of the scale and zero point of its block: 0.5625 for NVFP4. */
export function bytesPerElement(dtype: Dtype): number {
  const { bits, block, kept } = dtype
  return ((kept ? bits * kept.share + 1 : bits) + (block === null ? 0 : (block.scaleBits + block.zeroBits) / block.size)) / 8
}

/**
 * The engine of the device that multiplies this format, and its dense rate in FLOP/s (OP/s for integers);
 * null where it has none. Volta's `int8` is DP4A on the CUDA cores, slower than its `fp16`.
 */
export function engineOf(dtype: Dtype, device: Device): { readonly peak: Peak; readonly flops: number } | null {
  for (const { peak, since } of dtype.peaks) {
    const flops = device.peaks[peak]
    if (flops !== null && (since === undefined || reaches(device.computeCapability, since))) return { peak, flops }
  }
  return null
}

/** How many times faster a rate is for weights of which the device skips half; 1 where it gains nothing. */
export function sparseGain({ kept }: Dtype, peak: Peak, { sparsity }: Device): number {
  return kept?.isStructured === true && sparsePeaks.has(peak) ? sparsity ?? 1 : 1
}

/** Whether the text names a rate that a device may state. */
export function isPeak(name: string): name is Peak {
  return (peakNames as readonly string[]).includes(name)
}

/** Whether a compute capability is at least another; an unknown one is not. */
function reaches(capability: string | null, least: string): boolean {
  const [major = 0, minor = 0] = (capability ?? '').split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}
