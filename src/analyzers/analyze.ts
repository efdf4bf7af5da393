/** The whole answer: a Scenario in, a Report out. */
import type { Link } from '../hardware/network.js'
import { error, failed, isProblem, type Problem } from '../problem.js'
import { ofMode } from '../scenario/normalize.js'
import type { KernelReport, Memory, Metrics, Phase, Report } from '../scenario/report.js'
import type { NormalScenario, Scenario } from '../scenario/schema.js'
import { groupOf } from './cost.js'
import { tokensPerStep } from './draft.js'
import { largestFitting } from './inverse.js'
import { metrics, type Totals } from './metrics.js'
import { compare } from './import/tensors.js'
import { modelGraph } from './models/loops.js'
import { generates, kindsOf, type Model } from './models/model.js'
import { hasBatch } from './models/network.js'
import { networks } from './models/networks.js'
import type { Far } from './offload.js'
import { withAbsent } from './part.js'
import { phaseOfRun } from './passes.js'
import { pipelined, pipelineOf, type Name, type Pipeline } from './pipeline.js'
import { countedFlops } from './report.js'
import { resolve } from './resolve.js'
import type { Resolved } from './resolved.js'
import { communicates, isPlain } from './strategy.js'
import type { Structure } from './structure.js'
import { training } from './training/there.js'
import { decodeVector, memoryAt, prefillVector, prepare, sampleSizes, type Growing, type Run } from './run.js'

/**
 * Analyzes one scenario: FLOP, bytes, seconds and what bounds every kernel of each phase, memory on the fullest GPU,
 * and the metrics of the request. Never throws for bad input: what cannot be answered is in `problems`, without phases.
 */
export function analyze(scenario: Scenario): Report {
  const resolved = resolve(scenario)
  if ('scenario' in resolved) return resolved.scenario.workload.mode === 'training' ? trained(scenario, resolved) : answer(prepare(resolved))
  return refusal(scenario, withAbsent(resolved))
}

function trained(scenario: Scenario, resolved: Resolved): Report {
  const report = training()?.train(resolved) ?? error('not-loaded', 'workload.mode', 'What trains is not loaded.')
  return isProblem(report) ? refusal(scenario, [report]) : report
}

/** A report that holds no numbers, only why. */
export function refusal(scenario: Scenario, problems: readonly Problem[]): Report {
  if (!failed(problems)) throw new Error('a refusal needs a reason')
  return { schema: 'roofline/1', scenario, model: null, device: null, phases: [], memory: null, stages: [], links: [], metrics: null, problems: problems.map(p => ({ ...p, suggestions: [...p.suggestions] })) }
}

/** The report of a scenario that has an answer. */
export function answer(run: Run): Report {
  const { resolved } = run
  const { scenario, model: { family, context } } = resolved
  const mode = scenario.workload.mode === 'forward' ? 'forward' : 'inference'
  const names: readonly Name[] = mode === 'forward' ? ['forward'] : ['prefill', 'decode']
  const pipelines = run.stages.length === 0 ? null : names.map(name => pipelineOf(run, name))
  const phases = names.map((name, i) => { const pipeline = pipelines?.[i]; return pipeline ? pipelined(run, name, pipeline) : phaseOfRun(run, name) })
  const totals = totalsOf(run, phases)
  const { count } = scenario.conventions
  // Multiply-adds of one sample; for what makes its tokens one by one there is no such number.
  const counts = count === 'roofline' || generates(resolved.model) ? null : [modelGraph(resolved.model, 'expanded'), sampleSizes(run)] as const
  const macs = counts !== null ? networks()?.count(count, ...counts) ?? null : generates(resolved.model) ? null : (phases[0]?.flops.matrix ?? 0) / 2 / scenario.workload.batch
  const said = counts === null ? null : networks()?.attention(count, ...counts) ?? null
  const fits = run.stages.length === 0 ? [fit(run)] : run.stages.map(fit)
  const { memory, maxBatch, maxContext } = fullest(fits)
  const { parameters, activeParameters, cacheBytesPerToken } = run.model
  const report: Report = {
    schema: 'roofline/1', scenario: mode === 'forward' ? { ...scenario, workload: ofMode(scenario.workload) } : scenario, model: { id: resolved.id, family, parameters, activeParameters, macs, cacheBytesPerToken, context }, device: run.device, phases, memory,
    stages: pipelines === null ? [] : stagesOf(run, fits, names, pipelines), links: linksOf(run, phases, totals),
    metrics: withDraft(metrics(mode, totals, maxBatch, maxContext), scenario),
    problems: [...resolved.notes, ...said === null ? [] : [said], ...differing(resolved.model, parameters)].map(p => ({ ...p, suggestions: [...p.suggestions] })),
  }
  return run.draft === null ? report : { ...report, draft: draftOf(run, run.draft) }
}

