/**
 * Two views of sourced JSON, where a fact is written `{ "value": X, "source": …, "confidence": …, "note": … }`:
 *  - `gpus.json?values`: the document with every fact replaced by its value; notes and conflicts are dropped;
 *  - `gpus.json?sources`: per entry `id` and dotted field path, where the value comes from.
 * The first keeps citations out of what a browser loads; the second is for explanations.
 */
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Plugin } from 'vite'
import { isObject, moduleOf, type Json } from './compact.js'

type Source = Record<string, Json>

const remarks = new Set(['conflicts', 'note', 'notes', 'source', 'sources', 'confidence'])
const cited = ['source', 'confidence', 'note'] as const

/** Replaces each fact by its value and drops remarks. */
export function values(json: Json): Json {
  if (Array.isArray(json)) return json.map(values)
  if (!isObject(json)) return json
  if (json['value'] !== undefined) return values(json['value'])
  return Object.fromEntries(Object.entries(json).filter(([key]) => !remarks.has(key)).map(([key, item]) => [key, values(item)]))
}

/** Collects the sources of all facts: entry id → field path → source. Entries without an `id` are named by their key. */
export function sources(json: Json): Record<string, Record<string, Source>> {
  const found: Record<string, Record<string, Source>> = {}
  const walk = (node: Json, id: string | undefined, path: readonly string[]): void => {
    if (Array.isArray(node)) return node.forEach((item, i) => { walk(item, id, [...path, String(i)]) })
    if (!isObject(node)) return
    if (node['value'] !== undefined) {
      const [entry, field] = id === undefined ? [path[0] ?? '', path.slice(1)] : [id, path]
      const source = Object.fromEntries(cited.flatMap(key => (node[key] === undefined ? [] : [[key, node[key]]])))
      if (Object.keys(source).length > 0) (found[entry] ??= {})[field.join('.')] = source
      walk(node['value'], id, path)
      return
    }
    const starts = id === undefined && typeof node['id'] === 'string'
    for (const [key, item] of Object.entries(node)) walk(item, starts ? (node['id'] as string) : id, starts ? [key] : [...path, key])
  }
  walk(json, undefined, [])
  // The table that spells the keys out goes along, as the entry without a name.
  const table = isObject(json) ? json['sources'] : undefined
  return isObject(table) ? { ...found, '': table as Record<string, never> } : found
}

/** What no page shows, dropped: remarks to the maintainer, counts that tests compare with, sources of rows and those that repeat the repository. */
export function lean(json: Json): Json {
  if (Array.isArray(json)) return json.map(lean)
  if (!isObject(json)) return json
  const { huggingface } = json
  const derived = typeof huggingface === 'string' ? `config.json of ${huggingface}` : undefined
  return Object.fromEntries(Object.entries(json)
    .filter(([key, item]) => key !== 'note' && key !== 'expected' && item !== derived && !(key === 'source' && ('architectures' in json || 'stacks' in json)))
    .map(([key, item]) => [key, lean(item)]))
}

/**
 * Serves the two views to Vite and Vitest, as modules of their own, `\0data/gpus.json.values.js`.
 * `browser`: plain JSON of `data/` comes without what no page shows; the library keeps it whole.
 */
export function data({ browser = false } = {}): Plugin {
  const views = { values, sources }
  const files = new Map<string, { file: string, view: keyof typeof views }>()
  let root = process.cwd()
  return {
    name: 'roofline:data',
    enforce: 'pre',
    configResolved(config) {
      root = config.root
    },
    async resolveId(request, importer) {
      const [, file, view] = /^(.+\.json)\?(values|sources)$/.exec(request) ?? []
      if (file === undefined || view === undefined) return null
      const found = await this.resolve(file, importer, { skipSelf: true })
      if (found === null) return null
      const id = `\0${relative(root, found.id)}.${view}.js`
      files.set(id, { file: found.id, view: view as keyof typeof views })
      return id
    },
    async load(id) {
      const known = files.get(id)
      if (known === undefined) {
        // What comes back is still JSON, which Vite turns into a module.
        return browser && id.startsWith(join(root, 'data')) && id.endsWith('.json') ? JSON.stringify(lean(JSON.parse(await readFile(id, 'utf8')) as Json)) : null
      }
      this.addWatchFile(known.file)
      const json = JSON.parse(await readFile(known.file, 'utf8')) as Json
      return moduleOf(views[known.view](json))
    },
  }
}
