/** The whole answer: a Scenario in, a Report out. */
import { failed, type Problem } from '../problem.js'
import { ofMode } from '../scenario/normalize.js'
import type { Memory, Phase, Report } from '../scenario/report.js'
import type { Scenario } from '../scenario/schema.js'
import { largestFitting } from './inverse.js'
import { metrics, type Totals } from './metrics.js'
import { compare } from './import/tensors.js'
import { generates, kindsOf, type Model } from './models/model.js'
import { phaseReport } from './report.js'
import { resolve } from './resolve.js'
import { decodeVector, memoryAt, prefillVector, prepare, type Growing, type Run } from './run.js'

/**
 * Analyzes one scenario: FLOP, bytes, seconds and what bounds every kernel of each phase, memory on the fullest GPU,
 * and the metrics of the request. Never throws for bad input: what cannot be answered is in `problems`, without phases.
 */
export function analyze(scenario: Scenario): Report {
  const resolved = resolve(scenario)
  if ('scenario' in resolved) return answer(prepare(resolved))
  return refusal(scenario, resolved)
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
  const { mode } = scenario.workload
  const prefillSizes = prefillVector(run)
  const decodeSizes = mode === 'forward' ? prefillSizes : decodeVector(run)
  const counted = scenario.conventions.attention === 'causal' ? 1 : 0
  const first = phaseReport(mode === 'forward' ? 'forward' : 'prefill', run.prefill, prefillSizes, run.machine, counted)
  const phases = mode === 'forward' ? [first] : [first, phaseReport('decode', run.decode, decodeSizes, run.machine, counted)]
  const totals = totalsOf(run, phases)
  // Multiply-adds of one sample; for what makes its tokens one by one there is no such number.
  const macs = generates(resolved.model) ? null : first.flops.matrix / 2 / scenario.workload.batch
  const { memory, maxBatch, maxContext } = fit(run, prefillSizes, decodeSizes)
  const { parameters, activeParameters, cacheBytesPerToken } = run.model
  return {
    schema: 'roofline/1', scenario: mode === 'forward' ? { ...scenario, workload: ofMode(scenario.workload) } : scenario, model: { id: resolved.id, family, parameters, activeParameters, macs, cacheBytesPerToken, context }, device: run.device, phases, memory,
    stages: [], links: linksOf(run, phases, totals),
    metrics: metrics(mode, totals, maxBatch, maxContext),
    problems: [...resolved.notes, ...differing(resolved.model, parameters)].map(p => ({ ...p, suggestions: [...p.suggestions] })),
  }
}

/** What the tensors of a file say against the architecture. */
function differing({ tensors, family, images }: Model, derived: number): readonly Problem[] {
  const problem = tensors == null ? null : compare(tensors, derived, family !== 'decoder' || images !== null)
  return problem === null ? [] : [problem]
}

export function totalsOf({ resolved }: Run, [first, decode]: readonly Phase[]): Totals {
  const { scenario, device, precision, model } = resolved
  const { batch, output } = scenario.workload
  const main = kindsOf(model).some(kind => kind.flags['experts']) ? 'peak_experts' : 'peak_ffn'
  const steps = Math.max(0, output - 1)
  const [prefill_seconds, decode_seconds] = [first?.seconds.estimate ?? 0, decode?.seconds.estimate ?? 0]
  return {
    batch, output: output > 0 ? output : null, steps: output > 1 ? output - 1 : null, all_steps: steps, gpus: scenario.gpus,
    prefill_seconds, decode_seconds, latency: prefill_seconds + steps * decode_seconds,
    prefill_flops: first?.flops.matrix ?? 0, decode_flops: decode?.flops.matrix ?? 0, decode_bytes: decode?.perGpu.bytes ?? 0,
    peak: precision.rates[main]?.flops ?? NaN, bandwidth: device.bandwidth, tdp: device.tdp, price: scenario.price,
  }
}

/** What lies on one GPU, and the largest batch and context that would still fit: as the model needs it, and as the engine sets it aside. */
function fit(run: Run, prefill: Float64Array, decode: Float64Array): { memory: Memory; maxBatch: number; maxContext: number | null } {
  const { resolved: { scenario, capacity }, overhead, weights } = run
  const { batch, prompt, output } = scenario.workload
  const { cache, activations, reserved } = memoryAt(run, prefill, decode, batch, prompt, output)
  const withCache = (bytes: number) => { const total = weights + bytes + activations + overhead; return { total, fits: total <= capacity } }
  const engine = reserved === null ? null : { cache: reserved, ...withCache(reserved), ...largest(run, prefill, decode, reserved + activations, held => (held.reserved ?? 0) + held.activations) }
  const memory: Memory = { weights, cache, activations, gradients: 0, states: 0, overhead, ...withCache(cache), capacity, reserved: engine }
  return { memory, ...largest(run, prefill, decode, cache + activations, held => held.cache + held.activations) }
}

/** The largest batch and context for which what grows with them fits beside the weights; an image has no context. */
function largest(run: Run, prefill: Float64Array, decode: Float64Array, growing: number, grown: (held: Growing) => number): { maxBatch: number; maxContext: number | null } {
  const { resolved: { scenario, capacity, model } } = run
  const { mode, batch, prompt, output, cached } = scenario.workload
  const room = capacity - run.weights - run.overhead
  const hasContext = mode === 'inference' && model.source !== 'audio'
  if (room <= 0) return { maxBatch: 0, maxContext: hasContext ? 0 : null }
  // Every cache and activation holds each sequence once, so the need is the batch times that of one sequence.
  const perSequence = growing / batch
  const maxBatch = largestFitting(n => n * perSequence <= room, room / perSequence)
  if (!hasContext) return { maxBatch, maxContext: null }
  const bytes = (p: number) => grown(memoryAt(run, prefill, decode, batch, p, output))
  const longest = model.positions === null ? 2 ** 40 : model.positions - output - run.imageTokens
  const prompts = largestFitting(n => bytes(n + cached) <= room, longestGuess(n => bytes(n + cached), prompt - cached, growing, room), longest - cached)
  return { maxBatch, maxContext: prompts === 0 ? 0 : prompts + cached + run.imageTokens + output }
}

/** A secant step towards the size that fills the room; exact where the requirement is linear beyond the present size. */
function longestGuess(bytes: (n: number) => number, n: number, needed: number, room: number): number {
  const far = Math.max(n + 1, Math.floor(n * room / needed))
  const further = bytes(far)
  return further === needed ? far : n + (room - needed) * (far - n) / (further - needed)
}

/** Seconds of one pass that kernels of communication take. */
export function communicationSeconds(phase: Phase): number {
  return phase.kernels.reduce((sum, k) => sum + (k.sent > 0 ? k.times * k.seconds.estimate : 0), 0)
}

function linksOf(run: Run, phases: readonly Phase[], totals: Totals): Report['links'] {
  if (run.machine.ranks === 1) return []
  let bytes = 0, spent = 0
  for (const phase of phases) {
    const runs = phase.phase === 'decode' ? totals.all_steps : 1
    bytes += runs * phase.perGpu.sent
    spent += runs * communicationSeconds(phase)
  }
  // Nothing overlaps with communication yet: all of it is exposed.
  return [{ link: run.resolved.link.name, bytes, seconds: spent, exposed: spent }]
}
