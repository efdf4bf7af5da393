/** In which formats a checkpoint says it holds its weights: `quantization_config`. */
import json from '../../../../data/quantization.json'
import type { Precision, WeightGroup } from '../../models/architecture.js'
import type { Held } from '../../models/model.js'
import { closest } from '../../../names.js'
import { error, note } from '../../../problem.js'
import { findDtype } from '../../../hardware/precision.js'
import { mixtureOutside, mixtureRules } from './mixture.js'
import { holding, linear, type Holding, type Rule } from './exclusions.js'
import { isObject, list, lookup, report, scalar, shown, text, type Config, type Fields } from './fields.js'

/** ModelOpt's `quant_algo`. */
const algorithms: ReadonlyMap<string, string> = new Map(Object.entries(json.modelopt))

/** `expert_dtype`, and what ModelOpt says of experts. */
const experts: ReadonlyMap<string, string> = new Map(Object.entries({ ...json.modelopt, ...json.experts }))

/** What a quantizer does: the format of linear layers that no rule names, null where only those are quantized that one names. */
interface Scheme {
  readonly base: string | null
  readonly rules: readonly Rule[]
}

/** How formats follow from `quantization_config`, by `quant_method`. Null where they do not. */
const methods = new Map<string, (fields: Fields, layers: readonly (readonly WeightGroup[])[]) => Scheme | null>([
  ['ggml', (fields, layers) => mixtureRules(text(fields, 'type') ?? '', layers.length, Number(scalar(lookup(fields, 'experts').value)))],
  ['fp8', fields => lookup(fields, 'quantized_layers').value !== undefined ? modelopt(fields) : whole(lookup(fields, 'weight_block_size').value == null ? 'fp8' : blockFp8(fields))],
  ['fbgemm_fp8', () => whole('fp8-channel')],
  // transformers' MXFP4 replaces the experts of gpt-oss and nothing else.
  ['mxfp4', () => ({ base: null, rules: [{ pattern: 'experts', dtype: 'mxfp4' }] })],
  ['mxfp8', () => whole('mxfp8')],
  ['modelopt', modelopt], ['modelopt_fp4', modelopt],
  ['compressed-tensors', compressed],
  ['gptq', integer], ['awq', integer],
  ['bitsandbytes', fields => whole(lookup(fields, 'load_in_4bit').value === true ? fourBits(fields) : lookup(fields, 'load_in_8bit').value === true ? 'llm-int8' : null)],
])

const whole = (dtype: string | null): Scheme | null => dtype === null ? null : { base: dtype, rules: [] }

/** `fp8-block` is one scale per 128 × 128 weights. */
function blockFp8(fields: Fields): string | null {
  const block = list<number>(fields, 'weight_block_size', 'number')
  return block?.length === 2 && block.every(n => n === 128) ? 'fp8-block' : null
}

function fourBits(fields: Fields): string {
  return lookup(fields, 'bnb_4bit_use_double_quant').value === true ? 'nf4-double' : 'nf4'
}

/** One algorithm for all, or `MIXED_PRECISION` with that of every quantized layer. */
function modelopt(fields: Fields): Scheme | null {
  const { value } = lookup(fields, 'quantized_layers')
  const base = algorithm(text(fields, 'quant_algo'), lookup(fields, 'group_size').value)
  if (!isObject(value)) return whole(base)
  const rules = Object.entries(value).map(([pattern, one]) => ({ pattern, dtype: isObject(one) ? algorithm(one['quant_algo'], one['group_size']) ?? '' : '' }))
  return rules.some(({ dtype }) => dtype === '') ? null : { base, rules }
}

function algorithm(name: unknown, group: unknown): string | null {
  const dtype = typeof name === 'string' ? algorithms.get(name.toUpperCase()) ?? null : null
  return dtype === 'int4-g128-sym' && typeof group === 'number' ? `int4-g${String(group)}-sym` : dtype
}

/** Both pack zero points beside the scales, symmetric or not; one group over all of the input is a scale per channel. */
function integer(fields: Fields): Scheme | null {
  const { value: bits } = lookup(fields, ['bits', 'w_bit'])
  const { value: group = 128 } = lookup(fields, ['group_size', 'q_group_size'])
  const dtype = findDtype(group === -1 ? `int${scalar(bits)}-channel` : `int${scalar(bits)}-g${scalar(group)}`)
  if ('code' in dtype || ![2, 3, 4, 8].includes(Number(scalar(bits)))) return null
  const { value } = lookup(fields, 'dynamic')
  const named = isObject(value) ? Object.keys(value).filter(key => key.startsWith('-:')).map(key => ({ pattern: `re:${key.slice(2)}`, dtype: 'plain' })) : []
  return { base: dtype.id, rules: lookup(fields, 'lm_head').value === true ? [...named, { pattern: 'lm_head', dtype: dtype.id }] : named }
}

