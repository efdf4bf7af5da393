/** How a convolution may be computed (data/lowering.json): multiplications, workspace and where its point on the roofline goes. Loaded on demand. */
import json from '../../data/lowering.json'
import { failed, type Problem } from '../problem.js'
import type { Scenario } from '../scenario/schema.js'
import type { Expr } from './graph.js'
import { glossary } from './axes.js'
import { evaluate, product, sizing } from './product.js'
import { resolve } from './resolve.js'

interface Algorithm { readonly kernel: number | null; readonly multiplications: Expr; readonly workspace: Expr; readonly weights: Expr; readonly source: string }
const { note: _note, ...rest } = json
const algorithms = rest as unknown as Readonly<Record<string, Algorithm>>

/** One algorithm for one convolution of a batch. */
export interface Lowering {
  /** The node, as kernels of the profile `eager` are called. */
  readonly layer: string
  readonly algorithm: string
  readonly multiplications: number
  /** Multiply-adds of the loop nest for each multiplication. */
  readonly reduction: number
  /** Bytes that are written and read again beside inputs, weights and outputs. */
  readonly workspace: number
  readonly bytes: number
  /** FLOP per byte, where a multiplication goes with an addition. */
  readonly intensity: number
  /** Seconds: the larger of products at the peak and bytes at the bandwidth. */
  readonly bound: number
  readonly source: string
}

/** The algorithms that each two-dimensional convolution of a scenario's network has; none for what is no network. */
export function lowerings(scenario: Scenario): { readonly layers: readonly Lowering[]; readonly problems: readonly Problem[] } {
  const resolved = resolve(scenario)
  if (!('scenario' in resolved)) return { layers: [], problems: failed(resolved) ? resolved : [] }
  const { model: { network, image }, device, precision, scenario: { workload } } = resolved
  if (!network) return { layers: [], problems: [] }
  const [height = 1, width = 1] = workload.image ?? image ?? []
  const sizes = sizing({ ...glossary, ...network.axes }, { b: workload.batch, height, width })
  const shapes = new Map(Object.entries(network.inputs))
  const [activation = 2, weight = 2] = [precision.widths['bytes_activation'], precision.widths['bytes_ffn']]
  const [tensor = Infinity, vector = Infinity] = [precision.rates['peak_ffn']?.flops, precision.vector ?? undefined]
  const layers: Lowering[] = []
  for (const { id, kind, reads, makes, weights = {}, steps } of network.nodes) {
    for (const [name, shape] of Object.entries(makes)) shapes.set(name, shape)
    const [made = [], held = [], from = []] = [Object.values(makes)[0], Object.values(weights)[0], shapes.get(reads[0] ?? '')]
    if (kind !== 'conv' || held.length !== 4) continue
    const [b = 1, o = 1, h = 1, w = 1] = made.map(extent => product([extent], sizes))
    const [, per = 1, kh = 1, kw = 1] = held.map(Number)
    const c = Number(from[1]), peak = per === 1 && c > 1 ? vector : tensor, macs = b * h * w * o * per * kh * kw
    const values = { b, o, h, w, c, g: c / per, kh, kw, macs }
    for (const [algorithm, { kernel, multiplications, workspace, weights: elements, source }] of Object.entries(algorithms)) {
      if (kernel !== null && (steps !== undefined || kh !== kernel || kw !== kernel)) continue
      const products = evaluate(multiplications, values), extra = evaluate(workspace, values) * activation
      const bytes = (product(from, sizes) + b * o * h * w) * activation + evaluate(elements, values) * weight + 2 * extra
      layers.push({ layer: id, algorithm, multiplications: products, reduction: macs / products, workspace: extra, bytes, intensity: 2 * products / bytes, bound: Math.max(2 * products / peak, bytes / device.bandwidth), source })
    }
  }
  return { layers, problems: resolved.notes }
}
