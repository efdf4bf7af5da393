/** One pipeline stage of a training step: its kernels, the time of a micro-batch and of what the step does once, and its memory. */
import type { KernelReport, Limit, Phase, Report } from '../../scenario/report.js'
import { fill, total, type Total } from '../compile.js'
import { countedFlops, kernelsOf, phaseOf, startOf, type Machine, type Spent } from '../report.js'
import type { Sizes } from '../graph.js'
import type { Resolved } from '../resolved.js'
import { firstTokens } from '../tokens.js'
import { readRecompute } from './recompute.js'
import { inFlight, optimizerOf, copiesOf, type Optimizer } from './schedule.js'
import { fixedOf, type Part, type Plan } from './setup.js'

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
}

/** What all stages share. */
export interface Step { readonly resolved: Resolved; readonly plan: Plan; readonly machine: Machine; readonly micro: number; /** All but the layers of a stage. */ readonly sizes: StepSizes; readonly hides: (kernel: string) => boolean }

/** All that does not depend on where among its like a stage stands. */
interface Work extends Omit<StageReport, 'part' | 'memory'> { readonly held: Bytes }

/** The stages of a step. Those with the same layers do the same work, and differ in what they hold. */
export function stageReports(step: Step): readonly StageReport[] {
  const known = new Map<string, Work>()
  return step.plan.parts.map((part, i) => {
    const { isFirst, isLast, counts } = part.stage
    const key = `${String(isFirst)} ${String(isLast)} ${[...counts].join()}`
    let work = known.get(key)
    if (work === undefined) { work = workOf(step, part); known.set(key, work) }
    const { phase, seconds, bound, held } = work
    return { part, phase, seconds, bound, memory: memoryOf(step, i, held) }
  })
}

function workOf(step: Step, part: Part): Work {
  const { resolved: { scenario: { conventions } }, machine, micro } = step
  const { structure } = part
  const counted = conventions.attention === 'causal' ? 1 : 0
  const sizes = vectorOf(step.sizes, part)
  const spent: Spent = { compute: 0, memory: 0, network: 0, overhead: machine.host }
  const own = kernelsOf(structure, sizes, machine, 1, spent)
  const sends = [...sending(step, part, total(structure.held.stream.compiled, sizes)), ...offloading(step, part, sizes)]
  for (const { times, seconds, limit } of sends) spent[limit] += times * seconds.estimate
  const kernels = overlapped(step, part, onGpu(step, part, own), spent)
  const phase = phaseOf('step', [...kernels, ...sends], machine, machine.host, spent, countedFlops(structure, sizes, counted))
  const sum = (of: 'estimate' | 'bound'): Seconds => {
    const seconds = { F: 0, B: 0, W: 0, end: of === 'estimate' ? machine.host : 0 }
    kernels.forEach((kernel, k) => { const at = structure.parts[k] ?? 'end'; seconds[at] += kernel.times * kernel.seconds[of] / (at === 'end' ? 1 : micro) })
    for (const { id, times, seconds: each } of sends) seconds[id.startsWith('optimizer/') ? 'end' : id.endsWith('\'') ? 'B' : 'F'] += times * each[of] / (id.startsWith('optimizer/') ? 1 : micro)
    return seconds
  }
  return { held: bytesOf(part, sizes), phase, seconds: sum('estimate'), bound: sum('bound') }
}

/** Share of the optimizer states that lies outside the GPU, where it is updated as well. */
function awayOf({ resolved: { scenario: { offload } } }: Step, states: number): number {
  return offload.optimizer <= 1 ? offload.optimizer : states === 0 ? 0 : Math.min(1, offload.optimizer / states)
}

/** Kernels of the optimizer, less what is updated elsewhere. */
function onGpu(step: Step, { structure }: Part, kernels: readonly KernelReport[]): readonly KernelReport[] {
  const { optimizer } = step.resolved.scenario.offload
  if (optimizer === 0) return kernels
  const left = 1 - Math.min(1, optimizer)
  return kernels.map((kernel, k) => structure.parts[k] === 'end' && kernel.sent === 0 ? { ...kernel, times: kernel.times * left } : kernel)
}

/** Gradients on their way out and weights on their way back (ZeRO-Offload, arXiv:2101.06840, section 4). */
function offloading(step: Step, { structure: { held } }: Part, sizes: Float64Array): KernelReport[] {
  const { resolved: { far: way } } = step
  const share = awayOf(step, total(held.states.compiled, sizes))
  if (way === null || share === 0) return []
  const loaded = share * (total(held.gradients.compiled, sizes) + total(held.weights.compiled, sizes))
  const bound = loaded / way.bandwidth
  return [{ id: 'optimizer/offload', times: 1, flops: 0, bytes: 0, sent: 0, intensity: null, seconds: { bound, estimate: bound }, limit: 'network', loaded }]
}

