/** MODEL: a name, a path, or a whole scenario on standard input. */
import { readModel } from '../index.js'
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
  const config = `${operand.replace(/\/+$/, '')}/config.json`
  const inside = await io.stat(config)
  if (inside?.kind === 'file') return readPath(config, inside.size, io)
  return /[/\\]|^\.+$/.test(operand) ? bad(unreadable('model', operand, 'is a folder without a config.json')) : { scenario: { model: operand }, label: null, problems: [] }
}

async function readPath(path: string, size: number | null, io: Io): Promise<Named> {
  try {
    // The size of a pipe shows when it is read; what is beyond the longest text is not.
    const text = size === null ? await io.readFile(path, longest + 1) : null
    const source = { name: path, size: size ?? text?.length ?? 0, text: () => (text === null ? io.readFile(path, longest + 1) : Promise.resolve(text)) }
    const { model, problems } = await readModel(source)
    if (model === null || failed(problems)) return { scenario: {}, label: null, problems: problems.map(atModel) }
    return { scenario: { model }, label: size === null ? null : labelOf(path), problems: [] }
  } catch (failure) {
    return bad(unreadable('model', path, reason(failure)))
  }
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
