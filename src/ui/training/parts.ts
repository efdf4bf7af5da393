/** Where the seconds of a step go, and what the links carry. */
import { msg } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import type { Report } from '../../core.js'
import { quantity } from '../../format.js'
import { spentOn, type Spent } from '../../serving/index.js'
import { number, share, shareText } from '../number.js'

const kinds = ['compute', 'recompute', 'network', 'pipeline', 'optimizer'] as const satisfies readonly (keyof Spent)[]

/** One bar of all seconds, and each part with its share. What the host adds is part of none. */
export function spentOnStep({ phases: [step] }: Report): TemplateResult {
  const spent = spentOn(step?.kernels ?? []), whole = step?.seconds.estimate ?? 1
  const shown = kinds.filter(kind => spent[kind] > 0)
  return html`<div class="bar spent" role="img" aria-label=${shown.map(kind => `${nameOf(kind)} ${quantity(spent[kind], 's')}`).join(', ')}>${shown.map(kind => html`<i class=${kind} .style=${`width: ${(spent[kind] / whole * 100).toFixed(3)}%`}></i>`)}</div>
    <div class="shares">${shown.map(kind => html`<div><div class="part"><span class="swatch ${kind}"></span>${nameOf(kind)}</div>
      <div class="held">${number(spent[kind], 's')}</div><div class="small">${shareText(spent[kind] / whole)}</div></div>`)}</div>`
}

function nameOf(kind: keyof Spent): string {
  switch (kind) {
    case 'compute': return msg('Compute')
    case 'recompute': return msg('Recompute')
    case 'network': return msg('Communication')
    case 'pipeline': return msg('Pipeline')
    case 'optimizer': return msg('Optimizer')
  }
}

/** A row for each kind of link: bytes, the seconds that they take, and those that nothing hides. */
export function links({ links: found }: Report): TemplateResult {
  return html`<table><caption class="hidden">${msg('Links')}</caption>
    <thead><tr><th scope="col">${msg('Link')}</th><th scope="col" class="n">${msg('Sent')}</th><th scope="col" class="n">${msg('Time')}</th><th scope="col" class="n">${msg('Exposed')}</th><th scope="col" class="n">${msg('Hidden')}</th></tr></thead>
    <tbody>${found.map(({ link, bytes, seconds, exposed }) => html`<tr><th scope="row">${linkName(link)}</th><td class="n">${number(bytes, 'B')}</td><td class="n">${number(seconds, 's')}</td><td class="n">${number(exposed, 's')}</td><td class="n">${share(seconds > 0 ? 1 - exposed / seconds : 0)}</td></tr>`)}</tbody></table>`
}

function linkName(link: string): string {
  return link === 'nvlink' ? 'NVLink' : link === 'pcie' ? 'PCIe' : link === 'network' ? msg('Network') : link
}
