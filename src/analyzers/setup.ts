/** What a model, a precision, a mesh and a device decide together: structures for both phases, and all sizes but the tokens. */
import type { Sizes } from './graph.js'
import vector from '../../data/vector.json?values'
import { fill, total } from './compile.js'
import type { DeviceReport } from '../scenario/report.js'
import type { Decided } from './precision.js'
import { exitModel, exits } from './models/exit.js'
import { hasForms, hasPasses, modelGraph, shapeOf, type Form, type Pass } from './models/loops.js'
import { generates, indivisible, kindsOf, modelSizes, suffixOf, type Model } from './models/model.js'
import { axisSizes } from './named-axes.js'
import { machineOf } from './machine.js'
import { sequenceParallel, tensorParallel } from './parallel/index.js'
import type { Machine } from './report.js'
import { batchedOn, settle, type Reserve } from './reserve.js'
import type { Resolved } from './resolved.js'
import { communicates, hasReserve, isPlain, meshFor, ranks, stepTokens, withContext, type Side } from './strategy.js'
import { shareOf, structure, type Structure } from './structure.js'
import { oneToken } from './tokens.js'
import { cut, graphOf, stageSizes, type Stage } from './training/stages.js'

/** All that does not change with the tokens of a run. */
export interface Setup {
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
  /** The pipeline stages, each set up by itself; none where all layers lie on the same ranks. */
  readonly parts: readonly Part[]
}

/** One pipeline stage. */
export interface Part extends Setup { readonly stage: Stage }

/** FLOP per element of vector work (data/vector.json). */
const vectorWeights = (vector as { weights: Readonly<Record<string, number>> }).weights

const shared = new Map<string, Structure>()
/** A network has no shape but itself. */
const networks = new WeakMap<object, Map<string, Structure>>()
const shapes = new WeakMap<Model, string>()
/** A decided precision belongs to one model on one device, so it is the key under which a setup is kept. */
const setups = new WeakMap<Decided, Map<string, Setup>>()

/** The structure of a model, or of a pipeline stage of it, under a mesh and a profile. It depends on the model's shape alone, so all Llamas share one. */
function structureOf(model: Model, form: Form, pass: Pass, side: Side, sequence: boolean, stage: Stage | null, resolved: Resolved): Structure {
  const { profile, precision, scenario: { mesh } } = resolved
  const { tp } = mesh
  let shape = shapes.get(model)
  if (shape === undefined) { shape = shapeOf(model); shapes.set(model, shape) }
  const whole = tp > 1 && indivisible(model, tp, true) !== null
  const key = `${shape}|${hasForms(model) ? form : ''}|${hasPasses(model) ? pass : ''}|${tp > 1 ? whole ? 'tp whole' : 'tp' : ''}|${String(sequence)}|${profile.id}|${precision.extrasKey}${isPlain(mesh) ? '' : `|${wayOf(resolved, side, stage)}`}`
  let structures = shared
  if (model.network) { structures = networks.get(model.network) ?? new Map<string, Structure>(); networks.set(model.network, structures) }
  let found = structures.get(key)
  if (!found) {
    const graph = modelGraph(model, form, pass, whole)
    const own = stage === null ? graph : graphOf(graph, stage)
    const placements = isPlain(mesh) ? tp > 1 ? { tp: sequence ? sequenceParallel : tensorParallel } : {} : meshFor(mesh, side, sequence)
    found = structure(mesh.cp > 1 ? withContext(own, side) : own, placements, profile, precision.extras)
    structures.set(key, found)
  }
  return found
}

/** What decides a structure beside tensor parallelism: which mesh axes are used, how experts lie, and which layers there are. */
function wayOf({ scenario: { mesh } }: Resolved, side: Side, stage: Stage | null): string {
  const { ep, cp } = ranks(mesh)
  return `${ep > 1 ? 'ep' : ''} ${mesh.ep > 1 && mesh.etp === 1 ? 'whole' : ''} ${cp > 1 ? `cp ${side}` : ''} ${stage === null ? '' : `${String(stage.isFirst)} ${String(stage.isLast)} ${[...stage.counts.keys()].join()}`}`
}

