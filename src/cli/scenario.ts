/** From MODEL and flags to a Scenario. */
import type { Scenario } from '../index.js'
import { error, type Problem } from '../problem.js'
import { jsonFile } from './file.js'
import { flags, modeOf, type Flag } from './flags.js'
import type { Io } from './io.js'
import { readOperand } from './model.js'
import { readNumber } from '../number.js'
import type { Request } from './parse.js'
import { shown } from './text.js'

/** A scenario as far as it could be read, and what could not. */
export interface Built {
  readonly scenario: Scenario
  /** What to call a model that came from a file; null where its own name will do. */
  readonly label: string | null
  readonly problems: readonly Problem[]
}

type Fields = Readonly<Record<string, unknown>>
type Read = { readonly value: unknown } | { readonly problem: Problem }

/** Reads MODEL, files and flags of a request. Values that are numbers, however wrong, are left for the core to judge. */
export async function build({ operands, given }: Request, io: Io): Promise<Built> {
  const named = await readOperand(operands[0] ?? '', io)
  const problems = [...named.problems]
  let fields: Fields = named.scenario
  for (const flag of flags) {
    const text = given.get(flag.name)
    if (text === undefined) continue
    const read = await readFlag(flag, text, io)
    const [part = '', inner] = flag.field.split('.')
    if ('problem' in read) problems.push(read.problem)
    else if (inner === undefined || isObject(fields[part] ?? {})) fields = put(fields, flag.field.split('.'), read.value)
    else problems.push(error('invalid-field', part, `${part} must be an object.`))
  }
  const mode = given.has('train') ? 'training' : modeFor(given)
  if (mode !== null) fields = put(fields, ['workload', 'mode'], mode)
  return { scenario: fields as unknown as Scenario, label: named.label, problems }
}

/** The mode that a flag chooses by being given: that of training before the other. */
function modeFor(given: Request['given']): 'forward' | 'training' | null {
  const modes = [...given.keys()].flatMap(name => modeOf[name] ?? [])
  return modes.includes('training') ? 'training' : modes[0] ?? null
}

const isObject = (json: unknown): json is Fields => typeof json === 'object' && json !== null && !Array.isArray(json)

/** The fields with one more. */
function put(fields: Fields, [first = '', ...rest]: readonly string[], value: unknown): Fields {
  if (rest.length === 0) return { ...fields, [first]: value }
  const part = fields[first]
  return { ...fields, [first]: put(isObject(part) ? part : {}, rest, value) }
}

async function readFlag(flag: Flag, text: string | true, io: Io): Promise<Read> {
  const invalid = (why: string, suggestions: readonly string[] = []): Read => ({ problem: error('invalid-field', flag.field, why, suggestions) })
  if (flag.kind === 'switch') return text === true ? { value: flag.value ?? true } : invalid(`--${flag.name} takes no value.`)
  const written = text === true ? '' : text
  const quoted = JSON.stringify(shown(written))
  if (written === '' && (flag.kind === 'name' || flag.kind === 'file')) return invalid(`--${flag.name} needs a name.`)
  switch (flag.kind) {
    case 'count': case 'amount': {
      const value = await readNumber(written)
      return value === null ? invalid(`${quoted} is not a number.`) : { value }
    }
    case 'size': {
      const sides = await Promise.all(written.split(/[x×]/i).map(readNumber))
      return sides.length === 2 && !sides.includes(null) ? { value: sides } : invalid(`${quoted} is not a size.`, ['224x224'])
    }
    case 'json':
      try {
        return { value: JSON.parse(written) as unknown }
      } catch {
        return invalid(`${quoted} is not JSON.`)
      }
    case 'file': {
      const stat = written === '' ? null : await io.stat(written)
      return /\.json$/i.test(written) || (stat !== null && stat.kind !== 'folder') ? jsonFile(written, flag.field, io) : { value: written }
    }
    case 'name': return { value: written }
  }
}
