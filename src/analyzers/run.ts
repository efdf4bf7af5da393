/** One scenario in the form that the passes evaluate: structures for both phases and all sizes by name. */
import vector from '../../data/vector.json?values'
import { derive, fill, total } from './compile.js'
import type { Sizes } from './graph.js'
import type { Decoder } from './models/architecture.js'
import { decoderGraph, decoderSizes, hasForms, shapeOf, type Form } from './models/decoder.js'
import { sequenceParallel, tensorParallel } from './parallel/index.js'
import type { Machine } from './report.js'
import type { Resolved } from './resolve.js'
import { structure, type Structure } from './structure.js'
import type { Mesh } from './shard.js'

export interface Run {
  readonly resolved: Resolved
  readonly prefill: Structure
  readonly decode: Structure
  /** Everything but the tokens of a pass: model, precision, rates, degrees. */
  readonly sizes: Sizes
  readonly machine: Machine
}

/** FLOP per element of vector work (data/vector.json). */
export const vectorWeights = (vector as { weights: Readonly<Record<string, number>> }).weights

const structures = new Map<string, Structure>()
const shapes = new WeakMap<Decoder, { readonly key: string; readonly sizes: Readonly<Record<string, number>> }>()

/** The structure of a decoder under a mesh and a profile. It depends on the decoder's shape alone, so all Llamas share one. */
function structureOf(decoder: Decoder, key: string, form: Form, mesh: Mesh, resolved: Resolved): Structure {
  const { profile, scenario } = resolved
  const full = `${key}|${hasForms(decoder) ? form : ''}|${Object.keys(mesh).join()}|${String(scenario.mesh.sequence)}|${profile.id}`
  let found = structures.get(full)
  if (!found) { found = structure(decoderGraph(decoder, form), mesh, profile); structures.set(full, found) }
  return found
}

export function prepare(resolved: Resolved): Run {
  const { decoder, scenario, device, efficiency: e, precision, link, profile } = resolved
  let shape = shapes.get(decoder)
  if (!shape) { shape = { key: shapeOf(decoder), sizes: decoderSizes(decoder) }; shapes.set(decoder, shape) }
  const { tp, sequence } = scenario.mesh
  const mesh: Mesh = tp > 1 ? { tp: sequence ? sequenceParallel : tensorParallel } : {}
  const sizes: Record<string, number> = { ...vectorWeights, ...precision.widths, ...shape.sizes, tp }
  // An unknown vector rate leaves vector work to the memory bound: infinite inside, never in a report.
  sizes['peak_vector'] = precision.vector ?? Infinity
  sizes['share_vector'] = e.vector.ef.default
  for (const name in precision.rates) {
    const rate = precision.rates[name]
    if (!rate) continue
    sizes[name] = rate.flops
    const { ef } = name === 'peak_core' ? e.attention : e.matrix
    sizes[name.replace('peak_', 'share_')] = (ef as Readonly<Record<string, number>>)[rate.peak] ?? ef.default
  }
  const isScored = decoder.kinds.every(kind => kind.ffn.kind === 'dense')
  return {
    resolved, sizes,
    prefill: structureOf(decoder, shape.key, 'expanded', mesh, resolved),
    decode: structureOf(decoder, shape.key, 'absorbed', mesh, resolved),
    machine: {
      bandwidth: device.bandwidth, link: link.bandwidth ?? 1, ranks: tp, constants: e, collective: e.collective,
      host: profile.host.seconds, band: isScored ? profile.band.factor : null, basis: e.marked,
    },
  }
}

/** Tokens of one pass: sequences, query tokens, context tokens, tokens that reach the head. */
export interface Tokens { readonly b: number; readonly s: number; readonly t: number; readonly o: number }

export function prefillTokens({ resolved: { scenario } }: Run): Tokens {
  const { batch, prompt, cached } = scenario.workload
  const s = prompt - cached
  return { b: batch, s, t: prompt, o: scenario.conventions.head === 'last' ? 1 : s }
}

/** One decode step at the middle of the output, which is the mean of all steps where cost is linear in context. */
export function decodeTokens({ resolved: { scenario } }: Run): Tokens {
  const { batch, prompt, output } = scenario.workload
  return { b: batch, s: 1, t: prompt + output / 2, o: 1 }
}

/** 1 where the profile's attention skips masked pairs, 0 where it computes them. */
export function executedCausal(run: Run): number {
  return run.resolved.profile.mask === 'skipped' ? 1 : 0
}

/** All sizes of a pass as one vector. */
export function sizesOf(run: Run, s: Structure, tokens: Tokens): Float64Array {
  const sizes = new Float64Array(s.layout.names.length)
  fill(s.layout, Object.assign({ causal: executedCausal(run) }, run.sizes, tokens), sizes)
  return sizes
}

export interface Held { readonly weights: number; readonly cache: number; readonly activations: number }

/**
 * Bytes on one GPU at the end of the output: weights, the cache of prompt and output, and the largest set of activations
 * of a prefill of the whole batch in one pass. The vectors are scratch, filled before.
 */
export function memoryAt(run: Run, prefill: Float64Array, decode: Float64Array, batch: number, prompt: number, output: number): Held {
  const { cached } = run.resolved.scenario.workload
  const s = Math.max(1, prompt - cached)
  setTokens(run.prefill, prefill, { b: batch, s, t: prompt, o: run.resolved.scenario.conventions.head === 'last' ? 1 : s })
  let activations = 0
  for (const set of run.prefill.live) activations = Math.max(activations, total(set.compiled, prefill))
  setTokens(run.decode, decode, { b: batch, s: 1, t: prompt + output, o: 1 })
  return { weights: total(run.decode.weights.compiled, decode), cache: total(run.decode.cache.compiled, decode), activations }
}

function setTokens(s: Structure, sizes: Float64Array, tokens: Tokens): void {
  sizes[s.slots.b] = tokens.b
  sizes[s.slots.s] = tokens.s
  sizes[s.slots.t] = tokens.t
  sizes[s.slots.o] = tokens.o
  derive(s.layout, sizes)
}
