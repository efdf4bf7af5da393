/** What the names in a pass's formulas mean: axes, widths, rates and constants. */
import vector from '../../../data/vector.json'
import { print } from '../product.js'
import type { Expr } from '../graph.js'
import { weightGroups } from '../precision.js'
import type { Run } from '../run.js'
import { isPlain } from '../strategy.js'
import type { Structure } from '../structure.js'
import { plain, type Input, type Scope } from './quantity.js'

const vectorNotes = vector.weights as Readonly<Record<string, { readonly title: string; readonly source: string } | undefined>>
const fromScenario: Readonly<Record<string, string>> = {
  b: 'workload.batch', s: 'workload', t: 'workload', o: 'conventions.head', causal: 'conventions.attention', tp: 'mesh.tp', cp: 'mesh.cp', ep: 'mesh.ep, of the replicas that share experts',
  images: 'workload.images', height: 'workload.image, else the model\'s', width: 'workload.image, else the model\'s',
}

/** The scope of a structure's axes with the sizes of one pass. */
export function passScope(run: Run, s: Structure, sizes: Float64Array): Scope {
  return name => {
    const value = sizes[s.layout.slot(name)]
    if (value === undefined || Number.isNaN(value)) throw new Error(`no size for "${name}"`)
    return width(run, name, value) ?? rate(run, name, value) ?? vectorWeight(name, value) ?? axis(run, s, name, value, sizes)
  }
}

function width({ resolved: { precision } }: Run, name: string, value: number): Input | null {
  if (!name.startsWith('bytes_')) return null
  const dtype = precision.dtypes[name] ?? ''
  const fromFile = precision.weights === null && weightGroups.some(group => name.startsWith(`bytes_${group}`))
  return plain(name, `bytes per ${name.slice(6)} element in ${dtype}`, value, 'byte', fromFile ? 'the tensors of the file, scales included' : `data/dtypes.json: ${dtype}`)
}

function rate({ resolved: { precision, device, efficiency } }: Run, name: string, value: number): Input | null {
  if (name.startsWith('share_')) {
    const { source } = name === 'share_core' ? efficiency.attention : name === 'share_vector' || name === 'share_widen' ? efficiency.vector : efficiency.matrix
    return plain(name, 'share of the peak that is reached', value, '1', `data/efficiency.json, ${efficiency.marked}: ${source}`)
  }
  if (!name.startsWith('peak_')) return null
  const peak = name === 'peak_vector' || name === 'peak_widen' ? 'fp32' : precision.rates[name]?.peak ?? ''
  const gain = precision.rates[name]?.gain
  return plain(name, `${peak} peak of ${device.name}, ${gain === undefined ? 'dense' : `${String(gain)} times for 2:4 sparsity`}`, value, 'FLOP/s', `data/gpus.json: ${device.id}.peaks.${peak}`, { datum: { gpu: device.id, field: `peaks.${peak}` } })
}

function vectorWeight(name: string, value: number): Input | null {
  const known = vectorNotes[name]
  return known ? plain(name, known.title, value, 'FLOP', `data/vector.json: ${known.source}`) : null
}

function axis(run: Run, s: Structure, name: string, value: number, sizes: Float64Array): Input {
  const known = s.axes[name]
  const { imageTokens, resolved: { scenario: { mesh, workload: { images } } } } = run
  if ((name === 's' || name === 't') && imageTokens > 0 && value > imageTokens) return plain(name, known?.title ?? name, value, '', 'scenario: workload.prompt, and workload.images × tokens per image', { formula: `${String(value - imageTokens)} + ${String(images)} * ${String(imageTokens / images)}` })
  if (name === 'b' && !isPlain(mesh)) return plain(name, known?.title ?? name, value, '', 'scenario: workload.batch, as mesh.dp and mesh.pp deal it', {})
  const source = known?.source ?? (name in fromScenario ? `scenario: ${fromScenario[name] ?? ''}` : known?.size === undefined ? `model ${run.resolved.id}` : null)
  return plain(name, known?.title ?? name, value, '', source, { formula: known?.size === undefined ? null : substituted(known.size, s, sizes) })
}

function substituted(expr: Expr, s: Structure, sizes: Float64Array): string {
  const values = new Proxy({}, { get: (_, name) => typeof name === 'string' ? sizes[s.layout.slot(name)] : undefined })
  return print(expr, values)
}