/** llm-compressor's groups: all linear layers, or modules by name. */
function compressed(fields: Fields): Scheme | null {
  const { value } = lookup(fields, 'config_groups')
  const format = text(fields, 'format') ?? ''
  const rules: Rule[] = []
  let base: string | null = null
  for (const group of isObject(value) ? Object.values(value) : []) {
    const dtype = isObject(group) && isObject(group['weights']) ? groupDtype(group['weights'], typeof group['format'] === 'string' ? group['format'] : format, group['input_activations'] != null) : null
    if (dtype === null || !isObject(group)) return null
    const targets = group['targets'] ?? ['Linear']
    if (!Array.isArray(targets)) return null
    for (const target of targets) if (target === 'Linear') base ??= dtype; else rules.push({ pattern: String(scalar(target)), dtype })
  }
  return base === null && rules.length === 0 ? null : { base, rules }
}

/** What llm-compressor leaves out of the weights, where it stores them without. */
function sparse(fields: Fields, scheme: Scheme | null, weights: string | null): Scheme | null {
  const { value } = lookup(fields, 'sparsity_config')
  if (!isObject(value) || typeof value['format'] !== 'string' || value['format'] === 'dense') return scheme
  const [base, share] = [scheme === null ? weights ?? 'bf16' : scheme.base, value['global_sparsity']]
  const end = value['sparsity_structure'] === '2:4' ? '+2:4' : typeof share === 'number' && share > 0 && share < 1 ? `+${String(Math.round(100 * share))}%` : null
  if (end === null) return null
  const left = Array.isArray(value['ignore']) ? value['ignore'].filter(one => typeof one === 'string').map(pattern => ({ pattern, dtype: base ?? 'plain' })) : []
  return { base: base === null ? null : `${base}${end}`, rules: [...scheme?.rules.map(rule => ({ ...rule, dtype: rule.dtype === 'plain' ? 'plain' : `${rule.dtype}${end}` })) ?? [], ...left] }
}

function groupDtype(weights: Config, format: string, quantizesInput: boolean): string | null {
  const { num_bits: bits, type, strategy, group_size: group, symmetric } = weights
  if (type === 'int') {
    if (bits === 8 && quantizesInput) return 'int8'
    const dtype = findDtype(`int${scalar(bits)}-${typeof group === 'number' && group > 0 ? `g${String(group)}` : 'channel'}${symmetric === false ? '' : '-sym'}`)
    return 'code' in dtype ? null : dtype.id
  }
  if (type !== 'float') return null
  if (bits === 8) return strategy === 'block' ? 'fp8-block' : strategy === 'channel' ? 'fp8-channel' : group === 32 ? 'mxfp8' : 'fp8'
  return bits !== 4 ? null : format.startsWith('mxfp4') || group === 32 ? 'mxfp4' : group === 16 ? 'nvfp4' : null
}

/**
 * The precision that `quantization_config` states.
 * @param scope the fields that it stands among
 * @param layers per layer, the groups of linear weights in it
 * @param weights the dtype of unquantized weights
 */
