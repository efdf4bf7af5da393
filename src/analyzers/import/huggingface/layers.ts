/**
 * Layers one by one, where a row's kinds follow from more than how often a mark is in a pattern. A tree is evaluated for each
 * layer; beside fields it may name `layer`, the number from 0; `x%a,b`, 1 where the layer's entry of a list or letter of a text
 * is a or b, else 0; and `x~1`, 1 where a list has the layer's number, counted from 1, else 0.
 */
import { error } from '../../../problem.js'
import type { Expr } from '../../graph.js'
import { evaluate, namesIn } from '../../product.js'
import { count, report, size, type Fields } from './fields.js'
import { pathOf, within } from './terms.js'

/** Whether a tree differs from layer to layer. */
export function varies(tree: Expr): boolean {
  return [...namesIn(tree)].some(name => name === 'layer' || /%|~\d/.test(name))
}

/** The tree as a function of a layer's number. */
export function perLayer(fields: Fields, tree: Expr): (layer: number) => number {
  const sources = [...namesIn(tree)].map(name => [name, valueOf(fields, name)] as const)
  const values: Record<string, number> = {}
  return layer => {
    for (const [name, at] of sources) values[name] = at(layer)
    return evaluate(tree, values)
  }
}

function valueOf(fields: Fields, name: string): (layer: number) => number {
  if (name === 'layer') return layer => layer
  const [, field = '', mark = '', rest = ''] = /^([^%~]*)([%~]?)(.*)$/.exec(name) ?? []
  const { own, key, value } = within(fields, field)
  if (mark === '') { const whole = count(own, key); return () => whole }
  const stated = items(value)
  if (value === undefined || value === null) size(own, key)
  if (mark === '%') { const marks = rest.split(','); return layer => Number(marks.includes(stated[layer] ?? '')) }
  const listed = new Set(stated)
  return layer => Number(listed.has(String(layer + Number(rest))))
}

/** Every layer is of one kind. `kinds`: the numbers of each kind's layers; `tree`: one that names the lists. */
export function checkLayers(fields: Fields, id: string, total: number, kinds: readonly (readonly number[])[], tree: Expr): void {
  const times = new Uint8Array(total)
  for (const layer of kinds.flat()) times[layer] = Math.min(2, (times[layer] ?? 0) + 1)
  const wrong = times.findIndex(n => n !== 1)
  if (wrong < 0) return
  const path = pathIn(fields, tree)
  report(fields, error('invalid-field', path, `Layer ${String(wrong + 1)} of ${String(total)} is of ${times[wrong] === 0 ? 'no kind' : 'two kinds'} that ${id} has: ${path} does not describe it alone.`))
}

/** The mean of a tree over layers; 0 where it has none, which is a problem. */
export function meanOver(fields: Fields, tree: Expr, layers: readonly number[]): number {
  const at = perLayer(fields, tree)
  const mean = layers.reduce((sum, layer) => sum + at(layer), 0) / Math.max(1, layers.length)
  if (Number.isFinite(mean) && mean >= 0) return mean
  const path = pathIn(fields, tree)
  report(fields, error('invalid-field', path, `${path} gives no size.`))
  return 0
}

/** The path of the first field that a tree names. */
function pathIn(fields: Fields, tree: Expr): string {
  const field = [...namesIn(tree)].find(name => name !== 'layer')?.replace(/[%~].*/, '') ?? ''
  return pathOf(fields, field)
}

/** The letters of a text or the items of a list, as texts. */
const items = (value: unknown): readonly string[] => typeof value === 'string' ? value.split('') : Array.isArray(value) ? value.map(item => typeof item === 'object' && item !== null ? '' : String(item)) : []
