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
  'ui/more.ts': 'embed/at-once.ts',
  'ui/opened.ts': 'embed/opened.ts',
  'ui/locales/chinese.ts': 'embed/chinese.ts',
  'analyzers/parts/index.ts': 'embed/load.ts',
  'analyzers/import/huggingface.ts': 'embed/reader.ts',
  'analyzers/import/huggingface/rows.ts': 'embed/no-readers.ts',
  'analyzers/import/huggingface/precision.ts': 'embed/no-readers.ts',
  'analyzers/import/huggingface/quantization.ts': 'embed/no-readers.ts',
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

/** An entry of the catalog, with what the readers make of its config, or what stands for that. */
interface Entry { readonly id: string; readonly config: unknown }

/**
 * In place of the configs of the catalog what the readers make of them, in one list for each file of the embed, but for
 * networks, whose programs are shorter; and data without what only explanations print. A model of the one file that needs
 * layers or axes of the other stands there.
 */
function prepared(): Plugin {
  const lists = ['\0catalog.js', '\0more.js'] as const
  let source = '', folder = '', entries: Promise<readonly [core: readonly Entry[], more: readonly Entry[]]>
  let files: readonly (readonly string[])[] = []
  const read = async (file: string): Promise<Json> => lean(JSON.parse(await readFile(file, 'utf8')) as Json)
  const listed = async (file: string): Promise<readonly Entry[]> => (await read(file)) as unknown as readonly Entry[]
  const prepare = async (root: string): Promise<Awaited<typeof entries>> => {
    const [models, layers, axes] = [await catalog(root), await read(join(folder, 'layers.json')), await read(join(folder, 'axes.json'))]
    const isThere = runs({ ...layers as object, ...axes as object })
    files = await filesOf(root)
    const [core = [], more = []] = await Promise.all(files.map(async list => (await Promise.all(list.map(listed))).flat().map(entry => ({ ...entry, config: models.get(entry.id) }))))
    const later = core.filter(({ config }) => !isThere(config as Prepared))
    return [core.map(entry => later.includes(entry) ? { ...entry, config: { later: entry.id } } : entry), [...more, ...later.map(({ id, config }) => ({ id, config }))]]
  }
  return {
    name: 'roofline:prepared',
    enforce: 'pre',
    configResolved({ root }) {
      [source, folder] = [join(root, 'src'), join(root, 'data')]
      entries = prepare(root)
    },
    resolveId: id => lists.find(list => list === id) ?? null,
    async load(id) {
      const all = lists.findIndex(list => list === id)
      if (all >= 0) return moduleOf((await entries)[all] as unknown as Json)
      if (id === join(folder, 'architectures.json')) return '{ "rows": [], "towers": [] }'
      if (id === join(source, 'embed/prepared.ts')) return slice(lists[1], (await entries)[1].findIndex(entry => !('name' in entry)), Infinity, 'prepared')
      if (id.startsWith(join(folder, 'models'))) {
        await entries
        const list = files.findIndex(own => own.includes(id))
        const before = files[list]?.slice(0, files[list].indexOf(id)) ?? []
        const start = (await Promise.all(before.map(listed))).flat().length
        return slice(lists[list] ?? lists[0], start, start + (await listed(id)).length)
      }
      return id.startsWith(folder) && id.endsWith('.json') ? JSON.stringify(unexplained(await read(id))) : null
    },
  }
}

/** A module with a part of a list. */
function slice(list: string, from: number, to = Infinity, as = 'default'): { readonly code: string; readonly moduleType: 'js' } {
  const exported = as === 'default' ? 'export default' : `export const ${as} =`
  return { code: `import all from ${JSON.stringify(list)};${exported} all.slice(${String(from)}, ${String(to)})`, moduleType: 'js' }
}

/** Whether a model needs no other layers and axes than these. */
function runs(known: object): (config: Prepared) => boolean {
  const has = (name: string | null): boolean => !name || Object.hasOwn(known, name)
  return ({ model: { stacks } }) => stacks.every(({ opening, closing, images, kinds }) => images === undefined && has(opening) && has(closing) && kinds.every(({ list, uses, pairs }) => [list, ...Object.values(uses), pairs].every(has)))
}

/** The files of the catalog: those that the core imports, and those of parts. */
async function filesOf(root: string): Promise<readonly [core: readonly string[], more: readonly string[]]> {
  const source = await readFile(join(root, 'src/analyzers/models/catalog.ts'), 'utf8')
  const folder = join(root, 'data/models'), named = await readdir(folder)
  const isCore = (file: string): boolean => source.includes(`/data/models/${file}'`)
  return [named.filter(isCore).map(file => join(folder, file)), named.filter(file => !isCore(file)).map(file => join(folder, file))]
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
