/** In which precision a checkpoint says it holds its weights: `torch_dtype` and `quantization_config`. */
import json from '../../../../data/quantization.json'
import type { Precision, WeightGroup } from '../../models/architecture.js'
import { closest } from '../../../names.js'
import { error, note } from '../../../problem.js'
import { quantizedGroups } from './exclusions.js'
import { isObject, list, lookup, report, shown, text, type Config, type Fields } from './fields.js'

const dtypes: ReadonlyMap<string, string> = new Map(Object.entries(json.torch))
/** ModelOpt's `quant_algo`. */
const algorithms: ReadonlyMap<string, string> = new Map(Object.entries(json.modelopt))

/** `expert_dtype`, and what ModelOpt says of experts. */
const experts: ReadonlyMap<string, string> = new Map(Object.entries({ ...json.modelopt, ...json.experts }))

/** How the weights' dtype follows from `quantization_config`, by `quant_method`. Null where it does not. */
const methods: ReadonlyMap<string, (fields: Fields) => string | null> = new Map([
  ['fp8', fields => (lookup(fields, 'weight_block_size').value == null ? 'fp8' : blockFp8(fields))],
  ['fbgemm_fp8', () => 'fp8'],
  ['mxfp4', () => 'mxfp4'],
  ['mxfp8', () => 'mxfp8'],
  ['modelopt', modelopt],
  ['compressed-tensors', compressed],
  ['gptq', integer], ['awq', integer],
  ['bitsandbytes', fields => (lookup(fields, 'load_in_4bit').value === true ? 'int4' : lookup(fields, 'load_in_8bit').value === true ? 'int8' : null)],
])

/** `fp8-block` is one scale per 128 × 128 weights. */
function blockFp8(fields: Fields): string | null {
  const block = list<number>(fields, 'weight_block_size', 'number')
  return block?.length === 2 && block.every(n => n === 128) ? 'fp8-block' : null
}

function modelopt(fields: Fields): string | null {
  return algorithms.get(text(fields, 'quant_algo') ?? '') ?? null
}

function integer(fields: Fields): string | null {
  const { value } = lookup(fields, ['bits', 'w_bit'])
  return value === 4 ? 'int4' : value === 8 ? 'int8' : null
}

/** llm-compressor's groups; all of one dtype, for all linear layers. */
function compressed(fields: Fields): string | null {
  const { value } = lookup(fields, 'config_groups')
  const groups = isObject(value) ? Object.values(value) : []
  const format = text(fields, 'format') ?? ''
  const found = new Set(groups.map(group => (isObject(group) && isObject(group['weights']) && targetsLinear(group) ? groupDtype(group['weights'], format) : null)))
  return found.size === 1 ? ([...found][0] ?? null) : null
}

function targetsLinear(group: Config): boolean {
  const targets = group['targets']
  return targets === undefined || (Array.isArray(targets) && targets.every(target => target === 'Linear'))
}

function groupDtype(weights: Config, format: string): string | null {
  const [bits, type] = [weights['num_bits'], weights['type']]
  if (type === 'int') return bits === 8 ? 'int8' : bits === 4 ? 'int4' : null
  if (type !== 'float') return null
  if (bits === 8) return weights['strategy'] === 'block' ? 'fp8-block' : weights['group_size'] === 32 ? 'mxfp8' : 'fp8'
  return bits !== 4 ? null : format.startsWith('mxfp4') || weights['group_size'] === 32 ? 'mxfp4' : weights['group_size'] === 16 ? 'nvfp4' : null
}

/** The dtype of unquantized weights. */
export function weightsDtype(scopes: readonly Fields[], key: readonly string[] = ['dtype', 'torch_dtype']): string | null {
  for (const fields of scopes) {
    const stated = text(fields, key)?.replace(/^torch\./, '')
    if (stated === undefined || stated === 'auto') continue
    const dtype = dtypes.get(stated)
    if (dtype !== undefined) return dtype
    const { path, value } = lookup(fields, key)
    report(fields, error('invalid-field', path, `${path} is ${shown(value)}, not a dtype of weights that is known.`, closest(stated, [...dtypes.keys()], 3)))
  }
  return null
}

/**
 * The precision that a checkpoint states.
 * @param scopes the decoder's own fields, then those around it
 * @param layers per layer, the groups of linear weights in it
 */
