/** The stages of a pipeline as rows: what each holds, and what it runs when. */
import { msg, str } from '@lit/localize'
import { html, nothing, svg, type TemplateResult } from 'lit'
import type { Report } from '../../core.js'
import { full, quantity } from '../../format.js'
import { number, shareText } from '../number.js'
import { heldParts, microBatches, mostStages, stagesOf, type StageRow } from './stages.js'
import { timelineOf, type Seconds, type Timeline } from './timeline.js'

const kinds = ['F', 'B', 'W', 'end'] as const

/** A bar of memory for each stage with the line where the capacity ends, and a table of the same. */
export function memories(report: Report): TemplateResult {
  const all = stagesOf(report), shown = all.slice(0, mostStages)
  const whole = Math.max(...all.flatMap(({ memory }) => [memory.total, memory.capacity]))
  const at = (bytes: number): string => `${(bytes / whole * 100).toFixed(3)}%`
  const parts = heldParts.filter(part => all.some(({ memory }) => memory[part] > 0))
  return html`<div class="rows" aria-hidden="true">${shown.map((stage, i) => html`<span class="small">${nameOf(stage, i)}</span>
      <span class="bar">${parts.map(part => html`<i class=${part} .style=${`width: ${at(stage.memory[part])}`}></i>`)}<span class="limit" .style=${`left: ${at(stage.memory.capacity)}`}></span></span>
      <span class="sum">${number(stage.memory.total, 'B')}</span>`)}
      <span class="of"></span><span class="scale"><span .style=${`left: ${at(all[0]?.memory.capacity ?? 0)}`}>${msg(str`capacity ${quantity(all[0]?.memory.capacity ?? 0, 'B')}`)}</span></span></div>
    ${key(parts.map(part => [part, partName(part)]))}${more(all.length)}
    <div class="hidden"><table><caption>${msg('Memory by stage')}</caption><thead><tr><th scope="col">${msg('Stage')}</th>${parts.map(part => html`<th scope="col">${partName(part)}</th>`)}<th scope="col">${msg('All')}</th></tr></thead>
      <tbody>${shown.map((stage, i) => html`<tr><th scope="row">${nameOf(stage, i)}</th>${parts.map(part => html`<td>${quantity(stage.memory[part], 'B')}</td>`)}<td>${quantity(stage.memory.total, 'B')}</td></tr>`)}</tbody></table></div>`
}

/** One step over time; of schedules that are not drawn only what a micro-batch takes. And the share that is waiting. */
export function schedule(report: Report): TemplateResult {
  const all = stagesOf(report), { training, mesh } = report.scenario
  const micro = microBatches(report), pp = mesh?.pp ?? 1
  const name = training?.schedule ?? '1f1b'
  const drawn = timelineOf(pp > 1 ? name : '1f1b', all.map(({ seconds }) => seconds), micro, training?.interleave ?? 1)
  const [step] = report.phases, waits = step?.kernels.find(({ id }) => id === 'bubble')?.seconds.estimate ?? 0
  const shown = all.slice(0, mostStages)
  return html`${drawn === null ? bars(shown) : timeline(drawn, shown)}
    ${key(kinds.map(kind => [kind, kindName(kind)]))}
    <p class="small note">${drawn !== null && drawn.micro < micro ? msg(str`Drawn are ${drawn.micro} of ${full(micro)} micro-batches.`) : drawn === null ? msg(str`Schedule ${name} is not drawn: the seconds of one micro-batch on each stage, and what the step does once.`) : nothing}
      ${pp === 1 ? nothing : msg(str`The slowest stage waits ${quantity(waits, 's')}, ${shareText(waits / (step?.seconds.estimate ?? 1))} of the step.`)}</p>${more(all.length)}
    <div class="hidden"><table><caption>${msg('Seconds of one micro-batch by stage')}</caption><thead><tr><th scope="col">${msg('Stage')}</th>${kinds.map(kind => html`<th scope="col">${kindName(kind)}</th>`)}</tr></thead>
      <tbody>${shown.map((stage, i) => html`<tr><th scope="row">${nameOf(stage, i)}</th>${kinds.map(kind => html`<td>${quantity(stage.seconds[kind], 's')}</td>`)}</tr>`)}</tbody></table></div>`
}

function timeline({ stages, seconds }: Timeline, shown: readonly StageRow[]): TemplateResult {
  return html`<div class="rows" aria-hidden="true">${shown.map((stage, i) => html`<span class="small">${nameOf(stage, i)}</span>
    <svg class="line" viewBox="0 0 1000 20" preserveAspectRatio="none">${(stages[i] ?? []).map(({ kind, from, to }) => svg`<rect class=${kind} x=${(from / seconds * 1000).toFixed(2)} width=${Math.max(0, (to - from) / seconds * 1000).toFixed(2)} y="0" height="20"></rect>`)}</svg>
    <span class="sum">${number(stages[i]?.at(-1)?.to ?? 0, 's')}</span>`)}</div>`
}

function bars(shown: readonly StageRow[]): TemplateResult {
  const sum = (seconds: Seconds): number => kinds.reduce((total, kind) => total + seconds[kind], 0)
  const whole = Math.max(...shown.map(({ seconds }) => sum(seconds)))
  return html`<div class="rows" aria-hidden="true">${shown.map((stage, i) => html`<span class="small">${nameOf(stage, i)}</span>
    <span class="bar">${kinds.map(kind => html`<i class=${kind} .style=${`width: ${(stage.seconds[kind] / whole * 100).toFixed(3)}%`}></i>`)}</span><span class="sum">${number(sum(stage.seconds), 's')}</span>`)}</div>`
}

function key(entries: readonly (readonly [name: string, text: string])[]): TemplateResult {
  return html`<ul class="key">${entries.map(([name, text]) => html`<li class="part"><span class="swatch ${name}"></span>${text}</li>`)}</ul>`
}

function more(stages: number): TemplateResult | typeof nothing {
  return stages <= mostStages ? nothing : html`<p class="small note">${msg(str`The first ${mostStages} of ${full(stages)} stages.`)}</p>`
}

/** A stage with its layers, counted from 1. */
function nameOf({ layers: [from, to] }: StageRow, i: number): string {
  return to - from > 0 ? msg(str`Stage ${i + 1}, layers ${from + 1} to ${to}`) : msg(str`Stage ${i + 1}`)
}

function partName(part: (typeof heldParts)[number]): string {
  switch (part) {
    case 'weights': return msg('Weights')
    case 'activations': return msg('Activations')
    case 'gradients': return msg('Gradients')
    case 'states': return msg('Optimizer states')
    case 'overhead': return msg('Engine')
  }
}

function kindName(kind: (typeof kinds)[number]): string {
  switch (kind) {
    case 'F': return msg('Forward')
    case 'B': return msg('Gradients of activations')
    case 'W': return msg('Gradients of weights')
    case 'end': return msg('End of the step')
  }
}
