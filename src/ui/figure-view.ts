/** How headline figures look: value, strip of where the time goes, band, best possible. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import type { Limit, Metrics, Report } from '../core.js'
import { band, compact, dollars, full, none, percent, quantity, scaled, scaleOf } from '../format.js'
import type { Opener } from './explain/opener.js'
import { figuresOf, type Figure } from './figures.js'
import { more } from './more.js'
import { explanations, trains } from './parts.js'
import { number, share, withUnit } from './number.js'

const hues: readonly Limit[] = ['compute', 'memory', 'network', 'overhead']

/** The five figures of the answer and the line of further ones, each opening its explanation; times of a model that does not fit are dashes. */
export function figures(report: Report, opener: Opener): TemplateResult | typeof nothing {
  const { memory, metrics, scenario } = report
  const all = figuresOf(report).map(figure => memory?.fits === false ? { ...figure, value: null, best: null, low: null, high: null, parts: null } : figure)
  const held = memory === null ? nothing : cell('memory', 'memory/total', html`<span class="name">${msg('Memory per GPU')}</span>
    <span class="value">${number(memory.total, 'B')}</span>
    ${strip({ value: memory.total, low: null, high: null, best: null, parts: null }, Math.max(memory.capacity, memory.total))}
    <span class="band">${msg(str`of ${quantity(memory.capacity, 'B')}`)}</span>
    <span class="band best">${memory.fits ? msg(str`${quantity(memory.capacity - memory.total, 'B')} free`) : msg(str`${quantity(memory.total - memory.capacity, 'B')} too much`)}</span>`, report, opener)
  if (trains && report.phases[0]?.phase === 'step') return more()?.training?.figures(report, held, opener) ?? nothing
  const forward = report.phases.some(({ phase }) => phase === 'forward')
  if (forward) return pass(report, held, opener)
  const one = (id: Figure['id']): TemplateResult[] => all.filter(figure => figure.id === id).map(figure => cell(id, figure.value === null ? null : `metrics/${id}`, view(figure, id === 'usdPerMillionTokens' && scenario.price === null), report, opener))
  return html`<div class="figures">${one('ttft')}${one('tpot')}${one('tokensPerSecond')}${held}${one('usdPerMillionTokens')}${one('latency')}</div>
    ${metrics === null || memory?.fits === false ? nothing : html`<div class="more">
      ${all.filter(({ id }) => id === 'latency').map(({ value, low, high }) => further('latency', msg('Latency'), value, html`${number(value, 's')} ${low === null ? nothing : html`<span class="muted">${range(low, high, 's', value)}</span>`}`, report, opener))}
      ${further('mfu', 'MFU', metrics.mfu, share(metrics.mfu), report, opener)}
      ${further('mbu', msg('MBU, decode'), metrics.mbu, share(metrics.mbu), report, opener)}
      ${further('joulesPerToken', msg('Energy per token'), metrics.joulesPerToken, number(metrics.joulesPerToken, 'J'), report, opener)}
      ${further('maxBatch', msg('Largest batch'), metrics.maxBatch, compact(metrics.maxBatch), report, opener)}
      ${metrics.maxContext === null ? nothing : further('maxContext', msg('Longest context'), metrics.maxContext, html`${compact(metrics.maxContext)} <span class="muted">${msg('tokens')}</span>`, report, opener)}</div>`}`
}

/** The five figures of one pass over the batch; of a model that does not fit only the memory and the batch that would. */
function pass(report: Report, held: unknown, opener: Opener): TemplateResult {
  const { memory, model, scenario } = report
  const fits = memory?.fits !== false
  const shown = figuresOf(report).map(figure => {
    const { id, value } = figure
    if (id === 'maxBatch') return cell(id, 'metrics/maxBatch', largest(value ?? 0, scenario.workload?.batch ?? 1), report, opener)
    const of = fits ? figure : { ...figure, value: null, best: null, low: null, high: null, parts: null }
    return cell(id, of.value === null ? null : `metrics/${id}`, view(of, false, true), report, opener)
  })
  return html`<div class="figures forward">${shown.slice(0, 2)}${held}${shown.slice(2)}</div>
    <div class="more">
      <div><span class="name">${msg('Parameters')}</span> <span>${compact(model?.parameters ?? null)}</span></div>
      ${model?.macs == null ? nothing : html`<div><span class="name">${msg('Multiply-adds per sample')}</span> <span>${compact(model.macs)}</span></div>`}</div>`
}

