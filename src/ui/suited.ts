/** Which fields of a scenario its model has: the others wait for the next model and are not asked. */
import { resolveModel, type Scenario } from '../core.js'
import { defaults } from '../scenario/schema.js'
import { applies, generates, modeFor, workloadFields as known, type Asked, type Mode, type Workload, type WorkloadField } from '../scenario/workload.js'
import { isObject } from './stand.js'

type Known = Extract<ReturnType<typeof resolveModel>, { readonly model: unknown }>['model']

function modelOf(model: unknown): Known | null {
  const found = resolveModel(model)
  return 'model' in found ? found.model : null
}

/** Seconds of audio where none are given: one window. */
export const usualAudio = 30

/** How a model is asked: what goes in, and whether it makes tokens one by one. A model that is not known counts as a decoder. */
export interface Kind extends Asked {
  readonly mode: Mode
  /** Whether it can make tokens at all. */
  readonly generates: boolean
  /** Whether it is given op by op. */
  readonly isNetwork: boolean
  readonly hasExperts: boolean
  /** Pixels on each side of a patch. */
  readonly patch: number
}

export function kindOf({ model, workload }: Pick<Scenario, 'model' | 'workload'>): Kind {
  const found = modelOf(model)
  const asked: Asked = found ?? { family: 'decoder', source: null, images: null }
  const { family, source, images, axes } = asked
  return { family, source, images, ...axes === undefined ? {} : { axes }, mode: modeFor(asked, workload?.mode), generates: generates(asked), isNetwork: found?.network != null, hasExperts: found?.stacks.some(({ kinds }) => kinds.some(({ flags }) => flags['experts'])) === true, patch: found?.sizes['patch'] ?? 16 }
}

/** Fields that are on the page among the first, in their order. */
const first: readonly WorkloadField[] = ['batch', 'images', 'image', 'audioSeconds', 'prompt', 'output', 'sequence', 'target', 'axes']

/** The fields of the workload that are on the page for a scenario, in their order. */
export function workloadFields(scenario: Scenario): readonly WorkloadField[] {
  const kind = kindOf(scenario)
  // The size of an image matters to a prompt that has one.
  const isBlind = kind.images !== null && !((scenario.workload?.images ?? 0) > 0)
  return first.filter(field => (field !== 'axes' || sizedByName(scenario.model).length > 0) && applies(field, kind.mode, kind) && !(field === 'image' && isBlind))
}

/** Dynamic axes of a file's graph that have no field of their own. */
export function sizedByName(model: unknown): NonNullable<Known['axes']> {
  return modelOf(model)?.axes?.filter(({ axis }) => !/^(b|height|width)$/.test(axis)) ?? []
}

/** The scenario without what its model has no use for. A prompt that a model without one can hold is its sequence. */
export function suited(scenario: Scenario): Scenario {
  const { workload, mesh } = scenario
  const model = modelOf(scenario.model)
  if (model === null) return scenario
  const useless = new Set<string>(isObject(workload) ? uselessTo(model, workload) : [])
  const whole = model.family === 'decoder' || !isObject(mesh) || mesh['sequence'] !== true
  if (whole && !Object.keys(workload ?? {}).some(field => useless.has(field))) return scenario
  return {
    ...scenario,
    ...useless.size === 0 ? {} : { workload: Object.fromEntries(Object.entries(workload ?? {}).filter(([field]) => !useless.has(field))) },
    ...whole ? {} : { mesh: { ...mesh, sequence: false } },
  }
}

function uselessTo(model: Known, workload: Workload): readonly string[] {
  const mode = modeFor(model, workload.mode)
  const foreign = Object.keys(workload.axes ?? {}).some(name => !model.axes?.some(one => one.name === name))
  const never = known.filter(field => field in workload && (!applies(field, mode, model) || (field === 'axes' && foreign)))
  // What generates may be asked for a request again, and keeps the fields of one; a prompt may be the sequence.
  if (generates(model)) return never.filter(field => !applies(field, 'inference', model))
  const { prompt, sequence } = workload
  const room = Math.min(model.positions ?? Infinity, model.context ?? Infinity)
  const counts = applies('sequence', mode, model) && (sequence ?? null) === null && Number.isInteger(prompt) && (prompt ?? 0) >= 1 && (prompt ?? 0) <= room
  return [...never.filter(field => field !== 'prompt' || !counts), ...workload.mode === 'inference' ? ['mode'] : []]
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
