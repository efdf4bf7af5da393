/** What the calculator shows: the scenario as fields, and beside them what stands in the way and the answer. */
import { msg } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import { classMap } from 'lit/directives/class-map.js'
import type { Problem, Report, Scenario } from '../core.js'
import type { Change } from '../serving/index.js'
import { ask } from './asked.js'
import type { Opener } from './explain/opener.js'
import { figures } from './figure-view.js'
import { chooser, unknown, withoutTries } from './opened.js'
import { comparisons, passes, trains } from './parts.js'
import { notes, notice, type Apply } from './problems.js'
import { rail } from './rail.js'
import type { RooflineChart } from './roofline-chart.js'
import type { Sheet } from './sheet.js'
import type { Stand } from './stand.js'
import { kindOf } from './suited.js'
import { capacityNote, gpuName, modelName, summary, verdict } from './verdict.js'
import { ways } from './ways.js'

/** An answer, the scenario it is for, and the smallest changes where that does not fit. */
export interface Answer extends Stand {
  readonly report: Report
  readonly changes: readonly Change[]
}

/** What is shown and what it can do. */
export interface View extends Stand {
  /** The report of the scenario as it stands. */
  readonly report: Report
  /** The last answer, of the scenario as it stands or of one before. */
  readonly answer: Answer | null
  /** What stands in the way outside of the scenario. */
  readonly problems: readonly Problem[]
  readonly unreadable: { readonly name: string; readonly problems: readonly Problem[] } | null
  /** The scenario that the answer is compared with. */
  readonly pinned: Stand | null
  readonly selected: string | null
  /** Level of the first heading. */
  readonly level: number
  readonly sheet: Sheet
  readonly opener: Opener
  readonly tools: TemplateResult
  readonly apply: Apply
  readonly replace: (model: Scenario['model'], file?: string | null) => void
  readonly change: (change: Pick<Change, 'scenario'>) => void
  readonly take: (...files: File[]) => void
  readonly dismiss: () => void
  readonly update: () => void
  readonly compare: () => void
  readonly pick: (key: string) => void
}

/** The whole element. */
export function page(of: View): TemplateResult {
  const { answer, report } = of
  return html`<div class="page">
    <section part="scenario" class=${classMap({ scenario: true, opened: of.sheet.open })} aria-label=${msg('Scenario')}>
      <button type="button" class="summary" aria-expanded=${of.sheet.open ? 'true' : 'false'} aria-controls="fields" @click=${of.sheet.toggle}>
        ${answer === null ? msg('Scenario') : html`<b>${modelName(answer.report, answer.file)}, ${answer.report.scenario.gpus ?? 1} × ${gpuName(answer.report)}</b><span>${summary(answer.report)}</span>`}</button>
      <div class="fields" id="fields"><div class="brand"><slot name="brand"></slot></div>
        ${rail({ scenario: of.scenario, answer: answer?.report ?? null, problems: report.problems, file: of.file, apply: of.apply, open: of.take, update: of.update })}</div>
    </section>
    <div class="results" part="results">${of.tools}
      ${obstacles(of)}
      ${answer === null ? nothing : result(of, answer)}</div></div>`
}

/** What stands in the way of an answer, and the ways on. */
function obstacles({ problems, unreadable, report, scenario, answer, apply, replace, take, dismiss }: View): unknown[] {
  const errors = report.problems.filter(({ severity }) => severity === 'error')
  const back = answer === null ? null : (): void => { replace(answer.scenario.model, answer.file) }
  return [
    notice(problems, msg('This link could not be opened; nothing changed'), null),
    unreadable === null ? nothing : notice(unreadable.problems, `${unreadable.name}: ${msg('this file could not be read; the last answer stays')}`, null,
      html`<div class="actions">${chooser(take)}<button type="button" class="button" @click=${dismiss}>${msg('Go on without it')}</button></div>`),
    notice(withoutTries(errors), msg('No answer for this scenario; below is the last one'), apply,
      unknown(scenario.model, report.problems, { as: replace, open: take, back })),
  ]
}

