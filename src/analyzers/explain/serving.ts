/** What a draft adds, and what lies outside the memory of the GPU. */
import { total } from '../compile.js'
import { times } from '../product.js'
import { prefillVector, type Run } from '../run.js'
import { filled } from './memory.js'
import { passScope } from './names.js'
import { plain, quantity, scopeOf, type Quantity } from './quantity.js'
import type { Answer } from './request.js'
import { sumExpr } from './terms.js'
import { formula, named, type DraftField, type OffloadedField } from './vocabulary.js'

/** A number of `draft`: everything of it that is not the model's own. */
export function explainDraft(run: Run, draft: Run, report: Answer, field: DraftField): Quantity {
  const { shared = [], copies = 1 } = run.resolved.drafter ?? {}
  const isCache = field === 'cache'
  const [s, sizes] = isCache ? [draft.stored, filled(draft)[1]] : [draft.prefill, prefillVector(draft)]
  const all = { parameters: s.parameters, weights: s.weights, cache: s.cache }[field]
  const terms = all.terms.filter(({ label }) => !shared.includes(label))
  const source = terms.length === 0 ? 'it has none' : `sum over ${terms.map(t => t.label).join(', ')}`
  const sum = sumExpr(terms)
  const axes = passScope(draft, s, sizes)
  return quantity(`draft/${field}`, report.draft?.[field] ?? 0, formula('draft', field, { expr: copies === 1 ? sum : times('copies', sum), source }), name => name === 'copies' ? named('copies', copies, 'scenario: workload.draft.mtp') : axes(name))
}

/** Bytes that lie elsewhere. */
export function explainOffloaded(run: Run, report: Answer, field: OffloadedField): Quantity {
  const [, stored] = filled(run)
  const own = field === 'weights' ? run.weights : run.resolved.scenario.workload.mode === 'forward' ? total(run.prefill.cache.compiled, filled(run)[0]) : total(run.stored.cache.compiled, stored)
  return quantity(`memory/offloaded/${field}`, report.memory.offloaded?.[field] ?? 0, formula('offloaded', field), scopeOf([
    plain('own', `${field} of the model`, own, 'byte', null), named('share', run.far?.[field] ?? 0, `scenario: offload.${field}`),
  ]))
}
