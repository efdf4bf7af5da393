/** The report of one training step: time with its bubble, and the memory of every pipeline stage. */
import type { Link } from '../../hardware/network.js'
import { error, isProblem, note, type Problem } from '../../problem.js'
import { ofMode } from '../../scenario/normalize.js'
import type { Phase, Report } from '../../scenario/report.js'
import type { Machine } from '../report.js'
import type { Resolved } from '../resolved.js'
import { roofsOf } from '../setup.js'
import { placed, reach } from './links.js'
import { utilizationOf } from './mfu.js'
import { bubbleOf, overlapsOf } from './schedule.js'
import { setUp, type Plan } from './setup.js'
import { sizesOf, stageReports, type Seconds, type StageReport, type Step } from './stage.js'

/** Analyzes a training step on the mesh of the scenario; a problem where no source says how fast its links are. */
export function train(resolved: Resolved): Report | Problem {
  const { scenario, device, model } = resolved
  const { workload, mesh, training } = scenario
  const plan = setUp(resolved)
  const machine = machineOf(resolved, plan)
  if (isProblem(machine)) return machine
  const micro = (workload.globalBatch ?? 1) / ((workload.microBatch ?? 1) * mesh.dp)
  const hidden = [...resolved.profile.overlaps ?? [], ...mesh.pp > 1 ? overlapsOf(training.schedule) : []]
  const step: Step = { resolved, plan, machine, micro, sizes: sizesOf(resolved, plan, micro), hides: group => group !== '' && group.split('_').every(axis => hidden.includes(axis)) }
  const stages = stageReports(step)
  const slowest = stages.reduce((a, b) => perMicro(b.seconds) > perMicro(a.seconds) ? b : a)
  const fullest = stages.reduce((a, b) => b.memory.total > a.memory.total ? b : a)
  const [bubble, boundBubble] = (['seconds', 'bound'] as const).map(of => bubbleOf(training.schedule, mesh.pp, micro, training.interleave, meanOf(stages.filter(stage => stage !== slowest).map(stage => stage[of])))) as [number, number]
  const phase = withBubble(slowest.phase, bubble, boundBubble, stages)
  const time = phase.seconds.estimate
  const { gpus } = scenario
  const use = utilizationOf(resolved)
  const samples = workload.globalBatch ?? 1
  const tokens = workload.sequence == null ? null : samples * workload.sequence
  const utilization = (flops: number) => use.peak === null ? null : flops * (tokens ?? samples) / (time * gpus * use.peak)
  return {
    schema: 'roofline/1', scenario: { ...scenario, workload: ofMode(workload) },
    device: { id: device.id, name: device.name, memory: device.memoryType, bandwidth: device.bandwidth, roofs: roofsFor(resolved, plan) },
    model: { id: resolved.id, family: model.family, parameters: plan.parameters, activeParameters: plan.activeParameters, macs: null, cacheBytesPerToken: null, context: model.context },
    phases: [phase], memory: fullest.memory,
    stages: stages.map(s => ({ layers: s.part.stage.layers, memory: s.memory, seconds: s.seconds, timeline: [] })),
    links: linksOf(machine, slowest), training: { mfu: use, ...budgetOf(resolved, plan, tokens, time) },
    metrics: {
      ttft: null, tpot: null, latency: time, tokensPerSecond: tokens === null ? null : tokens / time, tokensPerSecondPerGpu: tokens === null ? null : tokens / time / gpus, samplesPerSecond: samples / time,
      mfu: utilization(use.flopsPerToken), hfu: utilization(use.executedFlopsPerToken), mbu: null,
      joulesPerToken: device.tdp === null || tokens === null ? null : device.tdp * gpus * time / tokens,
      usdPerMillionTokens: scenario.price === null || tokens === null ? null : scenario.price / 3600 * gpus * time / tokens * 1e6,
      maxBatch: null, maxContext: null,
    },
    problems: [...resolved.notes, ...said(resolved)].map(p => ({ ...p, suggestions: [...p.suggestions] })),
  }
}

