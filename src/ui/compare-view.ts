/** How two reports look side by side. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import type { Layers, LayerType, Report } from '../core.js'
import { attribution, type Attribution, type Contribution } from '../serving/index.js'
import { dollars, none } from '../format.js'
import { figureDifferences, memoryDifferences, modelDifferences, type Difference } from './differences.js'
import { typeName } from './layers/words.js'
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
    <tbody>${figureDifferences(a, b).map(row)}</tbody>${[modelDifferences(a, b), memoryDifferences(a, b)].map(rows => rows.length === 0 ? nothing : html`<tbody>${rows.map(row)}</tbody>`)}</table>`
}

/** Where the difference in time comes from: by type of layer in two networks, and per phase by kernel, where those are of one model. */
export function phases(a: Report, b: Report, [before, after]: readonly Layers[]): TemplateResult {
  if (a.memory?.fits === false || b.memory?.fits === false) return html`<p class="small">${msg('Times are compared once both fit.')}</p>`
  const isTyped = before !== undefined && after !== undefined && before.types.length > 0 && after.types.length > 0
  const all = attribution(a, b)
  return html`<div class="phases">${isTyped ? all.map(one => byType(one, before, after)) : nothing}${isTyped && a.scenario.model !== b.scenario.model ? nothing : all.map(phase)}</div>`
}

/** Seconds by type of layer. */
function byType(all: Attribution, before: Layers, after: Layers): TemplateResult {
  const of = ({ types }: Layers, type: LayerType): Layers['types'][number] | undefined => types.find(group => group.type === type)
  const rows = [...new Set([...before.types, ...after.types].map(({ type }) => type))].map((type): Row => {
    const [a, b] = [of(before, type), of(after, type)]
    return { name: typeName(type), a: a?.seconds.estimate ?? null, b: b?.seconds.estimate ?? null, limit: (b ?? a)?.limit ?? 'memory' }
  })
  return html`<div>${subtitle(msg('By type'), all)}${differences(msg('Type'), msg('Difference in time by type of layer'), rows, nothing)}</div>`
}

function phase(all: Attribution): TemplateResult {
  const { phase, contributions } = all
  const changed = contributions.filter(one => one.seconds !== 0)
  const listed = changed.slice(0, most), others = changed.slice(most)
  const rest = others.length === 0 ? nothing : html`<tr><th scope="row" class="muted">${msg(str`${others.length} others`)}</th><td class="wide"></td><td class="wide"></td><td class="n">${signed(others.reduce((sum, one) => sum + one.seconds, 0), 's')}</td><td></td></tr>`
  return html`<div>${subtitle(phaseName(all.phase), all)}
    ${listed.length === 0 ? nothing : differences(msg('Kernel'), `${msg('Difference in time by kernel')}, ${phaseName(phase)}`, listed.map(one => ({ ...one, name: one.id === null ? msg('Engine') : kernelName(one.id) })), rest)}</div>`
}

function subtitle(name: string, { seconds, a }: Attribution): TemplateResult {
  return html`<p class="subtitle"><b>${name}</b> ${signed(seconds, 's')}${seconds === 0 ? nothing : html`, ${percent(seconds, a)}`}</p>`
}

interface Row extends Pick<Contribution, 'a' | 'b' | 'limit'> { readonly name: string }

function differences(first: string, caption: string, rows: readonly Row[], rest: unknown): TemplateResult {
  const largest = Math.max(...rows.map(({ a, b }) => Math.abs((b ?? 0) - (a ?? 0)))) || 1
  return html`<table><caption class="hidden">${caption}</caption>
      <thead><tr><th scope="col">${first}</th><th scope="col" class="n wide">A</th><th scope="col" class="n wide">B</th><th scope="col" class="n">${msg('Difference')}</th><td class="graph"></td></tr></thead>
      <tbody>${rows.map(row => line(row, largest))}${rest}</tbody></table>`
}

function line({ name, a, b, limit }: Row, largest: number): TemplateResult {
  const seconds = (b ?? 0) - (a ?? 0), part = Math.abs(seconds) / largest * 50
  return html`<tr><th scope="row">${name}</th><td class="n wide">${number(a, 's')}</td><td class="n wide">${number(b, 's')}</td><td class="n">${signed(seconds, 's')}</td>
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
    case 'parameters': return msg('Parameters')
    case 'macs': return msg('Multiply-adds per sample')
    case 'free': return msg('Free per GPU')
  }
}
