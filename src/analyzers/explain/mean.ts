/** A kernel of several passes. */
import type { KernelReport } from '../../scenario/report.js'
import { evaluate, plus, times } from '../product.js'
import { isHead } from '../report.js'
import type { Part } from '../passes.js'
import type { Run } from '../run.js'
import type { Kernel } from '../structure.js'
import { passScope } from './names.js'
import { plain, quantity, scopeOf, type Formula, type Input, type Quantity } from './quantity.js'
import { loadedExpr, shares, sumExpr, termExpr } from './terms.js'
import { formula, named, type Field } from './vocabulary.js'

/** A kernel of a part and what the report says of it. */
export interface KernelContext {
  readonly run: Run
  readonly part: Part
  readonly kernel: Kernel
  readonly report: KernelReport
  /** `decode/decoder/attn/qkv`. */
  readonly path: string
}

/** The mean of its runs, so that times × a figure is the sum over all. */
export function explainMean(c: KernelContext, field: Field): Quantity {
  const { kernel, report, run, part: { structure, passes } } = c
  const of = (value: number | null, given: Partial<Formula>, inputs: readonly Input[]) => {
    const f = formula('kernel', field, given)
    return quantity(`${c.path}/${field}`, value, { ...f, title: `${f.title} of ${kernel.id}, mean of its runs` }, scopeOf(inputs))
  }
  const at = (other: Field) => ({ path: `${c.path}/${other}` })
  if (field === 'intensity') return of(report.intensity, {}, [named('flops', report.flops, null, at('flops')), named('bytes', report.bytes, null, at('bytes'))])
  if (field === 'seconds/bound' || field === 'seconds/estimate') {
    const seconds = field === 'seconds/bound' ? report.seconds.bound : report.seconds.estimate
    return of(seconds, { expr: ['/', 'total', 'times'], source: 'the time of every chunk by itself, summed' }, [named('total', seconds * report.times), named('times', report.times, null, at('times'))])
  }
  const expr = { times: termExpr(kernel.times), flops: sumExpr(kernel.work), bytes: sumExpr(kernel.traffic), sent: kernel.sent ? termExpr(kernel.sent) : 0, loaded: loadedExpr(kernel) }[field]
  const parts = passes.flatMap(({ runs, sizes, title }, i) => {
    const vector = sizes()
    if (vector[structure.slots.o] === 0 && isHead(kernel)) return []
    const one = quantity('', 0, { title: '', unit: '', expr, source: null }, scopeOf(shares(run), passScope(run, structure, vector)))
    return [{ name: `part_${String(i + 1)}`, runs, value: evaluate(expr, Object.fromEntries(one.inputs.map(input => [input.name, input.value]))), formula: one.formula, title }]
  })
  const { unit } = formula('kernel', field)
  const inputs = parts.map(({ name, value, formula, title }) => plain(name, title, value, unit, null, { formula }))
  const sum = plus(...parts.map(({ name, runs }) => times(runs, name)))
  if (field === 'times') return of(report.times, { expr: sum, source: 'runs of all chunks' }, inputs)
  return of(field === 'loaded' ? report.loaded ?? 0 : report[field], { expr: ['/', sum, plus(...parts.map(({ runs }) => runs))], source: 'mean over the chunks' }, inputs)
}
