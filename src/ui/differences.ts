/** Two reports side by side: what was asked differently, and how the figures differ. */
import type { Report } from '../core.js'
import { fieldOf, flags } from './flags.js'

/** A figure of two reports; null where it does not apply. */
export interface Difference {
  readonly id: 'ttft' | 'tpot' | 'latency' | 'tokensPerSecond' | 'tokensPerSecondPerGpu' | 'usdPerMillionTokens' | 'joulesPerToken' | 'samplesPerSecond' | 'mfu' | 'weights' | 'cache' | 'activations' | 'overhead' | 'total' | 'free' | 'parameters' | 'macs'
  readonly unit: 's' | '/s' | '$' | 'J' | 'B' | '%' | ''
  readonly a: number | null
  readonly b: number | null
}

const metrics = [['ttft', 's'], ['tpot', 's'], ['latency', 's'], ['tokensPerSecond', '/s'], ['tokensPerSecondPerGpu', '/s'], ['usdPerMillionTokens', '$'], ['joulesPerToken', 'J']] as const
/** Those of one pass over the batch. */
const ofPass = [['latency', 's'], ['samplesPerSecond', '/s'], ['mfu', '%']] as const
const parts = ['weights', 'cache', 'activations', 'overhead', 'total'] as const

/** Time, throughput, cost and energy; what does not fit has none. */
export function figureDifferences(a: Report, b: Report): Difference[] {
  const passes = [a, b].filter(({ phases }) => phases[0]?.phase === 'forward').length
  const asked = passes === 2 ? ofPass : passes === 1 ? [...metrics, ...ofPass.slice(1)] : metrics
  const of = (report: Report, id: (typeof metrics | typeof ofPass)[number][0]): number | null => report.memory?.fits === false ? null : report.metrics?.[id] ?? null
  return asked.map(([id, unit]) => ({ id, unit, a: of(a, id), b: of(b, id) }))
}

/** What two different models have, and do for one sample where that is one pass; nothing of one model. */
export function modelDifferences({ model: a, scenario: from }: Report, { model: b, scenario: to }: Report): Difference[] {
  if (a === null || b === null || from.model === to.model) return []
  const both = (id: 'parameters' | 'macs'): Difference => ({ id, unit: '', a: a[id], b: b[id] })
  return [both('parameters'), ...a.macs === null && b.macs === null ? [] : [both('macs')]]
}

/** The memory of the fullest GPU by part, its sum, and what is free; negative where it is too small. */
export function memoryDifferences({ memory: a }: Report, { memory: b }: Report): Difference[] {
  if (a === null || b === null) return []
  const held = parts.filter(part => a[part] > 0 || b[part] > 0).map((id): Difference => ({ id, unit: 'B', a: a[id], b: b[id] }))
  return [...held, { id: 'free', unit: 'B', a: a.capacity - a.total, b: b.capacity - b.total }]
}

/** Fields of the scenarios that differ, defaults filled in; what follows from GPU or model is left out where those differ. */
export function fieldDifferences(a: Report, b: Report): { readonly path: string; readonly a: string; readonly b: string }[] {
  const paths = Object.values(flags).map(([path]) => path)
  const text = (report: Report, path: string): string => {
    const value = fieldOf(report.scenario, path) ?? null
    return typeof value === 'string' ? value : Array.isArray(value) ? value.join(' × ') : JSON.stringify(value)
  }
  const differing = [...new Set(paths)].map(path => ({ path, a: text(a, path), b: text(b, path) })).filter(one => one.a !== one.b)
  const gpu = differing.some(({ path }) => path === 'gpu'), model = differing.some(({ path }) => path === 'model')
  // Another model may be asked in other fields: those that only one of them has say nothing.
  const alone = (path: string): boolean => path === 'workload.mode' || (path.startsWith('workload.') && [a, b].some(({ scenario }) => (fieldOf(scenario, path) ?? null) === null))
  return differing.filter(({ path }) => path !== 'gpus' && !(gpu && ['system', 'price', 'capacity'].includes(path)) && !(model && alone(path)))
}
