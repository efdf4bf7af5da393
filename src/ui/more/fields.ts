/** The fields that are rarely used. */
import { msg } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import { automatic, choice, number, toggle, type Rail } from '../field.js'
import { trains } from '../parts.js'
import { kindOf } from '../suited.js'
import { rareTraining } from '../training/fields.js'

/** Those that the model of a scenario has in its mode. */
export function rareFields(of: Rail): TemplateResult {
  const { family, mode, generates } = kindOf(of.scenario)
  const isRequest = mode === 'inference', trained = trains && mode === 'training'
  return html`${isRequest ? number(of, 'workload.cached') : nothing}${isRequest && family === 'decoder' ? html`${number(of, 'workload.chunk')}${number(of, 'workload.exit', 'decimal')}` : nothing}
    ${trained ? nothing : number(of, 'offload.weights', 'decimal')}${generates && isRequest ? number(of, 'offload.cache', 'decimal') : nothing}${family === 'decoder' ? toggle(of, 'mesh.sequence') : nothing}
    ${trains && trained ? rareTraining(of) : nothing}${number(of, 'utilization', 'decimal')}
    ${choice(of, 'capacity', [['', automatic(of, 'capacity', basisName)], ...['driver', 'marketed'].map(basis => [basis, basisName(basis)] as const)])}${number(of, 'price', 'decimal')}
    ${!generates ? nothing : html`${choice(of, 'conventions.attention', [['causal', msg('causal')], ['full', msg('full')]])}${trained ? nothing : choice(of, 'conventions.head', [['last', msg('last token')], ['all', msg('all tokens')]])}`}`
}

function basisName(basis: string): string {
  return basis === 'driver' ? msg('driver') : msg('on the box')
}