/** The setup of a scenario, made once for all that differ in tokens alone. */
export function setupOf(resolved: Resolved): Setup {
  const { scenario: { mesh, system, workload }, model, precision, profile } = resolved
  let kept = setups.get(precision)
  if (!kept) { kept = new Map(); setups.set(precision, kept) }
  const splits = stepTokens(mesh, workload.batch) % mesh.tp === 0
  const sees = model.images === null || workload.images > 0
  const key = `${String(mesh.tp)} ${String(mesh.sequence)} ${String(splits)} ${String(sees)} ${profile.id} ${String(workload.chunk)} ${system}${workload.exit == null ? '' : ` ${String(workload.exit)}`}${workload.axes == null ? '' : ` ${JSON.stringify(workload.axes)}`}${isPlain(mesh) ? '' : ` ${JSON.stringify(mesh)}`}`
  let setup = kept.get(key)
  if (!setup) { setup = withStages(resolved, splits, sees); kept.set(key, setup) }
  return setup
}

/** With the stages that the mesh cuts the model into. */
function withStages(resolved: Resolved, splits: boolean, sees: boolean): Setup {
  const { model, scenario: { mesh: { pp } } } = resolved
  const whole = setUp(resolved, splits, sees, null)
  return pp === 1 ? whole : { ...whole, parts: cut(model, stageSizes(model, pp, null)).map(stage => ({ ...setUp(resolved, splits, sees, stage), stage })) }
}

/** `splits`: whether the tokens of a decode step split over the ranks; else sequence parallelism is off in decode. `sees`: whether what looks at images runs. */
function setUp(resolved: Resolved, splits: boolean, sees: boolean, stage: Stage | null): Setup {
  const { model, scenario, device, profile } = resolved
  const { sequence } = scenario.mesh
  const of = (which: Model, form: Form, pass: Pass, side: Side) => structureOf(which, form, pass, side, sequence && (side === 'prefill' || splits), stage, resolved)
  const held = of(model, 'expanded', model.stacks.some(stack => stack.idle) ? 'held' : 'first', 'prefill')
  const prefill = of(model, 'expanded', sees ? 'first' : 'step', 'prefill')
  const stored = generates(model) ? of(model, 'absorbed', 'step', 'decode') : prefill
  const { exit } = scenario.workload
  const leaving = exit != null && exits(model) ? exitModel(model, exit) : model
  const decode = leaving === model ? stored : of(leaving, 'absorbed', 'step', 'decode')
  const sizes: Record<string, number> = { ...fixedSizes(resolved), ...oneToken, causal: profile.mask === 'skipped' ? 1 : 0, ...stage === null ? {} : layersIn(model, stage) }
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
    // How an engine sets memory aside has a source for replicas and ranks of tensor parallelism only.
    reserve: hasReserve(scenario.mesh) && stored.reserve !== null && settle(stored.reserve, storedSizes) ? stored.reserve : null,
    overhead: profile.overhead.bytes + (communicates(scenario.mesh) ? profile.overhead.collectives : 0),
    machine: machineOf(resolved, [prefill, decode], isScored),
    parts: [],
  }
}

/** Layers of each kind in a stage; a tower is not cut. */
function layersIn(model: Model, { counts, kinds }: Stage): Sizes {
  return Object.fromEntries(kindsOf(model).flatMap(kind => kinds.has(kind.name) ? [[`l${suffixOf(model, kind)}`, counts.get(kind.name) ?? 0]] : []))
}

/** The rates at which any kernel works, each once, fastest first. */
export function roofsOf({ precision }: Resolved, structures: readonly Structure[]): DeviceReport['roofs'] {
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
export function fixedSizes({ model, scenario, efficiency: e, precision, profile, device }: Resolved): Record<string, number> {
  const { mesh, training } = scenario
  const sizes: Record<string, number> = { ...vectorWeights, ...precision.widths, ...modelSizes(model), ...axisSizes(scenario.workload, model), tp: mesh.tp, cp: mesh.cp, ep: ranks(mesh).ep, imbalance: training.imbalance }
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
