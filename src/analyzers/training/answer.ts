/** The report of one training step: time with its bubble, and the memory of every pipeline stage. */
import vector from '../../../data/vector.json?values'
import { linkOf } from '../../hardware/network.js'
import { ofMode } from '../../scenario/normalize.js'
import type { Phase, Report } from '../../scenario/report.js'
import { fill, total, type Total } from '../compile.js'
import { phaseReport, type Machine } from '../report.js'
import type { Resolved } from '../resolved.js'
import { fixedSizes } from '../setup.js'
import { parametersOf } from './counts.js'
import { utilizationOf } from './mfu.js'
import { bubbleOf, copiesOf, inFlight, optimizerOf } from './schedule.js'
import { setUp, type Part } from './setup.js'

/** Seconds of one micro-batch on a stage, and of what the step does once. */
interface Seconds { readonly F: number; readonly B: number; readonly W: number; readonly end: number }

interface StageReport {
  readonly part: Part
  readonly phase: Phase
  readonly seconds: Seconds
  readonly bound: Seconds
  readonly memory: NonNullable<Report['memory']>
}

/** Analyzes a training step on the mesh of the scenario. */
export function train(resolved: Resolved): Report {
  const { scenario, device, model } = resolved
  const { workload, mesh, training } = scenario
  const machine = machineOf(resolved)
  const micro = (workload.globalBatch ?? 1) / ((workload.microBatch ?? 1) * mesh.dp)
  const stages = setUp(resolved).map((part, i) => stageReport(resolved, part, machine, i, micro))
  const slowest = stages.reduce((a, b) => perMicro(b.seconds) > perMicro(a.seconds) ? b : a)
  const fullest = stages.reduce((a, b) => b.memory.total > a.memory.total ? b : a)
  const [bubble, boundBubble] = [slowest.seconds, slowest.bound].map(s => bubbleOf(training.schedule, mesh.pp, micro, training.interleave, s)) as [number, number]
  const phase = withBubble(slowest.phase, bubble, boundBubble, stages)
  const step = phase.seconds.estimate
  const gpus = scenario.gpus
  const tokens = (workload.globalBatch ?? 1) * (workload.sequence ?? 1)
  const use = utilizationOf(resolved)
  const utilization = (flops: number) => use.peak === null ? null : flops * tokens / (step * gpus * use.peak)
  return {
    schema: 'roofline/1', scenario: { ...scenario, workload: ofMode(workload) }, device: { id: device.id, name: device.name, memory: device.memoryType, bandwidth: device.bandwidth, roofs: [] },
    model: { id: resolved.id, family: model.family, ...parametersOf(resolved), macs: null, cacheBytesPerToken: null, context: model.context },
    phases: [phase], memory: fullest.memory,
    stages: stages.map(s => ({ layers: s.part.stage.layers, memory: s.memory, seconds: s.seconds, timeline: [] })),
    links: linksOf(resolved, phase), training: { mfu: use },
    metrics: {
      ttft: null, tpot: null, latency: step, tokensPerSecond: tokens / step, tokensPerSecondPerGpu: tokens / step / gpus, samplesPerSecond: (workload.globalBatch ?? 1) / step,
      mfu: utilization(use.flopsPerToken), hfu: utilization(use.executedFlopsPerToken), mbu: null,
      joulesPerToken: device.tdp === null ? null : device.tdp * gpus * step / tokens,
      usdPerMillionTokens: scenario.price === null ? null : scenario.price / 3600 * gpus * step / tokens * 1e6,
      maxBatch: null, maxContext: null,
    },
    problems: resolved.notes.map(p => ({ ...p, suggestions: [...p.suggestions] })),
  }
}

const perMicro = ({ F, B, W }: Seconds): number => F + B + W

