/** In which format each part of a model is held, and at which rate its products run. */
import type { Device } from '../hardware/device.js'
import { bytesPerElement, dtypes as all, engineOf, findDtype, isPeak, sparseGain, type Dtype } from '../hardware/precision.js'
import { closest } from '../names.js'
import { error, note, type Problem } from '../problem.js'
import { mixtureNames } from './import/huggingface/mixture.js'
import type { WeightGroup } from './models/architecture.js'
import type { Extra, Extras } from './cost.js'
import { deviating, kindsOf, type Model } from './models/model.js'

export const weightGroups: readonly WeightGroup[] = ['embedding', 'head', 'norm', 'attention', 'ffn', 'experts', 'shared', 'router', 'tower', 'adapter']
/** What quantizers touch by default: the linear layers inside the blocks, never embedding, head, norms, router or a vision tower. */
const quantizable: readonly WeightGroup[] = ['attention', 'ffn', 'experts', 'shared']

export interface Rate { readonly peak: string; readonly flops: number; readonly dtype: string; /** Of 2:4 sparsity. */ readonly gain?: number }

export interface Decided {
  /** Null where the file says it part by part. */
  readonly weights: string | null
  readonly activations: string
  readonly cache: string
  /** Bytes per element by name of width: `bytes_ffn`, `bytes_activation`, `bytes_cache`. */
  readonly widths: Readonly<Record<string, number>>
  /** The dtype behind each width. */
  readonly dtypes: Readonly<Record<string, string>>
  /** Rates by name: `peak_ffn`, `peak_core`; `peak_vector` is null where the device does not state it. */
  readonly rates: Readonly<Record<string, Rate>>
  readonly vector: number | null
  /** What formats have beside the width of their elements; the structure of a run depends on it. */
  readonly extras: Extras
  readonly extrasKey: string
}

interface Asked { readonly weights: string | null; readonly activations: string | null; readonly cache: string | null }

type Decision = { readonly decided: Decided | null; readonly problems: readonly Problem[] }
const decisions = new WeakMap<Device, WeakMap<Model, Map<string, Decision>>>()

/** The decision for a request, kept per device and model: it depends on nothing else. */
export function decidePrecision(asked: Asked, model: Model, device: Device): Decision {
  let byModel = decisions.get(device)
  if (!byModel) { byModel = new WeakMap(); decisions.set(device, byModel) }
  let byRequest = byModel.get(model)
  if (!byRequest) { byRequest = new Map(); byModel.set(model, byRequest) }
  const key = `${asked.weights ?? ''} ${asked.activations ?? ''} ${asked.cache ?? ''}`
  let decision = byRequest.get(key)
  if (!decision) { decision = decide(asked, model, device); byRequest.set(key, decision) }
  return decision
}

/** `nvfp4, attention=fp8, router=fp32`: a format for all and others by group. */
function readWeights(text: string | null): { readonly main: string | null; readonly groups: Readonly<Record<string, string>>; readonly problems: readonly Problem[] } {
  const groups: Record<string, string> = {}
  const problems: Problem[] = []
  let main: string | null = null
  for (const part of text?.split(',') ?? []) {
    const [group = '', format] = part.split('=').map(word => word.trim())
    if (format === undefined) main = group
    else if ((weightGroups as readonly string[]).includes(group)) groups[group] = format
    else problems.push(error('unknown-group', 'precision.weights', `"${group.slice(0, 64)}" is no part of a model.`, closest(group, weightGroups, 3)))
  }
  return { main, groups, problems }
}

