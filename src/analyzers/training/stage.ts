/** One pipeline stage of a training step: its kernels, the time of a micro-batch and of what the step does once, and its memory. */
import vector from '../../../data/vector.json?values'
import type { KernelReport, Limit, Phase, Report } from '../../scenario/report.js'
import { derive, fill, total, type Total } from '../compile.js'
import { countedFlops, kernelsOf, phaseOf, startOf, type Machine, type Spent } from '../report.js'
import type { Resolved } from '../resolved.js'
import { fixedSizes } from '../setup.js'
import { firstTokens } from '../tokens.js'
import { inFlight, optimizerOf, weightCopies, type Optimizer } from './schedule.js'
import type { Part, Plan } from './setup.js'

/** Seconds of one micro-batch, forward, gradients of inputs and of weights, and of what the step does once. */
export interface Seconds { readonly F: number; readonly B: number; readonly W: number; readonly end: number }
type PartName = keyof Seconds
const parts = ['F', 'B', 'W', 'end'] as const

export interface StageReport {
  readonly part: Part
  readonly phase: Phase
  readonly seconds: Seconds
  readonly bound: Seconds
  readonly memory: NonNullable<Report['memory']>
  /** Matrix FLOP of all GPUs: without what runs again, and with it. */
  readonly flops: { readonly once: number; readonly all: number }
}

/** What all stages share. */
export interface Step { readonly resolved: Resolved; readonly plan: Plan; readonly machine: Machine; readonly micro: number; readonly hides: (kernel: string) => boolean }

export function stageReport(step: Step, part: Part, i: number): StageReport {
  const { resolved, machine, micro } = step
  const { scenario: { conventions }, profile, capacity } = resolved
  const { structure } = part
  const causal = profile.mask === 'skipped' ? 1 : 0, counted = conventions.attention === 'causal' ? 1 : 0
  const sizes = fill(structure.layout, sizesOf(step, part, causal))
  const spent: Spent = { compute: 0, memory: 0, network: 0, overhead: machine.host }
  const own = kernelsOf(structure, sizes, machine, 1, spent)
  const sends = sending(step, part, i, total(structure.held.stream.compiled, sizes))
  for (const { times, seconds, limit } of sends) spent[limit] += times * seconds.estimate
  const kernels = overlapped(step, part, own, spent)
  const phase = phaseOf('step', [...kernels, ...sends], machine, machine.host, spent, countedFlops(structure, sizes, counted))
  const sum = (of: 'estimate' | 'bound'): Seconds => {
    const seconds = { F: 0, B: 0, W: 0, end: of === 'estimate' ? machine.host : 0 }
    kernels.forEach((kernel, k) => { const at = structure.parts[k] ?? 'end'; seconds[at] += kernel.times * kernel.seconds[of] / (at === 'end' ? 1 : micro) })
    for (const { id, times, seconds: each } of sends) seconds[id.endsWith('\'') ? 'B' : 'F'] += times * each[of] / micro
    return seconds
  }
  const once = withCausal(part, sizes, causal, counted, () => total(structure.once.compiled, sizes))
  return { part, phase, seconds: sum('estimate'), bound: sum('bound'), flops: { once, all: phase.flops.matrix }, memory: memoryOf(step, part, i, sizes, capacity) }
}

export function sizesOf({ resolved, plan, micro }: Pick<Step, 'resolved' | 'plan' | 'micro'>, part: Part, causal: number): Record<string, number> {
  const { scenario: { workload, mesh, training, precision } } = resolved
  const optimizer = optimizerOf(training.optimizer)
  return {
    ...fixedSizes(resolved), ...part.sizes, ...plan.ranks, ...firstTokens({ resolved, imageTokens: 0 }, (workload.microBatch ?? 1) * mesh.dp, 0), micro, causal,
    ...optimizerSizes(optimizer, precision.states, resolved.precision.widths), bytes_moment: 1, bytes_gradient: precision.gradients === 'fp32' ? 4 : 2, bytes_mask: 1, batched: 0,
    ...(vector as { weights: Readonly<Record<string, number>> }).weights,
  }
}

/** Bytes of optimizer states per parameter; weights in fp32 are their own master copy. */
function optimizerSizes({ moments, bytes, master: copy, flops, matrices }: Optimizer, states: string, widths: Readonly<Record<string, number>>): Record<string, number> {
  const each = bytes ?? (states === 'fp32' ? 4 : 2)
  const master = (widths['bytes_ffn'] ?? 2) >= 4 ? 0 : copy
  return { state_bytes: moments * each + master, matrix_state_bytes: (matrices?.moments ?? moments) * each + master, factor_bytes: each, master_bytes: master, w_optimizer: flops }
}

