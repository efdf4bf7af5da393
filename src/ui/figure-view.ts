/** How headline figures look: value, strip of where the time goes, band, best possible. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import type { Limit, Report } from '../index.js'
import { band, compact, dollars, none, quantity, scaled, scaleOf } from '../format.js'
import { figuresOf, type Figure } from './figures.js'
import { number, share, withUnit } from './number.js'

const hues: readonly Limit[] = ['compute', 'memory', 'network', 'overhead']

/** The five figures of the answer and the line of further ones; times of a model that does not fit are dashes. */
export function figures(report: Report): TemplateResult {
  const { memory, metrics } = report
  const all = figuresOf(report).map(figure => memory?.fits === false ? { ...figure, value: null, best: null, low: null, high: null, parts: null } : figure)
  const held = memory === null ? nothing : html`<div class="figure" id="memory"><dt>${msg('Memory per GPU')}</dt>
    <dd class="value">${number(memory.total, 'B')}</dd>
    <dd aria-hidden="true">${strip({ value: memory.total, low: null, high: null, best: null, parts: null }, Math.max(memory.capacity, memory.total))}</dd>
    <dd class="band">${msg(str`of ${quantity(memory.capacity, 'B')}`)}</dd>
    <dd class="band best">${memory.fits ? msg(str`${quantity(memory.capacity - memory.total, 'B')} free`) : msg(str`${quantity(memory.total - memory.capacity, 'B')} too much`)}</dd></div>`
  const one = (id: Figure['id']): TemplateResult[] => all.filter(figure => figure.id === id).map(figure => view(figure, id === 'usdPerMillionTokens' && report.scenario.price === null))
  return html`<dl class="figures">${one('ttft')}${one('tpot')}${one('tokensPerSecond')}${held}${one('usdPerMillionTokens')}${one('latency')}</dl>
    ${metrics === null || memory?.fits === false ? nothing : html`<dl class="more">
      ${all.filter(({ id }) => id === 'latency').map(({ value, low, high }) => html`<div class="latency"><dt>${msg('Latency')}</dt><dd>${number(value, 's')} ${low === null ? nothing : html`<span class="muted">${range(low, high, 's', value)}</span>`}</dd></div>`)}
      <div><dt>MFU</dt><dd>${share(metrics.mfu)}</dd></div>
      <div><dt>${msg('MBU, decode')}</dt><dd>${share(metrics.mbu)}</dd></div>
      <div><dt>${msg('Energy per token')}</dt><dd>${number(metrics.joulesPerToken, 'J')}</dd></div>
      <div><dt>${msg('Largest batch')}</dt><dd>${compact(metrics.maxBatch)}</dd></div>
      <div><dt>${msg('Longest context')}</dt><dd>${compact(metrics.maxContext)} <span class="muted">${msg('tokens')}</span></dd></div></dl>`}`
}

function view(figure: Figure, unpriced: boolean): TemplateResult {
  const { id, value, low, high, best } = figure
  const unit = { ttft: 's', tpot: 's', latency: 's', tokensPerSecond: '/s', usdPerMillionTokens: '$' }[id]
  return html`<div class="figure" id=${id}><dt>${nameOf(id)}</dt>
    <dd class="value">${id === 'usdPerMillionTokens' ? cost(value) : id === 'tokensPerSecond' ? rate(value) : number(value, unit)}</dd>
    ${value === null ? unpriced ? html`<dd class="band">${msg('no price known')}</dd>` : nothing : html`<dd aria-hidden="true">${strip({ ...figure, value }, Math.max(value, high ?? 0, best ?? 0) * 1.04)}</dd>
    <dd class="band">${low === null ? msg('no band known') : range(low, high, unit, value)}</dd>
    <dd class="band best">${best === null ? nothing : msg(str`${id === 'usdPerMillionTokens' ? dollars(best) : id === 'tokensPerSecond' ? rounded(best) : scaled(best, scaleOf(value, unit))} at best`)}</dd>`}</div>`
}

function range(low: number, high: number | null, unit: string, value: number | null): string {
  const to = msg(' to ')
  if (unit === '$') return high === null ? none : dollars(low) + to + dollars(high)
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

function nameOf(id: Figure['id']): string {
  switch (id) {
    case 'ttft': return msg('Time to first token')
    case 'tpot': return msg('Time per output token')
    case 'tokensPerSecond': return msg('Output tokens')
    case 'usdPerMillionTokens': return msg('Cost per million tokens')
    case 'latency': return msg('Latency')
  }
}

/** Estimate, band and best possible on one scale from zero; `.style` and not `style=`, which a strict CSP forbids. */
function strip({ value, low, high, best, parts }: Omit<Figure, 'id' | 'value'> & { value: number }, end: number): TemplateResult {
  const at = (amount: number): string => `${(amount / end * 100).toFixed(2)}%`
  const fill = parts === null ? [['plain', value] as const] : hues.map(hue => [hue, parts[hue]] as const).filter(([, seconds]) => seconds / end > 0.004)
  return html`<div class="strip"><div class="fill">${fill.map(([hue, amount]) => html`<i class=${hue} .style=${`width: ${at(amount)}`}></i>`)}</div>
    ${best === null ? nothing : html`<i class="least" .style=${`left: ${at(best)}`}></i>`}
    ${low === null || high === null ? nothing : html`<i class="whisker" .style=${`left: ${at(low)}; width: ${at(high - low)}`}></i>`}</div>`
}
