/** `roofline explain`: a number with its formula, what it is computed from, and where that is from. */
import { analyze, cite, explain, explainable, type Input, type Quantity, type Scenario } from '../index.js'
import { amount, digits, exactly, symbolOf } from '../format.js'
import { failed } from '../problem.js'
import type { Io } from './io.js'
import { shortPath } from './kernels.js'
import type { Request } from './parse.js'
import { refuse } from './problems.js'
import { build } from './scenario.js'
import { table, widest, wrap } from './text.js'

/** Explains one number, or lists all that can be explained. */
export async function explainCommand(request: Request, io: Io): Promise<number> {
  const json = request.given.has('json')
  const { scenario, problems } = await build(request, io)
  if (failed(problems)) return refuse(problems, json, io, scenario)
  const found = analyze(scenario).problems
  if (failed(found)) return refuse(found, json, io, scenario)
  const [, path] = request.operands
  if (path === undefined) {
    const paths = explainable(scenario)
    io.stdout(json ? `${JSON.stringify(paths, null, 2)}\n` : paths.map(p => `${shortPath(p)}\n`).join(''))
    return 0
  }
  const explained = await cite(explain(scenario, fullPath(scenario, path)))
  if (failed(explained.problems)) return refuse(explained.problems, json, io, scenario)
  io.stdout(json ? `${JSON.stringify(explained, null, 2)}\n` : text(explained))
  return 0
}

/** A path as the tables print it stands for the whole one; so does its beginning. */
function fullPath(scenario: Scenario, path: string): string {
  const all = explainable(scenario)
  if (all.includes(path)) return path
  const found = all.find(p => shortPath(p) === path) ?? all.find(p => p !== shortPath(p) && shortPath(p) === `${path}/estimate`)
  return found ?? path
}

/** The explanation as text of at most 80 columns. */
export function text({ title, path, value, unit, symbols, formula, inputs, source }: Quantity): string {
  const notes = [...new Set(inputs.map(input => input.source).filter(from => from !== null && from.length > inline))]
  const cited = (from: string | null) => (from === null ? null : notes.includes(from) ? `[${String(notes.indexOf(from) + 1)}]` : from)
  const blocks = [
    [wrap(title), wrap(path), '', wrap(value === null ? 'does not apply to this scenario' : measured(value, unit))],
    [symbols, formula].filter((line, i, lines) => line !== '' && lines.indexOf(line) === i).map(line => wrap(`= ${line}`, '  ')),
    inputTable(inputs.map(input => ({ ...input, source: cited(input.source) }))),
    source === null ? [] : [wrap(`Source: ${cited(source) ?? ''}`, '  ')],
    notes.map((note, i) => wrap(`[${String(i + 1)}] ${note ?? ''}`, '    ')),
  ]
  return blocks.filter(block => block.length > 0).map(block => `${block.join('\n')}\n`).join('\n')
}

/** Longest source that stands beside its number; others stand once below. */
const inline = 48

/** Rounded with a prefix, and exactly. */
function measured(value: number, unit: string): string {
  const short = symbolOf(unit) === '' ? digits(value) : amount(value, unit, ' ')
  const exact = exactly(value, unit, ' ')
  return short === exact ? short : `${short}   exactly ${exact}`
}

function inputTable(inputs: readonly Input[]): string[] {
  const rows = table(inputs.map(input => [input.name, amount(input.value, input.unit, ' ')]), ['left', 'right'], '  ', '  ')
  const hang = widest(rows) + 2
  return inputs.map((input, i) => wrap(`${(rows[i] ?? '').replaceAll(' ', '\u00A0').padEnd(hang, '\u00A0')}${about(input)}`, ' '.repeat(hang)))
}

function about({ title, formula, source, path }: Input): string {
  const told = `${title}${formula === null ? '' : ` = ${formula}`}`
  return [source?.startsWith('[') ? `${told} ${source}` : told, source?.startsWith('[') ? null : source, path === null ? null : `see ${shortPath(path)}`].filter(part => part !== null && part !== '').join('; ')
}
