/** The cheap pass: sizes, degrees and a device into the numbers of one phase. A few microseconds; the structure is given. */
import type { KernelReport, Limit, Phase } from '../scenario/report.js'
import { derive, runProgram, total } from './compile.js'
import type { Kernel, Structure } from './structure.js'
import { boundOf, estimateOf, type Demand } from './time.js'

/** Numbers of the device and the engine that every kernel needs. */
export interface Machine {
  /** Bytes/s of HBM, and of the link in one direction. */
  readonly bandwidth: number
  readonly link: number
  /** Ranks on the link. */
  readonly ranks: number
  readonly constants: Readonly<Record<'matrix' | 'attention' | 'vector', { readonly eb: number; readonly t0: number; readonly p: number | null }>>
  readonly collective: { readonly eb: number; readonly t0: number; readonly perRank: number }
  /** Seconds that the host adds to a pass. */
  readonly host: number
  /** Factor of the band around the estimate; null where none is known. */
  readonly band: number | null
  readonly basis: 'default' | 'calibrated'
}

/** Where the estimate goes, in seconds. */
type Spent = Record<Limit, number>

/**
 * One execution of a phase on the busiest GPU. `sizes` is filled and derived with what is executed;
 * `countedCausal` is 0 or 1, the convention for counting masked pairs.
 */
export function phaseReport(name: Phase['phase'], s: Structure, sizes: Float64Array, machine: Machine, countedCausal: number): Phase {
  let flops = 0, bytes = 0, sent = 0, bound = 0, estimate = machine.host
  const spent: Spent = { compute: 0, memory: 0, network: 0, overhead: machine.host }
  const kernels: KernelReport[] = []
  const values = runProgram(s.program, sizes)
  for (const kernel of s.kernels) {
    const times = values[kernel.at.times] as number
    const k = kernel.kind === 'collective' ? collective(kernel, times, values, machine, spent) : compute(kernel, kernel.kind, times, values, sizes, machine, spent)
    kernels.push(k)
    flops += times * k.flops
    bytes += times * k.bytes
    sent += times * k.sent
    bound += times * k.seconds.bound
    estimate += times * k.seconds.estimate
  }
  const counted = countedFlops(s, sizes, countedCausal)
  const { band } = machine
  return {
    phase: name,
    flops: counted,
    perGpu: { flops, bytes, sent },
    intensity: bytes > 0 ? flops / bytes : null,
    seconds: { bound, estimate, low: band === null ? null : Math.max(bound, estimate / band), high: band === null ? null : estimate * band, basis: machine.basis },
    limit: largest(spent),
    kernels,
  }
}

const demand: Demand = { matrix: 0, derated: 0, vector: 0, memory: 0 }

function compute(kernel: Kernel, kind: 'matrix' | 'attention' | 'vector', times: number, values: Float64Array, sizes: Float64Array, machine: Machine, spent: Spent): KernelReport {
  const { work, traffic } = kernel.at
  let flops = 0
  demand.matrix = 0; demand.derated = 0; demand.vector = 0
  for (const w of work) {
    const f = values[w.at] as number
    const seconds = f / (sizes[w.rate] as number)
    flops += f
    if (w.matrix) { demand.matrix += seconds; demand.derated += seconds / (sizes[w.share] as number) } else demand.vector += seconds
  }
  let bytes = 0
  for (let i = traffic[0]; i < traffic[1]; i++) bytes += values[i] as number
  demand.memory = bytes / machine.bandwidth
  const { eb, t0, p } = machine.constants[kind]
  const estimate = estimateOf(demand, eb, t0, p)
  const limit: Limit = Math.max(demand.derated, demand.vector) > demand.memory / eb ? 'compute' : 'memory'
  spent.overhead += times * t0
  spent[limit] += times * (estimate - t0)
  return {
    id: kernel.id, times, flops, bytes, sent: 0, intensity: bytes > 0 ? flops / bytes : null,
    seconds: { bound: boundOf(demand), estimate }, limit: t0 > estimate - t0 ? 'overhead' : limit,
  }
}

function collective(kernel: Kernel, times: number, values: Float64Array, machine: Machine, spent: Spent): KernelReport {
  const sent = values[kernel.at.sent] as number
  const bound = sent / machine.link
  const { eb, t0, perRank } = machine.collective
  const start = t0 + perRank * machine.ranks
  spent.overhead += times * start
  spent.network += times * bound / eb
  return {
    id: kernel.id, times, flops: 0, bytes: 0, sent, intensity: null,
    seconds: { bound, estimate: start + bound / eb }, limit: start > bound / eb ? 'overhead' : 'network',
  }
}

/** FLOP of the whole model under the counting convention; the sizes are left as they were. */
function countedFlops(s: Structure, sizes: Float64Array, countedCausal: number): { matrix: number; vector: number } {
  const at = s.slots.causal
  const executed = sizes[at] ?? 1
  const recount = executed !== countedCausal
  if (recount) { sizes[at] = countedCausal; derive(s.layout, sizes) }
  const counted = { matrix: total(s.counted.matrix.compiled, sizes), vector: total(s.counted.vector.compiled, sizes) }
  if (recount) { sizes[at] = executed; derive(s.layout, sizes) }
  return counted
}

function largest(spent: Spent): Limit {
  let best: Limit = 'memory'
  for (const limit of ['compute', 'network', 'overhead'] as const) if (spent[limit] > spent[best]) best = limit
  return best
}
