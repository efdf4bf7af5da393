/** What stands beside the chart: the numbers of one kernel in a fixed place, the key, and the chart as a table. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import { quantity } from '../../format.js'
import type { Opener } from '../explain/opener.js'
import { explanations, trains } from '../parts.js'
import { number, shareText } from '../number.js'
import { bound, phaseName } from '../words.js'
import type { ChartData, Point } from './data.js'
import { roofLabel } from './roofs.js'

/** Numbers of the point that is read, the key, and what is not drawn. */
export function readout(data: ChartData, point: Point | null, opener: Opener): TemplateResult {
  return html`<div class="readout" part="readout">
    ${point === null ? nothing : html`<div aria-live="polite">
      <p class="name ${point.limit}"><span class="mark ${point.phase === 'decode' ? '' : 'filled'}"></span>${point.name}<span class="small">× ${point.kernel.times}, ${phaseName(point.phase)}</span></p>
      <p class="sentence">${sentence(point)}</p></div>
      ${pairs(point)}
      ${explanations && opener.explains ? html`<div class="opens">${opener.figure(pathOf(point), msg('Explain'), 'button')}</div>` : nothing}`}
    <ul class="key">
      <li><span class="mark filled"></span>${isOf(data, 'forward') ? msg('forward pass') : trains && isOf(data, 'step') ? phaseName('step') : html`<span class="mark"></span>${msg('filled: prefill, ring: decode')}`}</li>
      <li><span class="mark filled tiny"></span><span class="mark filled"></span>${msg('area: share of the phase’s time')}</li>
      <li><span class="tick"></span>${msg('line and tick: the best possible')}</li>
      <li class="hues">${(['compute', 'memory', 'network', 'overhead'] as const).map(bound)}</li>
    </ul>
    ${data.undrawn.length === 0 ? nothing : html`<p>${undrawn(data)}</p>`}
  </div>`
}

/** Where the time of a point is explained. */
export function pathOf({ key }: Point): string {
  return `${key}/seconds/estimate`
}

function sentence({ kernel, share, phase }: Point): string {
  const work = quantity(kernel.flops, 'FLOP'), bytes = quantity(kernel.bytes, 'B'), part = shareText(share)
  if (trains && phase === 'step') return msg(str`${part} of the step. Each run moves ${bytes} for ${work}.`)
  if (phase === 'forward') return msg(str`${part} of the forward pass. Each run moves ${bytes} for ${work}.`)
  return phase === 'decode'
    ? msg(str`${part} of a decode step. Each run moves ${bytes} for ${work}.`)
    : msg(str`${part} of the prefill. Each run moves ${bytes} for ${work}.`)
}

function pairs({ kernel, rate, best, intensity, limit }: Point): TemplateResult {
  const { bound: least, estimate } = kernel.seconds
  return html`<dl class="pairs">
    <dt>${msg('Time, each')}</dt><dd>${number(estimate, 's')}</dd><dd class="best">${atBest(quantity(least, 's'))}</dd>
    <dt>${msg('Attained')}</dt><dd>${number(rate, 'FLOP/s')}</dd><dd class="best">${atBest(quantity(best, 'FLOP/s'))}</dd>
    <dt>${msg('Work')}</dt><dd>${number(kernel.flops, 'FLOP')}</dd><dd></dd>
    <dt>${msg('HBM traffic')}</dt><dd>${number(kernel.bytes, 'B')}</dd><dd></dd>
    <dt>${msg('Intensity')}</dt><dd>${number(intensity, 'FLOP/B')}</dd><dd></dd>
    <dt>${msg('Bound by')}</dt><dd>${bound(limit)}</dd><dd></dd>
  </dl>`
}

function atBest(value: string): string {
  return msg(str`${value} at best`)
}

/** Whether the points are of one pass over the batch, or of a step. */
function isOf({ points, undrawn }: ChartData, only: Point['phase']): boolean {
  return [...points, ...undrawn].some(({ phase }) => phase === only)
}

function undrawn(data: ChartData): string {
  const { undrawn } = data
  const names = [...new Set(undrawn.map(({ name }) => name))].join(', ')
  const of = (phase: string): string => shareText(undrawn.filter(one => one.phase === phase).reduce((sum, { share }) => sum + share, 0))
  if (trains && isOf(data, 'step')) return msg(str`Not drawn, for want of FLOP: ${undrawn.length} kernels. Together ${of('step')} of the step.`)
  if (isOf(data, 'forward')) return msg(str`Not drawn, for want of FLOP: ${names}. Together ${of('forward')} of the forward pass.`)
  return msg(str`Not drawn, for want of FLOP: ${names}. Together ${of('prefill')} of prefill and ${of('decode')} of decode.`)
}

/** Every point as a row, for those who do not see the chart. */
export function pointTable({ points }: ChartData): TemplateResult {
  return html`<div class="hidden"><table>
    <caption>${msg('Kernels on the roofline')}</caption>
    <thead><tr><th scope="col">${msg('Kernel')}</th><th scope="col">${msg('Phase')}</th><th scope="col">${msg('Intensity')}</th><th scope="col">${msg('Attained')}</th><th scope="col">${msg('At best')}</th><th scope="col">${msg('Share')}</th><th scope="col">${msg('Bound by')}</th></tr></thead>
    <tbody>${points.map(point => html`<tr><th scope="row">${point.name}</th><td>${phaseName(point.phase)}</td><td>${quantity(point.intensity, 'FLOP/B')}</td><td>${quantity(point.rate, 'FLOP/s')}</td><td>${quantity(point.best, 'FLOP/s')}</td><td>${shareText(point.share)}</td><td>${bound(point.limit)}</td></tr>`)}</tbody>
  </table></div>`
}

/** The chart in a sentence. */
export function summary({ memory, roofs, ridge, points }: ChartData): string {
  const [roof] = roofs
  const top = roof === undefined ? '' : roofLabel(roof)
  return msg(str`Roofline: ${memory.label} ${quantity(memory.bandwidth, 'B/s')}, ${top}, ridge at ${quantity(ridge, 'FLOP/B')}, ${points.length} kernels. Arrow keys walk through them.`)
}