function withDraft(metrics: Metrics, { workload: { draft } }: NormalScenario): Metrics {
  return draft === null ? metrics : { ...metrics, tokensPerStep: tokensPerStep(draft) }
}

/** What a draft adds to the model. */
function draftOf(run: Run, draft: Run): NonNullable<Report['draft']> {
  const { batch, prompt, output } = run.resolved.scenario.workload
  const { cache } = memoryAt(draft, draft.prefillSizes, draft.storedSizes, batch, prompt, output)
  return { id: draft.resolved.id, parameters: draft.model.parameters, weights: draft.weights, cache: cache * copiesOf(run) }
}

/** What the tensors of a file say against the architecture. */
function differing({ tensors, family, images }: Model, derived: number): readonly Problem[] {
  const problem = tensors == null ? null : compare(tensors, derived, family !== 'decoder' || images !== null)
  return problem === null ? [] : [problem]
}

export function totalsOf(run: Run, [first, decode]: readonly Phase[]): Totals {
  const { scenario, device, precision, model } = run.resolved
  const { batch, output, draft } = scenario.workload
  const main = kindsOf(model).some(kind => kind.flags['experts']) ? 'peak_experts' : 'peak_ffn'
  const perStep = draft === null ? 1 : tokensPerStep(draft)
  const steps = Math.max(0, output - 1) / perStep
  const [prefill_seconds, decode_seconds] = [first?.seconds.estimate ?? 0, decode?.seconds.estimate ?? 0]
  return {
    batch, output: output > 0 ? output : null, steps: output > 1 ? output - 1 : null, all_steps: steps, gpus: scenario.gpus,
    prefill_seconds, decode_seconds, latency: prefill_seconds + steps * decode_seconds,
    prefill_flops: modelFlops(run, first), decode_flops: modelFlops(run, decode), decode_bytes: decode?.perGpu.bytes ?? 0,
    peak: precision.rates[main]?.flops ?? NaN, bandwidth: device.bandwidth, tdp: device.tdp, price: scenario.price,
  }
}

/** Matrix FLOP of the model without those of a draft, and of tokens that are verified only those that are accepted: what MFU counts. */
export function modelFlops(run: Run, phase: Phase | undefined): number {
  const { draft, batch } = run.resolved.scenario.workload
  if (draft === null || phase === undefined) return phase?.flops.matrix ?? 0
  const causal = run.resolved.scenario.conventions.attention === 'causal' ? 1 : 0
  if (phase.phase !== 'decode') return countedFlops(run.prefill, prefillVector(run), causal, batch).matrix
  return countedFlops(run.decode, decodeVector(run), causal, batch).matrix * tokensPerStep(draft)
}

interface Fit { readonly memory: Memory; readonly maxBatch: number; readonly maxContext: number | null }

/** The fullest GPU, the first of several, and the largest batch and context that fit on all. */
function fullest(fits: readonly Fit[]): Fit {
  const least = (of: (one: Fit) => number | null) => fits.reduce<number | null>((all, one) => { const own = of(one); return all === null || own === null ? null : Math.min(all, own) }, Infinity)
  return { memory: fits.reduce((a, b) => b.memory.total > a.memory.total ? b : a).memory, maxBatch: least(one => one.maxBatch) ?? 0, maxContext: least(one => one.maxContext) }
}

