/** A phase: sums over its kernels, and the FLOP that conventions count. */
import type { Phase } from '../../scenario/report.js'
import type { Expr } from '../graph.js'
import { plus, times } from '../product.js'
import { derive } from '../compile.js'
import type { Run } from '../run.js'
import type { Structure } from '../structure.js'
import { termExpr } from './kernel.js'
import { passScope } from './names.js'
import { identifier, plain, quantity, scopeOf, type Quantity } from './quantity.js'

export const phaseFields = ['flops/matrix', 'flops/vector', 'perGpu/flops', 'perGpu/bytes', 'perGpu/sent', 'intensity', 'seconds/bound', 'seconds/estimate', 'seconds/low', 'seconds/high'] as const
export type PhaseField = (typeof phaseFields)[number]

export interface PhaseContext {
  readonly run: Run
  readonly structure: Structure
  readonly sizes: Float64Array
  readonly report: Phase
}

type Summed = 'flops' | 'bytes' | 'sent' | 'seconds/bound' | 'seconds/estimate'

export function explainPhase(c: PhaseContext, field: PhaseField): Quantity {
  const { report } = c
  const path = `${report.phase}/${field}`
  switch (field) {
    case 'flops/matrix': return counted(c, 'matrix', path)
    case 'flops/vector': return counted(c, 'vector', path)
    case 'perGpu/flops': return sum(c, 'flops', path, report.perGpu.flops, 'FLOP of one GPU', 'FLOP')
    case 'perGpu/bytes': return sum(c, 'bytes', path, report.perGpu.bytes, 'HBM traffic of one GPU', 'byte')
    case 'perGpu/sent': return sum(c, 'sent', path, report.perGpu.sent, 'Bytes that one GPU sends', 'byte')
    case 'seconds/bound': return sum(c, 'seconds/bound', path, report.seconds.bound, 'Best possible time', 's')
    case 'seconds/estimate': return sum(c, 'seconds/estimate', path, report.seconds.estimate, 'Estimated time', 's', c.run.machine.host)
    case 'intensity': return quantity(path, report.intensity, { title: 'Arithmetic intensity', unit: 'FLOP/byte', expr: ['/', 'flops', 'bytes'], source: null }, scopeOf([
      plain('flops', 'FLOP of one GPU', report.perGpu.flops, 'FLOP', null, { path: `${report.phase}/perGpu/flops` }),
      plain('bytes', 'HBM traffic of one GPU', report.perGpu.bytes, 'byte', null, { path: `${report.phase}/perGpu/bytes` }),
    ]))
    case 'seconds/low': return band(c, path, report.seconds.low, ['max', 'bound', ['/', 'estimate', 'band']], 'Lower end of the band')
    case 'seconds/high': return band(c, path, report.seconds.high, ['*', 'estimate', 'band'], 'Upper end of the band')
  }
}

function sum(c: PhaseContext, of: Summed, path: string, value: number, title: string, unit: string, host = 0): Quantity {
  const pick = (k: Phase['kernels'][number]): number => of === 'seconds/bound' ? k.seconds.bound : of === 'seconds/estimate' ? k.seconds.estimate : k[of]
  const kernels = c.report.kernels.filter(k => pick(k) !== 0)
  const inputs = kernels.map(k => plain(identifier(k.id), `${title} in one run of ${k.id}`, pick(k), unit, null, { path: `${c.report.phase}/${k.id}/${of}` }))
  const expr = plus(...(host === 0 ? [] : ['host']), ...kernels.map(k => times(k.times, identifier(k.id))))
  return quantity(path, value, { title, unit, expr, source: 'sum over kernels of runs × one run' }, scopeOf([...inputs, plain('host', 'seconds that the host adds', host, 's', c.run.resolved.profile.host.source)]))
}

function counted(c: PhaseContext, engine: 'matrix' | 'vector', path: string): Quantity {
  const { structure: s, run } = c
  const convention = run.resolved.scenario.conventions.attention
  const sizes = c.sizes.slice()
  sizes[s.slots.causal] = convention === 'causal' ? 1 : 0
  derive(s.layout, sizes)
  return quantity(path, c.report.flops[engine], {
    title: engine === 'matrix' ? 'Matrix FLOP, all GPUs' : 'Vector FLOP, all GPUs', unit: 'FLOP',
    expr: plus(...s.counted[engine].terms.map(termExpr)), source: `convention: attention ${convention}`,
  }, passScope(run, s, sizes))
}

function band(c: PhaseContext, path: string, value: number | null, expr: Expr, title: string): Quantity {
  const { seconds, phase } = c.report
  const { profile } = c.run.resolved
  return quantity(path, value, { title, unit: 's', expr, source: profile.band.source }, scopeOf([
    plain('bound', 'best possible time', seconds.bound, 's', null, { path: `${phase}/seconds/bound` }),
    plain('estimate', 'estimated time', seconds.estimate, 's', null, { path: `${phase}/seconds/estimate` }),
    plain('band', 'factor of the p90 band', c.run.machine.band ?? 1, '1', profile.band.source),
  ]))
}
