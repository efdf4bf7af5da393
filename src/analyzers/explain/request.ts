/** The request as a whole: the model's counts, memory on one GPU, and the metrics. */
import type { Metrics, Report } from '../../scenario/report.js'
import { capacity } from '../../hardware/device.js'
import { total } from '../compile.js'
import { metricInputs, metricTable, otherMetrics, type Metric, type Totals } from '../metrics.js'
import type { Expr } from '../graph.js'
import { plus } from '../product.js'
import { decodeVector, memoryAt, prefillVector, type Run } from '../run.js'
import type { Structure } from '../structure.js'
import { termExpr } from './kernel.js'
import { passScope } from './names.js'
import { plain, quantity, scopeOf, type Quantity } from './quantity.js'

export const modelFields = ['parameters', 'activeParameters', 'cacheBytesPerToken'] as const
export const memoryFields = ['weights', 'cache', 'activations', 'overhead', 'total', 'capacity'] as const
export const metricFields = [...Object.keys(metricTable), 'maxBatch', 'maxContext'] as (keyof Metrics)[]

type Answer = Report & { readonly model: NonNullable<Report['model']>; readonly memory: NonNullable<Report['memory']>; readonly metrics: Metrics }

export function explainModel(run: Run, report: Answer, field: (typeof modelFields)[number]): Quantity {
  const s = run.decode
  const [of, title, unit] = field === 'parameters' ? [s.parameters, 'Parameters, each once', ''] as const
    : field === 'activeParameters' ? [s.active, 'Parameters that one token visits', ''] as const
      : [s.cachePerToken, 'Cache of one more token, all layers, no window reached', 'byte'] as const
  const labels = of.terms.map(t => t.label).join(', ')
  return quantity(`model/${field}`, report.model[field], { title, unit, expr: plus(...of.terms.map(termExpr)), source: `sum over ${labels}` }, passScope(run, s, decodeVector(run)))
}

export function explainMemory(run: Run, report: Answer, field: (typeof memoryFields)[number]): Quantity {
  const { memory } = report
  const { resolved } = run
  const { batch, prompt, output } = resolved.scenario.workload
  const path = `memory/${field}`
  const prefill = prefillVector(run)
  const decode = decodeVector(run)
  memoryAt(run, prefill, decode, batch, prompt, output)
  const of = (s: Structure, sizes: Float64Array, what: { terms: Structure['weights']['terms'] }, title: string, source: string) =>
    quantity(path, memory[field], { title, unit: 'byte', expr: plus(...what.terms.map(termExpr)), source }, passScope(run, s, sizes))
  switch (field) {
    case 'weights': return of(run.decode, decode, run.decode.weights, 'Weights on one GPU', 'each weight once, as it is split')
    case 'cache': return of(run.decode, decode, run.decode.cache, 'KV cache on one GPU at the end of the output', 'what the model needs; an engine may reserve more')
    case 'activations': {
      const largest = run.prefill.live.reduce((a, b) => total(b.compiled, prefill) > total(a.compiled, prefill) ? b : a)
      return of(run.prefill, prefill, largest, 'Activations on one GPU', `the largest set that lives at one time in prefill: ${largest.terms.map(t => t.label).join(', ')}`)
    }
    case 'overhead': return quantity(path, memory.overhead, { title: 'What is not a tensor', unit: 'byte', expr: run.machine.ranks > 1 ? ['+', 'engine', 'collectives'] : 'engine', source: resolved.profile.overhead.source }, scopeOf([
      plain('engine', `profile ${resolved.profile.id}, one GPU`, resolved.profile.overhead.bytes, 'byte', resolved.profile.overhead.source),
      plain('collectives', `profile ${resolved.profile.id}, buffers for communication`, resolved.profile.overhead.collectives, 'byte', resolved.profile.overhead.source),
    ]))
    case 'total': return quantity(path, memory.total, { title: 'Memory on one GPU', unit: 'byte', expr: plus('weights', 'cache', 'activations', 'overhead'), source: null },
      scopeOf((['weights', 'cache', 'activations', 'overhead'] as const).map(part => plain(part, part, memory[part], 'byte', null, { path: `memory/${part}` }))))
    case 'capacity': {
      const { device, scenario } = resolved
      const bytes = scenario.capacity === 'driver' ? capacity(device).bytes : device.memory
      return quantity(path, memory.capacity, { title: 'Memory that may be used', unit: 'byte', expr: ['*', 'memory', 'utilization'], source: null }, scopeOf([
        plain('memory', scenario.capacity === 'driver' ? 'memory that the driver reports' : 'marketed memory, GB × 1e9', bytes, 'byte', `data/gpus.json: ${device.id}`, { datum: { gpu: device.id, field: scenario.capacity === 'driver' ? 'driverMemory' : 'memory' } }),
        plain('utilization', 'share that may be used', scenario.utilization, '1', 'scenario: utilization'),
      ]))
    }
  }
}