function decide(asked: Asked, model: Model, device: Device): Decision {
  const wanted = readWeights(asked.weights)
  const problems: Problem[] = [...wanted.problems]
  const find = (name: string, path: string): Dtype | null => {
    const found = findDtype(name, path)
    if (!('code' in found) && (path !== 'precision.cache' || isCache(found)) && (path !== 'precision.weights' || isWeight(found))) return found
    const usable = path === 'precision.cache' ? formats.cache : path === 'precision.weights' ? formats.weights : formats.activations
    problems.push(error('unknown-dtype', path, 'code' in found ? found.message : `${found.id} is no format of ${path === 'precision.cache' ? 'caches' : 'weights'}.`, closest(name, usable.map(({ id }) => id), 3)))
    return null
  }
  const usual = device.peaks.bf16 !== null ? 'bf16' : 'fp16'
  const activations = find(asked.activations ?? model.precision.activations ?? usual, 'precision.activations')
  const cache = find(asked.cache ?? model.precision.cache ?? asked.activations ?? usual, 'precision.cache')
  const state = model.precision.state == null ? cache?.cache ? activations : cache : find(model.precision.state, 'model.mamba_ssm_cache_dtype')
  const stated = model.precision.quantized
  const plain = find(model.precision.weights ?? activations?.id ?? usual, 'precision.weights')
  const main = find(wanted.main ?? stated?.dtype ?? plain?.id ?? usual, 'precision.weights')
  if (!activations || !cache || !state || !plain || !main) return { decided: null, problems }
  if (cache.cache && 'recent' in cache.cache && kindsOf(model).some(({ flags }) => flags['latent'])) problems.push(error('not-supported', 'precision.cache', `${cache.id} is for keys and values; this model caches latents.`, ['int8', 'fp8']))
  const core = engineOf(activations, device)
  if (!core) {
    problems.push(error('no-engine', 'precision.activations', `No ${activations.id} rate is known for ${device.name}: it has no engine for it, or no source states one.`, runnable(device)))
    return { decided: null, problems }
  }
  const widths: Record<string, number> = { bytes_activation: bytesPerElement(activations), bytes_cache: cache.cache && 'vector' in cache.cache ? cache.bits / 8 : bytesPerElement(cache), bytes_stat: bytesPerElement(state), bytes_index: 4 }
  const dtypes: Record<string, string> = { bytes_activation: activations.id, bytes_cache: cache.id, bytes_stat: state.id, bytes_index: 'int32' }
  const rates: Record<string, Rate> = { peak_core: { ...core, dtype: activations.id } }
  const extras: Record<string, Extra> = cache.cache || cache.operand === null ? { cache: cacheExtra(cache, activations) } : {}
  const notes = new Map<string, Problem>()
  // What a checkpoint holds apart from its groups goes by the groups where other weights are asked for.
  const isStated = wanted.main === null || main.id === stated?.dtype
  const isPlain = main.bits >= 16 && !main.kept
  const groups = isPlain ? weightGroups : isStated && stated ? stated.groups : quantizable
  const apart: Readonly<Record<string, string>> = { ...(isStated ? model.precision.held : {}), ...wanted.groups }
  for (const [format, group, id] of [...weightGroups.map(group => [group, group, apart[group]] as const), ...deviations(model)]) {
    const named = format === group ? id : wanted.groups[group] ?? (isStated ? id : undefined)
    const dtype = named === 'plain' ? plain : (named === undefined ? null : find(named, 'precision.weights')) ?? (groups.includes(group) ? main : plain)
    const file = asked.weights === null ? heldIn(model.tensors, group) : null
    const { width, name, rate, extra, said } = formatOf(dtype, file, model.tensors?.format === 'gguf', activations, { ...core, dtype: activations.id }, device)
    widths[`bytes_${format}`] = width
    dtypes[`bytes_${format}`] = name
    rates[`peak_${format}`] = rate
    if (extra) extras[format] = extra
    for (const problem of said) notes.set(problem.message, problem)
  }
  problems.push(...notes.values())
  if (device.peaks.fp32 === null) problems.push(note('unknown-vector-peak', 'gpu', `The vector rate of ${device.name} is not known; vector work is bounded by memory alone.`))
  const weights = asked.weights === null && (model.tensors != null || model.precision.held?.experts !== undefined) ? null : [main.id, ...Object.entries(wanted.groups).map(([group, dtype]) => `${group}=${dtype}`)].join(', ')
  return { decided: { weights, activations: activations.id, cache: cache.id, widths, dtypes, rates, vector: device.peaks.fp32, extras, extrasKey: JSON.stringify(extras) }, problems }
}

function cacheExtra({ cache, ...dtype }: Dtype, activations: Dtype): Extra {
  return { widen: 2, ...(cache && 'vector' in cache ? cache : cache ? { recent: { tokens: cache.recent, bytes: bytesPerElement(activations) - bytesPerElement(dtype) } } : {}) }
}

interface Format { readonly width: number; readonly name: string; readonly rate: Rate; readonly extra: Extra | null; readonly said: readonly Problem[] }

