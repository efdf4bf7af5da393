/** One scenario in the form that the passes evaluate: structures for both phases and all sizes by name. */
import vector from '../../data/vector.json?values'
import type { Chunk } from './chunks.js'
import { compileTerm, derive, fill, total, value, type Total } from './compile.js'
import type { Sizes } from './graph.js'
import type { DeviceReport } from '../scenario/report.js'
import type { Decided } from './precision.js'
import { exitModel, exits } from './models/exit.js'
import { hasForms, hasPasses, modelGraph, shapeOf, type Form, type Pass } from './models/loops.js'
import { imageOf, tokensPerImage } from './models/images.js'
import { generates, indivisible, kindsOf, modelSizes, type Model } from './models/model.js'
import { farOf, type Far } from './offload.js'
import { axisSizes } from './named-axes.js'
import { sequenceParallel, tensorParallel } from './parallel/index.js'
import type { Machine } from './report.js'
import { batchedOn, settle, type Reserve } from './reserve.js'
import type { Drafter, Resolved } from './resolved.js'
import { shareOf, structure, type Structure, type TokenAxis } from './structure.js'
import type { Mesh } from './shard.js'

/** What a model, a precision, a mesh and a device decide together; only the tokens change from run to run. */
interface Setup {
  readonly prefill: Structure
  readonly decode: Structure
  /** Vectors of sizes with everything in place but the tokens. */
  readonly prefillSizes: Float64Array
  readonly decodeSizes: Float64Array
  /** What holds the cache: the decode step of all layers, also where tokens leave early. */
  readonly stored: Structure
  readonly storedSizes: Float64Array
  readonly machine: Machine
  readonly device: DeviceReport
  /** What no token changes: counts of the model, and bytes of its weights on one GPU. */
  readonly model: { readonly parameters: number; readonly activeParameters: number; readonly cacheBytesPerToken: number | null }
  readonly weights: number
  /** Bytes on one GPU that are no tensor. */
  readonly overhead: number
  /** What the engine sets aside for caches; null where its rule does not cover the model. */
  readonly reserve: Reserve | null
  /** All that is held, what no pass runs included: counts and weights. */
  readonly held: Structure
  readonly heldSizes: Float64Array
}

export interface Run extends Setup {
  readonly resolved: Resolved
  /** Tokens of each sequence that stand for its images. */
  readonly imageTokens: number
  /** What drafts tokens, prepared like a model of its own; null where nothing does. */
  readonly draft: Run | null
  /** What lies outside the memory of the GPU; null where nothing does. */
  readonly far: Far | null
}

/** FLOP per element of vector work (data/vector.json). */
export const vectorWeights = (vector as { weights: Readonly<Record<string, number>> }).weights

const shared = new Map<string, Structure>()
/** A network has no shape but itself. */
const networks = new WeakMap<object, Map<string, Structure>>()
const shapes = new WeakMap<Model, string>()
/** A decided precision belongs to one model on one device, so it is the key under which a setup is kept. */
const setups = new WeakMap<Decided, Map<string, Setup>>()

/** The structure of a model under a mesh and a profile. It depends on the model's shape alone, so all Llamas share one. */
function structureOf(model: Model, form: Form, pass: Pass, tp: number, sequence: boolean, { profile, precision }: Resolved): Structure {
  let shape = shapes.get(model)
  if (shape === undefined) { shape = shapeOf(model); shapes.set(model, shape) }
  const whole = tp > 1 && indivisible(model, tp, true) !== null
  const key = `${shape}|${hasForms(model) ? form : ''}|${hasPasses(model) ? pass : ''}|${tp > 1 ? whole ? 'tp whole' : 'tp' : ''}|${String(sequence)}|${profile.id}|${precision.extrasKey}`
  let structures = shared
  if (model.network) { structures = networks.get(model.network) ?? new Map<string, Structure>(); networks.set(model.network, structures) }
  let found = structures.get(key)
  if (!found) {
    const mesh: Mesh = tp > 1 ? { tp: sequence ? sequenceParallel : tensorParallel } : {}
    found = structure(modelGraph(model, form, pass, whole), mesh, profile, precision.extras)
    structures.set(key, found)
  }
  return found
}

