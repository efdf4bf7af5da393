/** Heads and cells of the GPU table. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import type { Figures, Reason } from '../serving/index.js'
import { dollars, quantity } from '../format.js'
import type { Column, Order } from './gpu-rows.js'
import { number } from './number.js'
import { sentenceOf } from './locale.js'

/** The heads, each a button that sorts. */
export function titles({ by, down }: Order, sort: (by: Column) => void): TemplateResult {
  const head = (column: Column, title: string | TemplateResult, classes = 'n'): TemplateResult => html`<th scope="col" class=${classes} aria-sort=${by !== column ? 'none' : down ? 'descending' : 'ascending'}><button type="button" @click=${() => { sort(column) }}>${title}</button></th>`
  return html`${head('name', 'GPU', '')}${head('tp', html`<span aria-hidden="true">×</span><span class="hidden">${msg('Number of GPUs')}</span>`)}
    ${head('ttft', msg('First token'), 'n wide')}${head('tpot', msg('Per token'))}<td class="graph"></td>
    ${head('tokensPerSecondPerGpu', msg('Tokens/s per GPU'), 'n wide roomy')}${head('usdPerMillionTokens', msg('$ per M tokens'))}${head('free', msg('Free'), 'n wide')}<td></td>`
}

/** All cells but the name and the last. Full color is the time at best, the tint what is lost. */
export function cells({ tp, ttft, tpot, least, limit, tokensPerSecondPerGpu, usdPerMillionTokens, free }: Figures, longest: number): TemplateResult {
  const width = (seconds: number): string => `width: ${(seconds / longest * 100).toFixed(2)}%`
  const bar = tpot === null || least === null || limit === null ? nothing
    : html`<span class="time ${limit}" aria-hidden="true"><i .style=${width(tpot)}></i><i class="least" .style=${width(Math.min(least, tpot))}></i></span>`
  return html`<td class="n">${tp}</td><td class="n wide">${number(ttft, 's')}</td><td class="n">${number(tpot, 's')}</td><td class="graph">${bar}</td>
    <td class="n wide roomy">${number(tokensPerSecondPerGpu, '')}</td>
    <td class="n">${usdPerMillionTokens === null ? html`<span class="muted">${msg('no price')}</span>` : html`<span class="unit">$</span>${dollars(usdPerMillionTokens)}`}</td><td class="n wide">${number(free, 'B')}</td>`
}

/** Why a GPU cannot run the scenario. */
export function reasonOf(reason: Reason): string {
  if ('problem' in reason) return sentenceOf(reason.problem)
  const { gpus, missing } = reason
  return gpus === 1 ? msg(str`too small, by ${quantity(missing, 'B')}`) : msg(str`too small even at ${gpus} GPUs, by ${quantity(missing, 'B')} per GPU`)
}
