import { msg, str } from '@lit/localize'
import { css, html, nothing, type TemplateResult } from 'lit'
import type { Memory } from '../core.js'
import { full, quantity } from '../format.js'
import { Opener } from './explain/opener.js'
import { openerStyles } from './explain/opener-styles.js'
import { ReportElement } from './element.js'
import { number, shareText } from './number.js'
import { base, tokens } from './tokens.js'

const parts = ['weights', 'cache', 'activations', 'gradients', 'states', 'overhead'] as const
type Part = (typeof parts)[number]

/**
 * The memory of the fullest GPU: its parts in one bar, and the line where the capacity ends.
 * @customElement roofline-memory
 * @csspart bar - the bar
 */
export class RooflineMemory extends ReportElement {
  static override styles = [tokens, base, openerStyles, css`
    .bar { position: relative; height: 32px; display: flex; background: var(--surface) }
    .bar i { height: 100%; box-shadow: inset -1px 0 var(--surface) }
    .bar i, .swatch { background: color-mix(in oklab, var(--ink) var(--shade), var(--surface)) }
    .weights { --shade: 70% } .cache { --shade: 48% } .activations { --shade: 32% } .overhead { --shade: 18% } .gradients { --shade: 40% } .states { --shade: 25% }
    .free { flex: 1; box-shadow: inset 0 0 0 1px var(--hairline); font: var(--small); color: var(--ink-2); display: flex; align-items: center; justify-content: flex-end; padding: 0 12px; white-space: nowrap; overflow: hidden }
    .over { position: absolute; inset: 0 0 0 auto; background: repeating-linear-gradient(135deg, var(--ink) 0 2px, transparent 2px 7px); box-shadow: inset 0 0 0 1px var(--ink) }
    .limit { position: absolute; top: -8px; bottom: -8px; width: 2px; margin-left: -2px; background: var(--ink); outline: 2px solid var(--surface) }
    .scale { position: relative; height: 28px; font: var(--small); color: var(--ink-3) }
    .scale > span { position: absolute; top: 8px; white-space: nowrap; translate: -50% }
    .scale > .start { translate: 0 } .scale > .end { translate: -100% }
    .shares { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 16px; grid-auto-flow: dense; margin-top: 16px; font: var(--small) }
    .part { color: var(--ink-2); display: flex; gap: 8px; align-items: center }
    .swatch { width: 10px; height: 10px; flex: none }
    .held { font: 600 15px/24px var(--font) }
    .shares > .explanation { margin: 0 -16px }
    @container (max-width: 600px) { .shares { grid-template-columns: 1fr 1fr } }
  `]


  private readonly opener = new Opener(this)

  protected override render(): unknown {
    const memory = this.report?.memory ?? null
    if (memory === null) return nothing
    const held = parts.filter(part => memory[part] > 0)
    return html`${bar(memory, held)}
      <div class="shares">${held.map(part => html`<div>
        <div class="part"><span class="swatch ${part}"></span>${nameOf(part)}</div>
        <div class="held">${this.opener.figure(pathOf(part), html`${number(memory[part], 'B')}<span class="hidden">, ${nameOf(part)}</span>`)}</div>
        <div class="small">${msg(str`${shareText(memory[part] / memory.total)} of what is held`)}</div></div>
        ${this.opener.panel(this.report?.scenario ?? null, [pathOf(part)])}`)}${memory.offloaded === undefined ? nothing : this.outside(memory.offloaded)}${this.reserved(memory)}</div>`
  }

  /** The second answer: what the engine of the profile sets aside for caches. */
  private reserved({ reserved }: Memory): unknown {
    if (reserved === null) return nothing
    const { maxBatch, maxContext, fits, cache, total } = reserved
    const scenario = this.report?.scenario ?? null
    return html`<div>
        <div class="part">${msg(str`Set aside by ${scenario?.profile ?? ''}`)}</div>
        <div class="held">${this.opener.figure('memory/reserved/cache', html`${number(cache, 'B')}<span class="hidden">, ${msg('for caches')}</span>`)}</div>
        <div class="small">${fits ? msg(str`for caches, ${quantity(total, 'B')} in all`) : msg(str`for caches, ${quantity(total, 'B')} in all: too much`)}</div>
        <div class="small">${maxContext === null ? msg(str`batch to ${full(maxBatch)}`) : msg(str`batch to ${full(maxBatch)}, context to ${full(maxContext)}`)}</div></div>
      ${this.opener.panel(scenario, ['memory/reserved/cache'])}`
  }

  /** What lies elsewhere; the parts are explained by themselves. */
  private outside({ weights, cache, to }: NonNullable<Memory['offloaded']>): unknown {
    const parts = [['memory/offloaded/weights', weights, msg('Weights')], ['memory/offloaded/cache', cache, msg('KV cache')]] as const
    return parts.filter(([, bytes]) => bytes > 0).map(([path, bytes, name]) => html`<div>
      <div class="part">${name}</div>
      <div class="held">${this.opener.figure(path, html`${number(bytes, 'B')}<span class="hidden">, ${name}</span>`)}</div>
      <div class="small">${to === 'cpu' ? msg('in the memory of the CPU') : msg('on NVMe drives')}</div></div>
      ${this.opener.panel(this.report?.scenario ?? null, [path])}`)
  }
}

function bar({ total, capacity, fits, ...memory }: Memory, held: readonly Part[]): TemplateResult {
  const whole = Math.max(total, capacity)
  const at = (bytes: number): string => `${(bytes / whole * 100).toFixed(3)}%`
  const near = Math.abs(total - capacity) / whole < 0.15 || total / whole < 0.08
  return html`<div class="bar" part="bar" role="img" aria-label=${msg(str`${quantity(total, 'B')} of ${quantity(capacity, 'B')} per GPU`)}>
      ${held.map(part => html`<i class=${part} .style=${`width: ${at(memory[part])}`}></i>`)}
      ${fits ? html`<span class="free">${(capacity - total) / whole < 0.2 ? nothing : msg(str`${quantity(capacity - total, 'B')} free`)}</span>` : html`<span class="over" .style=${`left: ${at(capacity)}`}></span>`}
      <span class="limit" .style=${`left: ${at(capacity)}`}></span>
    </div>
    <div class="scale" aria-hidden="true"><span class="start">0</span>
      ${near ? nothing : html`<span class=${fits ? '' : 'end'} .style=${`left: ${at(total)}`}>${number(total, 'B')}</span>`}
      <span class=${fits || capacity / whole > 0.85 ? 'end' : ''} .style=${`left: ${at(capacity)}`}>${number(capacity, 'B')}</span></div>`
}

/** Where a part is explained; what only training holds is not. */
function pathOf(part: Part): string | null {
  return part === 'gradients' || part === 'states' ? null : `memory/${part}`
}

function nameOf(part: Part): string {
  switch (part) {
    case 'weights': return msg('Weights')
    case 'cache': return msg('KV cache')
    case 'activations': return msg('Activations')
    case 'gradients': return msg('Gradients')
    case 'states': return msg('Optimizer states')
    case 'overhead': return msg('Engine')
  }
}
