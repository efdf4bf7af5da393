/** A phase: sums over its kernels, and the FLOP that conventions count. */
import type { Phase } from '../../scenario/report.js'
import { plus, times } from '../product.js'
import { derive, total } from '../compile.js'
import { hostSeconds, type Part } from '../passes.js'
import type { Run } from '../run.js'
import { passScope } from './names.js'
import { identifier, plain, quantity, scopeOf, type Quantity } from './quantity.js'
import { sumExpr } from './terms.js'
import { formula, named, type PhaseField } from './vocabulary.js'

export interface PhaseContext {
  readonly run: Run
  readonly parts: readonly Part[]
  /** What FLOP count of: all layers, where the parts are those of one pipeline stage. */
  readonly counted: readonly Part[]
  readonly report: Phase
}

export function explainPhase(c: PhaseContext, field: PhaseField): Quantity {
  const { report: { phase, perGpu, seconds, flops, intensity } } = c
  switch (field) {
    case 'flops/matrix': return counted(c, field, 'matrix', flops.matrix)
    case 'flops/vector': return counted(c, field, 'vector', flops.vector)
    case 'perGpu/flops': return sum(c, field, 'flops', perGpu.flops)
    case 'perGpu/bytes': return sum(c, field, 'bytes', perGpu.bytes)
    case 'perGpu/sent': return sum(c, field, 'sent', perGpu.sent)
    case 'perGpu/loaded': return sum(c, field, 'loaded', perGpu.loaded ?? 0)
    case 'seconds/bound': return sum(c, field, 'seconds/bound', seconds.bound)
    case 'seconds/estimate': return sum(c, field, 'seconds/estimate', seconds.estimate)
    case 'intensity': return quantity(`${phase}/${field}`, intensity, formula('phase', field), scopeOf([
      named('flops', perGpu.flops, null, { path: `${phase}/perGpu/flops` }), named('bytes', perGpu.bytes, null, { path: `${phase}/perGpu/bytes` }),
    ]))
    case 'seconds/low': return band(c, field, seconds.low)
    case 'seconds/high': return band(c, field, seconds.high)
  }
}

function sum(c: PhaseContext, field: PhaseField, of: 'flops' | 'bytes' | 'sent' | 'loaded' | 'seconds/bound' | 'seconds/estimate', value: number): Quantity {
  const { report: { phase, kernels }, run, parts } = c
  const pick = (k: Phase['kernels'][number]): number => of === 'seconds/bound' ? k.seconds.bound : of === 'seconds/estimate' ? k.seconds.estimate : k[of] ?? 0
  const { unit } = formula('phase', field)
  const adding = kernels.filter(k => pick(k) !== 0)
  const seconds = of === 'seconds/estimate' ? parts.reduce((sum, part) => sum + hostSeconds(part), 0) : 0
  const expr = plus(...(seconds > 0 ? ['host'] : []), ...adding.map(k => times(k.times, identifier(k.id))))
  return quantity(`${phase}/${field}`, value, formula('phase', field, { expr, source: 'sum over kernels of runs × one run' }), scopeOf([
    ...adding.map(k => plain(identifier(k.id), `one run of ${k.id}`, pick(k), unit, null, { path: `${phase}/${k.id}/${of}` })),
    named('host', seconds, run.resolved.profile.host.source),
  ]))
}

function counted(c: PhaseContext, field: PhaseField, engine: 'matrix' | 'vector', value: number): Quantity {
  const { conventions: { attention: convention }, workload: { batch } } = c.run.resolved.scenario
  const path = `${c.report.phase}/${field}`
  const own = c.counted.map(({ run, structure: s, counted, times: runs, prefix }) => {
    const sizes = counted.slice()
    sizes[s.slots.causal] = convention === 'causal' ? 1 : 0
    sizes[s.slots.b] = batch
    derive(s.layout, sizes)
    const of = quantity(path, value, formula('phase', field, { expr: sumExpr(s.counted[engine].terms), source: `convention: attention ${convention}` }), passScope(run, s, sizes))
    return { of, runs, name: prefix === '' ? 'model' : 'draft', value: total(s.counted[engine].compiled, sizes) }
  })
  const [only] = own
  if (only && own.length === 1) return only.of
  return quantity(path, value, formula('phase', field, { expr: plus(...own.map(({ runs, name }) => times(runs, name))), source: only?.of.source ?? null }), scopeOf(
    own.map(({ name, of, value }) => plain(name, name === 'model' ? 'of the model' : 'of one pass of what drafts', value, 'FLOP', null, { formula: of.formula })),
  ))
}

function band(c: PhaseContext, field: PhaseField, value: number | null): Quantity {
  const { seconds, phase } = c.report
  const { source } = c.run.resolved.profile.band
  return quantity(`${phase}/${field}`, value, formula('phase', field, { source }), scopeOf([
    named('bound', seconds.bound, null, { path: `${phase}/seconds/bound` }), named('estimate', seconds.estimate, null, { path: `${phase}/seconds/estimate` }),
    named('band', c.run.machine.band ?? 1, source),
  ]))
}
