/** How problems are told: one line each, path first. */
import { refusal, type Report, type Scenario } from '../index.js'
import type { Problem } from '../problem.js'
import type { Io } from './io.js'

/** `path: message Close: a, b, c`. A message that repeats the path loses it. */
export function line({ path, message, suggestions }: Problem): string {
  const text = message.startsWith(`${path} `) ? message.slice(path.length + 1) : message
  const useful = suggestions.filter(name => name !== 'null')
  const close = useful.every(name => message.includes(name)) ? '' : ` Close: ${useful.slice(0, 8).join(', ')}`
  return `${path === '' ? 'roofline' : path}: ${text}${close}\n`.replaceAll(/(?!\n)[\p{Cc}\p{Cf}]/gu, '')
}

/** Tells problems, as a Report where JSON was asked for, and returns the exit status. */
export function refuse(problems: readonly Problem[], json: boolean, io: Io, scenario: object = {}): number {
  const errors = problems.filter(p => p.severity === 'error')
  if (json) io.stdout(`${JSON.stringify(refusal(scenario as Scenario, errors) satisfies Report, null, 2)}\n`)
  else io.stderr(errors.map(line).join(''))
  return 1
}
