/** What a pipeline adds to a phase: what a stage hands on, and how long the slowest one waits. */
import type { KernelReport, Phase } from '../../scenario/report.js'
import type { Expr } from '../graph.js'
import { sendStart, type Pipeline } from '../pipeline.js'
import { plus, times } from '../product.js'
import { passScope } from './names.js'
import { plain, quantity, scopeOf, type Formula, type Input, type Quantity } from './quantity.js'
import { sumExpr } from './terms.js'
import { formula, named, type Field } from './vocabulary.js'

/** Explains a number of `pipeline/send` or of `bubble`. */
export function explainPipeline(p: Pipeline, phase: Phase['phase'], report: KernelReport, field: Field): Quantity {
  const path = `${phase}/${report.id}`
  const of = (value: number | null, given: Partial<Formula>, inputs: readonly Input[] = []) => {
    const f = formula('kernel', field, given)
    return quantity(`${path}/${field}`, value, { ...f, title: `${f.title} of ${report.id}` }, scopeOf(inputs))
  }
  if (field === 'intensity') return of(null, { expr: 0 })
  if (field === 'flops' || field === 'bytes' || field === 'loaded') return of(0, { expr: 0, source: null })
  if (report.id === 'bubble') return field === 'times' || field === 'sent' ? of(report[field], { expr: report[field], source: null }) : waiting(p, phase, field, report, of)
  return field === 'times' ? of(report.times, { expr: times('groups', 'passes'), source: 'every pass of the slowest stage hands on what it made' }, shared(p)) : sending(p, path, field, report, of)
}

type Make = (value: number | null, given: Partial<Formula>, inputs?: readonly Input[]) => Quantity

/** Groups of sequences under way, and the passes of each. */
function shared({ groups, slowest }: Pipeline): Input[] {
  return [named('groups', groups, 'scenario: workload.batch over mesh.dp, at most mesh.pp groups'), named('passes', slowest.passes, 'chunks of the prompt')]
}

function sending({ slowest: { run, part } }: Pipeline, path: string, field: 'sent' | 'seconds/bound' | 'seconds/estimate', report: KernelReport, of: Make): Quantity {
  if (field === 'sent') {
    const one = part.passes.map(({ runs, sizes, title }, i) => {
      const own = quantity('', 0, { title: '', unit: '', expr: sumExpr(part.structure.stream.terms), source: null }, passScope(run, part.structure, sizes()))
      const value = own.inputs.length === 0 ? 0 : part.structure.stream.terms.reduce((sum, t) => sum + t.names.reduce((product, name) => product * (own.inputs.find(input => input.name === name)?.value ?? 1), t.factor), 0)
      return { runs, input: plain(`part_${String(i + 1)}`, title === '' ? 'the stream after the last layer' : title, value, 'byte', null, { formula: own.formula }) }
    })
    const expr: Expr = ['/', plus(...one.map(({ runs, input }) => times(runs, input.name))), plus(...one.map(({ runs }) => runs))]
    return of(report.sent, { expr, source: 'the residual stream after the last layer of the stage' }, one.map(({ input }) => input))
  }
  const { collective, links: { pp } } = run.machine
  const inputs = [named('sent', report.sent, null, { path: `${path}/sent` }), named('link', pp?.bandwidth ?? 1, pp?.link ?? null), named('eb', collective.eb, run.resolved.efficiency.collective.source), named('start', sendStart(run.machine), run.resolved.efficiency.collective.source)]
  return field === 'seconds/bound' ? of(report.seconds.bound, { expr: ['/', 'sent', 'link'], source: null }, inputs)
    : of(report.seconds.estimate, { expr: ['+', 'start', ['/', 'sent', ['*', 'link', 'eb']]], source: run.resolved.efficiency.collective.source }, inputs)
}

/** A step waits until its first group has been through the other stages; a prompt runs empty once, by one pass of each of them. */
function waiting(p: Pipeline, phase: Phase['phase'], field: 'seconds/bound' | 'seconds/estimate', report: KernelReport, of: Make): Quantity {
  const seconds = (which: 'bound' | 'estimate'): { readonly expr: Expr; readonly inputs: readonly Input[] } => {
    const name = (i: number) => `stage_${String(i + 1)}_${which}`
    const inputs = p.stages.map((stage, i) => plain(name(i), `one group in stage ${String(i + 1)}${which === 'bound' ? ', at best' : ''}`, stage[which], 's', null))
    const others = plus(...p.stages.flatMap((stage, i) => stage === p.slowest ? [] : [name(i)]))
    const own = name(p.stages.indexOf(p.slowest))
    return { inputs, expr: phase === 'decode' ? ['max', 0, ['-', others, ['*', ['-', 'groups', 1], own]]] : ['/', others, 'passes'] }
  }
  const estimate = seconds('estimate'), bound = seconds('bound')
  const source = phase === 'decode' ? 'a step of one group: all stages, less what the slowest runs of other groups meanwhile' : 'a pipeline fills and drains: one pass of every other stage (GPipe, arXiv:1811.06965)'
  const inputs = [...estimate.inputs, ...bound.inputs, ...shared(p)]
  return field === 'seconds/estimate' ? of(report.seconds.estimate, { expr: estimate.expr, source }, inputs) : of(report.seconds.bound, { expr: ['min', estimate.expr, bound.expr], source }, inputs)
}
