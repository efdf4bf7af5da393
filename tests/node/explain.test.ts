import { create, all } from 'mathjs'
import { describe, expect, test } from 'vitest'
import { analyze, explain, explainable, type Report, type Scenario } from '../../src/index.js'

const math = create(all ?? {})

/** One scenario for each way in which formulas differ: attention, experts, windows, meshes, profiles, precisions. */
const scenarios: Readonly<Record<string, Scenario>> = {
  'GQA': { model: 'llama-3.1-8b', gpu: 'h100', workload: { batch: 16, prompt: 2048, output: 256 } },
  'TP 8': { model: 'llama-3.1-70b', gpu: 'h100', mesh: { tp: 8 }, workload: { batch: 8 } },
  'TP beyond KV groups': { model: 'llama-3.1-70b', gpu: 'gb200', mesh: { tp: 16 }, workload: { batch: 4 } },
  'sequence parallel': { model: 'llama-2-70b', gpu: 'h100', mesh: { tp: 8, sequence: true }, workload: { batch: 8 } },
  'MLA and experts': { model: 'deepseek-v3', gpu: 'b300', mesh: { tp: 8 }, workload: { batch: 64 } },
  'windows': { model: 'gpt-oss-120b', gpu: 'h100', workload: { batch: 4, prompt: 1000, output: 101 } },
  'window without causal convention': { model: 'gemma-3-27b', gpu: 'h200', conventions: { attention: 'full', head: 'all' } },
  'learned positions': { model: 'gpt2', gpu: 'rtx-4090', workload: { prompt: 512 } },
  'ALiBi': { model: 'bloom-7b1', gpu: 'a100-sxm4-80gb' },
  'parallel residual': { model: 'gpt-neox-20b', gpu: 'a100-sxm4-80gb' },
  'unfused': { model: 'llama-2-7b', gpu: 'l4', profile: 'eager', workload: { prompt: 300 } },
  'engine': { model: 'qwen3-30b-a3b', gpu: 'h100', profile: 'vllm', mesh: { tp: 2 } },
  'weight-only': { model: 'llama-2-7b', gpu: 'v100-sxm2-32gb', precision: { weights: 'int4', cache: 'fp8' } },
  'scales of every kind': { model: 'deepseek-v3', gpu: 'a100-sxm4-80gb', mesh: { tp: 8 }, precision: { cache: 'int4' } },
  'KIVI': { model: 'qwen2.5-7b', gpu: 'l40s', precision: { weights: 'w4a8', cache: 'kivi' }, workload: { prompt: 1000, batch: 3 } },
  'prefix cached': { model: 'mistral-7b-v0.1', gpu: 'h100', workload: { prompt: 9000, cached: 5000 } },
  'chunks': { model: 'llama-3.1-8b', gpu: 'h100', profile: 'vllm', mesh: { tp: 2 }, workload: { prompt: 2000, chunk: 512 } },
  'many chunks of windows and experts': { model: 'gpt-oss-120b', gpu: 'h200', workload: { prompt: 12_000, cached: 1000, chunk: 500 } },
  'chunks of latents': { model: 'deepseek-v3', gpu: 'b300', mesh: { tp: 8 }, workload: { prompt: 3000, chunk: 512 }, conventions: { attention: 'full', head: 'all' } },
  'draft': { model: 'llama-3.1-70b', gpu: 'h100', mesh: { tp: 4 }, profile: 'vllm', workload: { prompt: 3000, chunk: 1024, draft: { model: 'llama-3.2-1b', tokens: 4, acceptance: 0.8 } } },
  'draft, all accepted': { model: 'llama-3.1-70b', gpu: 'h100', mesh: { tp: 4 }, workload: { draft: { model: 'llama-3.1-8b', tokens: 2, acceptance: 1 } } },
  'modules that predict': { model: 'minimax-m2', gpu: 'b300', mesh: { tp: 2 }, workload: { draft: { mtp: true, tokens: 3, acceptance: 0.8 } } },
  'Medusa': { model: 'llama-2-7b', gpu: 'a100-sxm4-80gb', workload: { draft: { medusa: 5, tokens: 4, acceptance: 0.6 } } },
  'early exit': { model: 'gemma-3-27b', gpu: 'h200', workload: { exit: 13.5 } },
  'offloaded': { model: 'llama-3.1-70b', gpu: 'h100', mesh: { tp: 2 }, workload: { chunk: 512 }, offload: { weights: 0.5, cache: 0.25 } },
  'offloaded to drives, with a draft': { model: 'llama-3.1-70b', gpu: 'h100', workload: { draft: { model: 'llama-3.2-1b', tokens: 3, acceptance: 0.7 } }, offload: { weights: 120e9, to: 'nvme', bandwidth: 7e9 } },
  'network': { model: 'resnet18', gpu: 'h100', workload: { batch: 4, image: [200, 300] } },
  'network of windows, unfused': { model: { network: 'swin(24, [2, 2], [1, 2], n=10)', image: [60, 72] }, gpu: 'h100', profile: 'eager' },
  'network of clips': { model: { network: 'cbr(8, [3, 3, 3], [1, 2, 2]) shuffle head(10)', image: [32, 32], frames: 5 }, gpu: 'h100', conventions: { count: 'thop' } },
  'compiled, depthwise': { model: 'mobilenet-v2', gpu: 'h100', profile: 'compiled', workload: { batch: 2 }, conventions: { count: 'ptflops' } },
  'encoder': { model: 'vit-b-16', gpu: 'h100', workload: { batch: 3 } },
  'encoder, counted by torchinfo': { model: 'swin-t', gpu: 'h100', conventions: { count: 'torchinfo' } },
  'replicas': { model: 'llama-3.1-8b', gpu: 'h100', profile: 'vllm', mesh: { tp: 2, dp: 3 }, workload: { batch: 7 } },
  'ranks of experts': { model: 'deepseek-v3', gpu: 'h100', mesh: { dp: 16, ep: 16 }, workload: { batch: 64 } },
  'whole experts over tensor parallelism and replicas': { model: 'qwen3-30b-a3b', gpu: 'h100', mesh: { tp: 2, dp: 8, ep: 8 }, workload: { batch: 20, chunk: 512 } },
  'pipeline': { model: 'llama-3.1-405b', gpu: 'h100', mesh: { tp: 8, pp: 4 }, workload: { batch: 16 }, conventions: { attention: 'full' } },
  'pipeline of chunks that does not fill': { model: 'deepseek-v3', gpu: 'h200', mesh: { tp: 8, dp: 2, pp: 3, ep: 2, etp: 8 }, workload: { batch: 3, prompt: 1500, chunk: 512 } },
  'context': { model: 'gpt-oss-120b', gpu: 'h100', mesh: { tp: 2, cp: 4, sequence: true }, workload: { batch: 2, prompt: 20_000 } },
  'context of latents, in chunks': { model: 'deepseek-v3', gpu: 'b300', mesh: { tp: 2, cp: 4, dp: 2, ep: 4 }, workload: { batch: 4, prompt: 4000, chunk: 1000 } },
  'vector rate unknown': { model: 'llama-3.1-8b', gpu: 'h800-sxm5' },
}

