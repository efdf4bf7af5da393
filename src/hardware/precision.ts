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
  /** Rates at which a product of two operands of this format runs, best first; some only from a compute capability on. */
  readonly peaks: readonly { readonly peak: Peak; readonly since?: string }[]
  /** The format that activations are quantized to for a product with weights of this one; null for weight-only formats. */
  readonly operand: string | null
}

/** All formats of `data/dtypes.json`. */
export const dtypes: readonly Dtype[] = (json as { dtypes: readonly Dtype[] }).dtypes

const named = new Map(dtypes.flatMap(dtype => [dtype.id, ...dtype.aliases].map(name => [key(name), dtype] as const)))

/** The format of that id or alias (`bfloat16`, `float8_e4m3fn`, `half`); else problem `unknown-dtype` at `path`. */
export function findDtype(name: string, path = 'precision'): Dtype | Problem {
  return named.get(key(name)) ?? error('unknown-dtype', path, `"${name.slice(0, 64)}" is not a known number format.`, closest(name, dtypes.map(dtype => dtype.id), 3))
}

/** Bytes per element, with its share of scale and zero point: 0.5625 for NVFP4. */
export function bytesPerElement(dtype: Dtype): number {
  const { bits, block } = dtype
  return (bits + (block === null ? 0 : (block.scaleBits + block.zeroBits) / block.size)) / 8
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
