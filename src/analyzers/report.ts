/** The cheap pass: sizes, degrees and a device into the numbers of one phase. A few microseconds; the structure is given. */
import type { Link } from '../hardware/network.js'
import type { KernelReport, Limit, Phase } from '../scenario/report.js'
import { derive, runProgram, total } from './compile.js'
import { loadedBytes, type Far } from './offload.js'
import type { Kernel, Structure } from './structure.js'
import { boundOf, estimateOf, type Demand } from './time.js'

/** Numbers of the device and the engine that every kernel needs. */
export interface Machine {
  /** Bytes/s of HBM. */
  readonly bandwidth: number
  /** By group of mesh axes: bytes/s of its link in one direction, and where every rank sends to every other; its ranks, and those within one node. */
  readonly links: Readonly<Record<string, { readonly bandwidth: number; readonly exchange: number; readonly ranks: number; readonly inside: number; readonly link?: Link['name'] }>>
  readonly constants: Readonly<Record<'matrix' | 'attention' | 'vector', { readonly eb: number; readonly t0: number; readonly p: number | null }>>
  readonly collective: { readonly eb: number; readonly t0: number; readonly perRank: number }
  /** Seconds that the host adds to a pass. */
  readonly host: number
  /** Factor of the band around the estimate; null where none is known. */
  readonly band: number | null
  readonly basis: 'default' | 'calibrated'
  /** What lies outside the memory of the GPU. */
  readonly far: Far | null
}

/** Where the estimate goes, in seconds. */
export type Spent = Record<Limit, number>

/**
 * One execution of a phase on the busiest GPU. `sizes` is filled and derived with what is executed;
 * `countedCausal` is 0 or 1, the convention for counting masked pairs; `batch` the sequences on all GPUs.
 */
export function phaseReport(name: Phase['phase'], s: Structure, sizes: Float64Array, machine: Machine, countedCausal: number, batch?: number): Phase {
  const spent: Spent = { compute: 0, memory: 0, network: 0, overhead: machine.host }
  return phaseOf(name, kernelsOf(s, sizes, machine, 1, spent), machine, machine.host, spent, countedFlops(s, sizes, countedCausal, batch))
}

/** All kernels of one structure, each as often as it runs in `runs` passes. Where no token reaches the head, it does not run. */
export function kernelsOf(s: Structure, sizes: Float64Array, machine: Machine, runs: number, spent: Spent): KernelReport[] {
  const kernels: KernelReport[] = []
  const values = runProgram(s.program, sizes)
  const isHeadless = sizes[s.slots.o] === 0
  for (const kernel of s.kernels) {
    if (isHeadless && isHead(kernel)) continue
    const times = runs * (values[kernel.at.times] as number)
    kernels.push(kernel.kind === 'collective' ? collective(kernel, times, values, machine, spent) : compute(s, kernel, kernel.kind, times, values, sizes, machine, spent))
  }
  return kernels
}

/** Whether a kernel works on nothing but tokens that reach the head. */
export function isHead({ work, sent }: Kernel): boolean {
  const ofHead = ({ names }: { readonly names: readonly string[] }) => names.some(name => name === 'o' || name.startsWith('o_'))
  return sent === null ? work.length > 0 && work.every(ofHead) : ofHead(sent)
}

/** A phase from its kernels: `host` seconds beside them, and where all of it is spent. */
export function phaseOf(name: Phase['phase'], kernels: readonly KernelReport[], { band, basis, far }: Machine, host: number, spent: Spent, counted: Phase['flops']): Phase {
  let flops = 0, bytes = 0, sent = 0, loaded = 0, bound = 0, estimate = host
  for (const k of kernels) {
    const { times } = k
    flops += times * k.flops
    bytes += times * k.bytes
    sent += times * k.sent
    if (k.loaded !== undefined) loaded += times * k.loaded
    bound += times * k.seconds.bound
    estimate += times * k.seconds.estimate
  }
  return {
    phase: name,
    flops: counted,
    perGpu: far === null ? { flops, bytes, sent } : { flops, bytes, sent, loaded },
    intensity: bytes > 0 ? flops / bytes : null,
    seconds: { bound, estimate, low: band === null ? null : Math.max(bound, estimate / band), high: band === null ? null : estimate * band, basis },
    limit: largest(spent),
    kernels,
  }
}

const demand: Demand = { matrix: 0, derated: 0, vector: 0, memory: 0 }

