/** In which precision a checkpoint says it holds its weights: `torch_dtype`, and `quantization_config` where what reads it is there. */
import json from '../../../../data/torch.json'
import type { Precision, WeightGroup } from '../../models/architecture.js'
import { closest } from '../../../names.js'
import { error } from '../../../problem.js'
import { lookup, report, shown, text, type Fields } from './fields.js'
import type { quantization as Quantization } from './quantization.js'

const dtypes: ReadonlyMap<string, string> = new Map(Object.entries(json.dtypes))

let reader: typeof Quantization | null = null

export function addQuantization(part: typeof Quantization): void {
  reader = part
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
  if (reader !== null) return reader(scope, layers, weights)
  const { path } = lookup(scope, 'quantization_config')
  report(scope, error('not-loaded', path, 'What reads formats of quantized weights is not loaded.'))
  return { weights, quantized: null, cache: null }
}