/** How weights of a format are held and multiplied; `file` is what the tensors of a file say of them. */
function formatOf(dtype: Dtype, file: ReturnType<typeof heldIn>, isGguf: boolean, activations: Dtype, core: Rate, device: Device): Format {
  // GGML's kernels widen the weights block by block; other files say in their config what they are computed in.
  const widened = file !== null && isGguf && file.width < 2
  const engine = widened ? null : productEngine(dtype, activations, device)
  const rate = engine ?? core
  const gain = isPeak(rate.peak) ? sparseGain(dtype, rate.peak, device) : 1
  const widen = (engine === null && dtype.bits < 16) || dtype.widened === true || widened ? widened || (dtype.block?.zeroBits ?? 0) > 0 ? 2 : 1 : null
  const scale = file === null ? dtype.scale : undefined
  const only = widened ? file.name : engine === null && (dtype.kept ? dtype.bits < 16 : dtype.id !== activations.id) ? dtype.id : null
  return {
    width: file?.width ?? bytesPerElement(dtype), name: file?.name ?? dtype.id,
    rate: gain === 1 ? rate : { ...rate, flops: gain * rate.flops, dtype: `${rate.dtype}+2:4`, gain },
    extra: scale || widen !== null ? { ...(scale ? { scale } : {}), ...(widen === null ? {} : { widen }) } : null,
    said: [
      ...(dtype.kept && gain === 1 ? [note('not-skipped', 'precision.weights', `${dtype.id} saves bytes and no time of products: ${device.name} multiplies what is left out as well.`)] : []),
      ...(only === null ? [] : [note('weight-only', 'precision.weights', `Weights held in ${only} are computed in ${activations.id}: ${reasonOf(only, device)}`)]),
    ],
  }
}

/** Whether a format says how a cache is scaled: per vector, in blocks within one, or not at all. */
function isCache({ cache, block, scale, kept }: Dtype): boolean {
  return cache !== undefined || (!kept && (block === null || block.size <= 32) && (!scale || scale.out === null))
}

const isWeight = ({ cache }: Dtype): boolean => !cache || !('recent' in cache)

interface Offered { readonly id: string; readonly title: string }
const offer = (list: readonly Dtype[]): Offered[] => list.map(({ id, name, note = '' }) => ({ id, title: [name, note].filter(part => part !== '').join('. ') }))

/** The formats that each part of a model may be held in, with what they are: those of data/dtypes.json and, for weights, the mixtures of llama.cpp. */
export const formats: { readonly weights: readonly Offered[]; readonly activations: readonly Offered[]; readonly cache: readonly Offered[] } = {
  weights: [...offer(all.filter(dtype => isWeight(dtype) && !mixtureNames.includes(dtype.id))), ...mixtureNames.map(id => ({ id, title: `llama.cpp, ${id.toUpperCase()}` }))],
  activations: offer(all.filter(({ id, operand }) => id === operand)),
  cache: offer(all.filter(isCache)),
}

/** The formats that layers hold weights in apart from the model's groups: name, group and dtype, each once. */
function deviations(model: Model): Iterable<readonly [format: string, group: WeightGroup, dtype: string]> {
  const found = new Map<string, readonly [string, WeightGroup, string]>()
  for (const { held } of kindsOf(model)) for (const [key, dtype] of Object.entries(held ?? {})) {
    const group = key.split('/')[0] as WeightGroup
    const format = deviating(group, dtype)
    found.set(format, [format, group, dtype])
  }
  return found.values()
}

/** How the tensors of a file hold a part of the model: bytes per element with their scales, and the file's names of the dtypes. */
function heldIn(tensors: Model['tensors'], group: WeightGroup): { readonly width: number; readonly name: string } | null {
  let elements = 0, bytes = 0
  const names: string[] = []
  for (const [name, held] of Object.entries(tensors?.groups[group] ?? {})) { elements += held.elements; bytes += held.bytes; names.push(name) }
  return elements > 0 && bytes > 0 ? { width: bytes / elements, name: names.join(' + ') } : null
}

function reasonOf(id: string, device: Device): string {
  const dtype = findDtype(id)
  if ('code' in dtype) return 'they are widened as they are read.'
  return dtype.operand !== null ? `${device.name} has no engine for it.` : 'it is a weight-only format.'
}

/**
 * The engine of a product of weights and activations. Both operands must be narrow for a narrow rate: activations are
 * quantized on the way in where the weight format asks for it, or are narrow already; the wider operand decides.
 * Null where the weights have to be widened to the activations first.
 */
function productEngine(weights: Dtype, activations: Dtype, device: Device): Rate | null {
  const operandId = activations.bits <= 8 ? activations.id : weights.bits <= 8 ? weights.operand : activations.id
  const operand = operandId === null ? null : findDtype(operandId)
  if (operand === null || 'code' in operand) return null
  const decides = weights.bits >= operand.bits ? weights : operand
  const engine = engineOf(decides, device)
  return engine && engineOf(weights, device) ? { ...engine, dtype: decides.id } : null
}

function runnable(device: Device): string[] {
  return ['bf16', 'fp16', 'fp8', 'int8', 'fp32'].filter(id => { const dtype = findDtype(id); return !('code' in dtype) && engineOf(dtype, device) !== null }).slice(0, 3)
}
