/** Any number of a report as its formula, with the values put in. Computed on demand from the same trees; nothing is recorded. */
import { closest } from '../../names.js'
import { error, failed, type Problem } from '../../problem.js'
import type { Phase, Report } from '../../scenario/report.js'
import type { Scenario } from '../../scenario/schema.js'
import { answer, totalsOf } from '../analyze.js'
import { resolve } from '../resolve.js'
import { decodeVector, prefillVector, prepare, type Run } from '../run.js'
import { explainKernel } from './kernel.js'
import { explainPhase, type PhaseContext } from './phase.js'
import { explainLink, explainMemory, explainMetric, explainModel, metricFields, type Answer } from './request.js'
import { fieldsOf } from './vocabulary.js'
import type { Quantity } from './quantity.js'

type Explainer = () => Quantity

/**
 * Explains one number of the report of a scenario: `decode/decoder/attn/qkv/bytes`, `metrics/tpot`, `memory/cache`, `model/parameters`.
 * `tpot` is short for `metrics/tpot`, a kernel's `seconds` for its estimate. A path that leads nowhere yields a problem, not an exception.
 */
export function explain(scenario: Scenario, path: string): Quantity {
  const all = explainers(scenario)
  if (!(all instanceof Map)) return nothing(path, all)
  const found = [path, `metrics/${path}`, `${path}/estimate`, `memory/${path}`, `model/${path}`].map(p => all.get(p)).find(e => e !== undefined)
  return found ? found() : nothing(path, [error('unknown-quantity', 'quantity', `"${path.slice(0, 200)}" is not a number of this report.`, closest(path, [...all.keys()], 3))])
}

/** Every path that `explain` knows for a scenario; empty where the scenario has no answer. */
export function explainable(scenario: Scenario): readonly string[] {
  const all = explainers(scenario)
  return all instanceof Map ? [...all.keys()] : []
}

function nothing(path: string, problems: readonly Problem[]): Quantity {
  return { path, title: '', value: null, unit: '', formula: '', symbols: '', inputs: [], source: null, problems }
}

function explainers(scenario: Scenario): Map<string, Explainer> | readonly Problem[] {
  const resolved = resolve(scenario)
  if (!('scenario' in resolved)) return failed(resolved) ? resolved : []
  const run = prepare(resolved)
  const report = answer(run) as Report & Answer
  const all = new Map<string, Explainer>()
  for (const field of fieldsOf('model')) all.set(`model/${field}`, () => explainModel(run, report, field))
  for (const phase of report.phases) explainPhases(run, phase, all)
  for (const field of fieldsOf('memory')) if (report.memory.reserved !== null || !field.startsWith('reserved')) all.set(`memory/${field}`, () => explainMemory(run, report, field))
  const totals = totalsOf(run, report.phases)
  for (const field of metricFields) all.set(`metrics/${field}`, () => explainMetric(run, report, totals, field))
  for (const { link } of report.links) for (const field of fieldsOf('link')) all.set(`links/${link}/${field}`, () => explainLink(report, totals, link, field))
  return all
}

function explainPhases(run: Run, report: Phase, all: Map<string, Explainer>): void {
  const isDecode = report.phase === 'decode'
  const structure = isDecode ? run.decode : run.prefill
  const sizes = isDecode ? decodeVector(run) : prefillVector(run)
  const context: PhaseContext = { run, structure, sizes, report }
  for (const field of fieldsOf('phase')) all.set(`${report.phase}/${field}`, () => explainPhase(context, field))
  structure.kernels.forEach((kernel, i) => {
    const own = report.kernels[i]
    if (!own) return
    const path = `${report.phase}/${kernel.id}`
    for (const field of fieldsOf('kernel')) all.set(`${path}/${field}`, () => explainKernel({ run, structure, sizes, kernel, report: own, path }, field))
  })
}
