/** All about one layer, below its row. */
import { msg } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import { compact } from '../../format.js'
import type { Layer } from '../../core.js'
import { number } from '../number.js'
import { partName, typeName } from './words.js'

const extents = (values: readonly number[]): string => values.join(' × ')

/** The nodes that run in the kernel, shapes in full, and what is in memory meanwhile. */
export function detail({ type, parts, input, output, window, stride, dilation, groups, live, macs, parameters, bytes, intensity }: Layer): TemplateResult {
  const row = (name: string, value: unknown): TemplateResult => html`<dt>${name}</dt><dd>${value}</dd>`
  return html`<dl class="detail">
    ${row(msg('Type'), typeName(type))}
    ${row(msg('Nodes'), parts.map((part, i) => html`${i === 0 ? '' : msg(', ')}${part.id} <span class="muted">(${part.kind}${msg(', ')}${partName(part)})</span>`))}
    ${[[msg('MACs'), compact(macs)], [msg('Parameters'), compact(parameters)], [msg('HBM traffic'), number(bytes, 'B')], [msg('Intensity'), number(intensity, 'FLOP/B')]].map(([name, value]) => html`<dt class="narrow">${name}</dt><dd class="narrow">${value}</dd>`)}
    ${row(msg('Input'), extents(input))}${row(msg('Output'), extents(output))}
    ${window.length === 0 ? nothing : html`${row(msg('Kernel size'), extents(window))}${row(msg('Stride'), extents(stride))}${dilation.every(step => step === 1) ? nothing : row(msg('Dilation'), extents(dilation))}${row(msg('Groups'), groups)}`}
    ${row(msg('Activations in memory'), number(live, 'B'))}</dl>`
}
