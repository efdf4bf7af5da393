/** One kernel: FLOP and bytes as products of axes, seconds as quotients of them. */
import type { KernelReport } from '../../scenario/report.js'
import type { Expr } from '../graph.js'
import { plus, times } from '../product.js'
import type { Term, Work } from '../cost.js'
import type { Run } from '../run.js'
import { shareOf, type Kernel, type Structure } from '../structure.js'
import { boundExpr, estimateExpr } from '../time.js'
import { passScope } from './names.js'
import { plain, quantity, scopeOf, type Input, type Quantity, type Scope } from './quantity.js'

/** A term as a tree. */
export function termExpr(term: Term): Expr {
  return times(term.factor, ...term.names)
}

export interface KernelContext {
  readonly run: Run
  readonly structure: Structure
  readonly sizes: Float64Array
  readonly kernel: Kernel
  readonly report: KernelReport
  /** `decode/decoder/attn/qkv`. */
  readonly path: string
}

/** The parts of a kernel that can be explained. */
export const kernelFields = ['times', 'flops', 'bytes', 'sent', 'intensity', 'seconds/bound', 'seconds/estimate'] as const
export type KernelField = (typeof kernelFields)[number]

const roofline = 'Williams, Waterman, Patterson (2009), doi:10.1145/1498765.1498785'

export function explainKernel(c: KernelContext, field: KernelField): Quantity {
  const { kernel, report } = c
  const scope = passScope(c.run, c.structure, c.sizes)
  const path = `${c.path}/${field}`
  const title = (what: string) => `${what} of ${kernel.id}`
  switch (field) {
    case 'times': return quantity(path, report.times, { title: title('Runs'), unit: '', expr: termExpr(kernel.times), source: null }, scope)
    case 'flops': return quantity(path, report.flops, { title: title('FLOP'), unit: 'FLOP', expr: plus(...kernel.work.map(termExpr)), source: 'loop nest: FLOP per iteration × axes' }, scope)
    case 'bytes': return quantity(path, report.bytes, { title: title('HBM traffic'), unit: 'byte', expr: plus(...kernel.traffic.map(termExpr)), source: `each tensor once: ${kernel.traffic.map(t => `${t.direction} ${t.label}`).join(', ')}` }, scope)
    case 'sent': return quantity(path, report.sent, { title: title('Bytes sent'), unit: 'byte', expr: kernel.sent ? termExpr(kernel.sent) : 0, source: kernel.sent ? 'ring algorithm, one direction' : null }, scope)
    case 'intensity': return quantity(path, report.intensity, { title: title('Arithmetic intensity'), unit: 'FLOP/byte', expr: ['/', 'flops', 'bytes'], source: roofline }, scopeOf(ownInputs(c)))
    case 'seconds/bound': return quantity(path, report.seconds.bound, { title: title('Best possible time'), unit: 's', expr: bound(c), source: roofline }, scopeOf(ownInputs(c), machineScope(c, scope)))
    case 'seconds/estimate': return quantity(path, report.seconds.estimate, { title: title('Estimated time'), unit: 's', expr: estimate(c), source: efficiencySource(c) }, scopeOf(ownInputs(c), machineScope(c, scope)))
  }
}

/** The kernel's own totals, each explained under its own path. */
function ownInputs(c: KernelContext): Input[] {
  const at = (field: KernelField) => ({ path: `${c.path}/${field}` })
  const rates = [...new Set(c.kernel.work.map(w => w.rate))]
  const scope = passScope(c.run, c.structure, c.sizes)
  return [
    plain('flops', 'FLOP of one run', c.report.flops, 'FLOP', null, at('flops')),
    plain('bytes', 'HBM traffic of one run', c.report.bytes, 'byte', null, at('bytes')),
    plain('sent', 'bytes sent by one GPU', c.report.sent, 'byte', null, at('sent')),
    ...rates.map(rate => {
      const q = quantity('', 0, { title: '', unit: '', expr: flopsAt(c.kernel.work, rate), source: null }, scope)
      const value = valueOf(c.kernel.work.filter(w => w.rate === rate), scope)
      return plain(flopsName(rate), `FLOP at ${rate}`, value, 'FLOP', null, { ...at('flops'), formula: q.formula })
    }),
  ]
}

function valueOf(work: readonly Work[], scope: Scope): number {
  return work.reduce((sum, w) => sum + w.names.reduce((product, name) => product * scope(name).value, w.factor), 0)
}

function flopsName(rate: string): string {
  return rate.replace('peak_', 'flops_')
}

function flopsAt(work: readonly Work[], rate: string): Expr {
  return plus(...work.filter(w => w.rate === rate).map(termExpr))
}

/** Seconds of the work of one engine, each rate by itself; an unknown vector rate takes no time. */
function engineSeconds(c: KernelContext, engine: Work['engine'], derated: boolean): Expr | null {
  if (engine === 'vector' && c.run.resolved.precision.vector === null) return null
  const rates = [...new Set(c.kernel.work.filter(w => w.engine === engine).map(w => w.rate))]
  if (rates.length === 0) return null
  return plus(...rates.map((rate): Expr => ['/', flopsName(rate), derated && engine === 'matrix' ? ['*', rate, shareOf(rate)] : rate]))
}

function bound(c: KernelContext): Expr {
  if (c.kernel.kind === 'collective') return ['/', 'sent', 'link']
  const parts = [engineSeconds(c, 'matrix', false), engineSeconds(c, 'vector', false), c.report.bytes > 0 ? ['/', 'bytes', 'bandwidth'] as Expr : null]
  return boundExpr(parts.filter(part => part !== null))
}

function estimate(c: KernelContext): Expr {
  if (c.kernel.kind === 'collective') return ['+', ['+', 't0', ['*', 'per_rank', 'ranks']], ['/', 'sent', ['*', 'link', 'eb']]]
  const engines = [engineSeconds(c, 'matrix', true), engineSeconds(c, 'vector', true)].filter(part => part !== null)
  return estimateExpr(boundExpr(engines), c.report.bytes > 0 ? ['/', 'bytes', ['*', 'bandwidth', 'eb']] : 0, 't0', c.run.machine.constants[c.kernel.kind].p === null ? null : 'p')
}

function efficiencySource(c: KernelContext): string {
  const { efficiency } = c.run.resolved
  return `data/efficiency.json, ${efficiency.marked}: ${efficiency[c.kernel.kind].source}`
}

/** Bandwidths and the constants of the kernel's class. */
function machineScope(c: KernelContext, beyond: Scope): Scope {
  const { device, link, efficiency } = c.run.resolved
  const { machine } = c.run
  const { eb, t0 } = efficiency[c.kernel.kind]
  const source = efficiencySource(c)
  return scopeOf([
    plain('bandwidth', `memory bandwidth of ${device.name}`, device.bandwidth, 'byte/s', `data/gpus.json: ${device.id}.bandwidth`, { datum: { gpu: device.id, field: 'bandwidth' } }),
    plain('link', `${link.name} in one direction`, machine.link, 'byte/s', `data/gpus.json and data/systems.json: ${c.run.resolved.system.id}`),
    plain('ranks', 'GPUs of the collective', machine.ranks, '', 'scenario: mesh.tp'),
    plain('eb', 'share of the bandwidth that is reached', eb, '1', source),
    plain('t0', 'seconds that a kernel takes whatever its size', t0, 's', source),
    plain('p', 'how softly compute and memory overlap', c.kernel.kind === 'collective' ? 1 : machine.constants[c.kernel.kind].p ?? 1, '1', source),
    plain('per_rank', 'seconds per rank of a collective', machine.collective.perRank, 's', source),
  ], beyond)
}

