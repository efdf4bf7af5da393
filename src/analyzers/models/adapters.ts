/** LoRA adapters beside a model: who adds them, the part `formats`. */
import type { Problem } from '../../problem.js'
import type { Op } from '../graph.js'
import type { NormalScenario } from '../../scenario/schema.js'
import type { Model } from './model.js'

export interface Adapters {
  /** The model with an adapter beside it, or why it takes none. */
  readonly beside: (model: Model, adapter: NonNullable<NormalScenario['adapter']>) => Model | readonly Problem[]
  /** The ops of a layer with those of the adapter. */
  readonly ops: (ops: readonly Op[], adapter: NonNullable<Model['adapter']>) => readonly Op[]
}

/** Who answers; null until the part is there. */
let there: Adapters | null = null

export const adapters = (): Adapters | null => there

export function addAdapters(part: Adapters): void {
  there = part
}
