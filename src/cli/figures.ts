/** The headline figures: estimate, band and what is possible at best. */
import { band, compact, digits, dollars, full, none, percent, quantity, scaled, scaleOf, type Scale } from '../format.js'
import type { Metrics, NormalScenario, Phase, Report } from '../index.js'
import { table } from './text.js'

/** One figure at the four readings of the phases' seconds. */
interface Readings { readonly estimate: number | null; readonly low: number | null; readonly high: number | null; readonly best: number | null }
const readings = ['estimate', 'low', 'high', 'bound'] as const

/** The table of figures and the lines below it. */
export function figures(report: Report, metrics: Metrics): string[] {
  const { workload, price } = report.scenario as NormalScenario
  const [only] = report.phases
  if (only?.phase === 'forward') return [...forward(only, workload.batch, metrics), ...work(report, only, workload.batch)]
  if (only?.phase === 'step') return [...training(only, metrics, price), ...counted(report)]
  const [prefill, step] = (['prefill', 'decode'] as const).map(name => report.phases.find(p => p.phase === name)?.seconds)
  if (!prefill || !step) return []
  const decode = perToken(step, metrics)
  const steps = Math.max(0, workload.output - 1)
  const [estimate = null, low = null, high = null, best = null] = readings.map(reading => latency(prefill[reading], decode[reading], steps))
  const times = (part: Phase['seconds'], shown: number | null): Readings => ({ estimate: shown, low: part.low, high: part.high, best: part.bound })
  const rate = (value: number | null): Readings => ({ estimate: value, low: per(value, estimate, high), high: per(value, estimate, low), best: per(value, estimate, best) })
  const cost = (value: number | null): Readings => ({ estimate: value, low: per(value, low, estimate), high: per(value, high, estimate), best: per(value, best, estimate) })
  const rows = [
    row('Time to first token', times(prefill, metrics.ttft), seconds),
    row('Time per output token', times(decode, metrics.tpot), seconds),
    row('Latency', { estimate: metrics.latency, low, high, best }, seconds),
    row('Output tokens', rate(metrics.tokensPerSecond), perSecond),
    price === null ? ['Cost per million tokens', 'no price', none, none] : row('Cost per million tokens', cost(metrics.usdPerMillionTokens), money),
  ]
  return [...table([['', 'estimate', 'band', 'at best'], ...rows], ['left', 'right', 'left', 'right'], '   ', '  '), '', ...below(metrics, report.model?.context ?? null)]
}

/** Seconds of a decode step by the tokens that it yields. */
export function perToken({ bound, estimate, low, high, basis }: Phase['seconds'], { tokensPerStep: tokens = 1 }: Metrics): Phase['seconds'] {
  return { bound: bound / tokens, estimate: estimate / tokens, low: low === null ? null : low / tokens, high: high === null ? null : high / tokens, basis }
}

/** The figures of one pass over whole inputs. */
function forward({ seconds: { estimate, low, high, bound: best } }: Phase, batch: number, metrics: Metrics): string[] {
  const inverse = (time: number | null) => (time === null || time === 0 ? null : batch / time)
  const rows = [
    row('Latency of the batch', { estimate: metrics.latency, low, high, best }, seconds),
    row('Samples', { estimate: inverse(estimate), low: inverse(high), high: inverse(low), best: inverse(best) }, perSecond),
  ]
  return [...table([['', 'estimate', 'band', 'at best'], ...rows], ['left', 'right', 'left', 'right'], '   ', '  '), '', ...below(metrics, null)]
}

