/** Memory on one GPU. */
import { capacity } from '../../hardware/device.js'
import { total, type Total } from '../compile.js'
import type { Expr } from '../graph.js'
import { plus, times } from '../product.js'
import { memoryAt, prefillVector, type Run } from '../run.js'
import { communicates } from '../strategy.js'
import { passScope } from './names.js'
import { plain, quantity, scopeOf, type Quantity } from './quantity.js'
import type { Answer } from './request.js'
import { sumExpr } from './terms.js'
import { formula, named, type DraftField, type MemoryField } from './vocabulary.js'

export function explainMemory(run: Run, report: Answer, field: MemoryField): Quantity {
  const { memory } = report
  const { scenario: { workload, capacity: basis, utilization }, profile, device } = run.resolved
  const [prefill, stored] = filled(run)
  const path = `memory/${field}`
  const of = (...args: [expr?: Expr, source?: string]) => formula('memory', field, { ...(args[0] === undefined ? {} : { expr: args[0] }), ...(args[1] === undefined ? {} : { source: args[1] }) })
  switch (field) {
    case 'weights': return shared(run, quantity(path, memory.weights, of(sumExpr(run.held.weights.terms)), passScope(run, run.held, run.heldSizes)), run.weights, run.far?.weights ?? 0, 'draft/weights', report)
    case 'cache': {
      const [s, sizes] = workload.mode === 'forward' ? [run.prefill, prefill] : [run.stored, stored]
      return shared(run, quantity(path, memory.cache, of(sumExpr(s.cache.terms)), passScope(run, s, sizes)), total(s.cache.compiled, sizes), run.far?.cache ?? 0, 'draft/cache', report)
    }
    case 'activations': {
      const own = largest(run, prefill)
      const other = run.draft === null ? own : largest(run.draft, filled(run.draft)[0])
      const { run: whose, sizes, set: { terms } } = other.bytes > own.bytes ? other : own
      return quantity(path, memory.activations, of(sumExpr(terms), `the largest set that lives at one time in prefill: ${terms.map(t => t.label).join(', ')}`), passScope(whose, whose.prefill, sizes))
    }
    case 'overhead': {
      const { bytes, collectives, source } = profile.overhead
      return quantity(path, memory.overhead, of(communicates(run.resolved.scenario.mesh) ? undefined : 'engine', source), scopeOf([named('engine', bytes, source), named('collectives', collectives, source)]))
    }
    case 'gradients': case 'states': return quantity(path, memory[field], of(), scopeOf([]))
    case 'reserved/cache': return quantity(path, memory.reserved?.cache ?? null, of(sumExpr(run.reserve?.cache.terms ?? []), profile.cache?.source), passScope(run, run.stored, stored))
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

/** Sizes at which memory is counted: of the first pass with the largest activations, and of a step at the end of the output. */
export function filled(run: Run): readonly [prefill: Float64Array, stored: Float64Array] {
  const { batch, prompt, output } = run.resolved.scenario.workload
  const [prefill, stored] = [prefillVector(run), run.storedSizes.slice()]
  memoryAt(run, prefill, stored, batch, prompt, output)
  return [prefill, stored]
}

interface Largest { readonly run: Run; readonly sizes: Float64Array; readonly set: Total; readonly bytes: number }

function largest(run: Run, sizes: Float64Array): Largest {
  const set = run.prefill.live.reduce((a, b) => total(b.compiled, sizes) > total(a.compiled, sizes) ? b : a)
  return { run, sizes, set, bytes: total(set.compiled, sizes) }
}

/** What the model holds, less what lies elsewhere, and what drafts holds beside it. */
function shared(run: Run, own: Quantity, bytes: number, share: number, draft: `draft/${DraftField}`, report: Answer): Quantity {
  if (run.far === null && run.draft === null) return own
  const other = draft === 'draft/weights' ? report.draft?.weights : report.draft?.cache
  const expr = plus(share === 0 ? 'own' : times(['-', 1, 'share'], 'own'), ...run.draft === null ? [] : ['draft'])
  return quantity(own.path, own.value, { title: own.title, unit: own.unit, expr, source: own.source }, scopeOf([
    plain('own', 'of the model', bytes, own.unit, null, { formula: own.formula }), named('share', share, 'scenario: offload'), named('draft', other ?? 0, null, { path: draft }),
  ]))
}
