/** A file as a model: one of an unknown architecture too, so that the page can show what of it was understood. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import { parseJson, readModel, resolveModel, type Problem } from '../core.js'
import { isObject } from './stand.js'

/** Files that a model is read from. */
export const readable = '.json,.gguf,.onnx,.param,.safetensors,application/json'

/** The model of a file or of several that belong together, or why they cannot be read. */
export async function modelOf(...files: readonly File[]): Promise<{ readonly model: object } | { readonly problems: readonly Problem[] }> {
  const [file] = files
  const { model, problems } = await readModel(files.length === 1 && file !== undefined ? file : files)
  if (model !== null) return { model }
  if (!problems.some(({ code }) => code === 'unknown-architecture')) return { problems }
  if (file === undefined || !file.name.endsWith('.json')) return { problems }
  const parsed = await parseJson(await file.text(), file.name)
  return 'value' in parsed && isObject(parsed.value) ? { model: parsed.value } : { problems }
}

/** What of a config.json is the same in most architectures. */
function known(model: object): [name: string, value: string][] {
  const names: [string, string][] = [
    ['architectures', msg('architecture')], ['num_hidden_layers', msg('layers')], ['hidden_size', msg('width')], ['num_attention_heads', msg('heads')],
    ['num_key_value_heads', msg('KV heads')], ['intermediate_size', msg('FFN width')], ['vocab_size', msg('vocabulary')], ['max_position_embeddings', msg('context')], ['torch_dtype', msg('dtype')],
  ]
  const fields = model as Readonly<Record<string, unknown>>
  return names.flatMap(([key, name]) => {
    const value: unknown = Array.isArray(fields[key]) ? (fields[key] as readonly unknown[])[0] : fields[key]
    return typeof value === 'string' || typeof value === 'number' ? [[name, String(value).slice(0, 80)] as [string, string]] : []
  })
}

/** Ways on from a model that is not covered. */
export interface Ways {
  readonly as: (model: object) => void
  readonly open: (...files: File[]) => void
  readonly back: (() => void) | null
}

/** What was understood of a model of an unknown architecture, and the ways on; nothing for every other model. */
export function unknown(model: unknown, problems: readonly Problem[], { as, open, back }: Ways): TemplateResult | typeof nothing {
  const problem = problems.find(({ code }) => code === 'unknown-architecture')
  if (problem === undefined || !isObject(model)) return nothing
  const understood = known(model)
  const types = problem.suggestions.length === 0 ? [] : [...new Set(['llama', ...problem.suggestions])].filter(type => 'model' in resolveModel(readAs(model, type)))
  const read = (type: string): TemplateResult => html`<button type="button" class="button" @click=${() => { as(readAs(model, type)) }}>${msg(str`Read it as ${type}`)}</button>`
  return html`${understood.length === 0 ? nothing : html`<dl class="understood"><dt>${msg('Understood')}</dt>${understood.map(([name, value]) => html`<dd>${name} <b>${value}</b></dd>`)}</dl>`}
    ${types.length === 0 ? nothing : html`<p>${msg('How its layers compute is not known. If they compute like those of a known architecture, the numbers of that one hold.')}</p>`}
    <div class="actions">${types.map(read)}${chooser(open)}${back === null ? nothing : html`<button type="button" class="button" @click=${back}>${msg('Back to the last model')}</button>`}</div>`
}

/** The problems, each architecture to try being a button already. */
export function withoutTries(problems: readonly Problem[]): Problem[] {
  return problems.map(problem => problem.code === 'unknown-architecture' ? { ...problem, suggestions: [] } : problem)
}

/** The same sizes under another architecture. */
function readAs(model: object, type: string): object {
  return { ...model, model_type: type, architectures: [] }
}

/** A button that chooses a file. */
export function chooser(open: (...files: File[]) => void): TemplateResult {
  const take = (event: Event): void => {
    const input = event.target as HTMLInputElement
    if (input.files?.length) open(...input.files)
    input.value = ''
  }
  return html`<label class="button choose"><input class="hidden" type="file" multiple accept=${readable} @change=${take}>${msg('Open another file')}</label>`
}