/** The stream to the next stage and its gradient to the one before, once per micro-batch and chunk of layers. */
function sending({ resolved: { scenario: { mesh, training } }, machine, micro }: Step, { stage }: Part, i: number, sent: number): KernelReport[] {
  const link = machine.links['pp']
  if (link === undefined || mesh.pp === 1) return []
  const bound = sent / link.bandwidth
  const start = startOf(machine.collective, { ranks: link.ranks > link.inside ? 2 : 1, inside: 1 })
  const seconds = { bound, estimate: start + bound / machine.collective.eb }
  const limit: Limit = start > bound / machine.collective.eb ? 'overhead' : 'network'
  const ends = (id: string, isEnd: boolean): KernelReport[] => {
    // A chunk hands on to the next rank; only the last chunk of the last stage has nobody to hand on to.
    const times = micro * (isEnd ? training.interleave - 1 : training.interleave)
    return times === 0 ? [] : [{ id, times, flops: 0, bytes: 0, sent, intensity: null, seconds, limit }]
  }
  return [...ends('pipeline/send', stage.isLast), ...ends('pipeline/send\'', i === 0)]
}

/** Kernels with the time of a transfer that runs beside others cut to what those leave exposed: in the same part of a micro-batch, at the end beside the last backward and the next forward pass. */
function overlapped({ micro, hides }: Step, { structure }: Part, kernels: readonly KernelReport[], spent: Spent): KernelReport[] {
  const busy = { estimate: { F: 0, B: 0, W: 0, end: 0 }, bound: { F: 0, B: 0, W: 0, end: 0 } }
  const moved = { estimate: { F: 0, B: 0, W: 0, end: 0 }, bound: { F: 0, B: 0, W: 0, end: 0 } }
  const hidden = kernels.map((kernel, k) => kernel.sent > 0 && hides(structure.kernels[k]?.transfer?.mesh.join('_') ?? ''))
  if (!hidden.includes(true)) return [...kernels]
  kernels.forEach((kernel, k) => { for (const of of ['estimate', 'bound'] as const) (hidden[k] ? moved : busy)[of][structure.parts[k] ?? 'end'] += kernel.times * kernel.seconds[of] })
  const left = (of: 'estimate' | 'bound', part: PartName): number => {
    const beside = part === 'end' ? (busy[of].F + busy[of].B + busy[of].W) / micro : part === 'F' ? busy[of].F : busy[of].B + busy[of].W
    const all = part === 'end' || part === 'F' ? moved[of][part] : moved[of].B + moved[of].W
    return all === 0 ? 1 : Math.max(0, 1 - beside / all)
  }
  const shares = Object.fromEntries(parts.map(part => [part, { estimate: left('estimate', part), bound: left('bound', part) }])) as Record<PartName, { estimate: number; bound: number }>
  return kernels.map((kernel, k) => {
    if (!hidden[k]) return kernel
    const { estimate, bound } = shares[structure.parts[k] ?? 'end']
    spent[kernel.limit] -= kernel.times * kernel.seconds.estimate * (1 - estimate)
    return { ...kernel, seconds: { bound: kernel.seconds.bound * bound, estimate: kernel.seconds.estimate * estimate } }
  })
}

function memoryOf({ resolved: { scenario: { mesh, training }, profile }, plan: { ranks }, micro }: Step, { structure: { held, working } }: Part, i: number, sizes: Float64Array, capacity: number): NonNullable<Report['memory']> {
  const bytes = (of: Total) => total(of.compiled, sizes)
  const copies = weightCopies(training.schedule)
  const weights = bytes(held.weights) * copies, gradients = bytes(held.gradients) * copies + bytes(held.scratch), states = bytes(held.states)
  const largest = (sets: readonly Total[]) => sets.reduce((most, set) => Math.max(most, bytes(set)), 0)
  const kept = bytes(held.layers) * inFlight(training.schedule, mesh.pp, i, micro, training.interleave)
  const activations = kept + Math.max(bytes(held.ends) + largest(working.ends), largest(working.layers))
  const { tp, cp, ep, fs, dp } = ranks
  const overhead = profile.overhead.bytes + (Math.max(tp, cp, ep, fs, dp, mesh.pp) > 1 ? profile.overhead.collectives : 0)
  const all = weights + gradients + states + activations + overhead
  return { weights, cache: 0, activations, gradients, states, overhead, total: all, capacity, fits: all <= capacity, reserved: null }
}

/** A count under the counting convention; the sizes are left as they were. */
function withCausal({ structure }: Part, sizes: Float64Array, executed: number, counted: number, of: () => number): number {
  if (executed === counted) return of()
  const at = structure.slots.causal
  sizes[at] = counted
  derive(structure.layout, sizes)
  const result = of()
  sizes[at] = executed
  derive(structure.layout, sizes)
  return result
}
