/**
 * GPUs as plain data. Numbers are SI (FLOP/s, bytes, bytes/s, Hz, W); every peak is dense, and `null` means
 * that the part cannot do it or that no source says. `data/gpus.json` holds the sources of each number.
 */
import json from '../../data/gpus.json?values'
import { closest, words } from '../names.js'
import { error, type Problem } from '../problem.js'

/** Rates that a device may state. Without `Accumulate16`, matrix rates accumulate in FP32 (integers in INT32). */
export const peakNames = [
  'fp64', 'fp64Tensor', 'fp32', 'fp16Vector', 'tf32', 'bf16', 'fp16', 'fp16Accumulate16',
  'fp8', 'fp8Accumulate16', 'mxfp8', 'fp6', 'fp4', 'int8', 'int4',
] as const
export type Peak = (typeof peakNames)[number]

export interface Device {
  readonly id: string
  readonly name: string
  readonly aliases: readonly string[]
  readonly architecture: string | null
  /** CUDA compute capability, `major.minor`. */
  readonly computeCapability: string | null
  readonly formFactor: string | null
  readonly year: number | null
  readonly status: 'shipping' | 'announced'
  /** The usual system, an id of `data/systems.json`. */
  readonly system: string | null
  /** Class of FLOP per SM and clock, an id of `data/rates.json`. */
  readonly rates: string | null
  readonly sms: number | null
  /** Boost clock of the CUDA cores, Hz. */
  readonly clock: number | null
  /** Clock that the tensor peaks are rated at, Hz; null where it is `clock`. */
  readonly tensorClock: number | null
  /** Marketed memory, bytes: GB × 1e9. */
  readonly memory: number
  /** Memory that the driver reports, bytes. */
  readonly driverMemory: number | null
  readonly memoryType: string | null
  /** Bits. */
  readonly busWidth: number | null
  /** Of the device memory, bytes/s. */
  readonly bandwidth: number
  /** Bytes. */
  readonly l2: number | null
  /** Largest shared memory of one SM, bytes. */
  readonly sharedPerSm: number | null
  /** Watts. */
  readonly tdp: number | null
  /** Bandwidth in one direction, bytes/s. */
  readonly pcie: { readonly generation: number | null; readonly lanes: number | null; readonly bandwidth: number | null }
  /** Bandwidth in one direction, bytes/s: 0 where there is no NVLink, null where it is unknown. */
  readonly nvlink: { readonly generation: number | null; readonly bandwidth: number | null }
  /** NVLink to the CPU of a superchip, one direction, bytes/s: 0 where there is none, null where memory is shared or it is unknown. */
  readonly c2c: number | null
  /** Speed-up of 2:4 sparsity on tensor cores. */
  readonly sparsity: number | null
  /** FLOP/s or OP/s, dense. */
  readonly peaks: { readonly [peak in Peak]: number | null }
}

/** All GPUs of `data/gpus.json`. */
export const gpus: readonly Device[] = (json as { gpus: readonly Device[] }).gpus

const vendor = new Set(['nvidia', 'geforce', 'tesla', 'gpu', 'graphics', 'generation', 'edition'])
const proper = (name: string): string[] => words(name).filter(word => !vendor.has(word))
const named = new Map(gpus.flatMap(gpu => [gpu.id, gpu.name, ...gpu.aliases].map(name => [proper(name).join(''), gpu] as const)))
const byId = new Map(gpus.map(gpu => [gpu.id, gpu]))
const vocabulary = gpus.map(gpu => ({
  gpu,
  known: new Set([gpu.id, gpu.name, ...gpu.aliases, gpu.memoryType ?? '', gpu.formFactor ?? '', gpu.architecture ?? '']
    .flatMap(words).flatMap(word => [word, word.replace(/^sxm\d$/, 'sxm')])),
}))

/**
 * The GPU of that id, alias or product name; else the only one that has every word of it.
 * Problems at `gpu`: `ambiguous-gpu` with all candidates (`a100`), `unknown-gpu` with the closest ids.
 */
export function findGpu(name: string): Device | Problem {
  const known = byId.get(name)
  if (known !== undefined) return known
  const typed = proper(name)
  const exact = named.get(typed.join(''))
  if (exact !== undefined) return exact
  const candidates = typed.length === 0 ? [] : vocabulary.filter(({ known }) => typed.every(word => known.has(word))).map(({ gpu }) => gpu)
  const [only] = candidates
  if (only !== undefined && candidates.length === 1) return only
  const shown = name.slice(0, 64)
  if (only !== undefined) return error('ambiguous-gpu', 'gpu', `"${shown}" names several GPUs.`, candidates.map(gpu => gpu.id))
  const like = closest(typed.join(' '), [...named.keys()], 8).flatMap(spelling => named.get(spelling)?.id ?? [])
  return error('unknown-gpu', 'gpu', `"${shown}" is not a known GPU.`, [...new Set(like)].slice(0, 3))
}

/** Memory to plan with, bytes: what the driver reports, else the marketed size. */
export function capacity(device: Device): { readonly bytes: number; readonly basis: 'driver' | 'marketed' } {
  return device.driverMemory === null ? { bytes: device.memory, basis: 'marketed' } : { bytes: device.driverMemory, basis: 'driver' }
}

/** Whether the device states that rate. */
export function hasPeak(device: Device, peak: Peak): boolean {
  return device.peaks[peak] !== null
}
