/** The Report: what comes back. Schema and types from one source; the schema is for documents and tests, never in the evaluation path. */
import * as v from 'valibot'
import type { NormalScenario, Scenario } from './schema.js'

const amount = v.pipe(v.number(), v.finite(), v.minValue(0))
const maybe = v.nullable(amount)
const limit = v.picklist(['compute', 'memory', 'network', 'overhead'])

export const kernel = v.strictObject({
  id: v.string(), times: amount, flops: amount, bytes: amount, sent: amount, intensity: maybe,
  seconds: v.strictObject({ bound: amount, estimate: amount }), limit,
  /** Bytes that come from or go to where offloaded tensors lie; absent without offloading. */
  loaded: v.optional(amount),
})

export const phase = v.strictObject({
  phase: v.picklist(['prefill', 'decode', 'forward', 'step']),
  flops: v.strictObject({ matrix: amount, vector: amount }),
  perGpu: v.strictObject({ flops: amount, bytes: amount, sent: amount, loaded: v.optional(amount) }),
  intensity: maybe,
  seconds: v.strictObject({ bound: amount, estimate: amount, low: maybe, high: maybe, basis: v.picklist(['default', 'calibrated']) }),
  limit,
  kernels: v.array(kernel),
})

export const memory = v.strictObject({
  weights: amount, cache: amount, activations: amount, gradients: amount, states: amount, overhead: amount,
  total: amount, capacity: amount, fits: v.boolean(),
  /** With what the engine sets aside for caches in place of what they must hold; null where its rule is not known. */
  reserved: v.nullable(v.strictObject({ cache: amount, total: amount, fits: v.boolean(), maxBatch: amount, maxContext: maybe })),
  /** Bytes of the same tensors that lie elsewhere; absent without offloading. */
  offloaded: v.optional(v.strictObject({ weights: amount, cache: amount, states: v.optional(amount), to: v.picklist(['cpu', 'nvme']) })),
})

export const metrics = v.strictObject({
  ttft: maybe, tpot: maybe, latency: maybe, tokensPerSecond: maybe, tokensPerSecondPerGpu: maybe, samplesPerSecond: maybe,
  mfu: maybe, hfu: maybe, mbu: maybe, joulesPerToken: maybe, usdPerMillionTokens: maybe, maxBatch: maybe, maxContext: maybe,
  /** Tokens that a decode step yields on average; absent without a draft. */
  tokensPerStep: v.optional(amount),
})

export const problem = v.strictObject({
  code: v.string(), message: v.string(), path: v.string(), suggestions: v.array(v.string()), severity: v.picklist(['error', 'note']),
})

/** The GPU as the charts need it: its memory roof, and the flat roofs that this scenario runs under, fastest first. */
export const device = v.strictObject({
  id: v.string(), name: v.string(), memory: v.nullable(v.string()), bandwidth: amount,
  roofs: v.array(v.strictObject({ dtype: v.string(), engine: v.picklist(['matrix', 'vector']), flops: amount })),
})

export const report = v.strictObject({
  schema: v.literal('roofline/1'),
  scenario: v.unknown(),
  model: v.nullable(v.strictObject({
    id: v.string(), family: v.string(), parameters: amount, activeParameters: amount, macs: maybe, cacheBytesPerToken: maybe, context: maybe,
  })),
  device: v.nullable(device),
  /** What drafts tokens: parameters that the model does not have, and its part of `memory`; absent without a draft. */
  draft: v.optional(v.strictObject({ id: v.string(), parameters: amount, weights: amount, cache: amount })),
  /** A training run: what stands under MFU and HFU, FLOP per token (or per sample) as they count them and FLOP/s of one GPU; tokens of one step, those that arXiv:2203.15556 calls optimal for the parameters, and where a number of tokens is asked for what the run takes. */
  training: v.optional(v.strictObject({
    mfu: v.strictObject({ convention: v.string(), flopsPerToken: amount, executedFlopsPerToken: amount, peak: maybe }),
    tokensPerStep: maybe, optimalTokens: maybe,
    run: v.nullable(v.strictObject({ tokens: amount, steps: amount, seconds: amount, gpuHours: amount, joules: maybe, usd: maybe })),
  })),
  phases: v.array(phase),
  memory: v.nullable(memory),
  stages: v.array(v.unknown()),
  links: v.array(v.strictObject({ link: v.string(), bytes: amount, seconds: amount, exposed: amount })),
  metrics: v.nullable(metrics),
  problems: v.array(problem),
})

type Deep<T> = T extends readonly (infer U)[] ? readonly Deep<U>[] : T extends object ? { readonly [K in keyof T]: Deep<T[K]> } : T
/** What bounds one kernel, or a phase. */
export type Limit = v.InferOutput<typeof limit>
export type KernelReport = Deep<v.InferOutput<typeof kernel>>
export type Phase = Deep<v.InferOutput<typeof phase>>
export type Memory = Deep<v.InferOutput<typeof memory>>
export type DeviceReport = Deep<v.InferOutput<typeof device>>
export type Metrics = Deep<v.InferOutput<typeof metrics>>
export type Report = Deep<Omit<v.InferOutput<typeof report>, 'scenario'>> & { readonly scenario: Scenario | NormalScenario }
