/** Encoders, encoder-decoders and vision Transformers: exact counts, exact multiply-adds, caches, and what is refused. */
import { describe, expect, test } from 'vitest'
import { analyze, models, type Scenario } from '../../src/index.js'
import { answered, explains, gpu, shares } from './answered.js'

const forward = (sequence: number) => ({ mode: 'forward', sequence } as const)
const t5 = { model_type: 't5', architectures: ['T5ForConditionalGeneration'] }

// Sums over the shapes of the tensors that transformers' classes of that name register; the first six are also in the facts' table of exact counts.
test.each<readonly [name: string, model: string | object, parameters: number]>([
  ['BERT base with pooler', 'bert-base', 109_482_240], ['T5 base', 't5-base', 222_903_552], ['ViT-B/16', 'vit-b-16', 86_567_656],
  ['CLIP ViT-B/32', 'clip-vit-b-32', 151_277_313], ['Whisper tiny', 'whisper-tiny', 37_760_640],
  ['BERT base, masked head', { model_type: 'bert', architectures: ['BertForMaskedLM'] }, 109_514_298],
  ['BERT large with pooler', 'bert-large', 335_141_888],
  ['RoBERTa base with pooler', { model_type: 'roberta', architectures: ['RobertaModel'] }, 124_645_632],
  ['RoBERTa base, masked head', 'roberta-base', 124_697_433],
  ['DistilBERT', 'distilbert', 66_362_880], ['DistilBERT, masked head', { model_type: 'distilbert', architectures: ['DistilBertForMaskedLM'] }, 66_985_530],
  ['ModernBERT base', { model_type: 'modernbert', architectures: ['ModernBertModel'] }, 149_014_272],
  ['ModernBERT base, masked head', 'modernbert-base', 149_655_232], ['ModernBERT large, masked head', 'modernbert-large', 395_881_664],
  ['T5 small', 't5-small', 60_506_624], ['T5 large', 't5-large', 737_668_096], ['T5 3B', 't5-3b', 2_851_598_336], ['T5 11B', 't5-11b', 11_307_321_344],
  ['FLAN-T5 base', { ...t5, d_model: 768, d_ff: 2048, num_layers: 12, num_heads: 12, tie_word_embeddings: false, feed_forward_proj: 'gated-gelu' }, 247_577_856],
  ['FLAN-T5 XXL', { ...t5, d_model: 4096, d_ff: 10240, num_layers: 24, num_heads: 64, tie_word_embeddings: false, feed_forward_proj: 'gated-gelu' }, 11_135_332_352],
  ['Transformer base', 'transformer-base', 37_000 * 512 + 6 * (28 * 512 ** 2 + 2 * (2048 + 512) + 5 * 2 * 512)], ['Transformer big', 'transformer-big', 214_171_648],
  ['BART base', 'bart-base', 139_420_416], ['Whisper large v3', 'whisper-large-v3', 1_543_490_560],
])('%s has %i parameters', (_, model, parameters) => {
  expect(answered({ model }).model.parameters).toBe(parameters)
})

// torchvision's published weights, recomputed with aten tracing (facts, cnn/torchvision.json): convolution, addmm and bmm, one per multiply-add.
test.each([
  ['vit-b-16', 17_563_828_224, 86_567_656], ['vit-b-32', 4_409_186_304, 88_224_232], ['vit-l-16', 61_554_712_576, 304_326_632], ['vit-l-32', 15_377_539_072, 306_535_400],
  ['vit-h-14', 1_016_716_764_160, 633_470_440],
])('%s costs %i multiply-adds an image and has %i parameters, as torchvision counts', (model, macs, parameters) => {
  const report = answered({ model, workload: { batch: 8 } })
  expect([report.model.macs, report.model.parameters]).toEqual([macs, parameters])
  expect(report.phases.map(phase => [phase.phase, phase.flops.matrix])).toEqual([['forward', 2 * 8 * macs]])
})

describe('attention of encoders', () => {
  test('BERT base: 12 layers of 12·d² per token and 2·s·d per pair of tokens', () => {
    const { macs } = answered({ model: 'bert-base', workload: forward(512) }).model
    expect(macs).toBe(12 * (12 * 768 ** 2 * 512 + 2 * 512 ** 2 * 768) + 768 ** 2)
  })

  test('ModernBERT: 64 tokens to each side in local layers, counted pair by pair', () => {
    for (const s of [1, 7, 64, 65, 512, 1000]) {
      let pairs = 0
      for (let i = 0; i < s; i++) pairs += Math.min(s - 1, i + 64) - Math.max(0, i - 64) + 1
      const report = answered({ model: 'modernbert-base', workload: forward(s), profile: 'eager' })
      const scores = report.phases[0]?.kernels.find(kernel => kernel.id === 'local/attn/core/scores')
      expect([scores?.times, scores?.flops]).toEqual([14, 2 * pairs * 768])
    }
  })

  // Cross-attention projects queries and outputs of the target, keys and values of the source.
  test('the original Transformer: 12·d² per token of a layer, 4·d² more of cross-attention, pairs of both', () => {
    const [d, m, s] = [512, 100, 60]
    const { phases } = answered({ model: 'transformer-base', workload: { batch: 1, mode: 'forward', sequence: m, target: s } })
    const encoder = 12 * d ** 2 * m + 2 * m ** 2 * d
    const decoder = 14 * d ** 2 * s + 2 * s ** 2 * d + 2 * d ** 2 * m + 2 * s * m * d
    expect(phases[0]?.flops.matrix).toBe(2 * (6 * (encoder + decoder) + d * 37_000))
  })

  test('no mask hides anything from an encoder, whatever the convention', () => {
    const flops = (attention: 'causal' | 'full') => answered({ model: 'bert-base', workload: forward(128), conventions: { attention } }).phases[0]?.flops.matrix
    expect(flops('causal')).toBe(flops('full'))
  })
})

