/** Any number of a report as its formula, with the values put in. Computed on demand from the same trees; nothing is recorded. */
import { closest } from '../../names.js'
import { error, failed, type Problem } from '../../problem.js'
import type { Phase, Report } from '../../scenario/report.js'
import type { Scenario } from '../../scenario/schema.js'
import { answer, totalsOf } from '../analyze.js'
import { partsOf, type Part } from '../passes.js'
import { pipelineOf } from '../pipeline.js'
import { resolve } from '../resolve.js'
import { prepare, type Run } from '../run.js'
import { explainKernel } from './kernel.js'
import { explainPhase, type PhaseContext } from './phase.js'
import { explainMemory } from './memory.js'
import { explainPipeline } from './pipeline.js'
import { explainLink, explainMetric, explainModel, metricFields, type Answer } from './request.js'
import { explainDraft, explainOffloaded } from './serving.js'
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
  if (resolved.scenario.workload.mode === 'training') return [error('not-supported', 'workload.mode', 'Numbers of a training step are not explained one by one yet.', ['inference', 'forward'])]
  const run = prepare(resolved)
  const report = answer(run) as Report & Answer
  const stages = report.stages as readonly { readonly memory: Report['memory'] }[]
  const fullest = run.stages[stages.findIndex(({ memory }) => memory === report.memory)] ?? run
  const all = new Map<string, Explainer>()
  for (const field of fieldsOf('model')) if (field !== 'macs' || report.model.macs !== null) all.set(`model/${field}`, () => explainModel(run, report, field))
  for (const phase of report.phases) explainPhases(run, phase, all)
  for (const field of fieldsOf('memory')) if (report.memory.reserved !== null || !field.startsWith('reserved')) all.set(`memory/${field}`, () => explainMemory(fullest, report, field))
  const totals = totalsOf(run, report.phases)
  const { draft } = run
  if (draft !== null) for (const field of fieldsOf('draft')) all.set(`draft/${field}`, () => explainDraft(run, draft, report, field))
  if (run.far !== null) for (const field of fieldsOf('offloaded')) all.set(`memory/offloaded/${field}`, () => explainOffloaded(run, report, field))
  for (const field of metricFields) if (field !== 'tokensPerStep' || draft !== null) all.set(`metrics/${field}`, () => explainMetric(run, report, totals, field))
  for (const { link } of report.links) for (const field of fieldsOf('link')) all.set(`links/${link}/${field}`, () => explainLink(run, report, totals, link, field))
  return all
}

function explainPhases(run: Run, report: Phase, all: Map<string, Explainer>): void {
  const pipeline = run.stages.length === 0 || report.phase === 'step' ? null : pipelineOf(run, report.phase)
  const whole = partsOf(run, report.phase, false)
  // Of a pipeline, the kernels are those of the slowest stage, as often as groups pass through it.
  const parts = pipeline === null ? whole : partsOf(pipeline.slowest.run, report.phase, false).map((part): Part => ({ ...part, passes: part.passes.map(pass => ({ ...pass, runs: pass.runs * pipeline.groups })) }))
  const context: PhaseContext = { run, parts, counted: whole, report }
  for (const field of fieldsOf('phase')) if (field !== 'perGpu/loaded' || run.far !== null) all.set(`${report.phase}/${field}`, () => explainPhase(context, field))
  if (pipeline !== null) for (const own of report.kernels) if (own.id === 'bubble' || own.id === 'pipeline/send') for (const field of fieldsOf('kernel')) if (field !== 'loaded') all.set(`${report.phase}/${own.id}/${field}`, () => explainPipeline(pipeline, report.phase, own, field))
  for (const part of parts) for (const kernel of part.structure.kernels) {
    const own = report.kernels.find(({ id }) => id === part.prefix + kernel.id)
    if (!own) continue
    const path = `${report.phase}/${own.id}`
    for (const field of fieldsOf('kernel')) if (field !== 'loaded' || own.loaded !== undefined) all.set(`${path}/${field}`, () => explainKernel({ run: part.run, part, kernel, report: own, path }, field))
  }
}