function result(of: View, answer: Answer): TemplateResult {
  const { level, opener, selected } = of, { report } = answer
  const fits = report.memory?.fits !== false
  const memory = section(level, msg('Memory'), capacityNote(report), html`<roofline-memory exportparts="bar" .report=${report}></roofline-memory>`)
  return html`<div class=${classMap({ answer: true, stale: report !== of.report })} @kernel-select=${(event: CustomEvent<{ key: string }>) => { of.pick(event.detail.key) }}>
    <div class="verdict" part="verdict" role="heading" aria-level=${level}>${verdict(report, answer.file)}</div>
    ${fits ? nothing : ways(answer.changes, of.change)}
    ${figures(report, opener)}
    ${notes(report.problems.filter(({ severity }) => severity === 'note'), of.apply)}
    ${comparisons ? comparison(of, answer) : nothing}
    ${fits ? nothing : memory}
    ${section(level, msg('Roofline'), fits ? msg('One GPU. Each point is a kernel at its estimated speed.') : msg('One GPU, as if the model fitted.'), html`<roofline-chart exportparts="plot, readout" .report=${report} .selected=${selected}></roofline-chart>`, exports())}
    ${fits ? memory : nothing}
    ${parts(of, report)}
    ${comparisons && report.phases[0]?.phase !== 'step' ? html`<section><roofline-gpus .scenario=${answer.scenario} heading-level=${level + 1} @gpu-take=${(event: CustomEvent<{ scenario: Scenario }>) => { of.change(event.detail) }}></roofline-gpus></section>` : nothing}</div>`
}

/** What the time goes to: the layers of a network, else kernels; and passes at other batches. */
function parts({ level, selected }: View, report: Report): unknown {
  const isPass = passes && report.phases[0]?.phase === 'forward'
  const isNetwork = isPass && kindOf(report.scenario).isNetwork
  const isStep = trains && report.phases[0]?.phase === 'step'
  if (isStep) ask('roofline-training')
  if (isPass) ask('roofline-batches')
  if (isNetwork) ask('roofline-layers')
  return [
    isStep ? html`<section><roofline-training .report=${report} heading-level=${level + 1}></roofline-training></section>` : nothing,
    isNetwork ? html`<section><roofline-layers exportparts="table" .report=${report} .selected=${selected} heading-level=${level + 1}></roofline-layers></section>`
      : html`<section><roofline-kernels exportparts="table" .report=${report} .selected=${selected} heading-level=${level + 1}></roofline-kernels></section>`,
    isPass ? html`<roofline-batches class="section" .report=${report} heading-level=${level + 1}></roofline-batches>` : nothing,
  ]
}

function comparison({ pinned, level, compare }: View, answer: Answer): TemplateResult | typeof nothing {
  if (pinned === null) return nothing
  ask('roofline-compare')
  return html`<section><roofline-compare .a=${pinned.scenario} .b=${answer.scenario} .fileA=${pinned.file} .fileB=${answer.file} heading-level=${level + 1} @close=${compare}></roofline-compare></section>`
}

function section(level: number, title: string, caption: string, content: TemplateResult, actions: unknown = nothing): TemplateResult {
  return html`<section><div class="head"><div class="title" role="heading" aria-level=${level + 1}>${title}</div><div class="small">${caption}</div>${actions}</div>${content}</section>`
}

/** The chart as a file. */
function exports(): TemplateResult {
  const save = (kind: 'png' | 'svg') => (event: Event): void => { void (event.currentTarget as Element).closest('section')?.querySelector<RooflineChart>('roofline-chart')?.save(kind) }
  return html`<div class="exports"><button type="button" @click=${save('png')}>PNG<span class="hidden">, ${msg('chart as a file')}</span></button>
    <button type="button" @click=${save('svg')}>SVG<span class="hidden">, ${msg('chart as a file')}</span></button></div>`
}
