/** One field of the scenario: its name, its control, and why its value is impossible. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import { formats, type Problem, type Report, type Scenario } from '../core.js'
import { readNumber, readPlain } from '../number.js'
import { fieldOf } from './flags.js'
import { labelOf } from './labels.js'
import { nearest, turned } from './legal.js'
import { sentenceOf } from './locale.js'
import { suggestions, type Apply } from './problems.js'
import { usualAudio } from './suited.js'

/** What the fields show and what they change. */
export interface Rail {
  readonly scenario: Scenario
  /** The last answer, for what the defaults came to. */
  readonly answer: Report | null
  readonly problems: readonly Problem[]
  readonly file: string | null
  readonly apply: Apply
  readonly open: (...files: File[]) => void
  /** Shows what was loaded meanwhile. */
  readonly update: () => void
}

/** A number: `128k` and `2*4096` at once, other arithmetic as soon as it is worked out. Arrow keys move to the next. */
export function number(of: Rail, path: string, inputMode: 'numeric' | 'decimal' = 'numeric', label = labelOf(path)): TemplateResult {
  const take = (event: Event): void => {
    const input = event.target as HTMLInputElement
    const text = input.value.trim()
    const set = (value: number | null): void => {
      if (value !== null) input.value = String(value)
      of.apply(path, value === null ? text : String(value))
    }
    const value = readPlain(text)
    if (text === '' || value !== null) set(value)
    // Where arithmetic cannot be loaded, the text stays and the problem says that it is no number.
    else void readNumber(text).catch(() => null).then(set)
  }
  const turn = (event: KeyboardEvent): void => {
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : null
    const now = readPlain((event.target as HTMLInputElement).value)
    if (direction === null || now === null) return
    event.preventDefault()
    const next = turned(path, now, direction)
    if (next !== now) of.apply(path, String(next))
  }
  return field(of, path, html`<input id=${idOf(path)} inputmode=${inputMode} autocomplete="off" .value=${live(shown(of, path))} aria-invalid=${invalid(of, path)} aria-describedby=${`note-${idOf(path)}`}
    @keydown=${turn} @change=${take}>`, label)
}

/** Height and width; one number is both sides. Arrow keys add or take a patch. */
export function size(of: Rail, path: string, step: number): TemplateResult {
  const take = (event: Event): void => {
    const text = (event.target as HTMLInputElement).value.trim()
    of.apply(path, text !== '' && readPlain(text) !== null ? `${text}x${text}` : text)
  }
  const turn = (event: KeyboardEvent): void => {
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : null
    const sides = (event.target as HTMLInputElement).value.split('×').map(readPlain)
    if (direction === null || sides.length !== 2 || sides.includes(null)) return
    event.preventDefault()
    of.apply(path, sides.map(side => String(Math.max(step, (side ?? step) + direction * step))).join('x'))
  }
  return field(of, path, html`<input id=${idOf(path)} inputmode="text" autocomplete="off" .value=${live(shown(of, path))} aria-invalid=${invalid(of, path)} aria-describedby=${`note-${idOf(path)}`}
    @keydown=${turn} @change=${take}>`)
}

/** A number format; empty for what the checkpoint and the GPU decide. */
export function dtype(of: Rail, path: string): TemplateResult {
  const list = formats[path.replace('precision.', '') as keyof typeof formats]
  return choice(of, path, [['', automatic(of, path)], ...list.map(({ id, title }) => [id, id, title] as const)])
}

/** One of a few, by value and name. */
export function choice(of: Rail, path: string, options: readonly (readonly [value: string, name: string, title?: string])[], otherwise?: string): TemplateResult {
  const chosen = shown(of, path, options.some(([value]) => value === '') ? '' : otherwise)
  const listed = options.some(([value]) => value === chosen) ? options : [[chosen, chosen] as const, ...options]
  return field(of, path, html`<select id=${idOf(path)} aria-invalid=${invalid(of, path)} aria-describedby=${`note-${idOf(path)}`} @change=${(event: Event) => { of.apply(path, (event.target as HTMLSelectElement).value) }}>
    ${listed.map(([value, name, title]) => html`<option value=${value} title=${title ?? nothing} .selected=${live(value === chosen)}>${name}</option>`)}</select>`)
}

/** Yes or no. */
export function toggle(of: Rail, path: string): TemplateResult {
  return field(of, path, html`<input type="checkbox" id=${idOf(path)} .checked=${live(fieldOf(of.scenario, path) === true)} aria-invalid=${invalid(of, path)} aria-describedby=${`note-${idOf(path)}`}
    @change=${(event: Event) => { of.apply(path, String((event.target as HTMLInputElement).checked)) }}>`)
}

/** The name of the choice that leaves it to the default, with what that came to. */
export function automatic({ scenario, answer }: Rail, path: string, nameOf: (value: string) => string = value => value): string {
  const chosen = fieldOf(scenario, path) ?? null
  const usual = answer === null ? null : fieldOf(answer.scenario, path)
  return chosen === null && typeof usual === 'string' ? msg(str`${nameOf(usual)} (default)`) : msg('default')
}

/** Why a field's value is impossible, and the nearest that are not. */
export function why(of: Rail, path: string): TemplateResult | typeof nothing {
  const problem = of.problems.find(one => one.path === path && one.severity === 'error')
  if (problem === undefined) return nothing
  const last = of.answer === null ? null : fieldOf(of.answer.scenario, path)
  const offered = nearest(problem, fieldOf(of.scenario, path), last)
  return html`${sentenceOf(problem)}${suggestions({ ...problem, suggestions: [...offered] }, of.apply)}`
}

/** Whether a field's value is impossible, as an ARIA attribute. */
export function invalid({ problems }: Rail, path: string): 'true' | 'false' {
  return problems.some(one => one.path === path && one.severity === 'error') ? 'true' : 'false'
}

function field(of: Rail, path: string, control: TemplateResult, label = labelOf(path)): TemplateResult {
  return html`<div class="field"><label for=${idOf(path)}>${label}</label>${control}<div class="why" id=${`note-${idOf(path)}`}>${why(of, path)}</div></div>`
}

/** What the field holds, or what its default came to. */
function shown({ scenario, answer }: Rail, path: string, otherwise?: string): string {
  const value = fieldOf(scenario, path) ?? otherwise ?? (answer === null ? '' : fieldOf(answer.scenario, path) ?? usual(path))
  if (Array.isArray(value)) return value.join(' × ')
  // A trillion has more zeros than can be counted: 1e12.
  return typeof value === 'number' ? String(value).replace(/0{9,}$/, zeros => `e${String(zeros.length)}`) : typeof value === 'string' ? value : ''
}

/** A default that no answer states. */
function usual(path: string): unknown {
  return path === 'workload.audioSeconds' ? usualAudio : null
}

function idOf(path: string): string {
  return path.replace(/\W/g, '-')
}
