/** The headline figures of a report, each with its band and the best possible. */
import type { Limit, Metrics, Phase, Report } from '../core.js'

/** A value with what it would be at best, and its band. */
export interface Figure {
  readonly id: 'ttft' | 'tpot' | 'tokensPerSecond' | 'usdPerMillionTokens' | 'latency' | 'samplesPerSecond' | 'mfu' | 'maxBatch'
  readonly value: number | null
  readonly best: number | null
  readonly low: number | null
  readonly high: number | null
  /** Seconds by what they are spent on; null for what is no time of one phase. */
  readonly parts: Readonly<Record<Limit, number>> | null
}

type Seconds = Pick<Phase['seconds'], 'bound' | 'estimate' | 'low' | 'high'>

/** Time, throughput and cost; all follow from the seconds of the two phases, or of the one pass. */
export function figuresOf({ metrics, phases, scenario }: Report): Figure[] {
  const pass = phases.find(({ phase }) => phase === 'forward')
  if (metrics !== null && pass !== undefined) return ofPass(metrics, pass)
  const prefill = phases.find(({ phase }) => phase === 'prefill'), step = phases.find(({ phase }) => phase === 'decode')
  if (metrics === null || prefill === undefined || step === undefined) return []
  const decode = { seconds: perToken(step, metrics) }
  const steps = Math.max(0, (scenario.workload?.output ?? 0) - 1)
  const add = (a: number | null, b: number | null): number | null => a === null || b === null ? null : a + steps * b
  const request: Seconds = {
    estimate: prefill.seconds.estimate + steps * decode.seconds.estimate, bound: prefill.seconds.bound + steps * decode.seconds.bound,
    low: add(prefill.seconds.low, decode.seconds.low), high: add(prefill.seconds.high, decode.seconds.high),
  }
  const { tokensPerSecond: rate, usdPerMillionTokens: cost } = metrics
  const slower = (value: number | null, seconds: number | null): number | null => value === null || seconds === null ? null : value * seconds / request.estimate
  const faster = (value: number | null, seconds: number | null): number | null => value === null || seconds === null ? null : value * request.estimate / seconds
  return [
    time('ttft', metrics.ttft, prefill.seconds, spent(prefill)),
    time('tpot', metrics.tpot, decode.seconds, spent(step, metrics.tokensPerStep)),
    { id: 'tokensPerSecond', value: rate, best: faster(rate, request.bound), low: faster(rate, request.high), high: faster(rate, request.low), parts: null },
    { id: 'usdPerMillionTokens', value: cost, best: slower(cost, request.bound), low: slower(cost, request.low), high: slower(cost, request.high), parts: null },
    time('latency', metrics.latency, request, null),
  ]
}

/** Seconds of a decode step by the tokens that it yields. */
export function perToken({ seconds: { bound, estimate, low, high } }: Phase, { tokensPerStep: tokens = 1 }: Metrics): Seconds {
  return { bound: bound / tokens, estimate: estimate / tokens, low: low === null ? null : low / tokens, high: high === null ? null : high / tokens }
}

/** What one pass over the batch gives, in the order that it is shown. */
function ofPass({ latency, samplesPerSecond, mfu, maxBatch }: Metrics, pass: Phase): Figure[] {
  const { estimate, bound, low, high } = pass.seconds
  const faster = (value: number | null, seconds: number | null): number | null => value === null || seconds === null ? null : value * estimate / seconds
  const rate = (id: Figure['id'], value: number | null): Figure => ({ id, value, best: faster(value, bound), low: faster(value, high), high: faster(value, low), parts: null })
  return [
    time('latency', latency, pass.seconds, spent(pass)), rate('samplesPerSecond', samplesPerSecond), rate('mfu', mfu),
    { id: 'maxBatch', value: maxBatch, best: null, low: null, high: null, parts: null },
  ]
}

function time(id: Figure['id'], value: number | null, { bound, low, high }: Seconds, parts: Figure['parts']): Figure {
  return value === null ? { id, value, best: null, low: null, high: null, parts: null } : { id, value, best: bound, low, high, parts }
}

/** The estimate of a phase by what bounds its kernels, for one of so many tokens; what the host adds is overhead. */
export function spent({ kernels, seconds }: Phase, tokens = 1): Record<Limit, number> {
  const by: Record<Limit, number> = { compute: 0, memory: 0, network: 0, overhead: 0 }
  for (const { times, seconds: { estimate }, limit } of kernels) by[limit] += times * estimate
  by.overhead += Math.max(0, seconds.estimate - by.compute - by.memory - by.network - by.overhead)
  for (const limit of Object.keys(by) as Limit[]) by[limit] /= tokens
  return by
}