export function precision(scopes: readonly Fields[], layers: readonly (readonly WeightGroup[])[]): Precision {
  const weights = weightsDtype(scopes)
  const scope = scopes.find(fields => (lookup(fields, 'quantization_config').value ?? null) !== null)
  if (scope === undefined) return { weights, quantized: null, cache: null }
  const { path, value } = lookup(scope, 'quantization_config')
  if (!isObject(value)) {
    report(scope, error('invalid-field', path, `${path} is ${shown(value)}, expected an object.`))
    return { weights, quantized: null, cache: null }
  }
  const fields: Fields = { config: value, defaults: {}, prefix: `${path}.`, problems: scope.problems }
  const parts = expertsDtype(scope, fields, layers)
  return { weights, quantized: quantized(fields, layers), ...(parts === null ? {} : { parts: { experts: parts } }), cache: cache(fields) }
}

/** A dtype that routed experts have for themselves: ModelOpt's on top of a quantized checkpoint, else the checkpoint's own. */
function expertsDtype(scope: Fields, fields: Fields, layers: readonly (readonly WeightGroup[])[]): string | null {
  const [from, key] = text(fields, 'moe_quant_algo') === null ? [scope, 'expert_dtype'] : [fields, 'moe_quant_algo']
  const stated = text(from, key)
  if (stated === null || !layers.some(groups => groups.includes('experts'))) return null
  const { path } = lookup(from, key)
  if (!experts.has(stated)) report(from, error('not-supported', path, `${path} is ${shown(stated)}, a format of experts that is not covered.`, Object.keys(json.experts)))
  return experts.get(stated) ?? null
}

function quantized(fields: Fields, layers: readonly (readonly WeightGroup[])[]): Precision['quantized'] {
  const method = text(fields, 'quant_method')?.toLowerCase() ?? (Object.hasOwn(fields.config, 'quant_algo') ? 'modelopt' : null)
  const { path } = lookup(fields, 'quant_method')
  const dtypeOf = methods.get(method ?? '')
  if (method === null || dtypeOf === undefined) {
    const said = method === null ? `${path} is missing` : `${path} is ${shown(method)}, which is not known`
    report(fields, error('unknown-quantization', path, `${said}.`, method === null ? [] : closest(method, [...methods.keys()], 3)))
    return null
  }
  const dtype = dtypeOf(fields)
  if (dtype === null) {
    const parent = fields.prefix.slice(0, -1)
    report(fields, error('not-supported', parent, `${parent} describes ${method} weights in a format that is not covered.`, [...new Set(algorithms.values())]))
    return null
  }
  return groupsOf(fields, dtype, layers)
}

function groupsOf(fields: Fields, dtype: string, layers: readonly (readonly WeightGroup[])[]): Precision['quantized'] {
  const key = ['ignore', 'modules_to_not_convert', 'exclude_modules', 'llm_int8_skip_modules']
  const { path } = lookup(fields, key)
  // What ModelOpt left alone on top of a quantized checkpoint is as it was.
  const left = text(fields, 'moe_quant_algo') === null ? list<string>(fields, key, 'string') ?? [] : []
  const found = quantizedGroups(left, layers)
  // transformers' MXFP4 replaces the experts of gpt-oss and nothing else.
  const groups = text(fields, 'quant_method') === 'mxfp4' ? found.groups.filter(group => group === 'experts') : found.groups
  const partly = found.partly.filter(group => groups.includes(group))
  if (partly.length > 0) {
    report(fields, note('partly-quantized', path, `Some ${partly.join(' and ')} weights are left unquantized; all are counted as ${dtype}.`))
  }
  if (found.unread.length > 0) {
    const few = found.unread.slice(0, 3).map(shown).join(', ')
    report(fields, note('unread-exclusion', path, `${path} names modules that were not recognized and are counted as quantized: ${few}.`))
  }
  return groups.length === 0 ? null : { dtype, groups }
}

/** `kv_cache_scheme` is a name or a description of numbers; `kv_cache_quant_algo` a name. */
function cache(fields: Fields): string | null {
  const { path, value } = lookup(fields, ['kv_cache_scheme', 'kv_cache_quant_algo'])
  if (value === undefined || value === null) return null
  const dtype = typeof value === 'string' ? algorithms.get(value.toUpperCase())
    : isObject(value) && value['num_bits'] === 8 ? (value['type'] === 'float' ? 'fp8' : value['type'] === 'int' ? 'int8' : undefined)
      : isObject(value) && value['num_bits'] === 4 && value['type'] === 'float' ? 'nvfp4' : undefined
  if (dtype !== undefined) return dtype
  report(fields, error('not-supported', path, `${path} is ${shown(value)}, a cache format that is not covered.`, ['FP8']))
  return null
}
