/** Which roofs a scenario runs under. */
import type { DeviceReport } from '../../core.js'

/** A flat roof: a dtype in use, or the CUDA cores. */
export interface Roof {
  readonly label: string
  /** FLOP/s, dense. */
  readonly flops: number
  readonly used: boolean
}

/** The roofs of the dtypes that are multiplied, fastest first, and the one of vector work, where it is not one of them. */
export function roofsOf(device: DeviceReport): Roof[] {
  return device.roofs.filter(({ engine, flops }) => engine === 'matrix' || !device.roofs.some(other => other.engine === 'matrix' && other.flops === flops))
    .map(({ engine, dtype, flops }) => engine === 'matrix' ? { label: dtype, flops, used: true } : { label: 'vector', flops, used: false })
}
