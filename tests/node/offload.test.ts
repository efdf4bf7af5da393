/** Weights and caches outside the memory of the GPU: one more roof. */
import { describe, expect, test } from 'vitest'
import { analyze, findGpu, type Device, type Scenario } from '../../src/index.js'
import { answered, explains, gpu } from './answered.js'

type Offload = NonNullable<Scenario['offload']>
const on = (offload: Offload, rest: Partial<Omit<Scenario, 'gpu'>> & { gpu?: string } = {}) => answered({ model: 'llama-3.1-70b', gpu: 'rtx-4090', ...rest, offload })
const pcie = (findGpu('rtx-4090') as Device).pcie.bandwidth!

test('nothing offloaded is the report as it was', () => {
  const { scenario: _, ...whole } = answered({ model: 'llama-3.1-8b' })
  for (const offload of [{}, { weights: 0, cache: 0 }, { to: 'nvme' }] as const) {
    const { scenario: __, ...report } = answered({ model: 'llama-3.1-8b', offload })
    expect(JSON.stringify(report)).toBe(JSON.stringify(whole))
  }
})

describe('Llama 3.1 70B in bf16 on a GPU of 24 GB', () => {
  // 80 layers; of the embedding only one row comes over.
  const layers = 80 * 2 * (8192 * 10_240 + 8192 * 8192 + 3 * 8192 * 28_672 + 2 * 8192), head = 2 * (8192 * 128_256 + 8192)
  test('it does not fit, and with all weights outside it does', () => {
    expect(answered({ model: 'llama-3.1-70b', gpu: 'rtx-4090' }).memory.fits).toBe(false)
    const { memory } = on({ weights: 1 })
    expect(memory).toMatchObject({ weights: 0, fits: true, offloaded: { weights: 2 * 70_553_706_496, cache: 0, to: 'cpu' } })
    expect(memory.total).toBe(memory.cache + memory.activations)
  })

  test.each([1, 0.9, 0.5])('share %f: a token takes the weights over PCIe', share => {
    const { phases, metrics, links } = on({ weights: share })
    const bytes = share * (layers + head + 2 * 8192)
    expect(phases[1]!.perGpu.loaded! / bytes).toBeCloseTo(1, 12)
    expect(metrics.tpot! / (bytes / pcie)).toBeGreaterThan(1)
    // What takes no weights (attention) and the start of kernels come on top.
    expect(metrics.tpot! / (bytes / pcie)).toBeLessThan(1 + 0.003 / share)
    expect(phases[1]!.limit).toBe('network')
    expect(phases[1]!.kernels.find(({ id }) => id === 'decoder/ffn/gate-up')).toMatchObject({ limit: 'network', loaded: share * 2 * 2 * 8192 * 28_672 })
    expect(links).toHaveLength(1)
    expect(links[0]).toMatchObject({ link: 'pcie-cpu' })
    expect(links[0]!.bytes / (bytes * 255 + phases[0]!.perGpu.loaded!)).toBeCloseTo(1, 12)
    expect(links[0]!.seconds).toBeCloseTo(links[0]!.bytes / pcie, 6)
    expect(links[0]!.exposed).toBeLessThan(links[0]!.seconds)
    expect(links[0]!.exposed).toBeGreaterThan(links[0]!.seconds * (1 - 0.1 / share))
  })

  test('time grows with the share and memory falls, and neither turns back', () => {
    const shares = [0, 0.01, 0.05, 0.1, 0.3, 0.6, 0.9, 1]
    const reports = shares.map(weights => on({ weights }))
    const times = reports.map(({ metrics }) => metrics.tpot!), bytes = reports.map(({ memory }) => memory.total)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(bytes).toEqual([...bytes].sort((a, b) => b - a))
    reports.forEach(({ memory }, i) => { expect(memory.weights + (memory.offloaded?.weights ?? 0)).toBeCloseTo(2 * 70_553_706_496, 2); expect(memory.offloaded?.weights ?? 0).toBeCloseTo(shares[i]! * 2 * 70_553_706_496, 2) })
  })

  test('a batch shares the way: a token costs less the more there are', () => {
    const [one, many] = [1, 32].map(batch => on({ weights: 1 }, { workload: { batch, prompt: 128 } }).metrics)
    expect(many!.tokensPerSecond! / one!.tokensPerSecond!).toBeGreaterThan(25)
  })

  test('bytes are a share of what there is', () => {
    const half = on({ weights: 70_553_706_496 })
    expect(half.phases).toEqual(on({ weights: 0.5 }).phases)
    expect(on({ weights: 1e15 }).phases).toEqual(on({ weights: 1 }).phases)
  })
})

describe('a cache that lies outside', () => {
  const report = on({ cache: 1 }, { model: 'llama-3.1-8b', gpu, workload: { batch: 32, prompt: 8192 } })
  test('is read over the link in every step, new tokens are written to it, and none of it is in memory', () => {
    expect(report.memory).toMatchObject({ cache: 0, offloaded: { weights: 0, cache: 32 * (8192 + 256) * 131_072, to: 'cpu' } })
    expect(report.phases[1]!.perGpu.loaded).toBe(32 * (8192 + 128 + 1) * 131_072)
    expect(report.metrics.maxBatch).toBeGreaterThan(answered({ model: 'llama-3.1-8b', workload: { batch: 32, prompt: 8192 } }).metrics.maxBatch!)
  })
})

