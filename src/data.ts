/** The data beside the calculator: what it computes from, as values or as entries with their sources. */
import './complete.js'

export { gpus, type Device, type Peak } from './hardware/device.js'
export { dtypes, type Dtype } from './hardware/precision.js'
export { systems, type System } from './hardware/network.js'
export { models, type Checkpoint } from './analyzers/models/catalog.js'
export { profiles } from './analyzers/profiles.js'

/** A number or name with where it is from, as it stands in data/gpus.json. */
export interface Fact {
  readonly value: string | number | null
  readonly unit?: string
  readonly source: readonly string[]
  readonly confidence: 'high' | 'medium' | 'low' | 'none'
  readonly note?: string
}

/** An entry of data/gpus.json: facts, plain fields, and groups of facts (`pcie`, `nvlink`, `peaks`). */
export interface GpuEntry {
  readonly id: string
  readonly [field: string]: unknown
}

/** All GPU entries with unit, source and confidence of each number; as large as the rest of the data, so loaded on demand. */
export async function loadGpuEntries(): Promise<{ readonly sources: Readonly<Record<string, string>>; readonly gpus: readonly GpuEntry[] }> {
  const { default: json } = await import('../data/gpus.json')
  return json
}
