/** The request as a whole: the model's counts, memory on one GPU, and the metrics. */
import type { Metrics, Report } from '../../scenario/report.js'
import { capacity } from '../../hardware/device.js'
import { communicationSeconds } from '../analyze.js'
import { total } from '../compile.js'
import type { Expr } from '../graph.js'
import { forwardTable, metricInputs, metricTable, otherMetrics, type Metric, type Totals } from '../metrics.js'
import { decodeVector, memoryAt, prefillVector, type Run } from '../run.js'
import { sumExpr } from './kernel.js'
import { passScope } from './names.js'
import { plain, quantity, scopeOf, type Quantity } from './quantity.js'
import { formula, named, type LinkField, type MemoryField, type ModelField } from './vocabulary.js'

export const metricFields = [...Object.keys(metricTable), 'samplesPerSecond', 'maxBatch', 'maxContext'] as (keyof Metrics)[]

/** A report that has an answer. */
export type Answer = Report & { readonly model: NonNullable<Report['model']>; readonly memory: NonNullable<Report['memory']>; readonly metrics: Metrics }

export function explainModel(run: Run, report: Answer, field: ModelField): Quantity {
  const s = field === 'cacheBytesPerToken' ? run.decode : run.held
  const { terms } = { parameters: s.parameters, activeParameters: s.active, cacheBytesPerToken: s.cachePerToken }[field]
  const source = `sum over ${terms.map(t => t.label).join(', ')}`
  return quantity(`model/${field}`, report.model[field], formula('model', field, { expr: sumExpr(terms), source }), passScope(run, s, field === 'cacheBytesPerToken' ? decodeVector(run) : run.heldSizes))
}

export function explainMemory(run: Run, { memory }: Answer, field: MemoryField): Quantity {
  const { scenario: { workload, capacity: basis, utilization }, profile, device } = run.resolved
  const [prefill, decode] = [prefillVector(run), decodeVector(run)]
  memoryAt(run, prefill, decode, workload.batch, workload.prompt, workload.output)
  const path = `memory/${field}`
  const of = (...args: [expr?: Expr, source?: string]) => formula('memory', field, { ...(args[0] === undefined ? {} : { expr: args[0] }), ...(args[1] === undefined ? {} : { source: args[1] }) })
  switch (field) {
    case 'weights': return quantity(path, memory.weights, of(sumExpr(run.held.weights.terms)), passScope(run, run.held, run.heldSizes))
    case 'cache': {
      const [s, sizes] = workload.mode === 'forward' ? [run.prefill, prefill] : [run.decode, decode]
      return quantity(path, memory.cache, of(sumExpr(s.cache.terms)), passScope(run, s, sizes))
    }
    case 'activations': {
      const { terms } = run.prefill.live.reduce((a, b) => total(b.compiled, prefill) > total(a.compiled, prefill) ? b : a)
      return quantity(path, memory.activations, of(sumExpr(terms), `the largest set that lives at one time in prefill: ${terms.map(t => t.label).join(', ')}`), passScope(run, run.prefill, prefill))
    }
    case 'overhead': {
      const { bytes, collectives, source } = profile.overhead
      return quantity(path, memory.overhead, of(run.machine.ranks > 1 ? undefined : 'engine', source), scopeOf([named('engine', bytes, source), named('collectives', collectives, source)]))
    }
    case 'gradients': case 'states': return quantity(path, memory[field], of(), scopeOf([]))
    case 'reserved/cache': return quantity(path, memory.reserved?.cache ?? null, of(sumExpr(run.reserve?.cache.terms ?? []), profile.cache?.source), passScope(run, run.decode, decode))
    case 'reserved/total': return quantity(path, memory.reserved?.total ?? null, of(), scopeOf([named('reserved', memory.reserved?.cache ?? 0, null, { path: 'memory/reserved/cache' }), ...(['weights', 'activations', 'overhead'] as const).map(part => named(part, memory[part], null, { path: `memory/${part}` }))]))
    case 'total': return quantity(path, memory.total, of(), scopeOf((['weights', 'cache', 'activations', 'overhead'] as const).map(part => named(part, memory[part], null, { path: `memory/${part}` }))))
    case 'capacity': {
      const at = basis === 'driver' ? 'driverMemory' : 'memory'
      return quantity(path, memory.capacity, of(), scopeOf([
        named('memory', basis === 'driver' ? capacity(device).bytes : device.memory, `data/gpus.json: ${device.id}.${at}`, { datum: { gpu: device.id, field: at } }),
        named('utilization', utilization, 'scenario: utilization'),
      ]))
    }
  }
}