export function explainMetric(run: Run, report: Answer, totals: Totals, field: keyof Metrics): Quantity {
  if (field === 'maxBatch' || field === 'maxContext') return explainLargest(run, report, field)
  const metric = (metricTable as Partial<Record<keyof Metrics, Metric>>)[field]
  const path = `metrics/${field}`
  if (!metric) return quantity(path, null, { title: otherMetrics[field as keyof typeof otherMetrics], unit: '', expr: 0, source: null }, scopeOf([]))
  return quantity(path, report.metrics[field], metric, name => {
    const known = metricInputs[name as keyof Totals]
    const gpu = run.resolved.device.id
    return plain(name, known.title, totals[name as keyof Totals] ?? 0, known.unit, known.source ?? null, { path: known.path ?? null, ...(known.field === undefined ? {} : { datum: { gpu, field: known.field } }) })
  })
}

/** The largest number that fits: what it needs, what one more would need, and the room between them. */
function explainLargest(run: Run, report: Answer, field: 'maxBatch' | 'maxContext'): Quantity {
  const { batch, prompt, output } = run.resolved.scenario.workload
  const { capacity: all, weights, overhead } = report.memory
  const n = report.metrics[field] ?? 0
  const bytes = (at: number) => {
    if (at <= 0) return 0
    const [prefill, decode] = [prefillVector(run), decodeVector(run)]
    const held = field === 'maxBatch' ? memoryAt(run, prefill, decode, at, prompt, output) : memoryAt(run, prefill, decode, batch, at - output, output)
    return held.cache + held.activations
  }
  const path = `metrics/${field}`
  const what = field === 'maxBatch' ? 'sequences' : 'tokens'
  const inputs = [
    plain('n', `${what} that fit`, n, '', 'found by bisection'),
    plain('capacity', 'memory that may be used', all, 'byte', null, { path: 'memory/capacity' }),
    plain('weights', 'weights', weights, 'byte', null, { path: 'memory/weights' }),
    plain('overhead', 'what is not a tensor', overhead, 'byte', null, { path: 'memory/overhead' }),
    plain('needed', `cache and activations of ${String(n)} ${what}`, bytes(n), 'byte', null),
    plain('needed_next', `cache and activations of one more`, bytes(Math.max(n + 1, field === 'maxContext' ? output + 1 : 1)), 'byte', null),
  ]
  const title = otherMetrics[field]
  if (n === 0) return quantity(path, 0, { title, unit: '', expr: ['*', 'n', 1], source: 'weights and one sequence exceed the capacity' }, scopeOf(inputs))
  const room: Expr = ['-', ['-', 'capacity', 'weights'], 'overhead']
  const fitting: Expr = ['floor', ['+', 'n', ['/', ['-', room, 'needed'], ['-', 'needed_next', 'needed']]]]
  const { position } = run.resolved.decoder
  const isTable = field === 'maxContext' && position.kind === 'learned'
  if (isTable) inputs.push(plain('positions', 'positions in the model\'s table', run.resolved.decoder.context ?? n, '', `model ${run.resolved.id}`))
  return quantity(path, n, { title, unit: '', expr: isTable ? ['min', 'positions', fitting] : fitting, source: 'largest whole number whose memory is within the capacity' }, scopeOf(inputs))
}
