/**
 * How far kernels stay below the roofline: constants of `t0 + (compute^p + memory^p)^(1/p)` per class of operator.
 * Specs and derating never share a file; defaults until a GPU has constants of its own.
 */
import json from '../../data/efficiency.json'
import type { Device, Peak } from './device.js'

export interface Constants {
  /** Share of a peak that is reached, by peak. */
  readonly ef: { readonly default: number } & { readonly [peak in Peak]?: number }
  /** Share of the bandwidth that is reached. */
  readonly eb: number
  /** Seconds that a kernel takes whatever its size. */
  readonly t0: number
  /** How softly compute and memory overlap; null takes the longer of the two. */
  readonly p: number | null
  readonly source: string
}

export interface Efficiency {
  readonly marked: 'default' | 'calibrated'
  readonly matrix: Constants
  readonly attention: Constants
  readonly vector: Constants
  /** Seconds t0 + perRank × ranks, and the share of the link. */
  readonly collective: { readonly eb: number; readonly t0: number; readonly perRank: number; readonly source: string }
}

interface Table { readonly default: Efficiency; readonly gpus: Readonly<Record<string, Efficiency>> }
const { training, ...inference } = json as unknown as Table & { readonly training: Table }

/** The constants of a device: its own where it has been calibrated, else the defaults. Training frameworks have others than engines that serve. */
export function efficiencyOf(device: Device, mode: 'inference' | 'forward' | 'training'): Efficiency {
  const table = mode === 'training' ? training : inference
  return Object.hasOwn(table.gpus, device.id) ? table.gpus[device.id] ?? table.default : table.default
}