/** The report's number at a path of `explain`. */
function reported(report: Report, path: string): unknown {
  const [head = '', ...rest] = path.split('/')
  if (head === 'links') return walk(report.links.find(l => l.link === rest[0]), rest.slice(1))
  const phase = report.phases.find(p => p.phase === head)
  if (!phase) return walk(report, [head, ...rest])
  const kernel = phase.kernels.find(k => path.startsWith(`${head}/${k.id}/`) && !phase.kernels.some(o => o.id.length > k.id.length && path.startsWith(`${head}/${o.id}/`)))
  return kernel ? walk(kernel, path.slice(head.length + kernel.id.length + 2).split('/')) : walk(phase, rest)
}

function walk(from: unknown, keys: readonly string[]): unknown {
  return keys.reduce((value, key) => (value as Readonly<Record<string, unknown>> | null)?.[key], from)
}

describe.each(Object.entries(scenarios))('%s', (_, scenario) => {
  const report = analyze(scenario)
  const paths = explainable(scenario)

  test('has an answer', () => {
    expect(report.problems.filter(p => p.severity === 'error')).toEqual([])
    expect(paths.length).toBeGreaterThan(60)
  })

  test('mathjs evaluates every printed formula to the number in the report', () => {
    for (const path of paths) {
      const q = explain(scenario, path)
      expect(q.value, path).toBe(reported(report, path))
      if (q.value === null) { expect(q.formula, path).toBe(''); continue }
      expect(q.formula, path).not.toMatch(/NaN|Infinity|undefined/)
      close(math.evaluate(q.formula) as number, q.value, `${path}: ${q.formula}`)
      const names = Object.fromEntries(q.inputs.map(input => [input.name, input.value]))
      close(math.evaluate(q.symbols, names) as number, q.value, `${path}: ${q.symbols}`)
      for (const input of q.inputs) {
        if (input.formula !== null) close(math.evaluate(input.formula) as number, input.value, `${path} ${input.name} = ${input.formula}`)
        if (input.path !== null) expect(paths, `${path} ${input.name}`).toContain(input.path)
      }
    }
  })
})

