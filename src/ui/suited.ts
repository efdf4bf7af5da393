/** Which fields of a scenario its model has: the others wait for the next model and are not asked. */
import { resolveModel, type Scenario } from '../index.js'
import { defaults } from '../scenario/schema.js'
import { isObject } from './stand.js'

type Workload = NonNullable<Scenario['workload']>
type Field = keyof Workload
type Known = Extract<ReturnType<typeof resolveModel>, { readonly model: unknown }>['model']

function modelOf(model: unknown): Known | null {
  const found = resolveModel(model)
  return 'model' in found ? found.model : null
}

/** Seconds of audio where none are given: one window. */
export const usualAudio = 30

/** How a model is asked: what goes in, and whether it makes tokens one by one. A model that is not known counts as a decoder. */
export interface Kind {
  readonly family: Known['family']
  readonly source: Known['source']
  /** One pass over whole inputs. */
  readonly forward: boolean
  /** Whether it can make tokens at all. */
  readonly generates: boolean
  /** Pixels on each side of a patch. */
  readonly patch: number
}

export function kindOf({ model, workload }: Pick<Scenario, 'model' | 'workload'>): Kind {
  const known = modelOf(model)
  const { family, source } = known ?? { family: 'decoder', source: null } as const
  return { family, source, ...run(family, workload), patch: known?.sizes['patch'] ?? 16 }
}

/** The fields of the workload that are on the page for a scenario, in their order. */
export function workloadFields(scenario: Scenario): Field[] {
  const { family, source, forward } = kindOf(scenario)
  const inputs: Field[] = [...source === 'image' ? ['image'] as const : [], ...source === 'audio' ? ['audioSeconds'] as const : []]
  if (!forward) return ['batch', ...inputs, 'prompt', 'output']
  return ['batch', ...inputs, ...family === 'vision' ? [] : ['sequence'] as const, ...family === 'encoder-decoder' ? ['target'] as const : []]
}

/** The scenario without what its model has no use for. A prompt that a model without one can hold is its sequence. */
export function suited(scenario: Scenario): Scenario {
  const { workload, mesh } = scenario
  const known = modelOf(scenario.model)
  if (known === null) return scenario
  const useless = new Set<string>(isObject(workload) ? uselessTo(known, workload) : [])
  const whole = known.family === 'decoder' || !isObject(mesh) || mesh['sequence'] !== true
  if (whole && !Object.keys(workload ?? {}).some(field => useless.has(field))) return scenario
  return {
    ...scenario,
    ...useless.size === 0 ? {} : { workload: Object.fromEntries(Object.entries(workload ?? {}).filter(([field]) => !useless.has(field))) },
    ...whole ? {} : { mesh: { ...mesh, sequence: false } },
  }
}

function uselessTo({ family, source, positions, context }: Known, workload: Workload): Field[] {
  const { forward, generates } = run(family, workload)
  const never: Field[] = [...source === 'image' ? [] : ['image'] as const, ...source === 'audio' ? [] : ['audioSeconds'] as const]
  if (forward || family !== 'decoder') never.push('chunk', 'draft', 'exit')
  if (!forward) return [...never, 'sequence', 'target']
  if (family !== 'encoder-decoder') never.push('target')
  if (generates) return never
  const { mode, prompt, sequence } = workload
  const room = Math.min(positions ?? Infinity, context ?? Infinity)
  const counts = family !== 'vision' && (sequence ?? null) === null && Number.isInteger(prompt) && (prompt ?? 0) >= 1 && (prompt ?? 0) <= room
  return [...never, 'output', 'cached', ...counts ? [] : ['prompt'] as const, ...family === 'vision' ? ['sequence'] as const : [], ...mode === 'inference' ? ['mode'] as const : []]
}

function run(family: Known['family'], workload: Workload | undefined): { readonly forward: boolean; readonly generates: boolean } {
  const generates = family === 'decoder' || family === 'encoder-decoder'
  return { generates, forward: !generates || workload?.mode === 'forward' }
}

/** A scenario that was changed as asked, with the fields that were not asked. */
export function rejoined(scenario: Scenario, before: Scenario): Scenario {
  return {
    ...scenario,
    ...before.workload === undefined ? {} : { workload: { ...before.workload, ...scenario.workload } },
    ...before.mesh?.sequence === undefined ? {} : { mesh: { ...scenario.mesh, sequence: before.mesh.sequence } },
  }
}

/** What another model had and this one has no room for; it never leaves the page. */
const aside = Symbol('aside')
type Aside = Pick<Workload, 'prompt' | 'output' | 'cached'>
type Holding = Scenario & { readonly [aside]?: Aside }

/**
 * The scenario with another model. The prompt of a text model is no prompt of one that writes out what it hears: where it
 * exceeds the few positions of an encoder-decoder, it is put aside with what of it was cached, and comes back with a model that has room for it.
 */
export function withModel(scenario: Scenario, model: string | object): Scenario {
  const { [aside]: kept, ...rest } = scenario as Holding
  const { workload } = rest
  const back = kept === undefined ? workload : { ...workload, ...kept }
  const room = roomOf(model)
  if (holds(room, back)) return { ...rest, model, ...back === undefined ? {} : { workload: back } }
  if (holds(room, workload)) return { ...scenario, model }
  const { prompt, output, cached, ...others } = workload ?? {}
  const stays = output !== undefined && holds(room, { output }) ? { output } : {}
  const put: Aside = { ...prompt === undefined ? {} : { prompt }, ...cached === undefined ? {} : { cached }, ...output === undefined || 'output' in stays ? {} : { output } }
  return { ...rest, model, workload: { ...others, ...stays }, [aside]: { ...put, ...kept } } as Scenario
}

function roomOf(model: unknown): number {
  const known = modelOf(model)
  return known?.family === 'encoder-decoder' ? known.positions ?? Infinity : Infinity
}

function holds(room: number, workload: Workload | undefined): boolean {
  return room === Infinity || (workload?.prompt ?? 1) + (workload?.output ?? defaults.workload.output) <= room
}