/** The largest batch, and how much of it the scenario takes. */
function largest(most: number, batch: number): TemplateResult {
  return html`<span class="name">${msg('Largest batch')}</span>
    <span class="value">${compact(most)}</span>
    ${strip({ value: Math.min(batch, most), low: null, high: null, best: null, parts: null }, Math.max(most, 1))}
    <span class="band">${msg(str`batch ${full(batch)} now`)}</span>`
}

/** A headline figure with its explanation, which takes the row below. */
export function cell(id: string, path: string | null, content: TemplateResult, { scenario, phases }: Report, opener: Opener): TemplateResult {
  return html`<div class="figure" id=${id}>${path === null || !explanations || !opener.explains ? html`<div class="cell">${content}</div>` : opener.figure(path, content, 'cell')}</div>
    ${id === 'latency' && phases.length > 1 ? nothing : opener.panel(scenario, [path])}`
}

/** One of the further figures. */
export function further(id: keyof Metrics, name: string, value: number | null, content: unknown, { scenario }: Report, opener: Opener): TemplateResult {
  const path = value === null ? null : `metrics/${id}`
  return html`<div class=${id}>${opener.figure(path, html`<span class="name">${name}</span> <span>${content}</span>`)}</div>${opener.panel(scenario, [path])}`
}

function view({ id, value, low, high, best, parts }: Figure, unpriced: boolean, forward = false): TemplateResult {
  const unit = units[id]
  return html`<span class="name">${nameOf(id, forward)}</span>
    <span class="value">${unit === '$' ? cost(value) : unit === '/s' ? rate(value) : unit === '%' ? share(value) : number(value, unit)}</span>
    ${value === null ? unpriced ? html`<span class="band">${msg('no price known')}</span>` : nothing : html`${strip({ value, low, high, best, parts }, unit === '%' ? Math.max(1, best ?? 0) : Math.max(value, high ?? 0, best ?? 0) * 1.04)}
    <span class="band">${low === null ? msg('no band known') : range(low, high, unit, value)}</span>
    <span class="band best">${best === null ? nothing : msg(str`${unit === '$' ? dollars(best) : unit === '/s' ? rounded(best) : unit === '%' ? percent(best) : scaled(best, scaleOf(value, unit))} at best`)}</span>`}`
}

const units = { ttft: 's', tpot: 's', latency: 's', tokensPerSecond: '/s', samplesPerSecond: '/s', usdPerMillionTokens: '$', mfu: '%', maxBatch: '' } as const

function range(low: number, high: number | null, unit: string, value: number | null): string {
  const to = msg(' to ')
  if (unit === '$') return high === null ? none : dollars(low) + to + dollars(high)
  if (unit === '%') return high === null ? none : percent(low) + to + percent(high)
  return band(low, high, scaleOf(value ?? low, unit === '/s' ? '' : unit), to)
}

function cost(value: number | null): TemplateResult {
  return value === null ? html`<span class="muted">${none}</span>` : html`<span class="number"><span class="unit">$</span>${dollars(value)}</span>`
}

function rate(value: number | null): TemplateResult {
  if (value === null) return html`<span class="muted">${none}</span>`
  return withUnit(rounded(value), '/s')
}

function rounded(value: number): string {
  const scale = scaleOf(value, '')
  return scaled(value, scale) + scale.prefix
}

function nameOf(id: Figure['id'], forward: boolean): string {
  switch (id) {
    case 'ttft': return msg('Time to first token')
    case 'tpot': return msg('Time per output token')
    case 'tokensPerSecond': return msg('Output tokens')
    case 'usdPerMillionTokens': return msg('Cost per million tokens')
    case 'latency': return forward ? msg('Latency of the batch') : msg('Latency')
    case 'samplesPerSecond': return msg('Samples')
    case 'mfu': return 'MFU'
    case 'maxBatch': return msg('Largest batch')
  }
}

/** Estimate, band and best possible on one scale from zero; `.style` and not `style=`, which a strict CSP forbids. */
export function strip({ value, low, high, best, parts }: Omit<Figure, 'id' | 'value'> & { value: number }, end: number): TemplateResult {
  const at = (amount: number): string => `${(amount / end * 100).toFixed(2)}%`
  const fill = parts === null ? [['plain', value] as const] : hues.map(hue => [hue, parts[hue]] as const).filter(([, seconds]) => seconds / end > 0.004)
  return html`<span class="strip" aria-hidden="true"><span class="fill">${fill.map(([hue, amount]) => html`<i class=${hue} .style=${`width: ${at(amount)}`}></i>`)}</span>
    ${best === null ? nothing : html`<i class="least" .style=${`left: ${at(best)}`}></i>`}
    ${low === null || high === null ? nothing : html`<i class="whisker" .style=${`left: ${at(low)}; width: ${at(high - low)}`}></i>`}</span>`
}