/** Pipeline stages: what lies on their GPUs, and the seconds that one group of sequences takes in each. */
function stagesOf(run: Run, fits: readonly Fit[], names: readonly Name[], pipelines: readonly Pipeline[]): Report['stages'] {
  return run.stages.map(({ stage: { layers } }, i) => ({
    layers, memory: fits[i]?.memory, seconds: Object.fromEntries(names.map((name, n) => [name, pipelines[n]?.stages[i]?.estimate ?? 0])), timeline: [],
  }))
}

/** What lies on one GPU, and the largest batch and context that would still fit: as the model needs it, and as the engine sets it aside. */
export function fit(run: Run): Fit {
  const { resolved: { scenario, capacity }, overhead } = run
  const { batch, prompt, output } = scenario.workload
  const weights = weightsOf(run)
  const { cache, activations, reserved } = heldAt(run, batch, prompt, output)
  const withCache = (bytes: number) => { const total = weights + bytes + activations + overhead; return { total, fits: total <= capacity } }
  const engine = reserved === null ? null : { cache: reserved, ...withCache(reserved), ...largest(run, weights, reserved + activations, held => (held.reserved ?? 0) + held.activations) }
  const inside: Memory = { weights, cache, activations, gradients: 0, states: 0, overhead, ...withCache(cache), capacity, reserved: engine }
  const memory = run.far === null ? inside : { ...inside, offloaded: offloaded(run, run.far) }
  return { memory, ...largest(run, weights, cache + activations, held => held.cache + held.activations) }
}

/** The largest batch and context for which what grows with them fits beside the weights; an image has no context. */
function largest(run: Run, weights: number, growing: number, grown: (held: Growing) => number): { maxBatch: number; maxContext: number | null } {
  const { resolved: { scenario, capacity, model } } = run
  const { mode, batch, prompt, output, cached } = scenario.workload
  const room = capacity - weights - run.overhead
  const hasContext = mode === 'inference' && model.source !== 'audio'
  if (room <= 0) return { maxBatch: 0, maxContext: hasContext ? 0 : null }
  // Every cache and activation holds each sequence once, so the need is the batch times that of one sequence.
  const perSequence = growing / batch
  const { mesh } = scenario
  // Replicas fill up evenly, and groups under way do not grow one by one.
  const perRank = (n: number) => grown(heldAt(run, n * mesh.dp, prompt, output))
  const maxBatch = model.network && !hasBatch(model.network) ? Number(growing <= room) * mesh.dp
    : isPlain(mesh) ? largestFitting(n => n * perSequence <= room, room / perSequence)
    : mesh.dp * largestFitting(n => perRank(n) <= room, room / perRank(1), 2 ** 40 / mesh.dp)
  if (!hasContext) return { maxBatch, maxContext: null }
  const bytes = (p: number) => grown(heldAt(run, batch, p, output))
  const longest = model.positions === null ? 2 ** 40 : model.positions - output - run.imageTokens
  const prompts = largestFitting(n => bytes(n + cached) <= room, longestGuess(n => bytes(n + cached), prompt - cached, growing, room), longest - cached)
  return { maxBatch, maxContext: prompts === 0 ? 0 : prompts + cached + run.imageTokens + output }
}

/** Bytes of the weights in the memory of one GPU: of the model, but for what lies elsewhere, and of what drafts. */
export function weightsOf({ weights, far, draft }: Run): number {
  const own = far === null ? weights : weights * (1 - far.weights)
  return draft === null ? own : own + draft.weights
}

/** The same of what tokens need. A draft has a cache of its own and takes turns with the model for activations. */
export function heldAt(run: Run, batch: number, prompt: number, output: number): Growing {
  const own = memoryAt(run, run.prefillSizes, run.storedSizes, batch, prompt, output)
  const { far, draft } = run
  if (far === null && draft === null) return own
  const cache = far === null ? own.cache : own.cache * (1 - far.cache)
  if (draft === null) return { ...own, cache }
  const other = memoryAt(draft, draft.prefillSizes, draft.storedSizes, batch, prompt, output)
  return { cache: cache + other.cache * copiesOf(run), activations: Math.max(own.activations, other.activations), reserved: null }
}

