/** The scenario as fields, in sections. */
import { msg, str } from '@lit/localize'
import { html, noChange, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { profiles, systems } from '../core.js'
import { quantity } from '../format.js'
import { automatic, choice, dtype, invalid, number, size, toggle, why, type Rail } from './field.js'
import { isPartial, late, waits } from './late.js'
import { inWords } from './locale.js'
import { kindOf, sizedByName, workloadFields } from './suited.js'
import { files } from './parts.js'
import { contextOf, countParameters, gpuFacts, gpuOptions, gpuSummary, idOf, modelFacts, modelOptions, titleOf, unknownName } from './picks.js'
import { readable } from './opened.js'

/** Every field, the rarely used ones behind a disclosure that opens where one of them is impossible. */
export function rail(given: Rail): TemplateResult {
  // The core stops at the first field that is no field; a name is looked up all the same.
  const names = (['model', 'gpu'] as const).map(path => path === 'model' && waits(given) ? null : unknownName(path, given.scenario[path])).filter(problem => problem !== null)
  const of = { ...given, problems: [...given.problems, ...names] }
  const { family, mode, generates } = kindOf(of.scenario)
  const rare = ['workload.cached', 'workload.chunk', 'workload.exit', 'workload.draft', 'offload.weights', 'offload.cache', 'offload.bandwidth', 'mesh.sequence', 'utilization', 'capacity', 'price', 'conventions.attention', 'conventions.head']
  return html`
    <fieldset><legend>${msg('Model')}</legend>${modelPicker(of)}${files ? fileButton(of) : nothing}</fieldset>
    <fieldset><legend>${msg('GPUs')}</legend>${gpuPicker(of)}${choice(of, 'system', [['', automatic(of, 'system', systemName)], ...systems.map(({ id, name }) => [id, name] as const)])}</fieldset>
    <fieldset><legend>${msg('Workload')}</legend>${workloadFields(of.scenario).map(field => field === 'axes' ? sizedByName(of.scenario.model).map(({ name }) => number(of, `workload.axes.${name}`, 'numeric', name)) : workloadField(of, field))}</fieldset>
    <fieldset><legend>${msg('Precision')}</legend>${['precision.weights', 'precision.activations', ...generates ? ['precision.cache'] : []].map(path => dtype(of, path))}</fieldset>
    <fieldset><legend>${msg('Parallelism')}</legend>${number(of, 'mesh.tp')}</fieldset>
    <fieldset><legend>${msg('Profile and conventions')}</legend>${choice(of, 'profile', profiles.map(({ id }) => [id, id]))}
      <details .open=${rare.some(path => invalid(of, path) === 'true') ? live(true) : noChange}><summary>${msg('More fields')}</summary>
        ${mode === 'forward' ? nothing : number(of, 'workload.cached')}${mode === 'forward' || family !== 'decoder' ? nothing : html`${number(of, 'workload.chunk')}${number(of, 'workload.exit', 'decimal')}`}
        ${number(of, 'offload.weights', 'decimal')}${generates && mode !== 'forward' ? number(of, 'offload.cache', 'decimal') : nothing}${family === 'decoder' ? toggle(of, 'mesh.sequence') : nothing}${number(of, 'utilization', 'decimal')}
        ${choice(of, 'capacity', [['', automatic(of, 'capacity', basisName)], ...['driver', 'marketed'].map(basis => [basis, basisName(basis)] as const)])}${number(of, 'price', 'decimal')}
        ${!generates ? nothing : html`${choice(of, 'conventions.attention', [['causal', msg('causal')], ['full', msg('full')]])}${choice(of, 'conventions.head', [['last', msg('last token')], ['all', msg('all tokens')]])}`}
      </details></fieldset>`
}

/** A field of the workload under the name that it has for the model. */
function workloadField(of: Rail, field: string): TemplateResult {
  const path = `workload.${field}`
  const { family, source, patch } = kindOf(of.scenario)
  if (field === 'image') return size(of, path, patch)
  if (field !== 'prompt' || family !== 'encoder-decoder') return number(of, path, field === 'audioSeconds' ? 'decimal' : 'numeric')
  return number(of, path, 'numeric', source === 'audio' ? msg('Decoder prompt tokens') : msg('Source tokens'))
}

function systemName(id: string): string {
  return systems.find(system => system.id === id)?.name ?? id
}

function basisName(basis: string): string {
  return basis === 'driver' ? msg('driver') : msg('on the box')
}

function modelPicker(of: Rail): TemplateResult {
  const { scenario: { model }, answer, file, apply } = of
  const id = idOf('model', model)
  const answered = answer !== null && (answer.scenario.model === model || (id !== null && answer.model?.id === id))
  const parameters = answered ? answer.model?.parameters ?? null : id === null ? null : countParameters(id)
  const facts = [parameters === null ? '' : msg(str`${inWords(parameters)} parameters`), contextOf(model)]
  return html`<roofline-picker id="model" label=${msg('Model')} value=${id ?? ''} shown=${typeof model === 'string' ? titleOf('model', model) : file ?? msg('Your model')} ?invalid=${invalid(of, 'model') === 'true'}
    .groups=${modelOptions()} ?partial=${isPartial()} @focusin=${late} .facts=${modelFacts} .complete=${countParameters} @pick=${(event: CustomEvent<{ value: string }>) => { apply('model', event.detail.value) }}>${under(of, 'model', facts)}</roofline-picker>`
}

function gpuPicker(of: Rail): TemplateResult {
  const { scenario: { gpu }, answer, apply } = of
  const id = idOf('gpu', gpu)
  const own = answer?.scenario.gpu === gpu ? answer.device : null
  const facts = id !== null ? gpuSummary(id) : own === null ? [] : [quantity(own.bandwidth, 'B/s')]
  return html`<roofline-picker id="gpu" label="GPU" value=${id ?? ''} shown=${typeof gpu === 'string' ? titleOf('gpu', gpu) : msg('Your GPU')} ?invalid=${invalid(of, 'gpu') === 'true'}
    .groups=${gpuOptions} .facts=${gpuFacts} @pick=${(event: CustomEvent<{ value: string }>) => { apply('gpu', event.detail.value) }}>${under(of, 'gpu', facts)}</roofline-picker>`
}

/** What decides about the choice, or why it is none. */
function under(of: Rail, path: 'model' | 'gpu', facts: readonly string[]): TemplateResult {
  return html`<div class=${invalid(of, path) === 'true' ? 'why' : 'under'} id=${`note-${path}`}>${invalid(of, path) === 'true' ? why(of, path) : facts.filter(fact => fact !== '').join(', ')}</div>`
}

function fileButton({ open }: Rail): TemplateResult {
  const take = (event: Event): void => {
    const input = event.target as HTMLInputElement
    if (input.files?.length) open(...input.files)
    input.value = ''
  }
  return html`<label class="file"><input class="hidden" type="file" multiple accept=${readable} @change=${take}>${msg('or open or drop a model file')}</label>`
}
