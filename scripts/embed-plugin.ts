/** The embed is one file: what it does not have is left out, what it has is prepared, and all of it is loaded at once. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { runnerImport, type Plugin } from 'vite'
import type * as Core from '../src/index.js'
import type { Prepared } from '../src/embed/reader.js'
import { isObject, moduleOf, type Json } from './compact.js'
import { data, lean } from './data-plugin.js'

/** Modules of the embed in place of others, under `src/`. */
const standIns: Readonly<Record<string, string>> = {
  'ui/chart/adapter.ts': 'ui/chart/plain-adapter.ts',
  'ui/parts.ts': 'embed/parts.ts',
  'ui/opened.ts': 'embed/opened.ts',
  'ui/locales/chinese.ts': 'embed/chinese.ts',
  'analyzers/parts/index.ts': 'embed/load.ts',
  'analyzers/import/huggingface.ts': 'embed/reader.ts',
  'analyzers/import/read-model.ts': 'embed/reader.ts',
}

/** Puts the stand-ins in place, and nothing in the place of citations. */
function standing(): Plugin {
  let source = ''
  const none = '\0none.js'
  return {
    name: 'roofline:stand-ins',
    enforce: 'pre',
    configResolved({ root }) { source = join(root, 'src') },
    async resolveId(request, importer, options) {
      if (request.endsWith('?sources')) return none
      if (!request.startsWith('.') || importer === undefined) return null
      const found = await this.resolve(request, importer, { ...options, skipSelf: true })
      const other = found === null ? undefined : standIns[relative(source, found.id)]
      return other === undefined || importer === join(source, other) ? null : join(source, other)
    },
    load: id => id === none ? 'export default {}' : null,
  }
}

/** In place of the configs of the catalog what the readers make of them, in one list, but for networks, whose programs are shorter; and data without what only explanations print. */
function prepared(): Plugin {
  const lists = { core: '\0catalog.js', more: '\0more.js' }
  let folder = '', models: Promise<Map<string, Prepared>>
  let files: Promise<Readonly<Record<keyof typeof lists, readonly string[]>>>
  const read = async (file: string): Promise<Json> => lean(JSON.parse(await readFile(file, 'utf8')) as Json)
  return {
    name: 'roofline:prepared',
    enforce: 'pre',
    configResolved({ root }) {
      folder = join(root, 'data')
      models = catalog(root)
      files = filesOf(root)
    },
    resolveId: id => Object.values(lists).includes(id) ? id : null,
    async load(id) {
      for (const [part, all] of Object.entries(lists) as [keyof typeof lists, string][]) {
        const own = (await files)[part]
        if (id !== all && !own.includes(id)) continue
        const entries = await Promise.all(own.map(async file => (await read(file)) as { readonly id: string }[]))
        const known = await models
        if (id === all) return moduleOf(entries.flat().map(entry => ({ ...entry, config: known.get(entry.id) })) as unknown as Json)
        const at = own.indexOf(id), start = entries.slice(0, at).flat().length
        return { code: `import all from ${JSON.stringify(all)};export default all.slice(${String(start)},${String(start + (entries[at]?.length ?? 0))})`, moduleType: 'js' }
      }
      return id.startsWith(folder) && id.endsWith('.json') ? JSON.stringify(unexplained(await read(id))) : null
    },
  }
}

/** The files of the catalog: those of the core, which it imports, and those of parts. */
async function filesOf(root: string): Promise<{ readonly core: readonly string[]; readonly more: readonly string[] }> {
  const source = await readFile(join(root, 'src/analyzers/models/catalog.ts'), 'utf8')
  const folder = join(root, 'data/models'), named = await readdir(folder)
  const isCore = (file: string): boolean => source.includes(`/data/models/${file}'`)
  const at = (list: readonly string[]): readonly string[] => list.map(file => join(folder, file))
  return { core: at(named.filter(isCore)), more: at(named.filter(file => !isCore(file))) }
}

/** Without titles and sources, and without what a backward pass would read: no pass of the embed is one. */
const unread = new Set(['title', 'source', 'saves'])

function unexplained(json: Json): Json {
  if (Array.isArray(json)) return json.map(unexplained)
  return isObject(json) ? Object.fromEntries(Object.entries(json).filter(([key]) => !unread.has(key)).map(([key, item]) => [key, unexplained(item)])) : json
}

/** The models of the catalog as plain data; flags that do not hold are left out. */
async function catalog(root: string): Promise<Map<string, Prepared>> {
  const { module: { models, resolveModel } } = await runnerImport<typeof Core>(join(root, 'src/index.ts'), { root, configFile: false, logLevel: 'silent', plugins: [data()] })
  return new Map(models.map(({ id, config }) => {
    const found = resolveModel(id)
    if (!('model' in found)) throw new Error(`${id} cannot be read`)
    const { model, notes } = found
    if (model.network) return [id, config as unknown as Prepared]
    const set = (flags: Readonly<Record<string, boolean>>) => Object.fromEntries(Object.entries(flags).filter(([, holds]) => holds))
    const stacks = model.stacks.map(stack => ({ ...stack, flags: set(stack.flags), kinds: stack.kinds.map(kind => ({ ...kind, flags: set(kind.flags) })) }))
    return [id, { model: { ...model, stacks }, problems: notes.map(note => ({ ...note, path: note.path.replace(/^model\.?/, '') })) }]
  }))
}

/** What would be loaded on demand is there already: an import that needs no other file. */
function atOnce(): Plugin {
  return {
    name: 'roofline:at-once',
    transform(code, id) {
      if (!/\.[jt]s$/.test(id)) return null
      const imports: string[] = []
      const changed = code.replaceAll(/\bimport\((["'])(\.[^"']+)\1\)/g, (_, __, path: string) => `Promise.resolve(part${String(imports.push(path) - 1)})`)
      return imports.length === 0 ? null : { code: imports.map((path, i) => `import * as part${String(i)} from ${JSON.stringify(path)};`).join('') + changed, map: null }
    },
  }
}

/** The plugins of the embed, before those of every bundle. */
export const onefile = (): Plugin[] => [standing(), prepared(), atOnce()]
