/** The request as a whole: the model's counts, memory on one GPU, and the metrics. */
import type { Metrics, Report } from '../../scenario/report.js'
import { communicationSeconds, exposedSeconds, fit, heldAt, sentOver } from '../analyze.js'
import { tokensPerStepExpr } from '../draft.js'
import type { Expr } from '../graph.js'
import { forwardTable, metricInputs, metricTable, otherMetrics, type Metric, type Totals } from '../metrics.js'
import { type Run } from '../run.js'
import { explainMacs } from './macs.js'
import { passScope } from './names.js'
import { plain, quantity, scopeOf, type Quantity } from './quantity.js'
import { sumExpr } from './terms.js'
import { formula, named, type LinkField, type ModelField } from './vocabulary.js'

export const metricFields = [...Object.keys(metricTable), 'samplesPerSecond', 'maxBatch', 'maxContext', 'tokensPerStep'] as (keyof Metrics)[]

/** A report that has an answer. */
export type Answer = Report & { readonly model: NonNullable<Report['model']>; readonly memory: NonNullable<Report['memory']>; readonly metrics: Metrics }

export function explainModel(run: Run, report: Answer, field: ModelField): Quantity {
  if (field === 'macs') return explainMacs(run, report)
  const s = field === 'cacheBytesPerToken' ? run.stored : run.held
  const { terms } = { parameters: s.parameters, activeParameters: s.active, cacheBytesPerToken: s.cachePerToken }[field]
  const source = `sum over ${terms.map(t => t.label).join(', ')}`
  return quantity(`model/${field}`, report.model[field], formula('model', field, { expr: sumExpr(terms), source }), passScope(run, s, field === 'cacheBytesPerToken' ? run.storedSizes : run.heldSizes))
}

export function explainMetric(run: Run, report: Answer, totals: Totals, field: keyof Metrics): Quantity {
  const { draft } = run.resolved.scenario.workload
  if (field === 'tokensPerStep') return explainTokens(report, draft)
  if (field === 'maxBatch' || field === 'maxContext') return explainLargest(run, report, field)
  const { mode } = run.resolved.scenario.workload
  const metric = (mode === 'forward' ? forwardTable : metricTable as Partial<Record<keyof Metrics, Metric>>)[field]
  const path = `metrics/${field}`
  if (!metric) return quantity(path, null, { title: (otherMetrics as Partial<Record<keyof Metrics, string>>)[field] ?? metricTable[field as keyof typeof metricTable].title, unit: '', expr: 0, source: null }, scopeOf([]))
  return quantity(path, report.metrics[field] ?? null, metric, name => {
    const drafted = draft === null ? undefined : draftedInputs[name as keyof Totals]
    if (drafted) return plain(name, drafted.title, totals[name as keyof Totals] ?? 0, metricInputs[name as keyof Totals].unit, drafted.source, { path: drafted.path ?? null })
    const known = metricInputs[name as keyof Totals]
    const gpu = run.resolved.device.id
    return plain(name, known.title, totals[name as keyof Totals] ?? 0, known.unit, known.source ?? null, { path: mode === 'forward' ? known.path?.replace('prefill/', 'forward/') ?? null : known.path ?? null, ...(known.field === undefined ? {} : { datum: { gpu, field: known.field } }) })
  })
}

/** What inputs mean where steps draft and verify. */
const draftedInputs: Readonly<Partial<Record<keyof Totals, { readonly title: string; readonly source: string; readonly path?: string }>>> = {
  steps: { title: 'tokens after the first one', source: 'output − 1' },
  all_steps: { title: 'decode steps after the first token', source: '(output − 1) / tokens per step', path: 'metrics/tokensPerStep' },
  decode_seconds: { title: 'one step, drafting and verifying', source: '', path: 'decode/seconds/estimate' },
  prefill_flops: { title: 'matrix FLOP of prefill, of the model alone', source: 'without what drafts' },
  decode_flops: { title: 'matrix FLOP of the tokens that a step yields', source: 'a plain decode step × tokens per step: neither drafts nor rejected tokens' },
}

