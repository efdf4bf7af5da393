/** The scenario as fields. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { gpus, models, profiles, type Problem, type Report, type Scenario } from '../index.js'
import { dtypes } from '../data.js'
import { quantity } from '../format.js'
import { readPlain as readNumber } from '../number.js'
import { fieldOf } from './flags.js'
import { deviceOf } from './chart/data.js'
import { inWords } from './locale.js'
import type { Apply } from './problems.js'
import { groupBy } from './words.js'

/** What the fields show and what they change. */
export interface Rail {
  readonly scenario: Scenario
  /** The last answer, for what the defaults came to. */
  readonly answer: Report | null
  readonly problems: readonly Problem[]
  readonly file: string | null
  readonly apply: Apply
  readonly open: (file: File) => void
}

/** Every field, in groups. */
export function rail(of: Rail): TemplateResult {
  return html`
    <fieldset><legend>${msg('Model')}</legend>${modelPicker(of)}${fileButton(of)}</fieldset>
    <fieldset><legend>GPU</legend>${gpuPicker(of)}</fieldset>
    <fieldset><legend>${msg('Workload')}</legend>
      ${count(of, 'workload.batch', msg('Batch'))}${count(of, 'workload.prompt', msg('Prompt tokens'))}${count(of, 'workload.output', msg('Output tokens'))}</fieldset>
    <fieldset><legend>${msg('Precision')}</legend>
      ${dtype(of, 'precision.weights', msg('Weights'))}${dtype(of, 'precision.activations', msg('Activations'))}${dtype(of, 'precision.cache', msg('KV cache'))}</fieldset>
    <fieldset><legend>${msg('Parallelism')}</legend>${count(of, 'mesh.tp', 'TP')}</fieldset>
    <fieldset><legend>${msg('Execution')}</legend>${choice(of, 'profile', msg('Profile'), profiles.map(({ id }) => [id, id]))}</fieldset>`
}

function modelPicker(of: Rail): TemplateResult {
  const { scenario: { model }, answer, file } = of
  const families = groupBy(models, ({ name }) => /^(Code Llama|[A-Za-z]+(?:-oss)?)/.exec(name)?.[0] ?? name)
  const known = typeof model === 'string' && models.some(({ id }) => id === model)
  const own = typeof model === 'string' ? model : file ?? msg('Your model')
  return html`<select class="pick" aria-label=${msg('Model')} aria-invalid=${invalid(of, 'model')} aria-describedby="note-model" @change=${(event: Event) => { of.apply('model', (event.target as HTMLSelectElement).value) }}>
      ${known ? nothing : html`<option value="" selected>${own}</option>`}
      ${families.map(([family, members]) => html`<optgroup label=${family}>${members.map(({ id, name }) => html`<option value=${id} .selected=${live(id === model)}>${name}</option>`)}</optgroup>`)}
    </select>
    <p class="under" id="note-model">${said(of, 'model') ?? (answer?.model ? msg(str`${inWords(answer.model.parameters)} parameters`) : nothing)}</p>`
}

function fileButton({ open }: Rail): TemplateResult {
  const take = (event: Event): void => {
    const input = event.target as HTMLInputElement
    const [chosen] = input.files ?? []
    if (chosen) open(chosen)
    input.value = ''
  }
  return html`<label class="file"><input class="hidden" type="file" accept=".json,application/json" @change=${take}>${msg('or open or drop a config.json')}</label>`
}

function gpuPicker(of: Rail): TemplateResult {
  const { scenario: { gpu }, answer } = of
  const device = answer === null ? null : deviceOf(answer)
  const architectures = groupBy(gpus, ({ architecture }) => architecture ?? '')
  const known = typeof gpu === 'string' && gpus.some(({ id }) => id === gpu)
  const peak = device === null ? null : device.peaks.bf16 ?? device.peaks.fp16
  const own = typeof gpu === 'string' ? gpu : msg('Your GPU')
  return html`<select class="pick" aria-label="GPU" aria-invalid=${invalid(of, 'gpu')} aria-describedby="note-gpu" @change=${(event: Event) => { of.apply('gpu', (event.target as HTMLSelectElement).value) }}>
      ${known ? nothing : html`<option value="" selected>${own}</option>`}
      ${architectures.toReversed().map(([architecture, members]) => html`<optgroup label=${architecture}>${members.map(({ id, name }) => html`<option value=${id} .selected=${live(id === gpu)}>${name}</option>`)}</optgroup>`)}
    </select>
    <p class="under" id="note-gpu">${said(of, 'gpu') ?? (device === null ? nothing : [quantity(device.bandwidth, 'B/s'), ...peak === null ? [] : [quantity(peak, 'FLOP/s')], ...device.year === null ? [] : [String(device.year)]].join(', '))}</p>`
}

function count(of: Rail, path: string, label: string): TemplateResult {
  const value = shown(of, path)
  const turn = (event: KeyboardEvent): void => {
    const now = readNumber((event.target as HTMLInputElement).value)
    if (!['ArrowUp', 'ArrowDown'].includes(event.key) || now === null || now < 1) return
    event.preventDefault()
    of.apply(path, String(event.key === 'ArrowUp' ? now * 2 : Math.max(1, Math.floor(now / 2))))
  }
  return field(of, path, label, html`<input id=${idOf(path)} inputmode="numeric" autocomplete="off" .value=${live(value)} aria-invalid=${invalid(of, path)} aria-describedby=${`note-${idOf(path)}`}
    @keydown=${turn} @change=${(event: Event) => { of.apply(path, (event.target as HTMLInputElement).value.trim()) }}>`)
}

function dtype(of: Rail, path: string, label: string): TemplateResult {
  const chosen = fieldOf(of.scenario, path)
  const usual = of.answer === null ? '' : String(fieldOf(of.answer.scenario, path))
  const automatic: [string, string] = ['', chosen === undefined || chosen === null ? msg(str`${usual} (default)`) : msg('default')]
  return choice(of, path, label, [automatic, ...dtypes.map(({ id }): [string, string] => [id, id])])
}

function choice(of: Rail, path: string, label: string, options: readonly (readonly [value: string, name: string])[]): TemplateResult {
  const chosen = shown(of, path, options.some(([value]) => value === '') ? '' : undefined)
  const listed = options.some(([value]) => value === chosen) ? options : [[chosen, chosen] as const, ...options]
  return field(of, path, label, html`<select id=${idOf(path)} aria-invalid=${invalid(of, path)} aria-describedby=${`note-${idOf(path)}`} @change=${(event: Event) => { of.apply(path, (event.target as HTMLSelectElement).value) }}>
    ${listed.map(([value, name]) => html`<option value=${value} .selected=${live(value === chosen)}>${name}</option>`)}</select>`)
}

function field(of: Rail, path: string, label: string, control: TemplateResult): TemplateResult {
  const why = said(of, path)
  return html`<div class="field"><label for=${idOf(path)}>${label}</label>${control}<p class="why" id=${`note-${idOf(path)}`}>${why ?? nothing}</p></div>`
}

/** What the field holds, or what its default came to. */
function shown({ scenario, answer }: Rail, path: string, otherwise?: string): string {
  const value = fieldOf(scenario, path) ?? otherwise ?? (answer === null ? '' : fieldOf(answer.scenario, path))
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function idOf(path: string): string {
  return path.replace('.', '-')
}

function said({ problems }: Rail, path: string): string | null {
  return problems.find(problem => problem.path === path && problem.severity === 'error')?.message ?? null
}

function invalid(of: Rail, path: string): 'true' | 'false' {
  return said(of, path) === null ? 'false' : 'true'
}
