/** Legal values near an impossible one, and how arrow keys move from one to the next. */
import type { Problem } from '../core.js'

const least: Readonly<Record<string, number>> = { 'workload.output': 0, 'workload.cached': 0, 'workload.images': 0, 'workload.audioSeconds': 30 }
/** The least of a whole number to offer; undefined for what is none. */
const leastOf = (path: string): number | undefined => least[path] ?? (/^(mesh|workload|training)\.(?!exit)/.test(path) ? 1 : undefined)
/** Sizes that live in powers of two. */
const doubled = /^(mesh|workload)\.(?!cached|images|audio|exit|axes)/
const steps: Readonly<Record<string, number>> = { 'workload.cached': 256, 'workload.audioSeconds': 30, utilization: 0.05, price: 0.1, 'offload.weights': 0.05, 'offload.cache': 0.05 }
const most = 2 ** 30

/** What an arrow key makes of a value: the double or the half of a size, else a step up or down. */
export function turned(path: string, value: number, direction: 1 | -1): number {
  const floor = leastOf(path) ?? 0
  if (doubled.test(path)) return Math.min(path === 'workload.tokens' ? 1e18 : most, Math.max(floor, direction === 1 ? Math.max(1, value * 2) : Math.floor(value / 2)))
  const step = steps[path] ?? 1
  const next = Math.max(path === 'utilization' ? step : floor, Math.round(value / step + direction) * step)
  return Number((path === 'utilization' ? Math.min(1, next) : next).toPrecision(12))
}

/** Values to offer: those of the problem, else the nearest that the field takes, else the last one that had an answer. */
export function nearest({ code, path, suggestions }: Problem, value: unknown, last: unknown): readonly string[] {
  if (suggestions.length > 0 || code !== 'invalid-field') return suggestions
  const floor = leastOf(path)
  if (typeof value === 'number' && floor !== undefined) return [...new Set([Math.floor(value), Math.ceil(value)].map(whole => String(Math.min(most, Math.max(floor, whole)))))]
  if (path === 'utilization' && typeof value === 'number') return value > 1 && value <= 100 ? [String(value / 100), '1'] : value > 1 ? ['1'] : ['0.9']
  return typeof last === 'number' || typeof last === 'string' ? [String(last)] : []
}
