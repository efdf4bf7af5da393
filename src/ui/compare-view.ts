/** How two reports look side by side. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import type { Report } from '../core.js'
import { attribution, type Attribution, type Contribution } from '../serving/index.js'
import { dollars, none } from '../format.js'
import { figureDifferences, memoryDifferences, type Difference } from './differences.js'
import { number, share } from './number.js'
import { kernelName, phaseName } from './words.js'

/** Kernels that are listed one by one. */
const most = 8

/** The table of figures and memory. */
export function figuresTable(a: Report, b: Report): TemplateResult {
  const both = [a, b].every(({ phases }) => phases[0]?.phase === 'forward')
  const row = (one: Difference): TemplateResult => html`<tr><th scope="row">${nameOf(one.id, both)}</th><td class="n part">${amount(one, one.a)}</td><td class="n part">${amount(one, one.b)}</td>${difference(one)}</tr>`
  return html`<table><caption class="hidden">${msg('Figures of A and B')}</caption>
    <thead><tr><td></td><th scope="col" class="n">A</th><th scope="col" class="n">B</th><th scope="col" class="n">${msg('Difference')}</th><td class="wide"></td></tr></thead>
    <tbody>${figureDifferences(a, b).map(row)}</tbody><tbody>${memoryDifferences(a, b).map(row)}</tbody></table>`
}

/** Where the difference in time comes from, per phase. */
export function phases(a: Report, b: Report): TemplateResult {
  if (a.memory?.fits === false || b.memory?.fits === false) return html`<p class="small">${msg('Times are compared once both fit.')}</p>`
  return html`<div class="phases">${attribution(a, b).map(phase)}</div>`
}

function phase({ phase, seconds, a, contributions }: Attribution): TemplateResult {
  const changed = contributions.filter(one => one.seconds !== 0)
  const listed = changed.slice(0, most), others = changed.slice(most)
  const largest = Math.abs(listed[0]?.seconds ?? 0)
  return html`<div><p class="subtitle"><b>${phaseName(phase)}</b> ${signed(seconds, 's')}${seconds === 0 ? nothing : html`, ${percent(seconds, a)}`}</p>
    ${listed.length === 0 ? nothing : html`<table><caption class="hidden">${msg('Difference in time by kernel')}, ${phaseName(phase)}</caption>
      <thead><tr><th scope="col">${msg('Kernel')}</th><th scope="col" class="n wide">A</th><th scope="col" class="n wide">B</th><th scope="col" class="n">${msg('Difference')}</th><td class="graph"></td></tr></thead>
      <tbody>${listed.map(one => kernel(one, largest))}
        ${others.length === 0 ? nothing : html`<tr><th scope="row" class="muted">${msg(str`${others.length} others`)}</th><td class="wide"></td><td class="wide"></td><td class="n">${signed(others.reduce((sum, one) => sum + one.seconds, 0), 's')}</td><td></td></tr>`}</tbody></table>`}</div>`
}

function kernel({ id, a, b, seconds, limit }: Contribution, largest: number): TemplateResult {
  const part = Math.abs(seconds) / largest * 50
  return html`<tr><th scope="row">${id === null ? msg('Engine') : kernelName(id)}</th><td class="n wide">${number(a, 's')}</td><td class="n wide">${number(b, 's')}</td><td class="n">${signed(seconds, 's')}</td>
    <td class="graph"><span class="lean ${limit}" aria-hidden="true"><i .style=${`left: ${(seconds < 0 ? 50 - part : 50).toFixed(2)}%; width: ${part.toFixed(2)}%`}></i></span></td></tr>`
}

function difference({ a, b, unit }: Difference): TemplateResult {
  if (a === null || b === null) return html`<td class="n part">${number(null, '')}</td><td class="n part wide"></td>`
  return html`<td class="n part">${signed(b - a, unit)}</td><td class="n part wide">${b === a || a <= 0 ? nothing : percent(b - a, a)}</td>`
}

function amount({ unit }: Difference, value: number | null): TemplateResult {
  if (value === null) return html`<span class="muted">${none}</span>`
  if (unit === '%') return share(value)
  if (unit === '$') return html`<span class="unit">$</span>${dollars(value)}`
  return value < 0 ? html`−${number(-value, unit)}` : number(value, unit)
}

/** A difference with its sign. */
function signed(value: number, unit: Difference['unit']): TemplateResult {
  if (value === 0) return html`<span class="muted">${msg('same')}</span>`
  const size = Math.abs(value)
  return html`<span class="number">${value < 0 ? '−' : '+'}${unit === '$' ? html`<span class="unit">$</span>${dollars(size)}` : unit === '%' ? share(size) : number(size, unit)}</span>`
}

function percent(value: number, of: number): TemplateResult {
  return html`<span class="number">${value < 0 ? '−' : '+'}${share(Math.abs(value) / of)}</span>`
}

function nameOf(id: Difference['id'], forward: boolean): string {
  switch (id) {
    case 'ttft': return msg('Time to first token')
    case 'tpot': return msg('Time per output token')
    case 'latency': return forward ? msg('Latency of the batch') : msg('Latency')
    case 'samplesPerSecond': return msg('Samples')
    case 'mfu': return 'MFU'
    case 'tokensPerSecond': return msg('Output tokens')
    case 'tokensPerSecondPerGpu': return msg('Output tokens per GPU')
    case 'usdPerMillionTokens': return msg('Cost per million tokens')
    case 'joulesPerToken': return msg('Energy per token')
    case 'weights': return msg('Weights')
    case 'cache': return msg('KV cache')
    case 'activations': return msg('Activations')
    case 'overhead': return msg('Engine')
    case 'total': return msg('Memory per GPU')
    case 'free': return msg('Free per GPU')
  }
}
