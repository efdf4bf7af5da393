/** The headline figures of a training step. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import type { Report } from '../../core.js'
import { compact, dollars, full, none, percent, quantity, scaled, scaleOf } from '../../format.js'
import type { Opener } from '../explain/opener.js'
import { cell, strip } from '../figure-view.js'
import { spent } from '../figures.js'
import { number, share, withUnit } from '../number.js'

type Run = NonNullable<NonNullable<Report['training']>['run']>

/** Step, throughput, memory and utilization, with what a run of the tokens asked for takes; times of a model that does not fit are dashes. */
export function stepFigures(report: Report, held: unknown, opener: Opener): TemplateResult | typeof nothing {
  const { metrics, phases: [step], memory, training } = report
  if (metrics === null || step === undefined) return nothing
  const fits = memory?.fits !== false, run = fits ? training?.run ?? null : null
  const time = fits ? step.seconds.estimate : null, { bound } = step.seconds
  const rate = metrics.tokensPerSecond ?? metrics.samplesPerSecond, mfu = fits ? metrics.mfu : null
  const faster = (value: number): number => bound > 0 ? value * step.seconds.estimate / bound : value
  const tile = (id: string, name: string, value: unknown, amount: number | null, best: number | null, below: unknown, whole = Math.max(amount ?? 0, best ?? 0) * 1.04): TemplateResult => cell(id, null, html`<span class="name">${name}</span>
    <span class="value">${amount === null ? html`<span class="muted">${none}</span>` : value}</span>
    ${amount === null ? nothing : html`${strip({ value: amount, low: null, high: null, best, parts: id === 'step' ? spent(step) : null }, whole)}<span class="band">${below}</span>`}`, report, opener)
  const atBest = (text: string): string => msg(str`${text} at best`)
  const bestRate = fits && rate !== null ? faster(rate) : null, bestUse = mfu === null ? null : faster(mfu)
  return html`<div class="figures forward">
      ${tile('step', msg('Step'), number(time, 's'), time, bound, atBest(time === null ? '' : scaled(bound, scaleOf(time, 's'))))}
      ${tile('rate', metrics.tokensPerSecond === null ? msg('Samples') : msg('Tokens'), withUnit(compact(rate), '/s'), fits ? rate : null, bestRate, atBest(compact(bestRate)))}
      ${held}
      ${tile('mfu', 'MFU', share(mfu), mfu, bestUse, training === undefined ? nothing : run === null ? msg(str`as ${training.mfu.convention} counts`) : msg(str`as ${training.mfu.convention} counts; HFU ${percent(metrics.hfu)} %`), Math.max(1, bestUse ?? 0))}
      ${run === null ? tile('hfu', 'HFU', share(metrics.hfu), fits ? metrics.hfu : null, null, msg('with what runs again'), 1)
        : tile('run', msg('Run'), withUnit(days(run), msg('days')), run.seconds, null, msg(str`${full(run.steps)} steps`))}</div>
    ${fits ? html`<div class="more">${further(report, run)}</div>` : nothing}`
}

function further({ metrics, training }: Report, run: Run | null): TemplateResult[] {
  const one = (name: string, content: unknown): TemplateResult => html`<div><span class="name">${name}</span> <span>${content}</span></div>`
  const each = (name: string, value: number | null | undefined, content: (value: number) => unknown): TemplateResult[] => value == null ? [] : [one(name, content(value))]
  return [
    ...run === null ? [] : [one(msg('GPU-hours'), compact(run.gpuHours)), ...each('USD', run.usd, usd => `$${compact(usd)}`), ...each(msg('Energy of the run'), run.joules, joules => number(joules / 3600, 'Wh'))],
    ...each(msg('Tokens per step'), training?.tokensPerStep, compact),
    ...each(msg('Tokens per second and GPU'), metrics?.tokensPerSecondPerGpu, compact),
    ...each(msg('Compute-optimal tokens'), training?.optimalTokens, compact),
    ...each(msg('Cost per million tokens'), metrics?.usdPerMillionTokens, usd => `$${dollars(usd)}`),
    ...each(msg('Energy per token'), metrics?.joulesPerToken, joules => quantity(joules, 'J')),
  ]
}

function days({ seconds }: Run): string {
  return scaled(seconds / 86400, { factor: 1, prefix: '' })
}