/** Tokens that training is optimal with per parameter: Hoffmann et al., arXiv:2203.15556, Table 3, 20.2 for 1e9 parameters to 22.4 for 175e9. */
const optimalPerParameter = 20

/** What a run of so many tokens takes; steps are whole. */
function budgetOf({ scenario: { workload, gpus, price }, device }: Resolved, { activeParameters }: Plan, perStep: number | null, seconds: number): Omit<NonNullable<Report['training']>, 'mfu'> {
  const optimalTokens = perStep === null ? null : optimalPerParameter * activeParameters
  const { tokens } = workload
  if (tokens == null || perStep === null) return { tokensPerStep: perStep, optimalTokens, run: null }
  const steps = Math.ceil(tokens / perStep), all = steps * seconds, gpuHours = all * gpus / 3600
  return { tokensPerStep: perStep, optimalTokens, run: { tokens, steps, seconds: all, gpuHours, joules: device.tdp === null ? null : device.tdp * gpus * all, usd: price === null ? null : price * gpuHours } }
}

/** What the slowest stage waits for are the passes of the others. */
function meanOf(stages: readonly Seconds[]): Seconds {
  const mean = (of: keyof Seconds) => stages.reduce((sum, seconds) => sum + seconds[of], 0) / Math.max(1, stages.length)
  return { F: mean('F'), B: mean('B'), W: mean('W'), end: mean('end') }
}

/** What the answer leaves out. */
function said({ model, scenario: { offload } }: Resolved): Problem[] {
  return [
    ...(model.images === null ? [] : [note('tower-left-out', 'model', 'The step trains on text: the vision tower is not part of it.')]),
    ...(offload.optimizer === 0 ? [] : [note('cpu-time-unknown', 'offload.optimizer', 'The update that the CPU makes is not timed: no source says how fast it is.')]),
  ]
}

const roofs = new WeakMap<Resolved['precision'], WeakMap<Plan['structures'], ReturnType<typeof roofsOf>>>()

/** The roofs of a plan, kept: they depend on nothing but the rates. */
function roofsFor(resolved: Resolved, { structures }: Plan): ReturnType<typeof roofsOf> {
  let known = roofs.get(resolved.precision)
  if (!known) { known = new WeakMap(); roofs.set(resolved.precision, known) }
  let found = known.get(structures)
  if (!found) { found = roofsOf(resolved, structures); known.set(structures, found) }
  return found
}

const perMicro = ({ F, B, W }: Seconds): number => F + B + W

/** The machine with a link for every group of ranks that the step sends within. */
function machineOf({ scenario: { mesh, system: name }, device, system, efficiency, profile }: Resolved, { groups, ranks }: Plan): Machine | Problem {
  const links: Record<string, Machine['links'][string] & { readonly link: Link['name'] }> = {}
  const layout = placed(mesh.order, ranks, mesh.pp)
  for (const group of groups) {
    const found = reach(device, system, layout, group.split('_'))
    if (!('link' in found)) return error('unknown-link', 'system', `The bandwidth of ${found.name} between GPUs of ${name} is not known.`)
    links[group] = found
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

/** Bytes that the slowest stage sends over each kind of link, the seconds that takes by itself, and those that nothing hides. */
function linksOf(machine: Machine, { phase, part: { structure } }: StageReport): Report['links'] {
  const found = new Map<string, { bytes: number; seconds: number; exposed: number }>()
  for (const [k, { times, sent, seconds }] of phase.kernels.entries()) {
    const of = machine.links[k < structure.kernels.length ? structure.kernels[k]?.group ?? '' : 'pp'] as { readonly link: string; readonly bandwidth: number } | undefined
    if (sent === 0 || of === undefined) continue
    const sum = found.get(of.link) ?? { bytes: 0, seconds: 0, exposed: 0 }
    found.set(of.link, { bytes: sum.bytes + times * sent, seconds: sum.seconds + times * sent / of.bandwidth / machine.collective.eb, exposed: sum.exposed + times * seconds.estimate })
  }
  return [...found].map(([link, sum]) => ({ link, ...sum, seconds: Math.max(sum.seconds, sum.exposed) }))
}