export function prepare(resolved: Resolved): Run {
  const { scenario: { mesh, system, workload }, model, precision, profile } = resolved
  let kept = setups.get(precision)
  if (!kept) { kept = new Map(); setups.set(precision, kept) }
  const splits = workload.batch % mesh.tp === 0
  const sees = model.images === null || workload.images > 0
  const key = `${String(mesh.tp)} ${String(mesh.sequence)} ${String(splits)} ${String(sees)} ${profile.id} ${String(workload.chunk)} ${system}${workload.exit == null ? '' : ` ${String(workload.exit)}`}${workload.axes == null ? '' : ` ${JSON.stringify(workload.axes)}`}`
  let setup = kept.get(key)
  if (!setup) { setup = setUp(resolved, splits, sees); kept.set(key, setup) }
  const run: Run = {
    resolved, imageTokens: workload.images > 0 ? workload.images * tokensPerImage(model, workload.image) : 0, held: setup.held, heldSizes: setup.heldSizes, prefill: setup.prefill, decode: setup.decode, prefillSizes: setup.prefillSizes, decodeSizes: setup.decodeSizes, stored: setup.stored, storedSizes: setup.storedSizes,
    machine: setup.machine, device: setup.device, model: setup.model, weights: setup.weights, overhead: setup.overhead, reserve: setup.reserve, draft: null, far: null,
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

/** `splits`: whether the tokens of a decode step split over the ranks; else sequence parallelism is off in decode. `sees`: whether what looks at images runs. */
function setUp(resolved: Resolved, splits: boolean, sees: boolean): Setup {
  const { model, scenario, device, efficiency, link, profile } = resolved
  const { tp, sequence } = scenario.mesh
  const held = structureOf(model, 'expanded', model.stacks.some(stack => stack.idle) ? 'held' : 'first', tp, sequence, resolved)
  const prefill = structureOf(model, 'expanded', sees ? 'first' : 'step', tp, sequence, resolved)
  const stored = generates(model) ? structureOf(model, 'absorbed', 'step', tp, sequence && splits, resolved) : prefill
  const { exit } = scenario.workload
  const leaving = exit != null && exits(model) ? exitModel(model, exit) : model
  const decode = leaving === model ? stored : structureOf(leaving, 'absorbed', 'step', tp, sequence && splits, resolved)
  const sizes: Record<string, number> = { ...fixedSizes(resolved), ...oneToken, causal: profile.mask === 'skipped' ? 1 : 0 }
  const isScored = model.family === 'decoder' && !(model.images !== null && sees) && kindsOf(model).every(kind => !kind.flags['experts'])
  for (const s of [held, prefill, stored, decode]) for (const name of s.reserve?.given ?? []) sizes[name] = 1
  const prefillSizes = fill(prefill.layout, sizes), storedSizes = fill(stored.layout, sizes), heldSizes = fill(held.layout, sizes)
  const decodeSizes = decode === stored ? storedSizes : fill(decode.layout, { ...sizes, ...modelSizes(leaving) })
  return {
    held, heldSizes, prefill, decode, prefillSizes, decodeSizes, stored, storedSizes,
    device: { id: device.id, name: device.name, memory: device.memoryType, bandwidth: device.bandwidth, roofs: roofsOf(resolved, [prefill, decode]) },
    model: {
      parameters: total(held.parameters.compiled, heldSizes), activeParameters: total(held.active.compiled, heldSizes),
      cacheBytesPerToken: generates(model) ? total(stored.cachePerToken.compiled, storedSizes) : null,
    },
    weights: total(held.weights.compiled, heldSizes),
    reserve: stored.reserve !== null && settle(stored.reserve, storedSizes) ? stored.reserve : null,
    overhead: profile.overhead.bytes + (tp > 1 ? profile.overhead.collectives : 0),
    machine: {
      bandwidth: device.bandwidth, link: link.bandwidth ?? 1, ranks: tp, constants: efficiency, collective: efficiency.collective,
      host: profile.host.seconds, band: isScored ? profile.band.factor : null, basis: efficiency.marked, far: null,
    },
  }
}

/** The rates at which any kernel works, each once, fastest first. */
function roofsOf({ precision }: Resolved, structures: readonly Structure[]): DeviceReport['roofs'] {
  const used = new Set(structures.flatMap(s => s.kernels.flatMap(k => k.work.map(w => w.rate))))
  const roofs = new Map<string, DeviceReport['roofs'][number]>()
  for (const name of used) {
    const rate = precision.rates[name]
    if (rate) roofs.set(`${rate.peak} ${String(rate.gain)}`, { dtype: rate.dtype, engine: 'matrix', flops: rate.flops })
    else if (precision.vector !== null) roofs.set('vector', { dtype: 'fp32', engine: 'vector', flops: precision.vector })
  }
  return [...roofs.values()].sort((a, b) => b.flops - a.flops)
}

/** Everything but the tokens of a pass: model, precision, rates, degrees. */
function fixedSizes({ model, scenario, efficiency: e, precision, profile, device }: Resolved): Sizes {
  const sizes: Record<string, number> = { ...vectorWeights, ...precision.widths, ...modelSizes(model), ...axisSizes(scenario.workload, model), tp: scenario.mesh.tp }
  if (profile.cache !== null) sizes['batched'] = scenario.workload.chunk ?? batchedOn(profile.cache, device.id, device.memory)
  // An unknown vector rate leaves vector work to the memory bound: infinite inside, never in a report.
  sizes['peak_vector'] = precision.vector ?? Infinity
  sizes['share_vector'] = e.vector.ef.default
  sizes['peak_widen'] = sizes['peak_vector']
  sizes['share_widen'] = sizes['share_vector']
  for (const [name, rate] of Object.entries(precision.rates)) {
    sizes[name] = rate.flops
    const { ef } = name === 'peak_core' ? e.attention : e.matrix
    sizes[shareOf(name)] = (ef as Readonly<Record<string, number>>)[rate.peak] ?? ef.default
  }
  return sizes
}

/** The tokens of one pass, and what else a workload gives. */
type Tokens = Record<TokenAxis, number>

const oneToken: Readonly<Tokens> = { b: 1, s: 1, t: 1, o: 1, m: 1, frames: 1, images: 1, height: 1, width: 1 }
/** Frames of 10 ms in the windows of 30 s to which audio is padded (Whisper, arXiv:2212.04356, section 2.2). */
const framesPerWindow = 3000, secondsPerWindow = 30

/** The one object that passes are described in: the search for the longest context asks often, and keeps none. */
const pass: Tokens = { ...oneToken }

/** What the first pass over a batch reads: a prompt, the source of an encoder-decoder, an image; or the one pass of a forward run. */
function firstTokens({ imageTokens, resolved: { scenario: { workload, conventions }, model } }: Run, b: number, prompt: number): Tokens {
  const { mode, cached, sequence, target, audioSeconds, images } = workload
  const sides = imageOf(model, workload.image)
  const frames = framesPerWindow * Math.max(1, Math.ceil((audioSeconds ?? secondsPerWindow) / secondsPerWindow))
  const reads = model.family === 'encoder-decoder'
  const isForward = mode === 'forward'
  pass.m = reads && model.source === 'text' ? (isForward ? sequence ?? 1 : prompt) : 1
  const t = !reads ? (isForward ? sequence ?? 1 : prompt + imageTokens) : isForward ? target ?? 1 : model.source === 'audio' ? prompt : 1
  const s = Math.max(1, t - (isForward || reads ? 0 : cached))
  pass.b = b
  pass.s = s
  pass.t = t
  pass.o = model.family === 'encoder' || conventions.head === 'last' ? 1 : s
  pass.frames = frames
  pass.images = images
  pass.height = sides?.[0] ?? 1
  pass.width = sides?.[1] ?? 1
  return pass
}

/** A decode step after so many tokens of output, with so many tokens ahead of it that are verified in the same pass. */
function stepTokens(run: Run, b: number, prompt: number, after: number, ahead = 0): Tokens {
  const first = firstTokens(run, b, prompt)
  first.s = 1 + ahead
  first.t += after + ahead
  first.o = 1 + ahead
  return first
}

/** The sizes of the first pass: `s` query tokens at the end of a context of `t`. */
export function prefillVector(run: Run): Float64Array {
  const { batch, prompt } = run.resolved.scenario.workload
  return withTokens(run.prefill, run.prefillSizes.slice(), firstTokens(run, batch, prompt))
}

/** The sizes of the first pass over one sample, without what follows from them. */
export function sampleSizes(run: Run): Sizes {
  return { ...modelSizes(run.resolved.model), ...axisSizes(run.resolved.scenario.workload, run.resolved.model), ...firstTokens(run, 1, run.resolved.scenario.workload.prompt), causal: 1 }
}

/** The sizes of a chunk of the first pass. Only its last one, which makes a token, reaches the head, unless all tokens do. */
export function chunkVector(run: Run, { s, t, isLast }: Chunk, into: Float64Array): Float64Array {
  const { workload: { batch, prompt }, conventions: { head } } = run.resolved.scenario
  const tokens = firstTokens(run, batch, prompt)
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
  const { batch, prompt, output } = run.resolved.scenario.workload
  return withTokens(run.decode, run.decodeSizes.slice(), stepTokens(run, batch, prompt, output / 2 + ahead, verified))
}

export interface Growing { readonly cache: number; readonly activations: number; readonly reserved: number | null }

/**
 * What tokens need on one GPU at the end of the output, in bytes: the cache of prompt and output, and the largest set of
 * activations of a prefill of the whole batch in one pass, or in chunks. The vectors are scratch: `prefill` is left at the
 * pass of the largest set.
 */
export function memoryAt(run: Run, prefill: Float64Array, stored: Float64Array, batch: number, prompt: number, output: number): Growing {
  const { scenario: { workload: { mode, chunk, cached }, conventions: { head } } } = run.resolved
  const tokens = firstTokens(run, batch, prompt)
  const isCut = chunk !== null && chunk < prompt - cached
  // The last whole chunk and what is left after it: each has the most context for its tokens.
  const rest = isCut ? (prompt - cached) % chunk : 0
  const ofRest = rest > 0 ? largestLive(run, prefill, resized(tokens, rest, prompt, head)) : 0
  let activations = largestLive(run, prefill, isCut ? resized(tokens, chunk, prompt - rest, head) : tokens)
  if (ofRest > activations) activations = largestLive(run, prefill, resized(tokens, rest, prompt, head))
  if (mode === 'forward') return { cache: total(run.prefill.cache.compiled, prefill), activations, reserved: null }
  withTokens(run.stored, stored, stepTokens(run, batch, prompt, output))
  return { cache: total(run.stored.cache.compiled, stored), activations, reserved: run.reserve === null ? null : total(run.reserve.cache.compiled, stored) }
}

function resized(tokens: Tokens, s: number, t: number, head: 'last' | 'all'): Tokens {
  tokens.s = s
  tokens.t = t
  if (head === 'all') tokens.o = s
  return tokens
}

/** Bytes of the largest set of activations that lives at one time. */
function largestLive(run: Run, sizes: Float64Array, tokens: Tokens): number {
  withTokens(run.prefill, sizes, tokens)
  let largest = 0
  for (const set of run.prefill.live) largest = Math.max(largest, total(set.compiled, sizes))
  return largest
}

function withTokens(structure: Structure, sizes: Float64Array, tokens: Tokens): Float64Array {
  const { slots } = structure
  sizes[slots.b] = tokens.b
  sizes[slots.s] = tokens.s
  sizes[slots.t] = tokens.t
  sizes[slots.o] = tokens.o
  sizes[slots.m] = tokens.m
  sizes[slots.frames] = tokens.frames
  sizes[slots.images] = tokens.images
  sizes[slots.height] = tokens.height
  sizes[slots.width] = tokens.width
  derive(structure.layout, sizes)
  return sizes
}
