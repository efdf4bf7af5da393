/** MODEL: a name, a path, or a whole scenario on standard input. */
import { readModel, type ReadModel, type TextSource } from '../index.js'
import { failed, type Problem } from '../problem.js'
import { json, reason, unreadable } from './file.js'
import { longest, type Io } from './io.js'

/** What MODEL stands for: fields of a scenario, and what to call the model. */
export interface Named {
  readonly scenario: Readonly<Record<string, unknown>>
  readonly label: string | null
  readonly problems: readonly Problem[]
}

const file = /\.(json|onnx|gguf|safetensors|param)$/i

/** Finds out what MODEL is. Anything on disk is a path, and so is what ends like a model file. */
export async function readOperand(operand: string, io: Io): Promise<Named> {
  if (operand === '-') return readScenario(io)
  const stat = operand === '' ? null : await io.stat(operand)
  if (stat === null) return file.test(operand) ? bad(unreadable('model', operand, 'does not exist')) : { scenario: { model: operand }, label: null, problems: [] }
  if (stat.kind !== 'folder') return readPath(operand, stat.kind === 'file' ? stat.size : null, io)
  const path = operand.replace(/\/+$/, '')
  const names = await namesIn(path, io)
  if ('problem' in names) return bad(names.problem)
  const files = await present(names.names, io)
  if (files.length > 0) return readNamed(files, `${path}/config.json`)
  return /[/\\]|^\.+$/.test(operand) ? bad(unreadable('model', operand, 'is a folder without a config.json or a .gguf')) : { scenario: { model: operand }, label: null, problems: [] }
}

/** What a folder holds of a checkpoint: its config.json with what lies beside it, or else GGUF files. */
async function namesIn(path: string, io: Io): Promise<{ readonly names: readonly string[] } | { readonly problem: Problem }> {
  try {
    const names = [...await io.list(path)].sort()
    const wanted = names.includes('config.json') ? checkpoint : /\.gguf$/i
    return { names: names.filter(name => wanted.test(name)).map(name => `${path}/${name}`) }
  } catch (failure) {
    return { problem: unreadable('model', path, reason(failure)) }
  }
}

const checkpoint = /^(?:config|hf_quant_config|.*\.safetensors\.index)\.json$|\.safetensors$/i

/** A file of which the text or parts can be had. */
function sourceOf(name: string, size: number, io: Io): TextSource {
  const slice = (start: number, end: number) => ({ arrayBuffer: async () => new Uint8Array(await io.readBytes(name, start, end)).buffer })
  return { name, size, slice, text: () => io.readFile(name, size) }
}

/** Those of the files that are there. */
async function present(names: readonly string[], io: Io): Promise<TextSource[]> {
  const stats = await Promise.all(names.map(async name => ({ name, stat: await io.stat(name) })))
  return stats.flatMap(({ name, stat }) => (stat?.kind === 'file' ? [sourceOf(name, stat.size, io)] : []))
}

/** A file of weights and what belongs to it: the other parts, and for safetensors the config.json. */
function companions(path: string): readonly string[] {
  const [, stem = '', count = '0', ending = ''] = /^(.*)-\d{5}-of-(\d{5})(\.\w+)$/.exec(path) ?? []
  const parts = Array.from({ length: Math.min(Number(count), 1000) }, (_, i) => `${stem}-${String(i + 1).padStart(5, '0')}-of-${count}${ending}`)
  const config = /\.safetensors$/i.test(path) ? [path.replace(/[^/\\]*$/, 'config.json')] : []
  return [...config, ...(parts.length === 0 ? [path] : parts)]
}

async function readPath(path: string, size: number | null, io: Io): Promise<Named> {
  if (size !== null) return readNamed(/\.(?:gguf|safetensors)$/i.test(path) ? await present(companions(path), io) : [sourceOf(path, size, io)], path)
  try {
    // The size of a pipe shows when it is read; what is beyond the longest text is not.
    const text = await io.readFile(path, longest + 1)
    return await readNamed([{ name: path, size: text.length, text: () => Promise.resolve(text) }], null)
  } catch (failure) {
    return bad(unreadable('model', path, reason(failure)))
  }
}

/** @param path what the model is called after; null leaves it without a name */
async function readNamed(files: readonly TextSource[], path: string | null): Promise<Named> {
  try {
    const [only] = files
    return named(await readModel(files.length === 1 && only !== undefined ? only : files), path)
  } catch (failure) {
    return bad(unreadable('model', files[0]?.name ?? '', reason(failure)))
  }
}

function named({ model, problems }: ReadModel, path: string | null): Named {
  if (model === null || failed(problems)) return { scenario: {}, label: null, problems: problems.map(atModel) }
  return { scenario: { model }, label: path === null ? null : labelOf(path), problems: [] }
}

/** A file's name, or its folder's where all files of that name are alike. */
function labelOf(path: string): string {
  const [file = path, folder = ''] = path.split(/[/\\]/).reverse()
  return file !== 'config.json' || /^\.*$/.test(folder) ? file : folder
}

const atModel = (problem: Problem): Problem => (/^model(\.|$)/.test(problem.path) ? problem : { ...problem, path: /[/\\]|\.\w+$/.test(problem.path) || problem.path === '' ? 'model' : `model.${problem.path}` })

async function readScenario(io: Io): Promise<Named> {
  let text
  try {
    text = await io.stdin(longest)
  } catch {
    return bad(unreadable('scenario', 'Standard input', `cannot be read, or has more than ${String(longest)} bytes`))
  }
  const parsed = await json(text, 'scenario', 'standard input')
  if ('problem' in parsed) return bad(parsed.problem)
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad(unreadable('scenario', 'Standard input', 'holds no scenario: that is a JSON object'))
  return { scenario: value as Record<string, unknown>, label: null, problems: [] }
}

const bad = (problem: Problem): Named => ({ scenario: {}, label: null, problems: [problem] })