export function quantization(scope: Fields, layers: readonly (readonly WeightGroup[])[], weights: string | null): Precision {
  const { path, value } = lookup(scope, 'quantization_config')
  if (!isObject(value)) {
    report(scope, error('invalid-field', path, `${path} is ${shown(value)}, expected an object.`))
    return { weights, quantized: null, cache: null }
  }
  // ModelOpt's own file has its fields one level down.
  const inner = isObject(value['quantization']) ? value['quantization'] : value
  const fields: Fields = { config: inner, defaults: {}, prefix: inner === value ? `${path}.` : `${path}.quantization.`, problems: scope.problems }
  const found = quantized(fields, layers, weights)
  const experts = expertsDtype(scope, fields, layers)
  return { weights, ...found, ...(experts === null ? {} : { held: { ...found.held, experts } }), cache: cache(fields) }
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

type Quantized = Pick<Precision, 'quantized' | 'held' | 'layers'>

function quantized(fields: Fields, layers: readonly (readonly WeightGroup[])[], weights: string | null): Quantized {
  const method = text(fields, 'quant_method')?.toLowerCase() ?? (Object.hasOwn(fields.config, 'quant_algo') ? 'modelopt' : null)
  const { path } = lookup(fields, 'quant_method')
  const schemeOf = methods.get(method ?? '')
  if (method === null || schemeOf === undefined) {
    const said = method === null ? `${path} is missing` : `${path} is ${shown(method)}, which is not known`
    report(fields, error('unknown-quantization', path, `${said}.`, method === null ? [] : closest(method, [...methods.keys()], 3)))
    return { quantized: null }
  }
  const scheme = sparse(fields, schemeOf(fields, layers), weights)
  if (scheme === null) {
    const parent = fields.prefix.slice(0, -1)
    report(fields, error('not-supported', parent, `${parent} describes ${method} weights in a format that is not covered.`, [...new Set(algorithms.values())]))
    return { quantized: null }
  }
  const key = ['ignore', 'modules_to_not_convert', 'exclude_modules', 'llm_int8_skip_modules']
  // What ModelOpt left alone on top of a quantized checkpoint is as it was.
  const left = text(fields, 'moe_quant_algo') === null ? list<string>(fields, key, 'string') ?? [] : []
  const excluded = left.map(pattern => ({ pattern, dtype: 'plain' }))
  return stated(fields, lookup(fields, key).path, holding([...scheme.rules, ...excluded], layers, scheme.base ?? 'plain'), scheme, method)
}

/** The format of most of the model with the groups that have it, and what layers hold apart from that. */
function stated(fields: Fields, path: string, { layers, head, unread, isMerged }: Holding, { base, rules }: Scheme, method: string): Quantized {
  const formats = new Set(layers.flatMap(held => Object.values(held)))
  const heaviest = ['experts', 'ffn', 'attention', 'shared'].flatMap(group => layers.map(held => held[group])).find(dtype => dtype !== undefined && dtype !== 'plain')
  const main = heaviest ?? [...formats].find(dtype => dtype !== 'plain') ?? base ?? rules[0]?.dtype ?? 'plain'
  const groups = linear.filter(group => layers.some(held => Object.entries(held).some(([key, dtype]) => dtype === main && (key === group || key.startsWith(`${group}/`)))))
  const usual = (key: string): string => (groups as readonly string[]).includes(key) ? main : 'plain'
  const kept = new Map<Held, Held>()
  const deviating = layers.map(held => {
    let own = kept.get(held)
    if (!own) {
      own = Object.fromEntries(Object.entries(held).filter(([key, dtype]) => dtype !== (key.includes('/') ? held[key.split('/')[0] ?? ''] : usual(key))))
      kept.set(held, own)
    }
    return own
  })
  if (isMerged) report(fields, note('partly-quantized', path, `${path} sets so many layers apart that they are not told from each other; all are counted as ${main}.`))
  if (unread.length > 0) {
    const few = unread.slice(0, 3).map(shown).join(', ')
    report(fields, note('unread-exclusion', path, `${path} names modules that were not recognized and are counted as the others are: ${few}.`))
  }
  return {
    quantized: groups.length === 0 ? null : { dtype: main, groups },
    ...(method === 'ggml' ? { held: mixtureOutside(text(fields, 'type') ?? '', lookup(fields, 'tied').value === true) } : head === null || head === 'plain' ? {} : { held: { head } }),
    ...(deviating.some(own => Object.keys(own).length > 0) ? { layers: deviating } : {}),
  }
}

/** `kv_cache_scheme` is a name or a description of numbers; `kv_cache_quant_algo` a name. */
function cache(fields: Fields): string | null {
  const { path, value } = lookup(fields, ['kv_cache_scheme', 'kv_cache_quant_algo'])
  if (value === undefined || value === null) return null
  const dtype = typeof value === 'string' ? algorithms.get(value.toUpperCase())
    : isObject(value) && value['num_bits'] === 8 ? (value['type'] === 'float' ? 'fp8' : value['type'] === 'int' ? 'int8' : undefined)
      : isObject(value) && value['num_bits'] === 4 ? (value['type'] === 'float' ? 'nvfp4' : value['type'] === 'int' ? 'int4' : undefined) : undefined
  if (dtype !== undefined) return dtype
  report(fields, error('not-supported', path, `${path} is ${shown(value)}, a cache format that is not covered.`, ['FP8']))
  return null
}