export function explainMetric(run: Run, report: Answer, totals: Totals, field: keyof Metrics): Quantity {
  if (field === 'maxBatch' || field === 'maxContext') return explainLargest(run, report, field)
  const { mode } = run.resolved.scenario.workload
  const metric = (mode === 'forward' ? forwardTable : metricTable as Partial<Record<keyof Metrics, Metric>>)[field]
  const path = `metrics/${field}`
  if (!metric) return quantity(path, null, { title: (otherMetrics as Partial<Record<keyof Metrics, string>>)[field] ?? metricTable[field as keyof typeof metricTable].title, unit: '', expr: 0, source: null }, scopeOf([]))
  return quantity(path, report.metrics[field], metric, name => {
    const known = metricInputs[name as keyof Totals]
    const gpu = run.resolved.device.id
    return plain(name, known.title, totals[name as keyof Totals] ?? 0, known.unit, known.source ?? null, { path: mode === 'forward' ? known.path?.replace('prefill/', 'forward/') ?? null : known.path ?? null, ...(known.field === undefined ? {} : { datum: { gpu, field: known.field } }) })
  })
}

/** Communication over the whole request: prefill and the decode steps after it. */
export function explainLink(report: Answer, totals: Totals, link: string, field: LinkField): Quantity {
  const sent = report.phases.map(phase => field === 'bytes' ? phase.perGpu.sent : communicationSeconds(phase))
  return quantity(`links/${link}/${field}`, report.links[0]?.[field] ?? null, formula('link', field), scopeOf([
    named('prefill', sent[0] ?? 0, null, field === 'bytes' ? { path: 'prefill/perGpu/sent' } : {}), named('decode', sent[1] ?? 0, null, field === 'bytes' ? { path: 'decode/perGpu/sent' } : {}),
    named('all_steps', totals.all_steps, 'output − 1'),
  ]))
}

/** The largest number that fits: what it needs, what one more would need, and the room between them. */
function explainLargest(run: Run, report: Answer, field: 'maxBatch' | 'maxContext'): Quantity {
  const { scenario: { workload: { batch, prompt, output } }, model, id } = run.resolved
  const { memory } = report
  const n = report.metrics[field] ?? 0
  if (report.metrics[field] === null) return quantity(`metrics/${field}`, null, { title: otherMetrics[field], unit: '', expr: 0, source: null }, scopeOf([]))
  const bytes = (at: number) => {
    const [b, p] = field === 'maxBatch' ? [at, prompt] : [batch, at - output - run.imageTokens]
    const held = memoryAt(run, prefillVector(run), decodeVector(run), b, p, output)
    return held.cache + held.activations
  }
  const of = (expr: Expr, source: string) => quantity(`metrics/${field}`, n, { title: otherMetrics[field], unit: '', expr, source }, scopeOf([
    named('n', n, 'found by bisection'), ...(['capacity', 'weights', 'overhead'] as const).map(part => named(part, memory[part], null, { path: `memory/${part}` })),
    named('needed', n > 0 ? bytes(n) : 0), named('needed_next', n > 0 ? bytes(n + 1) : 0), named('positions', model.positions ?? n, `model ${id}`),
  ]))
  if (n === 0) return of('n', 'weights and one sequence exceed the capacity')
  const room: Expr = ['-', ['-', 'capacity', 'weights'], 'overhead']
  const fitting: Expr = ['floor', ['+', 'n', ['/', ['-', room, 'needed'], ['-', 'needed_next', 'needed']]]]
  const isTable = field === 'maxContext' && model.positions !== null
  return of(isTable ? ['min', 'positions', fitting] : fitting, 'largest whole number whose memory is within the capacity')
}
