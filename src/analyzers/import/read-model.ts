/** One door for models: a config.json as object, text file or address. */
import { error, failed, type Problem } from '../../problem.js'
import { describes, readArchitecture } from './architectures.js'
import { matches, read } from './huggingface.js'
import { parseJson } from './json.js'

/** What a File or Blob has; stated here because the core knows no DOM. */
export interface TextSource {
  readonly name?: string
  readonly size: number
  readonly text: () => Promise<string>
}

/** A URL object. */
export interface Address { readonly href: string }

export interface ReadModel {
  /** What `Scenario.model` takes; null where the source cannot be used. */
  readonly model: object | null
  readonly problems: readonly Problem[]
}

const largest = 8 * 2 ** 20

/** Reads a model from a config.json: an object, a File or Blob, or a URL. Never throws for a bad source. */
export async function readModel(source: TextSource | Address | object): Promise<ReadModel> {
  if (isText(source)) return readText(source)
  if (isAddress(source)) return readAddress(source)
  return readObject(source)
}

async function readText(source: TextSource): Promise<ReadModel> {
  const name = source.name ?? 'config.json'
  if (/\.(onnx|gguf|safetensors|param|bin|pt|pth)$/i.test(name)) return refuse(error('not-supported', 'model', `${name}: this file format is not read yet.`, ['config.json']))
  if (source.size > largest) return refuse(error('oversized', 'model', `${name} has ${String(source.size)} bytes; a config.json has at most ${String(largest)}.`, ['config.json']))
  const parsed = await parseJson(await source.text(), name)
  return 'problem' in parsed ? refuse(parsed.problem) : readObject(parsed.value)
}

/** `fetch` as every host has it; the core compiles without knowing one. */
type Fetch = (address: string) => Promise<{ ok: boolean; status: number; text: () => Promise<string> }>

async function readAddress({ href }: Address): Promise<ReadModel> {
  try {
    const response = await (globalThis as unknown as { fetch: Fetch }).fetch(href)
    if (!response.ok) return refuse(error('unreadable', 'model', `${href} answered with status ${String(response.status)}.`))
    const text = await response.text()
    return await readText({ name: href.split('/').at(-1) ?? href, size: text.length, text: () => Promise.resolve(text) })
  } catch {
    return refuse(error('unreadable', 'model', `${href} cannot be reached.`))
  }
}

function readObject(source: unknown): ReadModel {
  if (typeof source !== 'object' || source === null || !(matches(source) || describes(source))) {
    return refuse(error('unknown-format', 'model', 'This is not a config.json of Hugging Face: it names neither architectures nor a model_type.'))
  }
  const { problems } = describes(source) ? readArchitecture(source) : read(source)
  return failed(problems) ? { model: null, problems } : { model: source, problems }
}

function refuse(problem: Problem): ReadModel {
  return { model: null, problems: [problem] }
}

function isText(source: object): source is TextSource {
  return typeof (source as { text?: unknown }).text === 'function'
}

function isAddress(source: object): source is Address {
  return typeof (source as { href?: unknown }).href === 'string'
}
