/** What the tensors of a checkpoint add up to, held against the model that follows from its config. Small: the core may know it. */
import { note, type Problem } from '../../problem.js'
import type { WeightGroup } from '../models/architecture.js'
import type { TensorFacts } from '../models/model.js'

/** The groups of weights that the passes know, and `other`: what they do not count (prediction modules, ears, tables of angles). */
export type TensorGroup = WeightGroup | 'other'

/** What is held in one dtype. `elements` are weights: scales and zero points have bytes and no elements, packed weights count one by one. */
export interface Held {
  readonly tensors: number
  readonly elements: number
  readonly bytes: number
}

/**
 * The field `tensors` of a model that `readModel` gives: plain JSON, some dozen numbers.
 * The bytes per weight of a group are Σ bytes / Σ elements over its dtypes, scales and padding included.
 */
export interface TensorSummary extends TensorFacts {
  readonly format: 'gguf' | 'safetensors' | 'onnx'
  /** How many tensors. */
  readonly tensors: number
  /** Bytes of all of them. */
  readonly bytes: number
  /** Weights outside `other`; null where a file does not tell (an index of shards alone, packed weights of unknown width). */
  readonly parameters: number | null
  /** By the file's name of the dtype: all tensors. Empty where only an index is known. */
  readonly dtypes: Readonly<Record<string, Held>>
  /** By group, then dtype; biases and sinks are with the norms. Groups without tensors are absent. */
  readonly groups: Readonly<Partial<Record<TensorGroup, Readonly<Record<string, Held>>>>>
}

/**
 * Holds the weights in the tensors against those that follow from the architecture.
 * @param derived parameters of the model's graph, tied weights once
 * @param sees whether the architecture has the tower of the file: where it is not known, its note says so
 * @returns the note `tensors-differ` with both numbers; null where they agree or the file does not tell
 */
export function compare({ parameters: all, groups }: TensorFacts, derived: number, sees = true): Problem | null {
  const tower = sees ? 0 : Object.values(groups.tower ?? {}).reduce((sum, { elements }) => sum + elements, 0)
  const parameters = all === null ? null : all - tower
  if (parameters === null || parameters === derived) return null
  const [by, than] = parameters > derived ? [parameters - derived, 'more'] : [derived - parameters, 'fewer']
  return note('tensors-differ', 'model', `The tensors of the checkpoint hold ${parameters} parameters, ${by} ${than} than the ${derived} that follow from its architecture.`)
}
