/** In which format each part of a model is held, and at which rate its products run. */
import type { Device } from '../hardware/device.js'
import { bytesPerElement, engineOf, findDtype, type Dtype } from '../hardware/precision.js'
import { error, note, type Problem } from '../problem.js'
import type { WeightGroup } from './models/architecture.js'
import type { Model } from './models/model.js'

export const weightGroups: readonly WeightGroup[] = ['embedding', 'head', 'norm', 'attention', 'ffn', 'experts', 'shared', 'router', 'tower']
/** What quantizers touch by default: the linear layers inside the blocks, never embedding, head, norms, router or a vision tower. */
const quantizable: readonly WeightGroup[] = ['attention', 'ffn', 'experts', 'shared']

export interface Rate { readonly peak: string; readonly flops: number; readonly dtype: string }

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

function decide(asked: Asked, model: Model, device: Device): Decision {
  const problems: Problem[] = []
  const find = (name: string, path: string): Dtype | null => {
    const found = findDtype(name, path)
    if ('code' in found) { problems.push(found); return null }
    return found
  }
  const usual = device.peaks.bf16 !== null ? 'bf16' : 'fp16'
  const activations = find(asked.activations ?? model.precision.activations ?? usual, 'precision.activations')
  const cache = find(asked.cache ?? model.precision.cache ?? asked.activations ?? usual, 'precision.cache')
  const state = model.precision.state == null ? cache : find(model.precision.state, 'model.mamba_ssm_cache_dtype')
  const stated = model.precision.quantized
  const parts = asked.weights === null ? model.precision.parts ?? {} : {}
  const plain = find(model.precision.weights ?? activations?.id ?? usual, 'precision.weights')
  const main = find(asked.weights ?? stated?.dtype ?? plain?.id ?? usual, 'precision.weights')
  if (!activations || !cache || !state || !plain || !main) return { decided: null, problems }
  const core = engineOf(activations, device)
  if (!core) {
    problems.push(error('no-engine', 'precision.activations', `No ${activations.id} rate is known for ${device.name}: it has no engine for it, or no source states one.`, runnable(device)))
    return { decided: null, problems }
  }
  const groups = main.bits >= 16 ? weightGroups : main.id === stated?.dtype ? stated.groups : quantizable
  const rest = main.bits >= 16 ? main : plain
  const widths: Record<string, number> = { bytes_activation: bytesPerElement(activations), bytes_cache: bytesPerElement(cache), bytes_stat: bytesPerElement(state), bytes_index: 4 }
  const dtypes: Record<string, string> = { bytes_activation: activations.id, bytes_cache: cache.id, bytes_stat: state.id, bytes_index: 'int32' }
  const rates: Record<string, Rate> = { peak_core: { ...core, dtype: activations.id } }
  const weightOnly = new Set<string>()
  for (const group of weightGroups) {
    const part = parts[group] === undefined ? null : find(parts[group], 'model.expert_dtype')
    const dtype = part ?? (groups.includes(group) ? main : rest)
    const held = asked.weights === null ? heldIn(model.tensors, group) : null
    widths[`bytes_${group}`] = held?.width ?? bytesPerElement(dtype)
    dtypes[`bytes_${group}`] = held?.name ?? dtype.id
    // GGML's kernels widen the weights block by block; other files say in their config what they are computed in.
    const widened = held !== null && model.tensors?.format === 'gguf' && held.width < 2
    if (widened) weightOnly.add(held.name)
    const engine = widened ? null : productEngine(dtype, activations, device)
    if (!engine && !widened && dtype.id !== activations.id) weightOnly.add(dtype.id)
    rates[`peak_${group}`] = engine ?? { ...core, dtype: activations.id }
  }
  for (const id of weightOnly) problems.push(note('weight-only', 'precision.weights', `Weights held in ${id} are computed in ${activations.id}: ${reasonOf(id, device)}`))
  if (device.peaks.fp32 === null) problems.push(note('unknown-vector-peak', 'gpu', `The vector rate of ${device.name} is not known; vector work is bounded by memory alone.`))
  return { decided: { weights: asked.weights === null && (model.tensors != null || model.precision.parts !== undefined) ? null : main.id, activations: activations.id, cache: cache.id, widths, dtypes, rates, vector: device.peaks.fp32 }, problems }
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
