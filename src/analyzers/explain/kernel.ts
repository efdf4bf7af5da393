/** One kernel: FLOP and bytes as products of axes, seconds as quotients of them. */
import { groupOf, isMatrix, type Work } from '../cost.js'
import type { Expr } from '../graph.js'
import { plus, times } from '../product.js'
import type { Machine } from '../report.js'
import { shareOf } from '../structure.js'
import { boundExpr, estimateExpr } from '../time.js'
import { explainMean, type KernelContext } from './mean.js'
import { passScope } from './names.js'
import { plain, quantity, scopeOf, type Formula, type Input, type Quantity, type Scope } from './quantity.js'
import { loadedExpr, shares, sumExpr, termExpr } from './terms.js'
import { formula, named, type Field } from './vocabulary.js'

export function explainKernel(c: KernelContext, field: Field): Quantity {
  const { kernel, report, part: { structure, passes: [only], passes } } = c
  if (!only || passes.length > 1) return explainMean(c, field)
  const axes = passScope(c.run, structure, only.sizes())
  const of = (value: number | null, given: Partial<Formula>, scope: Scope = axes) => {
    const f = formula('kernel', field, given)
    return quantity(`${c.path}/${field}`, value, { ...f, title: `${f.title} of ${kernel.id}` }, scope)
  }
  const own = () => scopeOf([...ownInputs(c, axes), ...machineInputs(c)], axes)
  switch (field) {
    case 'times': return of(report.times, { expr: times(only.runs, termExpr(kernel.times)) })
    case 'flops': return of(report.flops, { expr: sumExpr(kernel.work) })
    case 'bytes': return of(report.bytes, { expr: sumExpr(kernel.traffic), source: kernel.traffic.length === 0 ? 'its bytes are sent' : `each tensor once: ${kernel.traffic.map(t => `${t.direction} ${t.label}`).join(', ')}` })
    case 'sent': return of(report.sent, { expr: kernel.sent ? termExpr(kernel.sent) : 0 })
    case 'loaded': return of(report.loaded ?? 0, { expr: loadedExpr(kernel) }, scopeOf(shares(c.run), axes))
    case 'intensity': return of(report.intensity, {}, own())
    case 'seconds/bound': return of(report.seconds.bound, { expr: bound(c) }, own())
    case 'seconds/estimate': return of(report.seconds.estimate, { expr: estimate(c), source: efficiencySource(c) }, own())
  }
}

/** The kernel's own totals, each explained under its own path. */
function ownInputs(c: KernelContext, axes: Scope): Input[] {
  const at = (field: Field) => ({ path: `${c.path}/${field}` })
  const rates = [...new Set(c.kernel.work.map(w => w.rate))]
  return [
    named('flops', c.report.flops, null, at('flops')), named('bytes', c.report.bytes, null, at('bytes')), named('sent', c.report.sent, null, at('sent')),
    ...c.report.loaded === undefined ? [] : [named('loaded', c.report.loaded, null, at('loaded'))],
    ...rates.map(rate => {
      const work = c.kernel.work.filter(w => w.rate === rate)
      const value = work.reduce((sum, w) => sum + w.names.reduce((product, name) => product * axes(name).value, w.factor), 0)
      return plain(flopsName(rate), `FLOP at ${rate}`, value, 'FLOP', null, { ...at('flops'), formula: quantity('', 0, { title: '', unit: '', expr: sumExpr(work), source: null }, axes).formula })
    }),
  ]
}

function flopsName(rate: string): string {
  return rate.replace('peak_', 'flops_')
}

/** Seconds of the work of one engine, each rate by itself; an unknown vector rate takes no time. */
function engineSeconds(c: KernelContext, engine: Work['engine'], derated: boolean): Expr[] {
  if (engine === 'vector' && c.run.resolved.precision.vector === null) return []
  const rates = [...new Set(c.kernel.work.filter(w => isMatrix(w.rate) === (engine === 'matrix')).map(w => w.rate))]
  return rates.length === 0 ? [] : [plus(...rates.map((rate): Expr => ['/', flopsName(rate), derated && engine === 'matrix' ? ['*', rate, shareOf(rate)] : rate]))]
}

function bound(c: KernelContext): Expr {
  if (c.kernel.kind === 'collective') return ['/', 'sent', 'link']
  return boundExpr([...engineSeconds(c, 'matrix', false), ...engineSeconds(c, 'vector', false), ...(c.report.bytes > 0 ? [['/', 'bytes', 'bandwidth'] as Expr] : []), ...c.report.loaded ? [way] : []])
}

const way: Expr = ['/', 'loaded', 'far']

function estimate(c: KernelContext): Expr {
  if (c.kernel.kind === 'collective') {
    const start: Expr = ['+', 't0', ['*', 'per_rank', 'ranks']]
    const { ranks, inside } = linkOf(c)
    return ['+', ranks > inside ? ['+', start, ['*', 't0', 'levels']] : start, ['/', 'sent', ['*', 'link', 'eb']]]
  }
  const widens = c.kernel.work.some(w => w.rate === 'peak_widen') && c.run.resolved.precision.vector !== null
  const matrix = [...engineSeconds(c, 'matrix', true), ...(widens ? [['/', 'flops_widen', 'peak_widen'] as Expr] : [])]
  const engines = boundExpr([...(matrix.length > 0 ? [plus(...matrix)] : []), ...engineSeconds(c, 'vector', true)])
  const near = estimateExpr(engines, c.report.bytes > 0 ? ['/', 'bytes', ['*', 'bandwidth', 'eb']] : 0, 't0', c.run.machine.constants[c.kernel.kind].p === null ? null : 'p')
  return c.report.loaded ? ['max', near, ['+', 't0', way]] : near
}

function efficiencySource({ run: { resolved: { efficiency } }, kernel }: KernelContext): string {
  return `data/efficiency.json, ${efficiency.marked}: ${efficiency[kernel.kind].source}`
}

/** The link of the ranks that a collective runs on. */
function linkOf({ kernel, run: { machine: { links } } }: KernelContext): Machine['links'][string] {
  return links[groupOf(kernel.transfer?.mesh ?? [])] ?? { bandwidth: 1, exchange: 1, ranks: 1, inside: 1 }
}

/** Bandwidths and the constants of the kernel's class. */
function machineInputs(c: KernelContext): Input[] {
  const { device, efficiency, system } = c.run.resolved
  const link = linkOf(c)
  const { machine } = c.run
  const source = efficiencySource(c)
  const constants = efficiency[c.kernel.kind]
  return [
    ...shares(c.run),
    named('bandwidth', device.bandwidth, `data/gpus.json: ${device.id}.bandwidth`, { datum: { gpu: device.id, field: 'bandwidth' } }),
    named('link', c.kernel.transfer?.kind === 'exchange' ? link.exchange : link.bandwidth, `${link.link ?? ''}, data/gpus.json and data/systems.json: ${system.id}`),
    named('ranks', link.inside, link.ranks > link.inside ? `those of ${String(link.ranks)} within a node` : `scenario: ${(c.kernel.transfer?.mesh ?? ['tp']).map(axis => `mesh.${axis}`).join(' × ')}`),
    named('levels', Math.log2(link.ranks / link.inside), 'NCCL: double binary trees'),
    named('eb', constants.eb, source), named('t0', constants.t0, source), named('p', 'p' in constants ? constants.p ?? 1 : 1, source),
    named('per_rank', machine.collective.perRank, source),
  ]
}
