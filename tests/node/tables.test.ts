/** Tables of other tools and of vendors, reproduced under the conventions that they state. */
import { describe, expect, test } from 'vitest'
import '../../src/complete.js'
import type { Graph, Op, Profile } from '../../src/analyzers/graph.js'
import { fill } from '../../src/analyzers/compile.js'
import { modelGraph } from '../../src/analyzers/models/loops.js'
import { modelSizes } from '../../src/analyzers/models/model.js'
import { op } from '../../src/analyzers/ops/index.js'
import { phaseReport, type Machine } from '../../src/analyzers/report.js'
import { resolveModel } from '../../src/analyzers/found-model.js'
import { structure } from '../../src/analyzers/structure.js'
import type { KernelReport } from '../../src/scenario/report.js'

const unfused: Profile = { id: 'unfused', title: '', kernels: [], mask: 'computed', overhead: { bytes: 0, collectives: 0, source: '' }, host: { seconds: 0, source: '' }, band: { factor: null, source: '' }, cache: null }
const roofline = { eb: 1, t0: 0, p: null }
const machine = (bandwidth: number): Machine => ({
  bandwidth, links: {}, constants: { matrix: roofline, attention: roofline, vector: roofline },
  collective: { eb: 1, t0: 0, perRank: 0 }, host: 0, band: null, basis: 'default', far: null,
})

/** Kernels of a graph, unfused, every element two bytes, at one peak. */
function kernels(graph: Graph, sizes: Readonly<Record<string, number>>, peak: number, bandwidth: number): ReadonlyMap<string, KernelReport> {
  const s = structure(graph, {}, unfused)
  const all: Record<string, number> = { causal: 0, b: 1, s: 1, t: 1, o: 1, ...sizes }
  for (const { name } of s.layout.given) all[name] ??= name.startsWith('bytes_') ? 2 : name.startsWith('share_') ? 1 : name.startsWith('peak_') ? peak : NaN
  const report = phaseReport('forward', s, fill(s.layout, all), machine(bandwidth), 0)
  return new Map(report.kernels.map(k => [k.id, k]))
}

/** A printed figure: the value rounds to it at the digits it shows. */
function prints(value: number, printed: string): boolean {
  const [, digits = '', suffix = ''] = /^([\d.]+)([KMGT]?)$/.exec(printed) ?? []
  const scale = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 }[suffix] ?? NaN
  const decimals = digits.split('.')[1]?.length ?? 0
  return Math.abs(value / scale - Number(digits)) <= 0.5 * 10 ** -decimals * (1 + 1e-9)
}

/**
 * LLM-Viewer's paper (arXiv:2402.16363), Table 1: one layer of Llama-2-7B on an A6000 at 155 TFLOP/s and 768 GB/s, batch 1, 2048 tokens.
 * Its conventions: every op a kernel, no causal mask, softmax 5 and norm 7 FLOP per element, norms without their weight, additions read one input.
 */
describe('LLM-Viewer, Table 1', () => {
  const found = resolveModel('llama-2-7b')
  if (!('model' in found)) throw new Error('llama-2-7b')
  const asTheyCount = (op: Op): Op => ({
    ...op,
    tensors: op.tensors.filter((t, i) => !(op.id.endsWith('norm') && t.held === 'weight') && !(op.id.endsWith('/add') && t.role === 'in' && i > 0)),
  })
  const graph = modelGraph(found.model, 'expanded')
  const table = (s: number) => kernels(
    { ...graph, blocks: graph.blocks.map(b => ({ ...b, ops: b.ops.map(asTheyCount) })) },
    { ...modelSizes(found.model), w_norm: 7, w_add: 1, w_softmax: 5, w_gate: 5, w_rope: 0, s, t: 2048 }, 155e12, 768e9,
  )

  const compute = ['155T', 'compute'] as const
  test.each([
    ['attn/q', 2048, '69G', '67M', '1024', ...compute], ['attn/k', 2048, '69G', '67M', '1024', ...compute],
    ['attn/v', 2048, '69G', '67M', '1024', ...compute], ['attn/out', 2048, '69G', '67M', '1024', ...compute],
    ['ffn/gate', 2048, '185G', '152M', '1215', ...compute], ['ffn/up', 2048, '185G', '152M', '1215', ...compute], ['ffn/down', 2048, '185G', '152M', '1215', ...compute],
    ['attn/core/scores', 2048, '34G', '302M', '114', '87T', 'memory'], ['attn/core/values', 2048, '34G', '302M', '114', '87T', 'memory'],
    ['attn/core/softmax', 2048, '671M', '537M', '1.25', '960G', 'memory'],
    ['attn/norm', 2048, '59M', '34M', '1.75', '1T', 'memory'], ['ffn/norm', 2048, '59M', '34M', '1.75', '1T', 'memory'],
    ['attn/add', 2048, '8M', '34M', '.25', '192G', 'memory'], ['ffn/add', 2048, '8M', '34M', '.25', '192G', 'memory'],
    ['attn/q', 1, '34M', '34M', '1', '768G', 'memory'], ['attn/out', 1, '34M', '34M', '1', '768G', 'memory'],
    ['ffn/gate', 1, '90M', '90M', '1', '768G', 'memory'], ['ffn/down', 1, '90M', '90M', '1', '768G', 'memory'],
    ['attn/core/scores', 1, '17M', '17M', '.99', '762G', 'memory'], ['attn/core/values', 1, '17M', '17M', '.99', '762G', 'memory'],
    ['attn/core/softmax', 1, '328K', '262K', '1.25', '960G', 'memory'],
    ['attn/norm', 1, '29K', '16K', '1.75', '1T', 'memory'], ['attn/add', 1, '4K', '16K', '.25', '192G', 'memory'],
  ])('%s over %i tokens: %s FLOP, %s bytes', (id, s, flops, bytes, intensity, speed, bound) => {
    const k = table(s).get(`decoder/${id}`)
    if (!k) throw new Error(`no kernel ${id}`)
    expect(prints(k.flops, flops), `${String(k.flops)} prints ${flops}`).toBe(true)
    expect(prints(k.bytes, bytes), `${String(k.bytes)} prints ${bytes}`).toBe(true)
    expect(prints(k.intensity ?? NaN, intensity), `${String(k.intensity)} prints ${intensity}`).toBe(true)
    expect(prints(k.flops / k.seconds.bound, speed), `${String(k.flops / k.seconds.bound)} prints ${speed}`).toBe(true)
    expect(k.limit).toBe(bound)
  })
})

/** NVIDIA, "GPU Performance Background": arithmetic intensities in FLOP per byte, 16-bit elements. */
describe('NVIDIA guide', () => {
  const one = (op: Op, sizes: Readonly<Record<string, number>>) => kernels({ axes: {}, blocks: [{ id: '', ops: [op] }] }, sizes, 1, 1).get(op.id)?.intensity
  const layer = op('linear', 'product', 'x:b d, w=d f -> y:b f', { group: 'ffn' })

  test.each([[512, 315], [1, 1]])('a linear layer from 1024 to 4096 at batch %i: %i', (b, intensity) => {
    expect(Math.round(one(layer, { b, d: 1024, f: 4096 }) ?? NaN)).toBe(intensity)
  })

  test('a ReLU: 0.25', () => {
    expect(one(op('relu', 'map', 'x:b d -> y:b d', { flops: 1 }), { b: 3, d: 5 })).toBe(0.25)
  })
})
