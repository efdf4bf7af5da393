/** Heads and cells of the GPU table. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import type { Figures, Reason } from '../serving/index.js'
import { dollars, quantity } from '../format.js'
import type { Column, Order } from './gpu-rows.js'
import { number } from './number.js'
import { sentenceOf } from './locale.js'

/** The heads, each a button that sorts. */
export function titles({ by, down }: Order, forward: boolean, sort: (by: Column) => void): TemplateResult {
  const head = (column: Column, title: string | TemplateResult, classes = 'n'): TemplateResult => html`<th scope="col" class=${classes} aria-sort=${by !== column ? 'none' : down ? 'descending' : 'ascending'}><button type="button" @click=${() => { sort(column) }}>${title}</button></th>`
  return html`${head('name', 'GPU', '')}${head('tp', html`<span aria-hidden="true">×</span><span class="hidden">${msg('Number of GPUs')}</span>`)}
    ${forward ? html`${head('latency', msg('Latency'), 'n one')}<td class="graph"></td>
    ${head('samplesPerSecond', msg('Samples/s'))}${head('samplesPerSecondPerGpu', msg('Samples/s per GPU'), 'n wide roomy')}` : html`${head('ttft', msg('First token'), 'n wide')}${head('tpot', msg('Per token'))}<td class="graph"></td>
    ${head('tokensPerSecondPerGpu', msg('Tokens/s per GPU'), 'n wide roomy')}${head('usdPerMillionTokens', msg('$ per M tokens'))}`}${head('free', msg('Free'), 'n wide')}<td></td>`
}

/** All cells but the name and the last. Full color is the time at best, the tint what is lost. */
export function cells(figures: Figures, longest: number): TemplateResult {
  const { tp, ttft, tokensPerSecondPerGpu, usdPerMillionTokens, samplesPerSecond, samplesPerSecondPerGpu, least, limit, free } = figures
  const seconds = timeOf(figures)
  const width = (seconds: number): string => `width: ${(seconds / longest * 100).toFixed(2)}%`
  const bar = seconds === null || least === null || limit === null ? nothing
    : html`<span class="time ${limit}" aria-hidden="true"><i .style=${width(seconds)}></i><i class="least" .style=${width(Math.min(least, seconds))}></i></span>`
  if (isPass(figures)) {
    return html`<td class="n">${tp}</td><td class="n">${number(seconds, 's')}</td><td class="graph">${bar}</td>
      <td class="n">${number(samplesPerSecond, '')}</td><td class="n wide roomy">${number(samplesPerSecondPerGpu, '')}</td><td class="n wide">${number(free, 'B')}</td>`
  }
  return html`<td class="n">${tp}</td><td class="n wide">${number(ttft, 's')}</td><td class="n">${number(seconds, 's')}</td><td class="graph">${bar}</td>
    <td class="n wide roomy">${number(tokensPerSecondPerGpu, '')}</td>
    <td class="n">${usdPerMillionTokens === null ? html`<span class="muted">${msg('no price')}</span>` : html`<span class="unit">$</span>${dollars(usdPerMillionTokens)}`}</td><td class="n wide">${number(free, 'B')}</td>`
}

/** Whether a row is of one pass over the batch, and not of a request. */
export function isPass({ samplesPerSecond }: Figures): boolean {
  return samplesPerSecond !== null
}

/** The time that the bars compare: per output token, or of the pass. */
export function timeOf(figures: Figures): number | null {
  return isPass(figures) ? figures.latency : figures.tpot
}

/** Why a GPU cannot run the scenario. */
export function reasonOf(reason: Reason): string {
  if ('problem' in reason) return sentenceOf(reason.problem)
  const { gpus, missing } = reason
  return gpus === 1 ? msg(str`too small, by ${quantity(missing, 'B')}`) : msg(str`too small even at ${gpus} GPUs, by ${quantity(missing, 'B')} per GPU`)
}