/** The sizes of a step that all stages share: those that do not change with its tokens, and the others. */
export interface StepSizes { readonly fixed: Sizes; readonly own: Sizes }

export function sizesOf(resolved: Resolved, { ranks }: Plan, micro: number): StepSizes {
  const { scenario: { workload, mesh, training, precision }, profile, precision: { widths } } = resolved
  const every = readRecompute(training.recompute)?.every ?? 1
  return {
    fixed: fixedOf(resolved),
    own: {
      ...ranks, ...firstTokens({ resolved, imageTokens: 0 }, (workload.microBatch ?? 1) * mesh.dp, 0), ...optimizerSizes(optimizerOf(training.optimizer), precision.states, widths),
      micro, causal: profile.mask === 'skipped' ? 1 : 0, again: 1 / every, stays: 1 - 1 / every, bytes_moment: 1, bytes_gradient: precision.gradients === 'fp32' ? 4 : 2, bytes_mask: 1, batched: 0,
    },
  }
}

/** The vector of a stage: what all share, and its layers. */
export function vectorOf({ fixed, own }: StepSizes, { structure: { layout }, sizes }: Part): Float64Array {
  return fill(layout, fixed, { ...own, ...sizes })
}

/** Bytes of optimizer states per parameter; weights in fp32 are their own master copy. */
function optimizerSizes({ moments, bytes, master: copy, flops, matrices }: Optimizer, states: string, widths: Readonly<Record<string, number>>): Record<string, number> {
  const each = bytes ?? (states === 'fp32' ? 4 : 2)
  const master = (widths['bytes_ffn'] ?? 2) >= 4 ? 0 : copy
  return { state_bytes: moments * each + master, matrix_state_bytes: (matrices?.moments ?? moments) * each + master, factor_bytes: each, master_bytes: master, w_optimizer: flops }
}

/** The stream to the next stage and its gradient to the one before, once per micro-batch and chunk of layers. */
function sending({ resolved: { scenario: { mesh, training } }, machine, micro }: Step, { stage }: Part, sent: number): KernelReport[] {
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
  return [...ends('pipeline/send', stage.isLast), ...ends('pipeline/send\'', stage.isFirst)]
}

/** Kernels with the time of a transfer that runs beside others cut to what those leave exposed: in the same part of a micro-batch, at the end beside the last backward and the next forward pass. */
function overlapped({ micro, hides }: Step, { structure }: Part, kernels: readonly KernelReport[], spent: Spent): KernelReport[] {
  const busy = { estimate: { F: 0, B: 0, W: 0, end: 0 }, bound: { F: 0, B: 0, W: 0, end: 0 } }
  const moved = { estimate: { F: 0, B: 0, W: 0, end: 0 }, bound: { F: 0, B: 0, W: 0, end: 0 } }
  const hidden = kernels.map((kernel, k) => kernel.sent > 0 && hides(structure.kernels[k]?.group ?? ''))
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

/** Bytes on one GPU by what they are, of one micro-batch where they are activations. */
interface Bytes { readonly weights: number; readonly gradients: number; readonly states: number; readonly layers: number; /** The most beside what layers keep. */ readonly beside: number }

function bytesOf({ structure: { held, working } }: Part, sizes: Float64Array): Bytes {
  const bytes = (of: Total) => total(of.compiled, sizes)
  const largest = (sets: readonly Total[]) => sets.reduce((most, set) => Math.max(most, bytes(set)), 0)
  return {
    weights: bytes(held.weights), gradients: bytes(held.gradients) + bytes(held.scratch), states: bytes(held.states), layers: bytes(held.layers),
    beside: Math.max(bytes(held.ends) + Math.max(bytes(held.loss), largest(working.ends)), largest(working.layers)),
  }
}

/** What lies on a GPU of stage i: activations of as many micro-batches as are in flight there. */
function memoryOf(step: Step, i: number, held: Bytes): NonNullable<Report['memory']> {
  const { resolved: { scenario: { mesh, training, offload }, profile, capacity }, plan: { ranks }, micro } = step
  const copies = copiesOf(training.schedule)
  const weights = held.weights * copies, gradients = held.gradients * copies
  const away = awayOf(step, held.states), states = held.states * (1 - away)
  const activations = held.layers * inFlight(training.schedule, mesh.pp, i, micro, training.interleave) + held.beside
  const { tp, cp, ep, fs, dp } = ranks
  const overhead = profile.overhead.bytes + (Math.max(tp, cp, ep, fs, dp, mesh.pp) > 1 ? profile.overhead.collectives : 0)
  const all = weights + gradients + states + activations + overhead
  return { weights, cache: 0, activations, gradients, states, overhead, total: all, capacity, fits: all <= capacity, reserved: null, ...(away > 0 ? { offloaded: { weights: 0, cache: 0, states: held.states * away, to: offload.to } } : {}) }
}