function explainTokens(report: Answer, draft: Run['resolved']['scenario']['workload']['draft']): Quantity {
  if (draft === null) throw new Error('nothing drafts')
  const value = report.metrics.tokensPerStep ?? null
  const source = 'Leviathan et al., arXiv:2211.17192, equation 1: every token accepted with the same chance'
  return quantity('metrics/tokensPerStep', value, { title: otherMetrics.tokensPerStep, unit: '', expr: tokensPerStepExpr(draft), source }, scopeOf([
    named('tokens', draft.tokens, 'scenario: workload.draft.tokens'), named('acceptance', draft.acceptance, 'scenario: workload.draft.acceptance'),
  ]))
}

/** Traffic over the whole request: prefill and the decode steps after it. */
export function explainLink(run: Run, report: Answer, totals: Totals, link: string, field: LinkField): Quantity {
  const { far } = run
  const isFar = link === far?.name
  const near: Run = { ...run, machine: { ...run.machine, far: null } }
  const [prefill = 0, decode = 0] = report.phases.map(phase => {
    const { loaded = 0 } = phase.perGpu
    if (!isFar) return field === 'bytes' ? sentOver(run, phase, link) : communicationSeconds(run, phase, link)
    return field === 'bytes' ? loaded : field === 'seconds' ? loaded / far.bandwidth : exposedSeconds(near, phase)
  })
  const first = report.phases[0]?.phase ?? 'prefill'
  const isOnly = report.links.filter(one => one.link !== far?.name).length === 1
  const at = (phase: string) => field === 'bytes' && (isFar || isOnly) ? { path: `${phase}/perGpu/${isFar ? 'loaded' : 'sent'}` } : {}
  const source = !isFar ? {} : field === 'seconds' ? { source: far.source } : field === 'exposed' ? { source: 'by how much the phases are longer than with everything in the memory of the GPU' } : {}
  const title = !isFar ? {} : { title: { bytes: 'Bytes that are loaded in the request', seconds: 'Time that loading takes in the request', exposed: 'Time of loading that nothing hides' }[field] }
  return quantity(`links/${link}/${field}`, report.links.find(one => one.link === link)?.[field] ?? null, formula('link', field, { ...source, ...title }), scopeOf([
    named('prefill', prefill, null, at(first)), named('decode', decode, null, report.phases.length > 1 ? at('decode') : {}),
    named('all_steps', totals.all_steps, run.draft === null ? 'output − 1' : '(output − 1) / tokens per step'),
  ]))
}

/** The largest number that fits: what it needs, what one more would need, and the room between them. */
function explainLargest(run: Run, report: Answer, field: 'maxBatch' | 'maxContext'): Quantity {
  const { scenario: { workload: { batch, prompt, output } }, model, id } = run.resolved
  const n = report.metrics[field] ?? 0
  // Of a pipeline, the stage that is full first.
  const own = run.stages.map(stage => ({ stage, ...fit(stage) })).sort((a, b) => (a[field] ?? 0) - (b[field] ?? 0))[0]
  const memory = own?.memory ?? report.memory
  const at = (part: string) => own === undefined ? { path: `memory/${part}` } : {}
  if (report.metrics[field] === null) return quantity(`metrics/${field}`, null, { title: otherMetrics[field], unit: '', expr: 0, source: null }, scopeOf([]))
  const bytes = (many: number) => {
    const held = field === 'maxBatch' ? heldAt(own?.stage ?? run, many, prompt, output) : heldAt(own?.stage ?? run, batch, many - output - run.imageTokens, output)
    return held.cache + held.activations
  }
  const of = (expr: Expr, source: string) => quantity(`metrics/${field}`, n, { title: otherMetrics[field], unit: '', expr, source }, scopeOf([
    named('n', n, 'found by bisection'), ...(['capacity', 'weights', 'overhead'] as const).map(part => named(part, memory[part], null, at(part))),
    named('needed', n > 0 ? bytes(n) : 0), named('needed_next', n > 0 ? bytes(n + 1) : 0), named('positions', model.positions ?? n, `model ${id}`),
  ]))
  if (n === 0) return of('n', 'weights and one sequence exceed the capacity')
  const room: Expr = ['-', ['-', 'capacity', 'weights'], 'overhead']
  const fitting: Expr = ['floor', ['+', 'n', ['/', ['-', room, 'needed'], ['-', 'needed_next', 'needed']]]]
  const isTable = field === 'maxContext' && model.positions !== null
  return of(isTable ? ['min', 'positions', fitting] : fitting, 'largest whole number whose memory is within the capacity')
}
