/** What a planner asks of a request (data/metrics.json): trees over the phases' totals, evaluated for the report and printed by explain. */
import json from '../../data/metrics.json'
import type { Metrics } from '../scenario/report.js'
import type { Expr } from './graph.js'
import { compile } from './product.js'

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
  readonly latency: number
  readonly prefill_flops: number
  readonly decode_flops: number
  readonly decode_bytes: number
  readonly peak: number
  readonly bandwidth: number
  readonly tdp: number | null
  readonly price: number | null
}

export interface Metric {
  readonly title: string
  readonly unit: string
  readonly needs: readonly (keyof Totals)[]
  readonly expr: Expr
  readonly source: string
}

export interface MetricInput {
  readonly title: string
  readonly unit: string
  readonly source?: string
  /** The quantity that explains it further, or the field of the GPU that it is. */
  readonly path?: string
  readonly field?: string
}

/** Metrics that are formulas. */
type Name = 'ttft' | 'tpot' | 'latency' | 'tokensPerSecond' | 'tokensPerSecondPerGpu' | 'mfu' | 'mbu' | 'joulesPerToken' | 'usdPerMillionTokens'
export const metricTable: Readonly<Record<Name, Metric>> = json.metrics as unknown as Record<Name, Metric>
/** Titles of the metrics that are not formulas. */
export const otherMetrics: Readonly<Record<Exclude<keyof Metrics, Name>, string>> = json.others
export const metricInputs: Readonly<Record<keyof Totals, MetricInput>> = json.inputs

/** What is asked of a forward run: formulas over the same inputs, where prefill is the pass. */
export const forwardTable = json.forward as unknown as Readonly<Partial<Record<keyof Metrics, Metric>>>

const order = Object.keys(metricInputs) as readonly (keyof Totals)[]
const vector = new Float64Array(order.length)
type Formulas = Readonly<Partial<Record<keyof Metrics, (totals: Float64Array) => number>>>
const compileAll = (table: Readonly<Partial<Record<keyof Metrics, Metric>>>): Formulas =>
  Object.fromEntries(Object.entries(table).map(([name, m]) => [name, compile(m.expr, input => order.indexOf(input as keyof Totals))]))
const tables = { inference: { table: metricTable, compiled: compileAll(metricTable) }, forward: { table: forwardTable, compiled: compileAll(forwardTable) } } as const

/** All metrics; null where one is not asked of the mode or where an input of it does not apply. */
export function metrics(mode: 'inference' | 'forward', totals: Totals, maxBatch: number, maxContext: number | null): Metrics {
  for (let i = 0; i < order.length; i++) vector[i] = totals[order[i] as keyof Totals] ?? NaN
  const { table, compiled } = tables[mode] as { table: Readonly<Partial<Record<keyof Metrics, Metric>>>; compiled: Formulas }
  const of = (name: keyof Metrics) => {
    const metric = table[name]
    if (metric === undefined) return null
    for (const need of metric.needs) if (totals[need] === null) return null
    return compiled[name]?.(vector) ?? null
  }
  return {
    ttft: of('ttft'), tpot: of('tpot'), latency: of('latency'), tokensPerSecond: of('tokensPerSecond'), tokensPerSecondPerGpu: of('tokensPerSecondPerGpu'),
    samplesPerSecond: of('samplesPerSecond'), mfu: of('mfu'), hfu: null, mbu: of('mbu'), joulesPerToken: of('joulesPerToken'), usdPerMillionTokens: of('usdPerMillionTokens'),
    maxBatch, maxContext,
  }
}
