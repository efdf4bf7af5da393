/** The activations in memory while each layer runs, as a row of bars. */
import { msg, str } from '@lit/localize'
import { html, svg, type TemplateResult } from 'lit'
import { classMap } from 'lit/directives/class-map.js'
import { quantity } from '../../format.js'
import type { Layer } from '../../core.js'
import { kernelName } from '../words.js'

const height = 96

/** The layer during which most lives; the first of several. */
export function peakOf(layers: readonly Layer[]): Layer | null {
  return layers.reduce<Layer | null>((most, layer) => most === null || layer.live > most.live ? layer : most, null)
}

/** One bar for each layer, in the order of the pass; pointing at one selects it. */
export function activations(layers: readonly Layer[], level: number, selected: string | null, select: (layer: Layer) => void): TemplateResult | null {
  const peak = peakOf(layers)
  if (peak === null || peak.live === 0) return null
  const width = 1000 / layers.length, gap = layers.length > 120 ? 0 : width * 0.16
  const shown = layers.find(({ id }) => `forward/${id}` === selected) ?? peak
  const said = msg(str`At most ${quantity(peak.live, 'B')}, while ${kernelName(peak.id)} runs.`)
  return html`<div class="live"><div class="title" role="heading" aria-level=${level}>${msg('Activations in memory')}</div>
    <p class="small">${said} ${shown === peak ? '' : msg(str`${quantity(shown.live, 'B')} while ${kernelName(shown.id)} runs.`)} ${msg('A tensor is there from the kernel that makes it to the last that reads it; what stays inside a kernel never is.')}</p>
    <svg viewBox="0 0 1000 ${height}" preserveAspectRatio="none" role="img" aria-label=${`${msg('Activations in memory')}: ${said}`}>
      <line x1="0" x2="1000" y1=${height} y2=${height} vector-effect="non-scaling-stroke"></line>
      ${layers.map((layer, i) => { const tall = Math.max(1, layer.live / peak.live * height); return svg`<rect class=${classMap({ peak: layer === peak, on: layer === shown })} x=${(i * width).toFixed(2)} width=${(width - gap).toFixed(2)} y=${(height - tall).toFixed(2)} height=${tall.toFixed(2)} @pointerenter=${() => { select(layer) }}></rect>` })}
    </svg>
    <div class="ends" aria-hidden="true"><span>${layers[0]?.id}</span><span>${layers.at(-1)?.id}</span></div></div>`
}