/** Equal but for the order of rounding. */
function close(actual: number, expected: number, what: string): void {
  const scale = Math.max(Math.abs(expected), 1e-300)
  expect(Math.abs(actual - expected) / scale, `${what} gives ${String(actual)}, not ${String(expected)}`).toBeLessThan(1e-12)
}

test('short paths lead to the same number, wrong ones to a problem', () => {
  const scenario: Scenario = { model: 'llama-3.1-8b', gpu: 'h100' }
  expect(explain(scenario, 'tpot')).toEqual(explain(scenario, 'metrics/tpot'))
  expect(explain(scenario, 'decode/decoder/attn/qkv/seconds').path).toBe('decode/decoder/attn/qkv/seconds/estimate')
  expect(explain(scenario, 'decode/decoder/attn/qvk/bytes').problems).toMatchObject([{ code: 'unknown-quantity', suggestions: ['decode/decoder/attn/qkv/bytes', expect.any(String), expect.any(String)] }])
  expect(explain({ ...scenario, gpu: 'h1000' }, 'tpot').problems).toMatchObject([{ code: 'unknown-gpu' }])
})

test('the formula of a linear layer reads like the loop nest', () => {
  const q = explain({ model: 'llama-3.1-70b', gpu: 'h100', mesh: { tp: 4 }, workload: { batch: 16 } }, 'decode/decoder/attn/out/flops')
  expect(q.symbols).toBe('2 * b * s * g_tp * r_tp * kv * d')
  expect(q.formula).toBe('2 * 16 * 1 * 2 * 8 * 128 * 8192')
  expect(q.value).toBe(536_870_912)
})

describe('multiply-adds by kind of op', () => {
  const of = (model: string, count: 'roofline' | 'thop' | 'ptflops', batch = 1) => explain({ model, gpu: 'h100', workload: { batch }, conventions: { count } }, 'model/macs')
  // ResNet-50: 4,089,184,256 of which the last layer is 2048 × 1000; thop has 4 for each of 11,113,984 elements of norms, and the last pooling.
  test.each([
    ['roofline', '(conv + linear) / (2 * batch)', { conv: 2 * 8 * (4_089_184_256 - 2_048_000), linear: 2 * 8 * 2_048_000, batch: 8 }],
    ['thop', 'conv + batchnorm + adaptive_pool + linear', { conv: 4_089_184_256 - 2_048_000, batchnorm: 4 * 11_113_984, adaptive_pool: 102_400, linear: 2_048_000 }],
    ['ptflops', 'conv + batchnorm + relu + pool + adaptive_pool + linear', { conv: 4_089_184_256 - 2_048_000, batchnorm: 2 * 11_113_984, relu: 2 * 9_608_704, pool: 2 * 64 * 112 ** 2, adaptive_pool: 2 * 2048 * 49, linear: 2_048_000 + 1000 }],
  ] as const)('ResNet-50 as %s counts', (count, symbols, inputs) => {
    const q = of('resnet50', count, 8)
    expect(q.symbols).toBe(symbols)
    expect(Object.fromEntries(q.inputs.map(({ name, value }) => [name, value]))).toEqual(inputs)
    expect(q.unit).toBe('')
  })
  test('what makes tokens one by one has none to explain', () => {
    expect(explainable({ model: 'llama-3.1-8b', gpu: 'h100' })).not.toContain('model/macs')
    expect(explainable({ model: 'resnet18', gpu: 'h100' })).toContain('model/macs')
  })
})
