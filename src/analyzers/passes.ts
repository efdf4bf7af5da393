/** Phases of several passes: chunks of a prompt, and steps in which tokens are drafted and verified. */
import type { KernelReport, Limit, Phase } from '../scenario/report.js'
import { chunksOf } from './chunks.js'
import { kindsOf } from './models/model.js'
import { countedFlops, kernelsOf, phaseOf, phaseReport, type Spent } from './report.js'
import { chunkVector, decodeVector, prefillVector, type Run } from './run.js'
import type { Structure } from './structure.js'

/** Passes that cost the same. */
export interface Pass {
  readonly runs: number
  /** Their sizes; a vector that the next pass overwrites. */
  readonly sizes: () => Float64Array
  /** What they are, where there are several: `chunks of 512 tokens that end at token 4096`. */
  readonly title: string
}

/** What a phase consists of: the model, and what drafts for it. */
export interface Part {
  /** Prefix of the names of its kernels. */
  readonly prefix: string
  readonly run: Run
  readonly structure: Structure
  readonly passes: readonly Pass[]
  /** Sizes at which its FLOP count by convention, and how often. */
  readonly counted: Float64Array
  readonly times: number
}

/** One phase of a request, of which all layers lie on the same ranks. */
export function phaseOfRun(run: Run, name: 'prefill' | 'decode' | 'forward'): Phase {
  const { conventions, workload: { batch } } = run.resolved.scenario
  const causal = conventions.attention === 'causal' ? 1 : 0
  if (isPlain(run, name)) return name === 'decode' ? phaseReport(name, run.decode, decodeVector(run), run.machine, causal, batch) : phaseReport(name, run.prefill, prefillVector(run), run.machine, causal, batch)
  const spent: Spent = { compute: 0, memory: 0, network: 0, overhead: 0 }
  const parts = partsOf(run, name, true)
  const kernels = parts.flatMap(part => kernelsOfPart(part, spent))
  let matrix = 0, vector = 0
  for (const { structure, counted, times } of parts) {
    const own = countedFlops(structure, counted, causal, batch)
    matrix += times * own.matrix
    vector += times * own.vector
  }
  const host = parts.reduce((sum, part) => sum + hostSeconds(part), 0)
  spent.overhead += host
  return phaseOf(name, kernels, run.machine, host, spent, { matrix, vector })
}

/** Seconds that the host adds to all passes of a part. */
export function hostSeconds({ run, passes }: Part): number {
  return run.machine.host * passes.reduce((sum, { runs }) => sum + runs, 0)
}

/** Whether a phase is a single pass of the model. */
function isPlain({ resolved: { drafter, scenario: { workload: { chunk, prompt, cached } } } }: Run, name: Phase['phase']): boolean {
  return name === 'forward' || (drafter === null || (name === 'prefill' && !drafter.reads)) && (name === 'decode' || chunk === null || chunk >= prompt - cached)
}

/** The parts of a phase; `fine` has enough passes for sums of seconds (src/analyzers/chunks.ts). */
export function partsOf(run: Run, name: Phase['phase'], fine: boolean): readonly Part[] {
  const { draft, resolved: { drafter } } = run
  if (name !== 'decode') return [reading(run, '', name === 'prefill' && !isPlain(run, name), fine), ...name === 'prefill' && draft && drafter?.reads ? [reading(draft, 'draft/', true, fine)] : []]
  const own = decodeVector(run, drafter?.tokens ?? 0)
  return [
    { prefix: '', run, structure: run.decode, passes: [{ runs: 1, sizes: () => own, title: '' }], counted: own, times: 1 },
    ...draft && drafter ? [drafting(draft, drafter.runs)] : [],
  ]
}

/** The passes of a draft stand one token further each; their mean is the middle one. */
function drafting(run: Run, runs: number): Part {
  const sizes = decodeVector(run, 0, (runs - 1) / 2)
  return { prefix: 'draft/', run, structure: run.decode, passes: [{ runs, sizes: () => sizes, title: '' }], counted: sizes, times: runs }
}

/** A prompt, in chunks where it is cut. By convention FLOP count as if it was not. */
function reading(run: Run, prefix: string, isCut: boolean, fine: boolean): Part {
  const { prompt, cached, chunk } = run.resolved.scenario.workload
  const whole = prefillVector(run)
  if (!isCut || chunk === null || chunk >= prompt - cached) return { prefix, run, structure: run.prefill, passes: [{ runs: 1, sizes: () => whole, title: '' }], counted: whole, times: 1 }
  const scratch = whole.slice()
  const passes = chunksOf(kindsOf(run.resolved.model), prompt, cached, chunk, fine).map(one => ({
    runs: one.runs, sizes: () => chunkVector(run, one, scratch), title: `chunks of ${String(one.s)} tokens, as the one that ends at token ${String(one.t)}`,
  }))
  return { prefix, run, structure: run.prefill, passes, counted: whole, times: 1 }
}

interface Sum { times: number; flops: number; bytes: number; sent: number; loaded: number | null; bound: number; estimate: number; readonly limits: Map<Limit, number> }

/** The kernels of a part: of several passes the mean run, so that times × any figure is the sum over all. */
export function kernelsOfPart({ prefix, run: { machine }, structure, passes }: Part, spent: Spent): KernelReport[] {
  const [only] = passes
  if (only && passes.length === 1) {
    const kernels = kernelsOf(structure, only.sizes(), machine, only.runs, spent)
    return prefix === '' ? kernels : kernels.map(k => ({ ...k, id: prefix + k.id }))
  }
  const sums = new Map<string, Sum>()
  for (const { runs, sizes } of passes) for (const k of kernelsOf(structure, sizes(), machine, runs, spent)) {
    let sum = sums.get(k.id)
    if (!sum) { sum = { times: 0, flops: 0, bytes: 0, sent: 0, loaded: k.loaded === undefined ? null : 0, bound: 0, estimate: 0, limits: new Map() }; sums.set(k.id, sum) }
    const { times } = k
    sum.times += times
    sum.flops += times * k.flops
    sum.bytes += times * k.bytes
    sum.sent += times * k.sent
    if (sum.loaded !== null) sum.loaded += times * (k.loaded ?? 0)
    sum.bound += times * k.seconds.bound
    sum.estimate += times * k.seconds.estimate
    sum.limits.set(k.limit, (sum.limits.get(k.limit) ?? 0) + times * k.seconds.estimate)
  }
  return structure.kernels.flatMap(({ id }) => { const sum = sums.get(id); return sum ? [mean(prefix + id, sum)] : [] })
}

function mean(id: string, { times, flops, bytes, sent, loaded, bound, estimate, limits }: Sum): KernelReport {
  const [limit = 'memory'] = [...limits].sort((a, b) => b[1] - a[1]).map(([limit]) => limit)
  return {
    // Chunks are whole, whatever stands for how many of them.
    id, times: Math.round(times), flops: flops / times, bytes: bytes / times, sent: sent / times, intensity: bytes > 0 ? flops / bytes : null,
    seconds: { bound: bound / times, estimate: estimate / times }, limit, ...loaded === null ? {} : { loaded: loaded / times },
  }
}
