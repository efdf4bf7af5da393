/** Which layers differ: those with a window, and those with experts. */
import { error } from '../../../problem.js'
import type { Experts, Family } from './family.js'
import { count, flag, list, lookup, optionalSize, report, shown, size, type Fields } from './fields.js'

/** One entry per layer: whether its attention sees a window. `layer_types` wins over the family's own rule. */
export function windowLayers(fields: Fields, family: Family, layers: number): readonly boolean[] {
  const each = (rule: (i: number) => boolean): boolean[] => Array.from({ length: layers }, (_, i) => rule(i))
  const stated = layerTypes(fields, family, layers)
  if (family.window === 'never' && stated === null) return each(() => false)
  if (family.window === 'late' && !flag(fields, 'use_sliding_window')) return each(() => false)
  if (stated !== null) return stated
  if (family.window === 'chunks') return chunkedLayers(fields, layers)
  if (typeof family.window === 'object') {
    const listed = listedLayers(fields, family.window.listed, layers)
    return each(i => listed?.[i] === true)
  }
  if (family.window !== 'pattern' && optionalSize(fields, family.names.window) === null) return each(() => false)
  if (family.window === 'late') {
    const first = count(fields, 'max_window_layers')
    return each(i => i >= first)
  }
  const period = family.window === 'pattern' ? size(fields, ['sliding_window_pattern', '_sliding_window_pattern']) : 0
  return each(i => period === 0 || (i + 1) % period !== 0)
}

/** Layers that see a chunk: those with rotary position, which `no_rope_layers` marks by 1, else all but every n-th. */
function chunkedLayers(fields: Fields, layers: number): readonly boolean[] {
  const { value } = lookup(fields, 'no_rope_layers')
  if (Array.isArray(value) && value.length > 0) return listedLayers(fields, 'no_rope_layers', layers) ?? []
  const period = size(fields, 'no_rope_layer_interval')
  return Array.from({ length: layers }, (_, i) => (i + 1) % period !== 0)
}

/** Which layers choose the tokens that they attend to, and which take the choice of the one before: `indexer_types`, else a pattern, else every n-th. */
export function indexedLayers(fields: Fields, layers: number): readonly boolean[] {
  const listed = list<string>(fields, 'indexer_types', 'string', layers)
  const { value, path } = lookup(fields, 'index_topk_pattern')
  const pattern = listed?.map(type => type === 'full') ?? (typeof value === 'string' ? value.split('').map(mark => mark === 'F') : null)
  const freq = optionalSize(fields, 'index_topk_freq') ?? 1
  const offset = optionalSize(fields, 'index_skip_topk_offset') ?? 2
  const own = pattern ?? Array.from({ length: layers }, (_, i) => Math.max(i - offset + 1, 0) % freq === 0)
  if (own.length < layers || own[0] !== true) report(fields, error('invalid-field', listed === null ? path : lookup(fields, 'indexer_types').path, 'The first layer needs an indexer of its own, and every layer an entry.'))
  return own
}

/** `layer_types` as windows; null where absent. A type that is neither full nor sliding is an architecture that is not covered. */
function layerTypes(fields: Fields, family: Family, layers: number): readonly boolean[] | null {
  const types = list<string>(fields, 'layer_types', 'string', layers)
  const partial = family.window === 'chunks' ? 'chunked_attention' : 'sliding_attention'
  const whole = family.indexer === true ? ['full_attention', 'deepseek_sparse_attention', 'indexed_attention'] : ['full_attention']
  const other = types?.find(type => type !== partial && !whole.includes(type))
  if (other !== undefined) {
    const { path } = lookup(fields, 'layer_types')
    report(fields, error('unknown-architecture', path, `${path} has ${shown(other)} layers; ${[...whole, partial].join(', ')} are covered.`))
  }
  return types?.map(type => type === partial) ?? null
}

/** A list of 0 and 1 per layer; null where absent or faulty. */
function listedLayers(fields: Fields, field: string, layers: number): readonly boolean[] | null {
  const { path, value } = lookup(fields, field)
  if (value === undefined || value === null) {
    report(fields, error('missing-field', path, `${path} is missing: it says which layers differ.`))
    return null
  }
  const items = list<number>(fields, field, 'number', layers)
  const other = items?.find(item => item !== 0 && item !== 1)
  if (other !== undefined) report(fields, error('invalid-field', path, `${path} has ${shown(other)}, expected 0 or 1 per layer.`, ['0', '1']))
  return items?.map(item => item === 1) ?? null
}

/** One entry per layer: whether its FFN is routed experts. */
export function routedLayers(fields: Fields, experts: Experts, layers: number): readonly boolean[] {
  const each = (rule: (i: number) => boolean): boolean[] => Array.from({ length: layers }, (_, i) => rule(i))
  if (experts.layers === 'none' || experts.layers === 'all') return each(() => experts.layers === 'all')
  if (experts.layers === 'interleaved') {
    const listed = list<number>(fields, 'moe_layers', 'number')
    const step = listed === null ? size(fields, 'interleave_moe_layer_step') : 0
    return each(i => listed === null ? (i + 1) % step === 0 : listed.includes(i))
  }
  if (experts.layers === 'step') {
    const step = size(fields, 'decoder_sparse_step')
    const dense = new Set(list<number>(fields, 'mlp_only_layers', 'number') ?? [])
    return each(i => !dense.has(i) && step > 0 && (i + 1) % step === 0)
  }
  const first = count(fields, 'first_k_dense_replace', 10_000)
  const listed = Array.isArray(lookup(fields, 'moe_layer_freq').value) ? listedLayers(fields, 'moe_layer_freq', layers) : null
  const period = listed === null ? (optionalSize(fields, 'moe_layer_freq') ?? 1) : 1
  return each(i => i >= first && (listed === null ? period > 0 && i % period === 0 : listed[i] === true))
}