function stageReport(resolved: Resolved, part: Part, machine: Machine, i: number, micro: number): StageReport {
  const { scenario: { workload, mesh, training, conventions, precision }, profile, capacity } = resolved
  const { structure } = part
  const optimizer = optimizerOf(training.optimizer)
  const s = workload.sequence ?? 1
  const causal = profile.mask === 'skipped' ? 1 : 0
  const gradient = precision.gradients === 'fp32' ? 4 : 2
  const given: Record<string, number> = {
    ...fixedSizes(resolved), ...part.sizes, b: (workload.microBatch ?? 1) * mesh.dp, s, t: s, o: s, m: 1, frames: 1, images: 1, height: 1, width: 1, micro, causal,
    dp: mesh.dp, state_bytes: optimizer.states + optimizer.master, w_optimizer: optimizer.flops, bytes_moment: 1, bytes_gradient: gradient, bytes_mask: 1, batched: 0,
    ...(vector as { weights: Readonly<Record<string, number>> }).weights,
  }
  const sizes = fill(structure.layout, given)
  const counted = conventions.attention === 'causal' ? 1 : 0
  const phase = phaseReport('step', structure, sizes, machine, counted)
  const sum = (of: 'estimate' | 'bound'): Seconds => {
    const seconds = { F: 0, B: 0, W: 0, end: 0 }
    phase.kernels.forEach((kernel, k) => { const at = structure.parts[k] ?? 'end'; seconds[at] += kernel.times * kernel.seconds[of] / (at === 'end' ? 1 : micro) })
    return seconds
  }
  const bytes = (of: Total) => total(of.compiled, sizes)
  const { held } = structure
  const weights = bytes(held.weights) * copiesOf(training.schedule)
  const kept = bytes(held.kept) * inFlight(training.schedule, mesh.pp, i, micro, training.interleave)
  const activations = kept + structure.working.reduce((most, set) => Math.max(most, bytes(set)), 0)
  const gradients = bytes(held.gradients) * copiesOf(training.schedule), states = bytes(held.states)
  const overhead = profile.overhead.bytes + (machine.links['tp'] || machine.links['dp'] ? profile.overhead.collectives : 0)
  const all = weights + gradients + states + activations + overhead
  return {
    part, phase, seconds: sum('estimate'), bound: sum('bound'),
    memory: { weights, cache: 0, activations, gradients, states, overhead, total: all, capacity, fits: all <= capacity, reserved: null },
  }
}

function machineOf({ scenario: { mesh }, device, system, efficiency, profile }: Resolved): Machine {
  const links: Record<string, { bandwidth: number; ranks: number }> = {}
  // Ranks of an axis lie so far apart as the axes inside it are wide.
  let span = 1
  for (const axis of mesh.order) {
    const ranks = mesh[axis]
    span *= ranks
    if (ranks > 1) links[axis] = { bandwidth: linkOf(device, system, span).bandwidth ?? 1, ranks }
  }
  return { bandwidth: device.bandwidth, links, constants: efficiency, collective: efficiency.collective, host: profile.host.seconds, band: null, basis: efficiency.marked, far: null }
}

/** The step of the slowest stage with the time it waits, and the FLOP of all stages. */
function withBubble(phase: Phase, estimate: number, bound: number, stages: readonly StageReport[]): Phase {
  const flops = { matrix: 0, vector: 0 }
  for (const { phase: own } of stages) { flops.matrix += own.flops.matrix; flops.vector += own.flops.vector }
  const seconds = { ...phase.seconds, bound: phase.seconds.bound + bound, estimate: phase.seconds.estimate + estimate }
  if (estimate === 0) return { ...phase, flops, seconds }
  return { ...phase, flops, seconds, kernels: [...phase.kernels, { id: 'bubble', times: 1, flops: 0, bytes: 0, sent: 0, intensity: null, seconds: { bound, estimate }, limit: 'overhead' }] }
}

function linksOf({ link }: Resolved, phase: Phase): Report['links'] {
  const sent = phase.kernels.filter(k => k.sent > 0)
  if (sent.length === 0) return []
  const seconds = sent.reduce((sum, k) => sum + k.times * k.seconds.estimate, 0)
  return [{ link: link.name, bytes: phase.perGpu.sent, seconds, exposed: seconds }]
}