describe('scales take the way with what they scale', () => {
  const loaded = (offload: Offload, precision: NonNullable<Scenario['precision']>) => on(offload, { model: 'llama-3.1-8b', gpu, workload: { prompt: 1022, output: 2 }, precision }).phases[1]!.perGpu
  test.each(['fp8', 'fp8-channel', 'fp8-block', 'int8', 'llm-int8', 'int4', 'nvfp4'])('weights in %s: all but the rows of the embedding that are not read', weights => {
    const { memory } = answered({ model: 'llama-3.1-8b', precision: { weights } })
    expect(loaded({ weights: 1 }, { weights }).loaded).toBe(memory.weights - 2 * 4096 * 128_256 + 2 * 4096)
  })
  test.each(['bf16', 'fp8', 'int8', 'int4', 'kivi-int2'])('a cache in %s: what is read and written', cache => {
    const inside = loaded({ weights: 1 }, { cache }), outside = loaded({ weights: 1, cache: 1 }, { cache })
    const { memory, phases } = answered({ model: 'llama-3.1-8b', workload: { prompt: 1022, output: 2 }, precision: { cache } })
    expect((outside.loaded ?? NaN) - (inside.loaded ?? NaN)).toBeGreaterThan(0.99 * memory.cache)
    // Nothing else is left but activations.
    expect(phases[1]!.perGpu.bytes - (outside.loaded ?? NaN)).toBe(answered({ model: 'llama-3.1-8b', workload: { prompt: 1022, output: 2 } }).phases[1]!.perGpu.bytes - (loaded({ weights: 1, cache: 1 }, {}).loaded ?? NaN))
  })
})

describe('the way', () => {
  test('to NVMe drives is as fast as the user says, and no faster than PCIe', () => {
    const slow = on({ weights: 1, to: 'nvme', bandwidth: 7e9 })
    expect(slow.links[0]).toMatchObject({ link: 'pcie-nvme' })
    expect(slow.metrics.tpot! / (slow.phases[1]!.perGpu.loaded! / 7e9)).toBeCloseTo(1, 2)
    expect(on({ weights: 1, to: 'nvme', bandwidth: 1e12 }).metrics.tpot).toBe(on({ weights: 1 }).metrics.tpot)
  })

  test('of a superchip to its CPU is NVLink-C2C', () => {
    const { c2c } = findGpu('gh200-96gb') as Device
    const report = on({ weights: 1 }, { gpu: 'gh200-96gb', model: 'llama-3.1-8b' })
    expect(report.links[0]).toMatchObject({ link: 'c2c-cpu' })
    expect(report.links[0]!.bytes / report.links[0]!.seconds / c2c!).toBeCloseTo(1, 12)
  })

  test('is a link of its own beside that between GPUs', () => {
    expect(on({ weights: 0.5 }, { gpu, mesh: { tp: 2 } }).links.map(({ link }) => link)).toEqual(['nvlink', 'pcie-cpu'])
  })

  test.each<[Offload, string, string]>([
    [{ weights: 1, to: 'nvme' }, 'unknown-link', 'offload.bandwidth'], [{ weights: -1 }, 'invalid-field', 'offload.weights'], [{ to: 'tape' as 'cpu', weights: 1 }, 'invalid-field', 'offload.to'],
    [{ optimizer: 1 }, 'not-supported', 'offload.optimizer'], [{ weights: 1, bandwidth: 0 }, 'invalid-field', 'offload.bandwidth'], [{ speed: 1 } as Offload, 'unknown-field', 'offload.speed'],
  ])('%o: %s at %s', (offload, code, path) => {
    expect(analyze({ model: 'llama-3.1-8b', gpu, offload }).problems.filter(({ severity }) => severity === 'error')[0]).toMatchObject({ code, path })
  })
})

test('the estimate is never below the bound, whatever is offloaded together', () => {
  for (const model of ['llama-3.1-8b', 'deepseek-v2-lite', 'mamba2-1.3b', 'vit-b-16', 'whisper-tiny']) for (const weights of [0, 0.3, 1]) for (const cache of [0, 0.5, 1]) {
    const report = analyze({ model, gpu: 'l4', offload: { weights, cache } })
    for (const phase of report.phases) for (const k of phase.kernels) expect(k.seconds.estimate).toBeGreaterThanOrEqual(k.seconds.bound)
  }
})

explains([
  { model: 'llama-3.1-70b', gpu: 'rtx-4090', offload: { weights: 0.9 } }, { model: 'llama-3.1-8b', gpu, mesh: { tp: 2 }, offload: { weights: 0.5, cache: 0.25 }, workload: { prompt: 5000, chunk: 512 }, profile: 'vllm' },
  { model: 'llama-3.1-70b', gpu, offload: { weights: 1, cache: 1, to: 'nvme', bandwidth: 6e9 }, workload: { draft: { model: 'llama-3.2-1b', tokens: 3, acceptance: 0.7 } } }, { model: 'vit-b-16', gpu, offload: { weights: 1 } },
])
