/** What a planner asks of a request, as trees over the phases' totals: evaluated for the report and printed by explain. */
import type { Metrics } from '../scenario/report.js'
import type { Expr } from './graph.js'
import { compile } from './product.js'

export interface Metric {
  readonly unit: string
  readonly expr: Expr
  readonly source: string
}

/** Inputs of the metrics; null where one does not apply, and then neither does the metric. */
export interface Totals {
  readonly batch: number
  readonly output: number | null
  /** Decode steps after the first token; null without any. */
  readonly steps: number | null
  readonly all_steps: number
  readonly gpus: number
  readonly prefill_seconds: number
  readonly decode_seconds: number
  readonly prefill_flops: number
  readonly decode_flops: number
  readonly decode_bytes: number
  readonly peak: number
  readonly bandwidth: number
  readonly tdp: number | null
  readonly price: number | null
}

const latency: Expr = ['+', 'prefill_seconds', ['*', 'all_steps', 'decode_seconds']]

export const metricTable = {
  ttft: { unit: 's', expr: 'prefill_seconds', source: 'prefill of the batch without queueing' },
  tpot: { unit: 's', expr: ['/', ['-', latency, 'prefill_seconds'], 'steps'], source: '(latency − TTFT) / (output − 1)' },
  latency: { unit: 's', expr: latency, source: 'prefill and output − 1 steps, each at the mean context' },
  tokensPerSecond: { unit: 'token/s', expr: ['/', ['*', 'batch', 'output'], latency], source: 'output tokens over latency' },
  tokensPerSecondPerGpu: { unit: 'token/s', expr: ['/', ['*', 'batch', 'output'], ['*', latency, 'gpus']], source: 'output tokens over latency and GPUs' },
  mfu: { unit: '1', expr: ['/', ['+', 'prefill_flops', ['*', 'all_steps', 'decode_flops']], ['*', ['*', latency, 'gpus'], 'peak']], source: 'matrix FLOP counted over the request, of the peak at which the FFN runs' },
  mbu: { unit: '1', expr: ['/', 'decode_bytes', ['*', 'decode_seconds', 'bandwidth']], source: 'HBM traffic of a decode step over what its time allows' },
  joulesPerToken: { unit: 'J', expr: ['/', ['*', ['*', 'tdp', 'gpus'], latency], ['*', 'batch', 'output']], source: 'TDP of all GPUs over the latency, per output token' },
  usdPerMillionTokens: { unit: 'USD', expr: ['*', 1e6, ['/', ['*', ['*', ['/', 'price', 3600], 'gpus'], latency], ['*', 'batch', 'output']]], source: 'price per GPU-hour over the latency, per output token' },
} as const satisfies Partial<Record<keyof Metrics, Metric>>

const needs: Readonly<Record<keyof typeof metricTable, readonly (keyof Totals)[]>> = {
  ttft: [], latency: [], mfu: [], mbu: [],
  tpot: ['steps'], tokensPerSecond: ['output'], tokensPerSecondPerGpu: ['output'],
  joulesPerToken: ['tdp', 'output'], usdPerMillionTokens: ['price', 'output'],
}

const order: readonly (keyof Totals)[] = ['batch', 'output', 'steps', 'all_steps', 'gpus', 'prefill_seconds', 'decode_seconds', 'prefill_flops', 'decode_flops', 'decode_bytes', 'peak', 'bandwidth', 'tdp', 'price']
const compiled = Object.fromEntries(Object.entries(metricTable).map(([name, m]) => [name, compile(m.expr, input => order.indexOf(input as keyof Totals))])) as Record<keyof typeof metricTable, (totals: Float64Array) => number>

const vector = new Float64Array(order.length)

/** All metrics; null where an input of one does not apply. */
export function metrics(totals: Totals, maxBatch: number, maxContext: number): Metrics {
  for (let i = 0; i < order.length; i++) vector[i] = totals[order[i] as keyof Totals] ?? NaN
  const of = (name: keyof typeof metricTable) => {
    for (const need of needs[name]) if (totals[need] === null) return null
    return compiled[name](vector)
  }
  return {
    ttft: of('ttft'), tpot: of('tpot'), latency: of('latency'), tokensPerSecond: of('tokensPerSecond'), tokensPerSecondPerGpu: of('tokensPerSecondPerGpu'),
    samplesPerSecond: null, mfu: of('mfu'), hfu: null, mbu: of('mbu'), joulesPerToken: of('joulesPerToken'), usdPerMillionTokens: of('usdPerMillionTokens'),
    maxBatch, maxContext,
  }
}
