/** Multiply-adds of one sample, by kind of op, as the chosen counter has them. */
import { classOf, rulesOf, sharesOf, sourceOf } from '../conventions.js'
import { derive } from '../compile.js'
import { evaluate, plus, print } from '../product.js'
import { modelGraph } from '../models/loops.js'
import { partsOf } from '../passes.js'
import { sampleSizes, type Run } from '../run.js'
import { passScope } from './names.js'
import { identifier, plain, quantity, scopeOf, type Input, type Quantity } from './quantity.js'
import type { Report } from '../../scenario/report.js'
import { sumExpr } from './terms.js'
import { formula } from './vocabulary.js'

type Answer = Pick<Report, 'phases'> & { readonly model: Pick<NonNullable<Report['model']>, 'macs'> }

/** Inputs are what each kind contributes, with the sum over its ops as their formula. */
export function explainMacs(run: Run, report: Answer): Quantity {
  const { count, attention } = run.resolved.scenario.conventions
  const isOwn = count === 'roofline'
  const kinds = isOwn ? productsOf(run, report, attention) : countsOf(run, count)
  const sum = plus(...kinds.map(({ name }) => name))
  return quantity('model/macs', report.model.macs, formula('model', 'macs', isOwn
    ? { expr: ['/', sum, ['*', 2, 'batch']], source: 'FLOP of convolutions and matrix products, two for each multiply-add' }
    : { expr: sum, source: sourceOf(count) }), scopeOf([...kinds, plain('batch', 'samples at a time', run.resolved.scenario.workload.batch, '', 'scenario: workload.batch')]))
}

/** Values in groups, in order of appearance. */
function grouped<Item>(items: readonly Item[], by: (item: Item) => string): readonly (readonly [string, readonly Item[]])[] {
  const groups = new Map<string, Item[]>()
  for (const item of items) groups.set(by(item), [...groups.get(by(item)) ?? [], item])
  return [...groups]
}

/** FLOP of the pass's products, by kind. */
function productsOf(run: Run, { phases: [phase] }: Answer, attention: string): Input[] {
  const [part] = phase ? partsOf(run, phase.phase, false) : []
  if (!part) return []
  const { structure: s } = part
  const sizes = part.counted.slice()
  sizes[s.slots.causal] = attention === 'causal' ? 1 : 0
  derive(s.layout, sizes)
  const scope = passScope(run, s, sizes)
  const kindOf = new Map(modelGraph(run.resolved.model, 'expanded').blocks.flatMap(block => block.ops).map(op => [op.id, classOf(op)]))
  return grouped(s.counted.matrix.terms, ({ label }) => kindOf.get(label) ?? 'other').map(([kind, terms]) => {
    const value = terms.reduce((sum, { factor, names }) => sum + names.reduce((product, name) => product * scope(name).value, factor), 0)
    const { formula: text } = quantity('', 0, { title: '', unit: '', expr: sumExpr(terms), source: null }, scope)
    return plain(identifier(kind), `${kind} of the batch, ${String(terms.length)} ops`, value, 'FLOP', null, { formula: text })
  })
}

/** What the rules of a counter make of each kind. */
function countsOf(run: Run, count: string): Input[] {
  const shares = sharesOf(rulesOf(count), modelGraph(run.resolved.model, 'expanded'), sampleSizes(run))
  return grouped(shares, share => share.class).map(([kind, all]) => plain(
    identifier(kind), `${kind}, ${String(all.length)} ops`, all.reduce((sum, { expr, values }) => sum + evaluate(expr, values), 0), '',
    `data/conventions.json: ${count}, ${print(rulesOf(count)[kind] ?? 0)} for each`, { formula: all.map(({ expr, values }) => print(expr, values)).join(' + ') },
  ))
}
