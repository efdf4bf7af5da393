/** What to do about a model that does not fit: the smallest changes after which it does, as buttons. */
import { msg, str } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import { gpus } from '../core.js'
import type { Change } from '../serving/index.js'
import { quantity } from '../format.js'

/** A button per change, with the room that it leaves. */
export function ways(changes: readonly Change[], take: (change: Change) => void): TemplateResult {
  if (changes.length === 0) return html`<p class="ways small">${msg('No larger TP, other GPU or narrower weights make it fit.')}</p>`
  return html`<div class="ways"><p class="small">${msg('The smallest changes that fit')}</p>
    <div class="actions">${changes.map(change => html`<button type="button" class="button" @click=${() => { take(change) }}><b>${nameOf(change)}</b> ${room(change)}</button>`)}</div></div>`
}

function room({ free, gpus }: Change): string {
  return gpus > 1 ? msg(str`${quantity(free, 'B')} free per GPU`) : msg(str`${quantity(free, 'B')} free`)
}

/** What changes, in words: `batch 12`, `4 × H100 SXM5 80 GB`, `int4 weights`. */
function nameOf({ settings: { batch, weights, tp, gpu: other }, gpu, gpus: count }: Change): string {
  const device = typeof gpu === 'string' ? gpus.find(({ id }) => id === gpu)?.name ?? gpu : 'GPU'
  const parts = [
    ...batch === undefined ? [] : [msg(str`batch ${batch}`)],
    ...tp === undefined && other === undefined ? [] : [`${String(count)} × ${device}`],
    ...weights === undefined ? [] : [msg(str`${weights} weights`)],
  ]
  return parts.join(', ')
}
