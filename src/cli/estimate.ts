/** `roofline estimate`: the report of a scenario as text, JSON or CSV. */
import { analyze } from '../index.js'
import { error, failed } from '../problem.js'
import { csv } from '../scenario/csv.js'
import type { Io } from './io.js'
import type { Request } from './parse.js'
import { refuse } from './problems.js'
import { render } from './render.js'
import { build } from './scenario.js'

/** Answers, or tells what stands in the way. */
export async function estimate(request: Request, io: Io): Promise<number> {
  const asked = { json: request.given.has('json'), csv: request.given.has('csv') }
  const { scenario, label, problems } = await build(request, io)
  if (asked.json && asked.csv) return refuse([error('invalid-field', 'json', '--json and --csv exclude each other.')], true, io, scenario)
  if (failed(problems)) return refuse(problems, asked.json, io, scenario)
  const report = analyze(scenario)
  if (failed(report.problems)) return refuse(report.problems, asked.json, io, scenario)
  if (asked.json) io.stdout(`${JSON.stringify(report, null, 2)}\n`)
  else if (asked.csv) io.stdout(csv(report))
  else io.stdout(render(report, { label, words: words(request) }))
  return 0
}

/** MODEL and the flags as a shell takes them; a flag and its value stay on one line. */
function words({ operands, given }: Request): string[] {
  return [...operands.slice(0, 1).map(quote), ...[...given].map(([name, value]) => (value === true ? `--${name}` : `--${name}\u00A0${quote(value)}`))]
}

function quote(word: string): string {
  return /^[\w.,:/@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