/** How many caches of one drafting module there are. */
export function copiesOf({ resolved: { drafter } }: Run): number {
  return drafter?.copies ?? 1
}

function offloaded(run: Run, far: Far): NonNullable<Memory['offloaded']> {
  const { batch, prompt, output } = run.resolved.scenario.workload
  return { weights: run.weights * far.weights, cache: memoryAt(run, run.prefillSizes, run.storedSizes, batch, prompt, output).cache * far.cache, to: far.to }
}

/** A secant step towards the size that fills the room; exact where the requirement is linear beyond the present size. */
function longestGuess(bytes: (n: number) => number, n: number, needed: number, room: number): number {
  const far = Math.max(n + 1, Math.floor(n * room / needed))
  const further = bytes(far)
  return further === needed ? far : n + (room - needed) * (far - n) / (further - needed)
}

/** Links that a run sends over. */
function linkNames({ machine }: Run): readonly Link['name'][] {
  return [...new Set(Object.values(machine.links).flatMap(({ link }) => link ?? []))]
}

/** Seconds of a phase that kernels of communication over a link take. */
export function communicationSeconds(run: Run, phase: Phase, link: string): number {
  return sumOver(run, phase, link, k => k.seconds.estimate)
}

/** Bytes that the busiest GPU sends over a link in a phase. */
export function sentOver(run: Run, phase: Phase, link: string): number {
  return linkNames(run).length === 1 ? phase.perGpu.sent : sumOver(run, phase, link, k => k.sent)
}

function sumOver(run: Run, { phase, kernels }: Phase, link: string, of: (kernel: KernelReport) => number): number {
  const groups = linkNames(run).length === 1 ? null : groupsIn(phase === 'decode' ? run.decode : run.prefill)
  return kernels.reduce((sum, k) => sum + (k.sent > 0 && (groups === null || run.machine.links[groups.get(k.id) ?? 'pp']?.link === link) ? k.times * of(k) : 0), 0)
}

/** The group of ranks of each transfer; what no structure has is handed on between pipeline stages. */
function groupsIn({ kernels }: Structure): ReadonlyMap<string, string> {
  return new Map(kernels.flatMap(({ id, transfer }) => transfer ? [[id, groupOf(transfer.mesh)]] : []))
}

/** Traffic of the whole request over each link: between GPUs, and to what lies outside them. */
function linksOf(run: Run, phases: readonly Phase[], { all_steps }: Totals): Report['links'] {
  const over = (of: (phase: Phase) => number) => phases.reduce((sum, phase) => sum + (phase.phase === 'decode' ? all_steps : 1) * of(phase), 0)
  const links: Report['links'][number][] = []
  // Nothing overlaps with communication yet: all of it is exposed.
  if (communicates(run.resolved.scenario.mesh)) for (const link of linkNames(run)) {
    const seconds = over(phase => communicationSeconds(run, phase, link))
    links.push({ link, bytes: over(phase => sentOver(run, phase, link)), seconds, exposed: seconds })
  }
  const { far } = run
  if (far !== null) {
    const bytes = over(phase => phase.perGpu.loaded ?? 0)
    const near: Run = { ...run, machine: { ...run.machine, far: null } }
    links.push({ link: far.name, bytes, seconds: bytes / far.bandwidth, exposed: over(phase => exposedSeconds(near, phase)) })
  }
  return links
}

/** Seconds by which loading prolongs a phase; `near` is the run with everything in the memory of the GPU. */
export function exposedSeconds(near: Run, { phase, seconds }: Phase): number {
  return phase === 'step' ? 0 : Math.max(0, seconds.estimate - phaseOfRun(near, phase).seconds.estimate)
}
