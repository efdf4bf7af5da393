/** What stands between the scenario and its answer, or beside it. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import type { Problem } from '../core.js'
import { kindAt } from './flags.js'
import { titleOf } from './picks.js'
import { sentenceOf } from './locale.js'

/** Sets a field of the scenario. */
export type Apply = (path: string, text: string) => void

/** Legal values as buttons where the path is a plain field, else as words. */
export function suggestions(problem: Problem, apply: Apply | null): TemplateResult | typeof nothing {
  if (problem.suggestions.length === 0) return nothing
  if (apply === null || kindAt(problem.path) === null) return html`<p class="small">${msg(str`Try ${problem.suggestions.join(', ')}`)}</p>`
  // What sequence parallelism lacks is a batch that it divides.
  const path = problem.path === 'mesh.sequence' ? 'workload.batch' : problem.path
  const take = (event: MouseEvent, value: string): void => {
    const root = (event.currentTarget as Element).getRootNode()
    apply(path, value)
    // A key leaves the focus at the field, since its button goes away; a finger keeps its keyboard closed.
    if (event.detail === 0 && root instanceof ShadowRoot) root.getElementById(path.replace(/\W/g, '-'))?.focus()
  }
  return html`<div class="actions">${problem.suggestions.slice(0, 8).map(value => html`<button type="button" class="button" @click=${(event: MouseEvent) => { take(event, value) }}>${path === 'model' || path === 'gpu' ? titleOf(path, value) : value}</button>`)}</div>`
}

/** Errors in a frame, each with message and path, and ways on. */
export function notice(problems: readonly Problem[], title: string, apply: Apply | null, ways: unknown = nothing): TemplateResult | typeof nothing {
  if (problems.length === 0) return nothing
  return html`<div class="notice" role="alert"><span class="sign" aria-hidden="true">!</span><div>
    <p class="title small-title">${title}</p>
    <ul>${problems.map(problem => said(problem, apply))}</ul>${ways}</div></div>`
}

/** Notes that accompany an answer. */
export function notes(problems: readonly Problem[], apply: Apply): TemplateResult | typeof nothing {
  if (problems.length === 0) return nothing
  return html`<ul class="notes">${problems.map(problem => said(problem, apply))}</ul>`
}

/** The message, its excerpt of the input where there is one, and the path. */
function said(problem: Problem, apply: Apply | null): TemplateResult {
  const [sentence = '', ...excerpt] = sentenceOf(problem).split('\n')
  return html`<li><p>${sentence} ${problem.path === '' ? nothing : html`<code>${problem.path}</code>`}</p>
    ${excerpt.length === 0 ? nothing : html`<pre>${excerpt.join('\n')}</pre>`}${suggestions(problem, apply)}</li>`
}
