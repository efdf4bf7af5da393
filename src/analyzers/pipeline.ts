/**
 * A phase over pipeline stages. The sequences of a replica are under way in groups, as many as stages: while one group is in a
 * stage, others are in the others (GPipe, arXiv:1811.06965). A step ends for all of them when the slowest
 * stage has run every group, and not before one group has been through all stages.
 */
import type { KernelReport, Limit, Phase } from '../scenario/report.js'
import { total } from './compile.js'
import { hostSeconds, kernelsOfPart, partsOf, type Part } from './passes.js'
import { countedFlops, phaseOf, startOf, type Machine, type Spent } from './report.js'
import { decodeVector, prefillVector, type Run } from './run.js'
import { groupsOf } from './strategy.js'

export type Name = 'prefill' | 'decode' | 'forward'

/** What one group costs in one stage: all of its passes there. */
export interface StagePhase {
  readonly run: Run['stages'][number]
  readonly part: Part
  readonly kernels: readonly KernelReport[]
  readonly spent: Spent
  readonly host: number
  /** Passes that follow each other: chunks of a prompt. */
  readonly passes: number
  readonly estimate: number
  readonly bound: number
}

/** A phase of a pipeline: the slowest stage, how often it runs, and how long it waits then. */
export interface Pipeline { readonly stages: readonly StagePhase[]; readonly slowest: StagePhase; readonly groups: number; readonly wait: { readonly bound: number; readonly estimate: number } }

/** The phase of the slowest stage: as often as groups pass through it, and with the time it waits. */
export function pipelined(run: Run, name: Name, { slowest, groups, wait }: Pipeline): Phase {
  const { conventions, workload: { batch } } = run.resolved.scenario
  const kernels = slowest.kernels.map(k => ({ ...k, times: groups * k.times }))
  if (wait.estimate > 0) kernels.push({ id: 'bubble', times: 1, flops: 0, bytes: 0, sent: 0, intensity: null, seconds: wait, limit: 'overhead' })
  const spent = Object.fromEntries(Object.entries(slowest.spent).map(([limit, seconds]) => [limit, groups * seconds])) as Spent
  spent.overhead += groups * slowest.host + wait.estimate
  const [structure, sizes] = name === 'decode' ? [run.decode, decodeVector(run)] as const : [run.prefill, prefillVector(run)] as const
  return phaseOf(name, kernels, run.machine, groups * slowest.host, spent, countedFlops(structure, sizes, conventions.attention === 'causal' ? 1 : 0, batch))
}

/** The stages of a phase. Chunks of a prompt follow each other through the stages as groups do. */
export function pipelineOf(run: Run, name: Name): Pipeline {
  const { mesh, workload: { batch } } = run.resolved.scenario
  const groups = groupsOf(mesh, batch)
  const stages = run.stages.map(stage => stagePhase(stage, name))
  const slowest = stages.reduce((a, b) => b.estimate > a.estimate ? b : a)
  const { passes } = slowest
  // Tokens of a step need the one before, prompts do not: only a step can fill the time in which its first group is elsewhere.
  const waiting = (of: 'estimate' | 'bound') => {
    const others = stages.reduce((sum, stage) => sum + (stage === slowest ? 0 : stage[of]), 0)
    return name === 'decode' ? Math.max(0, others - (groups - 1) * slowest[of]) : others / passes
  }
  const estimate = waiting('estimate')
  return { stages, slowest, groups, wait: { estimate, bound: Math.min(estimate, waiting('bound')) } }
}

function stagePhase(run: Run['stages'][number], name: Name): StagePhase {
  const spent: Spent = { compute: 0, memory: 0, network: 0, overhead: 0 }
  const [part] = partsOf(run, name, true)
  if (part === undefined) throw new Error('a stage without passes')
  const passes = part.passes.reduce((sum, { runs }) => sum + runs, 0)
  const kernels = [...kernelsOfPart(part, spent), ...sending(run, part, spent)]
  const host = hostSeconds(part)
  const sum = (of: 'estimate' | 'bound') => kernels.reduce((all, k) => all + k.times * k.seconds[of], 0)
  return { run, part, kernels, spent, host, passes, estimate: host + sum('estimate'), bound: sum('bound') }
}

/** What a pass hands to the next stage. That the first learns the sampled tokens from the last is left out: 4 bytes per sequence. */
function sending({ stage, machine }: Run['stages'][number], { structure, passes }: Part, spent: Spent): KernelReport[] {
  const link = machine.links['pp']
  if (link === undefined || stage.isLast) return []
  const times = passes.reduce((sum, { runs }) => sum + runs, 0)
  const sent = passes.reduce((sum, { runs, sizes }) => sum + runs * total(structure.stream.compiled, sizes()), 0) / times
  const bound = sent / link.bandwidth
  const start = sendStart(machine)
  const seconds = { bound, estimate: start + bound / machine.collective.eb }
  const limit: Limit = start > bound / machine.collective.eb ? 'overhead' : 'network'
  spent.overhead += times * start
  spent.network += times * bound / machine.collective.eb
  return [{ id: 'pipeline/send', times: Math.round(times), flops: 0, bytes: 0, sent, intensity: null, seconds, limit }]
}

/** Seconds before the first byte of a send: two ranks, within a node or between nodes. */
export function sendStart({ collective, links: { pp } }: Machine): number {
  return startOf(collective, { ranks: pp !== undefined && pp.ranks > pp.inside ? 2 : 1, inside: 1 })
}
