/** A model at an address: a file that is read in parts, or a repository of huggingface.co. Plain `fetch`, which is allowed across origins there. Loaded on demand. */
import { error } from '../../problem.js'
import { stop } from './byte-reader.js'
import type { Address, Bytes, Found, TextSource } from './source.js'
import { largestIndex } from './source.js'
import { readFiles } from './weights.js'

interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly headers?: { readonly get: (name: string) => string | null }
  readonly text: () => Promise<string>
  readonly arrayBuffer: () => Promise<ArrayBuffer>
  readonly body?: { readonly cancel: () => Promise<void> } | null
}

/** `fetch` as every host has it; the core compiles without knowing one. */
const fetchOf = (address: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  (globalThis as unknown as { fetch: (address: string, options: object) => Promise<Answer> }).fetch(address, { headers })

/** Reads what lies at an address; that it cannot be reached is a problem as any other. */
export async function readAddress({ href }: Address): Promise<Found> {
  try {
    const repository = repositoryAt(href)
    if (repository !== null) return await readRepository(repository)
    const address = href.replace(/(^https:\/\/huggingface\.co\/[^/]+\/[^/]+\/)blob\//, '$1resolve/')
    if (!/\.(?:gguf|safetensors)(?:\?|$)/i.test(address)) return await readFiles([await textAt(address)])
    const file = await remote(address)
    const config = /\.safetensors/i.test(address) ? await beside(address, 'config.json') : null
    return await readFiles(config === null ? [file] : [config, file])
  } catch (failure) {
    const { problem } = (failure ?? {}) as { problem?: Found['problems'][number] }
    return { config: null, problems: [problem ?? error('unreadable', 'model', `${href} cannot be reached.`)] }
  }
}

/** `https://huggingface.co/org/name`, with `/tree/revision` or without, as the address of its files. */
function repositoryAt(href: string): string | null {
  const [, name, revision = 'main'] = /^https:\/\/huggingface\.co\/([\w.-]+\/[\w.-]+)(?:\/tree\/([\w./-]+))?\/?(?:[?#].*)?$/.exec(href) ?? []
  return name === undefined ? null : `https://huggingface.co/${name}/resolve/${revision}/`
}

/** config.json, and what there is of the quantization and the index of shards. */
async function readRepository(address: string): Promise<Found> {
  const config = await textAt(`${address}config.json`)
  const more = await Promise.all(['hf_quant_config.json', 'model.safetensors.index.json'].map(file => beside(address, file)))
  return readFiles([config, ...more.filter(file => file !== null)])
}

const fileName = (address: string): string => address.split(/[?#]/)[0]?.split('/').at(-1) ?? address

async function textAt(address: string): Promise<TextSource> {
  const answer = await fetchOf(address)
  if (!answer.ok) throw stop('unreadable', `${address} answered with status ${answer.status}.`)
  const announced = Number(answer.headers?.get('content-length') ?? 0)
  if (announced > largestIndex) throw stop('oversized', `${address} has ${announced} bytes; at most ${largestIndex} are read as text.`)
  const text = await answer.text()
  return { name: fileName(address), size: text.length, text: () => Promise.resolve(text) }
}

/** A text file in the folder of another, null where it is not there. */
async function beside(address: string, name: string): Promise<TextSource | null> {
  try {
    return await textAt(address.replace(/[^/]*$/, name))
  } catch {
    return null
  }
}

/** A file of which parts are asked for; a server that would send all of it is refused before it does. */
async function remote(address: string): Promise<TextSource> {
  async function range(start: number, end: number): Promise<Answer> {
    const answer = await fetchOf(address, { range: `bytes=${start}-${end - 1}` })
    if (answer.status === 206) return answer
    await answer.body?.cancel().catch(() => undefined)
    throw stop('unreadable', answer.ok ? `${address} cannot be read in parts.` : `${address} answered with status ${answer.status}.`)
  }
  const first = await range(0, 1)
  const size = Number(/\/(\d+)$/.exec(first.headers?.get('content-range') ?? '')?.[1] ?? Number.NaN)
  if (!Number.isSafeInteger(size)) throw stop('unreadable', `${address} does not say how large it is.`)
  const slice = (start: number, end: number): Bytes => ({ arrayBuffer: async () => (await range(start, end)).arrayBuffer() })
  return { name: fileName(address), size, slice, text: () => Promise.reject(stop('unreadable', `${address} is not text.`)) }
}
