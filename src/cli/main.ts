/** The command line: an argument list in, an exit status out. */
import { error } from '../problem.js'
import { estimate } from './estimate.js'
import { explainCommand } from './explain.js'
import { reason } from './file.js'
import { gpusCommand } from './gpus.js'
import { help, usage } from './help.js'
import type { Io } from './io.js'
import { layersCommand } from './layers.js'
import { modelsCommand } from './models.js'
import { readNumber } from '../number.js'
import { parse, type Request } from './parse.js'
import { plan } from './plan.js'
import { refuse } from './problems.js'
import { shown } from './text.js'

/** Runs one command. 0: answered; 1: a problem; 2: a command line that cannot be understood. Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await run(argv, io)
  } catch (failure) {
    const message = failure instanceof Error ? failure.message : String(failure)
    return refuse([error('internal', 'roofline', `Something went wrong: ${shown(message, 400)}`)], argv.includes('--json'), io)
  }
}

async function run(argv: readonly string[], io: Io): Promise<number> {
  const request = parse(argv)
  if ('misuse' in request) {
    io.stderr(`${shown(request.misuse, 400)}\n${usage(request.command)}\n`)
    return 2
  }
  const { command, given } = request
  if (given.has('help') || (command === null && !given.has('version'))) io.stdout(help(command))
  else if (given.has('version')) io.stdout(`${await io.version()}\n`)
  else if (command !== null) return perform(command.name, request, io)
  return 0
}

async function perform(name: string, request: Request, io: Io): Promise<number> {
  const { operands, command, given } = request
  const json = given.has('json')
  const extra = operands[command?.most ?? 0]
  if (extra !== undefined) return refuse([error('unexpected-argument', 'arguments', `"${shown(extra)}" is one argument too many.`)], json, io)
  for (const flag of ['json', 'csv']) if (typeof given.get(flag) === 'string') return refuse([error('invalid-field', flag, `--${flag} takes no value.`)], json, io)
  switch (name) {
    case 'estimate': return estimate(request, io)
    case 'layers': return layersCommand(request, io)
    case 'explain': return explainCommand(request, io)
    case 'gpus': return gpusCommand(request, io)
    case 'models': return modelsCommand(request, io)
    case 'serve': return serve(request, io)
    case 'plan': return plan(request, io)
    default: return refuse([error('not-supported', name, `roofline ${name} is not supported yet.`, ['estimate'])], json, io)
  }
}

async function serve({ given }: Request, io: Io): Promise<number> {
  const text = given.get('port') ?? '8080'
  const port = typeof text === 'string' ? await readNumber(text) : null
  if (port === null || !Number.isInteger(port) || port < 0 || port > 65535) return refuse([error('invalid-field', 'port', `"${shown(String(text))}" is not a port.`, ['8080'])], false, io)
  try {
    await io.serve(port, address => io.stdout(`${address}\n`))
    return 0
  } catch (failure) {
    const code = (failure as { code?: unknown } | null)?.code
    if (code === 'EADDRINUSE') return refuse([error('unavailable', 'port', `Port ${String(port)} is in use.`, [String(port + 1)])], false, io)
    if (code === 'EACCES') return refuse([error('unavailable', 'port', `Port ${String(port)} may not be used.`, ['8080'])], false, io)
    return refuse([error('unavailable', 'serve', `The page ${reason(failure)}; npm run build:app makes it.`)], false, io)
  }
}