function compute(s: Structure, kernel: Kernel, kind: 'matrix' | 'attention' | 'vector', times: number, values: Float64Array, sizes: Float64Array, machine: Machine, spent: Spent): KernelReport {
  const { work, traffic } = kernel.at
  let flops = 0
  demand.matrix = 0; demand.derated = 0; demand.vector = 0
  for (const w of work) {
    const f = values[w.at] as number
    const seconds = f / (sizes[w.rate] as number)
    flops += f
    if (w.matrix) { demand.matrix += seconds; demand.derated += seconds / (sizes[w.share] as number) }
    // The warps that multiply have widened before: what one engine does is not hidden behind the other.
    else { demand.vector += seconds; if (w.serial) demand.derated += seconds }
  }
  let bytes = 0
  for (let i = traffic[0]; i < traffic[1]; i++) bytes += values[i] as number
  demand.memory = bytes / machine.bandwidth
  const { eb, t0: once, p } = machine.constants[kind]
  const t0 = kernel.at.starts < 0 ? once : once * Math.max(1, values[kernel.at.starts] as number)
  const estimate = estimateOf(demand, eb, t0, p)
  const limit: Limit = Math.max(demand.derated, demand.vector) > demand.memory / eb ? 'compute' : 'memory'
  if (machine.far !== null) return loading(kernel.id, times, flops, bytes, loadedBytes(s, values, traffic, machine.far), boundOf(demand), estimate, t0, limit, machine.far, spent)
  spent.overhead += times * t0
  spent[limit] += times * (estimate - t0)
  return {
    id: kernel.id, times, flops, bytes, sent: 0, intensity: bytes > 0 ? flops / bytes : null,
    seconds: { bound: boundOf(demand), estimate }, limit: t0 > estimate - t0 ? 'overhead' : limit,
  }
}

/** A kernel whose operands lie elsewhere in part: the way to them is one more roof. No share of it is measured, so it works at its full rate. */
function loading(id: string, times: number, flops: number, bytes: number, loaded: number, bound: number, estimate: number, t0: number, limit: Limit, far: Far, spent: Spent): KernelReport {
  const way = loaded / far.bandwidth
  const seconds = { bound: Math.max(bound, way), estimate: Math.max(estimate, t0 + way) }
  const own: Limit = t0 + way > estimate ? 'network' : limit
  spent.overhead += times * t0
  spent[own] += times * (seconds.estimate - t0)
  return { id, times, flops, bytes, sent: 0, intensity: bytes > 0 ? flops / bytes : null, seconds, limit: t0 > seconds.estimate - t0 ? 'overhead' : own, loaded }
}

function collective(kernel: Kernel, times: number, values: Float64Array, machine: Machine, spent: Spent): KernelReport {
  const sent = values[kernel.at.sent] as number
  const link = machine.links[kernel.group] ?? alone
  const bound = sent / (kernel.transfer?.kind === 'exchange' ? link.exchange : link.bandwidth)
  const { eb } = machine.collective
  const start = startOf(machine.collective, link)
  spent.overhead += times * start
  spent.network += times * bound / eb
  return {
    id: kernel.id, times, flops: 0, bytes: 0, sent, intensity: null,
    seconds: { bound, estimate: start + bound / eb }, limit: start > bound / eb ? 'overhead' : 'network',
  }
}

const alone = { bandwidth: 1, exchange: 1, ranks: 1, inside: 1 }

/** Seconds before the first byte: by rank within a node, and between nodes by the levels of a tree (NCCL's double binary trees). */
export function startOf({ t0, perRank }: Machine['collective'], { ranks, inside }: { readonly ranks: number; readonly inside: number }): number {
  return t0 + perRank * inside + (ranks > inside ? t0 * Math.log2(ranks / inside) : 0)
}

/** FLOP of the whole model under the counting convention, for `batch` sequences; the sizes are left as they were. */
export function countedFlops(s: Structure, sizes: Float64Array, countedCausal: number, batch = sizes[s.slots.b] ?? 1): { matrix: number; vector: number } {
  const { causal, b } = s.slots
  const executed = sizes[causal] ?? 1, read = sizes[b] ?? 1
  const recount = executed !== countedCausal || read !== batch
  if (recount) { sizes[causal] = countedCausal; sizes[b] = batch; derive(s.layout, sizes) }
  const counted = { matrix: total(s.counted.matrix.compiled, sizes), vector: total(s.counted.vector.compiled, sizes) }
  if (recount) { sizes[causal] = executed; sizes[b] = read; derive(s.layout, sizes) }
  return counted
}

function largest(spent: Spent): Limit {
  let best: Limit = 'memory'
  for (const limit of ['compute', 'network', 'overhead'] as const) if (spent[limit] > spent[best]) best = limit
  return best
}
