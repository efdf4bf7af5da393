/** From an argument list to a request: a command, its operands and its flags as text. */
import { parseArgs } from 'node:util'
import { closest } from '../names.js'
import { commands, common, type Command } from './commands.js'

/** What was asked for. `undefined` stands for a flag that was not given. */
export interface Request {
  /** Null where only help or the version is asked for. */
  readonly command: Command | null
  readonly operands: readonly string[]
  /** Text of flags that take a value, true for switches; a switch with a value keeps its text. */
  readonly given: ReadonlyMap<string, string | true>
}

/** A command line that cannot be understood: exit status 2. */
export interface Misuse {
  readonly misuse: string
  readonly command: Command | null
}

/** Every flag of every command, with whether it takes a value. */
const all: ReadonlyMap<string, boolean> = new Map([...common, ...commands.flatMap(({ options }) => [...options])])

/** Reads an argument list without program name. Only an unknown command, an unknown flag and a missing MODEL are misuse. */
export function parse(argv: readonly string[]): Request | Misuse {
  const options = Object.fromEntries([...all].map(([name, takes]) => [name, name === 'help' ? { type: 'boolean', short: 'h' } as const : { type: takes ? 'string' : 'boolean' } as const]))
  const { tokens } = parseArgs({ args: join(argv), options, strict: false, allowPositionals: true, tokens: true })
  const given = new Map<string, string | true>()
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind === 'option') given.set(all.has(token.name) ? token.name : token.rawName, token.value ?? true)
  }
  const [name, ...operands] = positionals
  const command = commands.find(c => c.name === name) ?? null
  const asks = given.has('help') || given.has('version')
  if (command === null && (name !== undefined || !asks)) {
    return { command, misuse: name === undefined ? 'A command is missing.' : `Unknown command ${name.slice(0, 64)}. Close: ${closest(name, commands.map(c => c.name), 2).join(', ')}` }
  }
  const known = new Map([...common, ...command?.options ?? []])
  const unknown = [...given.keys()].find(flag => !known.has(flag))
  if (unknown !== undefined) {
    const like = closest(unknown.replace(/^-+/, ''), [...known.keys()], 3).map(flag => `--${flag}`)
    return { command, misuse: `Unknown flag ${all.has(unknown) ? '--' : ''}${unknown.slice(0, 64)}${command ? ` of ${command.name}` : ''}. Close: ${like.join(', ')}` }
  }
  if (command !== null && operands.length < command.least && !asks) return { command, misuse: 'MODEL is missing.' }
  return { command, operands, given }
}

/**
 * Joins every flag that takes a value to it, so that a value may begin with a dash: `--batch -4` is `--batch=-4`.
 * A flag at the end, or before another known flag, has an empty value.
 */
function join(argv: readonly string[]): string[] {
  const joined: string[] = []
  const flagOf = (argument: string | undefined) => /^--([^=]+)/.exec(argument ?? '')?.[1] ?? ''
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? ''
    if (argument === '--') return [...joined, ...argv.slice(i)]
    if (argument.includes('=') || all.get(flagOf(argument)) !== true) joined.push(argument)
    else if (argv[i + 1] === undefined || all.has(flagOf(argv[i + 1]))) joined.push(`${argument}=`)
    else joined.push(`${argument}=${argv[++i] ?? ''}`)
  }
  return joined
}
