/** Stacks whose layers are chosen one by one: every layer has a width of its own, or no attention, or nothing (Nemotron-NAS). */
import { describe, expect, test } from 'vitest'
import { analyze, findModel, type Checkpoint } from '../../src/index.js'
import { answered, explains, gpu, shares } from './answered.js'

interface Block { readonly attention: { readonly no_op?: boolean; readonly [field: string]: unknown }; readonly ffn: { readonly no_op?: boolean; readonly ffn_mult?: number; readonly [field: string]: unknown } }
const { config } = findModel('nemotron-super-49b') as Checkpoint
const blocks = config['block_configs'] as readonly Block[]
const [d, vocabulary, groups, head] = [8192, 128_256, 8, 128]
const workload = { batch: 1, prompt: 1023, output: 2 }
const changed = (at: number, block: object) => ({ ...config, block_configs: blocks.map((other, i) => i === at ? { ...other, ...block } : other) })

/** Width of an FFN: 2·mult·d/3 rounded down, then up to a multiple of 256. */
const width = (mult: number) => 256 * Math.ceil(Math.floor(2 * mult * d / 3) / 256)
const attention = 2 * d * d + 2 * d * groups * head + d
const ffn = (f: number) => 3 * d * f + d
const parameters = (list: readonly Block[]) => 2 * vocabulary * d + d
  + list.reduce((sum, b) => sum + (b.attention.no_op === true ? 0 : attention) + (b.ffn.no_op === true ? 0 : ffn(width(b.ffn.ffn_mult ?? 0))), 0)

describe('Nemotron Super 49B', () => {
  test('80 layers, 49 with attention, eight kinds: 49,867,145,216 parameters', () => {
    const { model, phases } = answered({ model: config, workload })
    expect(parameters(blocks)).toBe(49_867_145_216)
    expect([model.parameters, model.activeParameters]).toEqual([49_867_145_216, 49_867_145_216])
    const downs = phases[1]?.kernels.filter(k => k.id.endsWith('ffn/down')) ?? []
    expect(downs.map(k => [k.times, k.flops / 2 / d])).toEqual([[1, 14_336], [48, 28_672], [5, 14_336], [1, 17_920], [10, 7168], [1, 28_672], [8, 5632], [6, 2816]])
  })

  test('49 layers keep keys and values: 200,704 B per token in 16 bits', () => {
    const { model, memory } = answered({ model: config, workload, precision: { cache: 'bf16' } })
    expect(model.cacheBytesPerToken).toBe(49 * 2 * groups * head * 2)
    expect(memory.cache).toBe((1023 + 2) * 200_704)
  })

  test('a step: 2 FLOP per weight that is multiplied, 4·t per element of the queries', () => {
    const weights = 49_867_145_216 - vocabulary * d - d * (1 + 49 + 80)
    expect(answered({ model: config, workload }).phases[1]?.flops.matrix).toBe(2 * weights + 49 * 4 * 1024 * d)
  })
})

describe('layers of a file', () => {
  test('a layer that skips both has nothing, not even norms', () => {
    const skipped = changed(3, { attention: { no_op: true }, ffn: { no_op: true } })
    expect(answered({ model: skipped, workload }).model.parameters).toBe(49_867_145_216 - attention - ffn(28_672))
  })

  test('one that skips its FFN keeps attention; groups may differ', () => {
    expect(answered({ model: changed(3, { ffn: { no_op: true } }), workload }).model.parameters).toBe(49_867_145_216 - ffn(28_672))
    const { model } = answered({ model: changed(3, { attention: { n_heads_in_group: 16 } }), workload, precision: { cache: 'bf16' } })
    expect([model.parameters, model.cacheBytesPerToken]).toEqual([49_867_145_216 - 2 * d * 4 * head, 200_704 - 2 * 4 * head * 2])
  })

  test('a width may stand as it is', () => {
    expect(answered({ model: changed(3, { ffn: { intermediate_size: 28_672 } }), workload }).model.parameters).toBe(49_867_145_216)
  })

  test.each<readonly [change: object, code: string, path: string]>([
    [{ attention: { n_heads_in_group: 8, window_length: 4096 } }, 'not-supported', 'attention.window_length'],
    [{ attention: { n_heads_in_group: 8, num_sink_tokens: 4 } }, 'not-supported', 'attention.num_sink_tokens'],
    [{ attention: { n_heads_in_group: 8, replace_with_linear: true } }, 'not-supported', 'attention.replace_with_linear'],
    [{ attention: { n_heads_in_group: 7 } }, 'indivisible', ''], [{ attention: {} }, 'missing-field', 'attention.n_heads_in_group'],
    [{ ffn: { ffn_mult: 1, sparsify: [1] } }, 'not-supported', 'ffn.sparsify'], [{ ffn: {} }, 'missing-field', 'ffn.intermediate_size'], [{ ffn: { ffn_mult: '5' } }, 'invalid-field', 'ffn.ffn_mult'],
  ])('%j: %s at %s', (change, code, path) => {
    const report = analyze({ model: changed(7, change), gpu })
    expect(report.problems.filter(p => p.severity === 'error')).toContainEqual(expect.objectContaining({ code, path: path === '' ? 'model.num_attention_heads' : `model.block_configs.7.${path}` }))
    expect(report.phases).toEqual([])
  })

  test('more layers than blocks: the first that is missing is named', () => {
    const { problems } = analyze({ model: { ...config, num_hidden_layers: 81 }, gpu })
    expect(problems).toContainEqual(expect.objectContaining({ code: 'missing-field', path: 'model.block_configs.80.attention.n_heads_in_group' }))
  })

  test('the narrowest layer limits a split', () => {
    expect(analyze({ model: changed(7, { ffn: { intermediate_size: 2820 } }), gpu, mesh: { tp: 8 } }).problems.map(p => p.message).join()).toMatch(/FFN width of 2820/)
  })
})

shares(['nemotron-super-49b'])
explains([{ model: 'nemotron-super-49b', gpu, mesh: { tp: 2 } }])