describe('cross-attention', () => {
  const request = (workload: Scenario['workload']) => answered({ model: 't5-base', workload: { batch: 1, ...workload }, precision: { cache: 'bf16' } })

  test('T5 base: keys and values of the source are kept once, 12·2·m·768 elements, those of the answer grow by token', () => {
    const cache = (prompt: number, output: number) => request({ prompt, output }).memory.cache
    expect(request({ prompt: 512, output: 1 }).model.cacheBytesPerToken).toBe(2 * 12 * 2 * 768)
    expect(cache(512, 128)).toBe(2 * 12 * 2 * 768 * (512 + 1 + 128))
    expect(cache(1024, 128) - cache(512, 128)).toBe(2 * 12 * 2 * 768 * 512)
  })

  test('a decode step runs neither the encoder nor the projections of its output', () => {
    const [prefill, decode] = request({ prompt: 512, output: 128 }).phases
    expect(prefill?.kernels.some(({ id }) => id.startsWith('encoder/'))).toBe(true)
    expect(decode?.kernels.filter(({ id }) => /^(encoder|memory)\//.test(id))).toEqual([])
    expect(decode?.kernels.map(({ id }) => id)).toContain('decoder/cross/core')
    expect(new Set(prefill?.kernels.map(({ id }) => id)).size).toBe(prefill?.kernels.length)
  })

  test('Whisper pads audio to windows of 30 s: 1500 tokens each, 2·1500·384·4 cached elements', () => {
    const cache = (audioSeconds: number) => answered({ model: 'whisper-tiny', workload: { audioSeconds, prompt: 4, output: 96 }, precision: { cache: 'fp16' } }).memory.cache
    expect(cache(30)).toBe(2 * 4 * 2 * 384 * (1500 + 100))
    expect(cache(3)).toBe(cache(30))
    expect(cache(31) - cache(30)).toBe(2 * 4 * 2 * 384 * 1500)
  })
})

shares(['transformer-big', 'bert-large', 'modernbert-large', 't5-large', 'whisper-large-v3', 'vit-l-16', 'clip-vit-l-14'])

describe('what applies', () => {
  test.each<readonly [model: string, workload: NonNullable<Scenario['workload']>, code: string, path: string]>([
    ['bert-base', { mode: 'inference' }, 'not-supported', 'workload.mode'], ['bert-base', { sequence: 513 }, 'context-exceeded', 'workload.sequence'],
    ['bert-base', { target: 4 }, 'not-supported', 'workload.target'], ['bert-base', { image: [224, 224] }, 'not-supported', 'workload.image'],
    ['vit-b-16', { image: [8, 8] }, 'invalid-field', 'workload.image'], ['whisper-tiny', { prompt: 400, output: 100 }, 'context-exceeded', 'workload.prompt'],
    ['llama-3.1-8b', { audioSeconds: 3 }, 'not-supported', 'workload.audioSeconds'], ['llama-3.1-8b', { mode: 'inference', sequence: 8 }, 'not-supported', 'workload.sequence'],
  ])('%s %o: %s at %s', (model, workload, code, path) => {
    const report = analyze({ model, gpu, workload })
    expect(report.problems.find(p => p.severity === 'error')).toMatchObject({ code, path })
    expect(report.phases).toEqual([])
  })

  test('an image of another size resizes the position table: a note, not the parameters', () => {
    const [usual, large] = [answered({ model: 'vit-b-16' }), answered({ model: 'vit-b-16', workload: { image: [384, 384] } })]
    expect(large.model.parameters).toBe(usual.model.parameters)
    expect(large.problems.map(p => p.code)).toContain('positions-resized')
    expect(large.model.macs).toBeGreaterThan(2.9 * (usual.model.macs ?? Infinity))
  })

  test('a forward run has the metrics of a pass and no others', () => {
    const { metrics, scenario } = answered({ model: 'bert-base', workload: { batch: 32, sequence: 128 } })
    expect(metrics.samplesPerSecond).toBeCloseTo(32 / (metrics.latency ?? 0), 6)
    expect([metrics.ttft, metrics.tpot, metrics.tokensPerSecond, metrics.usdPerMillionTokens, metrics.maxContext]).toEqual([null, null, null, null, null])
    expect(scenario.workload).toEqual({ mode: 'forward', batch: 32, image: null, audioSeconds: null, sequence: 128, target: null })
    expect(analyze(scenario).metrics).toEqual(metrics)
  })

  test('a decoder runs forward too: one pass over a sequence, as prefill', () => {
    const pass = answered({ model: 'llama-3.1-8b', workload: forward(1024) }).phases[0]
    const prefill = answered({ model: 'llama-3.1-8b', workload: { prompt: 1024, output: 1 } }).phases[0]
    expect([pass?.phase, pass?.flops, pass?.perGpu]).toEqual(['forward', prefill?.flops, prefill?.perGpu])
  })
})

explains(['transformer-base', 'bert-base', 'modernbert-base', 't5-base', 'whisper-tiny', 'vit-b-16', 'clip-vit-b-32'].map(model => ({ model, gpu })))

test('every entry says where it is from', () => {
  for (const { source } of models) expect(source).toMatch(/\w/)
})
