/** Which fields a workload has, by its mode and its model: the one table behind checks, defaults, reports and the page. */
import type { Scenario } from './schema.js'

export type Workload = NonNullable<Scenario['workload']>
export type WorkloadField = keyof Workload
export type Mode = NonNullable<Workload['mode']>

/** What decides it: what a model is and takes in. */
export interface Asked {
  readonly family: 'decoder' | 'encoder' | 'encoder-decoder' | 'vision'
  /** What goes in beside the decoder's own tokens, and is read once. */
  readonly source: 'text' | 'image' | 'audio' | null
  /** Which images a prompt may have: of `any` size, or all resized to `one`; null where none is covered. */
  readonly images: 'any' | 'one' | null
  /** Dynamic axes of a file's graph. */
  readonly axes?: readonly unknown[]
}

type Rule = (model: Asked) => boolean
const always: Rule = () => true
const decodes: Rule = ({ family }) => family === 'decoder'

/** In the order in which they are asked. A mode without a rule has no such field. */
const table: Readonly<Record<WorkloadField, Readonly<Partial<Record<Mode, Rule>>>>> = {
  mode: { inference: always, forward: always, training: always },
  batch: { inference: always, forward: always },
  images: { inference: ({ images }) => images !== null },
  image: { inference: ({ source, images }) => source === 'image' || images !== null, forward: ({ source }) => source === 'image', training: ({ source }) => source === 'image' },
  audioSeconds: { inference: ({ source }) => source === 'audio', forward: ({ source }) => source === 'audio', training: ({ source }) => source === 'audio' },
  prompt: { inference: always },
  output: { inference: always },
  cached: { inference: always },
  chunk: { inference: decodes },
  draft: { inference: decodes },
  exit: { inference: decodes },
  sequence: { forward: ({ family }) => family !== 'vision', training: ({ family }) => family !== 'vision' },
  target: { forward: ({ family }) => family === 'encoder-decoder', training: ({ family }) => family === 'encoder-decoder' },
  axes: { forward: ({ axes }) => axes !== undefined, training: ({ axes }) => axes !== undefined },
  microBatch: { training: always },
  globalBatch: { training: always },
  tokens: { training: ({ family }) => family !== 'vision' },
}

/** Every field. */
export const workloadFields = Object.keys(table) as readonly WorkloadField[]

/** The fields of a mode, whatever the model. */
export function fieldsOf(mode: Mode): readonly WorkloadField[] {
  return workloadFields.filter(field => table[field][mode] !== undefined)
}

/** Whether a model has a use for a field in a mode. */
export function applies(field: WorkloadField, mode: Mode, model: Asked): boolean {
  return table[field][mode]?.(model) === true
}

/** Whether a model makes tokens one by one. */
export function generates({ family }: Pick<Asked, 'family'>): boolean {
  return family === 'decoder' || family === 'encoder-decoder'
}

/** The mode that a model runs in where none is asked for, or none that it can run. */
export function modeFor(model: Asked, mode: Mode | undefined): Mode {
  return generates(model) ? mode ?? 'inference' : mode === 'training' ? mode : 'forward'
}