/** The figures of a training step. */
function training({ seconds: { estimate, low, high, bound: best } }: Phase, { tokensPerSecond, samplesPerSecond, usdPerMillionTokens, mfu, hfu, joulesPerToken }: Metrics, price: number | null): string[] {
  const rate = (value: number | null): Readings => ({ estimate: value, low: per(value, estimate, high), high: per(value, estimate, low), best: per(value, estimate, best) })
  const rows = [
    row('Time of a step', { estimate, low, high, best }, seconds),
    tokensPerSecond === null ? row('Samples', rate(samplesPerSecond), perSecond) : row('Tokens', rate(tokensPerSecond), perSecond),
    price === null || usdPerMillionTokens === null ? ['Cost per million tokens', 'no price', none, none] : row('Cost per million tokens', { estimate: usdPerMillionTokens, low: per(usdPerMillionTokens, low, estimate), high: per(usdPerMillionTokens, high, estimate), best: per(usdPerMillionTokens, best, estimate) }, money),
  ]
  const use = [mfu === null ? '' : `MFU ${percent(mfu)} %`, hfu === null ? '' : `HFU ${percent(hfu)} %`, joulesPerToken === null ? '' : `${quantity(joulesPerToken, 'J', ' ')} per token`].filter(part => part !== '')
  return [...table([['', 'estimate', 'band', 'at best'], ...rows], ['left', 'right', 'left', 'right'], '   ', '  '), '', `  ${use.join('   ')}`]
}

/** What stands under MFU. */
function counted({ training }: Report): string[] {
  if (training === undefined || training.mfu.peak === null) return []
  const { convention, flopsPerToken, peak } = training.mfu
  return [`  MFU as ${convention} counts: ${quantity(flopsPerToken, 'FLOP', ' ')} per token, of ${quantity(peak, 'FLOP/s', ' ')} per GPU`]
}

/** What one sample takes: a multiply-add is two FLOP, and neither goes by the other's name. */
function work({ model, scenario }: Report, { flops }: Phase, batch: number): string[] {
  const { count } = (scenario as NormalScenario).conventions
  if (model?.macs == null) return []
  const counter = count === 'roofline' ? '' : ` as ${count} counts`
  return [`  ${compact(model.macs)} multiply-adds (MACs) per sample${counter}`, `  ${quantity(flops.matrix / batch, 'FLOP', ' ')} per sample in convolutions and matrix products`]
}

function below({ tokensPerStep, tpot, mfu, mbu, samplesPerSecond, joulesPerToken, maxBatch, maxContext }: Metrics, stated: number | null): string[] {
  const use = [
    mfu === null ? '' : `MFU ${percent(mfu)} %${samplesPerSecond === null ? ' over the request' : ''}`,
    mbu === null || tpot === null ? '' : `MBU in decode ${percent(mbu)} %`,
    joulesPerToken === null ? '' : `${quantity(joulesPerToken, 'J', ' ')} per token`,
  ]
  const room = [maxBatch === null ? '' : `Largest batch ${full(maxBatch)}`, maxContext === null ? '' : `Longest context ${full(maxContext)} tokens${stated !== null && maxContext > stated ? ` (model: ${full(stated)})` : ''}`]
  const drafted = tokensPerStep === undefined ? [] : [`${digits(tokensPerStep)} tokens per decode step`]
  return [use, drafted, room].map(parts => parts.filter(part => part !== '').join('   ')).filter(line => line !== '').map(line => `  ${line}`)
}

const latency = (prefill: number | null, decode: number | null, steps: number) => (prefill === null || decode === null ? null : prefill + steps * decode)
const per = (value: number | null, over: number | null, under: number | null) => (value === null || over === null || under === null || under === 0 ? null : value * over / under)

interface Shown { readonly scale: (estimate: number) => Scale; readonly alone: (value: number) => string; readonly with: (value: number, scale: Scale) => string; readonly band: (low: number, high: number, scale: Scale) => string }

const seconds: Shown = {
  scale: value => scaleOf(value, 's'), alone: value => quantity(value, 's', ' '),
  with: (value, scale) => `${scaled(value, scale)} ${scale.prefix}s`, band,
}
const perSecond: Shown = {
  scale: value => scaleOf(value, ''), alone: value => `${compact(value)} /s`,
  with: (value, scale) => `${scaled(value, scale)}${scale.prefix} /s`, band,
}
const money: Shown = {
  scale: () => ({ factor: 1, prefix: '' }), alone: value => `$${dollars(value)}`,
  with: value => `$${dollars(value)}`, band: (low, high) => `${dollars(low)} to ${dollars(high)}`,
}

function row(title: string, { estimate, low, high, best }: Readings, shown: Shown): string[] {
  if (estimate === null) return [title, none, none, none]
  const scale = shown.scale(estimate)
  return [title, shown.alone(estimate), low === null || high === null ? none : shown.band(low, high, scale), best === null ? none : shown.with(best, scale)]
}
