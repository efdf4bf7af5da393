/** One scenario in the form that the passes evaluate: structures for both phases and all sizes by name. */
import type { Chunk } from './chunks.js'
import { compileTerm, total, value, type Total } from './compile.js'
import type { Sizes } from './graph.js'
import { tokensPerImage } from './models/images.js'
import { modelSizes } from './models/model.js'
import { axisSizes } from './named-axes.js'
import { farOf, type Far } from './offload.js'
import type { Drafter, Resolved } from './resolved.js'
import { setupOf, type Part, type Setup } from './setup.js'
import { heldOf, passOf } from './strategy.js'
import { firstTokens, resized, stepTokens, withTokens, type Requested, type Tokens } from './tokens.js'

export interface Run extends Setup, Requested {
  /** What drafts tokens, prepared like a model of its own; null where nothing does. */
  readonly draft: Run | null
  /** What lies outside the memory of the GPU; null where nothing does. */
  readonly far: Far | null
  /** The same by pipeline stage, where there are several: each runs what its layers need. */
  readonly stages: readonly (Run & Pick<Part, 'stage'>)[]
}

const none: readonly never[] = []

export function prepare(resolved: Resolved): Run {
  const { scenario: { workload }, model } = resolved
  const imageTokens = workload.images > 0 ? workload.images * tokensPerImage(model, workload.image) : 0
  const { prefill, decode, prefillSizes, decodeSizes, stored, storedSizes, machine, device, model: counts, weights, overhead, reserve, held, heldSizes, parts } = setupOf(resolved)
  // Field by field: a spread costs a third of a whole report.
  const run: Run = {
    resolved, imageTokens, prefill, decode, prefillSizes, decodeSizes, stored, storedSizes, machine, device, model: counts, weights, overhead, reserve, held, heldSizes,
    parts, draft: null, far: null, stages: parts.length === 0 ? none : parts.map(part => ({ ...part, resolved, imageTokens, draft: null, far: null, stages: none })),
  }
  return resolved.drafter === null && resolved.far === null ? run : extended(run, resolved)
}

/** With what drafts, and with what lies elsewhere. The draft stays on the GPU. */
function extended(run: Run, { drafter, far, scenario: { offload, workload: { batch, prompt, output } } }: Resolved): Run {
  const cache = far === null ? 0 : memoryAt(run, run.prefillSizes, run.storedSizes, batch, prompt, output).cache
  const lies = far === null ? null : farOf(far, offload, run.weights, cache)
  return {
    // What an engine sets aside beside a draft, or for what lies elsewhere, no rule says.
    ...run, reserve: drafter === null && (lies === null || lies.cache === 0) ? run.reserve : null, far: lies, machine: lies === null ? run.machine : { ...run.machine, band: null, far: lies },
    draft: drafter === null ? null : drafting(prepare(drafter.resolved), drafter),
  }
}

/** What drafts, as often as there is of it; embedding and head of the model do not count again. */
function drafting(run: Run, { shared, copies }: Drafter): Run {
  if (shared.length === 0) return run
  const own = ({ terms }: Total) => copies * terms.reduce((sum, term) => sum + (shared.includes(term.label) ? 0 : value(compileTerm(term, run.held.layout.slot), run.heldSizes)), 0)
  return { ...run, weights: own(run.held.weights), model: { ...run.model, parameters: own(run.held.parameters) } }
}

/** The sizes of the first pass: `s` query tokens at the end of a context of `t`. */
export function prefillVector(run: Run): Float64Array {
  const { mesh, workload: { batch, prompt } } = run.resolved.scenario
  return withTokens(run.prefill, run.prefillSizes.slice(), firstTokens(run, passOf(mesh, batch), prompt))
}

/** The sizes of the first pass over one sample, without what follows from them. */
export function sampleSizes(run: Run): Sizes {
  return { ...modelSizes(run.resolved.model), ...axisSizes(run.resolved.scenario.workload, run.resolved.model), ...firstTokens(run, 1, run.resolved.scenario.workload.prompt), causal: 1 }
}

/** The sizes of a chunk of the first pass. Only its last one, which makes a token, reaches the head, unless all tokens do. */
export function chunkVector(run: Run, { s, t, isLast }: Chunk, into: Float64Array): Float64Array {
  const { mesh, workload: { batch, prompt }, conventions: { head } } = run.resolved.scenario
  const tokens = firstTokens(run, passOf(mesh, batch), prompt)
  tokens.s = s
  tokens.t = t
  tokens.o = head === 'all' ? s : isLast ? 1 : 0
  return withTokens(run.prefill, into, tokens)
}

/**
 * The sizes of a decode step at the middle of the output, which is the mean of all steps where cost is linear in context;
 * `ahead` tokens are verified with it, or it stands so many tokens ahead itself.
 */
export function decodeVector(run: Run, verified = 0, ahead = 0): Float64Array {
  const { mesh, workload: { batch, prompt, output } } = run.resolved.scenario
  return withTokens(run.decode, run.decodeSizes.slice(), stepTokens(run, passOf(mesh, batch), prompt, output / 2 + ahead, verified))
}

export interface Growing { readonly cache: number; readonly activations: number; readonly reserved: number | null }

/**
 * What tokens need on one GPU at the end of the output, in bytes: the cache of prompt and output, and the largest set of
 * activations of a prefill of the whole batch in one pass, or in chunks. The vectors are scratch: `prefill` is left at the
 * pass of the largest set.
 */
export function memoryAt(run: Run, prefill: Float64Array, stored: Float64Array, batch: number, prompt: number, output: number): Growing {
  const { scenario: { mesh, workload: { mode, chunk, cached }, conventions: { head } } } = run.resolved
  const tokens = firstTokens(run, passOf(mesh, batch), prompt)
  const isCut = chunk !== null && chunk < prompt - cached
  // The last whole chunk and what is left after it: each has the most context for its tokens.
  const rest = isCut ? (prompt - cached) % chunk : 0
  const ofRest = rest > 0 ? largestLive(run, prefill, resized(tokens, rest, prompt, head)) : 0
  let activations = largestLive(run, prefill, isCut ? resized(tokens, chunk, prompt - rest, head) : tokens)
  if (ofRest > activations) activations = largestLive(run, prefill, resized(tokens, rest, prompt, head))
  if (mode === 'forward') return { cache: total(run.prefill.cache.compiled, prefill), activations, reserved: null }
  withTokens(run.stored, stored, stepTokens(run, heldOf(mesh, batch), prompt, output))
  return { cache: total(run.stored.cache.compiled, stored), activations, reserved: run.reserve === null ? null : total(run.reserve.cache.compiled, stored) }
}

/** Bytes of the largest set of activations that lives at one time. */
function largestLive(run: Run, sizes: Float64Array, tokens: Tokens): number {
  withTokens(run.prefill, sizes, tokens)
  let largest = 0
  for (const set of run.prefill.live) largest = Math.max(largest, total(set.compiled, sizes))
  return largest
}
