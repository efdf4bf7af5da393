/**
 * Two views of sourced JSON, where a fact is written `{ "value": X, "source": …, "confidence": …, "note": … }`:
 *  - `gpus.json?values`: the document with every fact replaced by its value; notes and conflicts are dropped;
 *  - `gpus.json?sources`: per entry `id` and dotted field path, where the value comes from.
 * The first keeps citations out of what a browser loads; the second is for explanations.
 */
import { readFile } from 'node:fs/promises'
import type { Plugin } from 'vite'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
type Source = Record<string, Json>

const remarks = new Set(['conflicts', 'note', 'notes'])
const cited = ['source', 'confidence', 'note'] as const

const isObject = (json: Json | undefined): json is { [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

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
  return found
}

/** Serves the two views to Vite and Vitest. */
export function data(): Plugin {
  const views = { values, sources }
  return {
    name: 'roofline:data',
    enforce: 'pre',
    async load(id) {
      const match = /^(.+\.json)\?(values|sources)$/.exec(id.replaceAll(/([?&])(?:import|t=\d+)(?=&|$)/g, '$1').replaceAll(/\?&+/g, '?').replace(/[?&]+$/, ''))
      const [, file, view] = match ?? []
      if (file === undefined || view === undefined) return null
      this.addWatchFile(file)
      return JSON.stringify(views[view as keyof typeof views](JSON.parse(await readFile(file, 'utf8')) as Json))
    },
  }
}
