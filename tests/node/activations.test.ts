/** Activation memory against the seven formulas of Korthikanti et al. (arXiv:2205.05198, Table 2). */
import { describe, expect, test } from 'vitest'
import '../../src/complete.js'
import { product } from '../../src/analyzers/product.js'
import { modelGraph } from '../../src/analyzers/models/loops.js'
import { sequenceParallel, tensorParallel } from '../../src/analyzers/parallel/index.js'
import { resolveModel } from '../../src/analyzers/found-model.js'
import { shard, type States } from '../../src/analyzers/shard.js'
import { keptTensors } from '../../src/analyzers/training/kept.js'
import { recomputing, type Regions } from '../../src/analyzers/training/recompute.js'
import { trainingGraph } from '../../src/analyzers/training/backward.js'

const [a, h, s, b, t] = [96, 12288, 2048, 2, 8]
const config = { model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], n_embd: h, n_layer: 1, n_head: a, n_positions: s, vocab_size: 51200, n_inner: 4 * h, activation_function: 'gelu_new' }
const core: Regions = id => id.includes('attn/core/') ? [{ id: 'core', isKernel: false }] : []
const all: Regions = id => id.startsWith('decoder/') ? [{ id: 'layer', isKernel: false }] : []
const none: Regions = () => []

function bytes(mesh: Parameters<typeof shard>[1], region: Regions): number {
  const found = resolveModel(config)
  if (!('model' in found)) throw new Error(JSON.stringify(found))
  const graph = trainingGraph(modelGraph(found.model, 'expanded', 'first', false, { dropout: true }), recomputing(region))
  const axes = { ...graph.axes }
  const states: States = new Map()
  const { layers: terms } = keptTensors(shard(graph, mesh, states), states, region, axes)
  const sizes: Record<string, number> = { ...found.model.sizes, ...found.model.stacks[0]!.kinds[0]!.sizes, l: 1, b, s, t: s, o: s, u: s, n: s, micro: 1, tp: t, bytes_activation: 2, bytes_mask: 1, f_tp: 4 * h / t, g_tp: a / t, r_tp: 1, s_tp: s / t, o_tp: s / t, v_tp: 51200 / t }
  return terms.reduce((sum, x) => sum + x.factor * product(x.names, sizes), 0) / (s * b * h)
}

describe('bytes per layer over s·b·h', () => {
  test.each([
    ['no parallelism', {}, none, 34 + 5 * a * s / h],
    ['tensor', { tp: tensorParallel }, none, 10 + 24 / t + 5 * a * s / (h * t)],
    ['tensor and sequence', { tp: sequenceParallel }, none, (34 + 5 * a * s / h) / t],
    ['tensor, selective', { tp: tensorParallel }, core, 10 + 24 / t],
    ['tensor and sequence, selective', { tp: sequenceParallel }, core, 34 / t],
    ['full', { tp: tensorParallel }, all, 2],
    ['full and sequence', { tp: sequenceParallel }, all, 2 / t],
  ])('%s', (_, mesh, region, expected) => {
    expect(bytes(mesh, region)).toBeCloseTo(expected, 9)
  })
})
