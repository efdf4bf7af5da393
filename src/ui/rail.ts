/** The scenario as fields, in sections. */
import { msg, str } from '@lit/localize'
import { html, noChange, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { profiles, systems } from '../core.js'
import { quantity } from '../format.js'
import { automatic, choice, dtype, invalid, number, size, why, type Rail } from './field.js'
import { isPartial, late, waits } from './late.js'
import { inWords } from './locale.js'
import { kindOf, sizedByName, workloadFields } from './suited.js'
import { more, withMore } from './more.js'
import { files, trains } from './parts.js'
import { contextOf, countParameters, gpuFacts, gpuOptions, gpuSummary, idOf, modelFacts, modelOptions, titleOf, unknownName } from './picks.js'
import { readable } from './opened.js'

/** Paths of the fields that are rarely used. */
const rare = /^(offload|training|conventions|utilization|capacity|price|mesh\.(sequence|etp)|workload\.(cached|chunk|exit))/

/** Every field, the rarely used ones behind a disclosure that opens where one of them is impossible. */
export function rail(given: Rail): TemplateResult {
  // The core stops at the first field that is no field; a name is looked up all the same.
  const names = (['model', 'gpu'] as const).map(path => path === 'model' && waits(given) ? null : unknownName(path, given.scenario[path])).filter(problem => problem !== null)
  const of = { ...given, problems: [...given.problems, ...names] }
  const { family, mode, generates, hasExperts } = kindOf(of.scenario)
  const degrees = family !== 'decoder' ? mode === 'training' ? ['tp', 'dp'] : ['tp'] : ['tp', 'pp', 'dp', 'cp', ...hasExperts ? ['ep'] : []]
  return html`
    <fieldset><legend>${msg('Model')}</legend>${modelPicker(of)}${files ? fileButton(of) : nothing}</fieldset>
    <fieldset><legend>${msg('GPUs')}</legend>${gpuPicker(of)}${choice(of, 'system', [['', automatic(of, 'system', systemName)], ...systems.map(({ id, name }) => [id, name] as const)])}</fieldset>
    <fieldset><legend>${msg('Workload')}</legend>${trains ? modeField(of) : nothing}${mode === 'training' ? more()?.training?.fields(of) ?? nothing : workloadFields(of.scenario).map(field => field === 'axes' ? sizedByName(of.scenario.model).map(({ name }) => number(of, `workload.axes.${name}`, 'numeric', name)) : workloadField(of, field))}</fieldset>
    <fieldset><legend>${msg('Precision')}</legend>${['precision.weights', 'precision.activations', ...generates && mode !== 'training' ? ['precision.cache'] : []].map(path => dtype(of, path))}</fieldset>
    <fieldset><legend>${msg('Parallelism')}</legend>${degrees.map(axis => number(of, `mesh.${axis}`))}</fieldset>
    <fieldset><legend>${msg('Profile and conventions')}</legend>${choice(of, 'profile', profiles.map(({ id }) => [id, id]))}
      <details .open=${of.problems.some(({ path, severity }) => severity === 'error' && rare.test(path)) ? live(true) : noChange} @toggle=${() => { withMore(of.update) }}><summary>${msg('More fields')}</summary>${more()?.rareFields(of) ?? nothing}</details></fieldset>`
}

/** What is asked of the model: a request, or one pass where it makes no tokens, or a training step. */
function modeField(of: Rail): TemplateResult {
  const { generates, mode } = kindOf(of.scenario)
  return choice(of, 'workload.mode', [...generates ? [['inference', msg('Request')]] as const : [], ...!generates || mode === 'forward' ? [['forward', msg('One pass')]] as const : [], ['training', msg('Training')]], mode)
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
