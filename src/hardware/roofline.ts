/** The roofline of Williams, Waterman and Patterson (2009): a flat roof per engine, a slope for the memory. */
import { peakNames, type Device, type Peak } from './device.js'

export interface Ceiling {
  readonly peak: Peak
  /** Dense FLOP/s, or OP/s for integers. */
  readonly flops: number
  /** Tensor cores or CUDA cores. */
  readonly engine: 'matrix' | 'vector'
}

const vector: ReadonlySet<Peak> = new Set(['fp64', 'fp32', 'fp16Vector'])

/** Every rate that the device states. */
export function ceilings(device: Device): Ceiling[] {
  return peakNames.flatMap(peak => {
    const flops = device.peaks[peak]
    return flops === null ? [] : [{ peak, flops, engine: onCudaCores(device, peak) ? 'vector' as const : 'matrix' as const }]
  })
}

/** The arithmetic intensity, in FLOP per byte, from which on a peak (FLOP/s) and not the memory (bytes/s) limits. */
export function ridge(peak: number, bandwidth: number): number {
  return peak / bandwidth
}

/** FLOP/s that the roofline allows at an arithmetic intensity of so many FLOP per byte. */
export function attainable(intensity: number, peak: number, bandwidth: number): number {
  return Math.min(peak, intensity * bandwidth)
}

/** Volta multiplies INT8 on its CUDA cores (DP4A); its tensor cores take FP16 only. */
function onCudaCores(device: Device, peak: Peak): boolean {
  return vector.has(peak) || (peak === 'int8' && device.computeCapability === '7.0')
}
