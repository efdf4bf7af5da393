/** Whole reports of the scenarios in tests/cases, reviewed as diffs: `REGEN=1 npm test` rewrites them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { analyze, type Report, type Scenario } from '../../src/index.js'

const folder = (name: string) => new URL(`../${name}/`, import.meta.url)
const cases = readdirSync(folder('cases')).filter(file => file.endsWith('.json'))

/** One line per kernel and part, numbers in seven digits: what changes shows, the last bits of a float do not. */
function printed(report: Report): string {
  const rounded = (_: string, value: unknown) => typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value
  const text = JSON.stringify(report, rounded, 2)
  return `${text.replace(/\{\n\s+"(?:id|code|matrix|flops|bound|link)":[^[\]]*?\n\s+\}(?=,?\n)/g, block => block.replace(/\n\s*/g, ' ')).replace(/\},\n\s+"limit": "(\w+)"\n\s+\}/g, '}, "limit": "$1" }')}\n`
}

test.each(cases)('%s', file => {
  const scenario = JSON.parse(readFileSync(new URL(file, folder('cases')), 'utf8')) as Scenario
  const golden = new URL(file, folder('golden/reports'))
  const report = printed(analyze(scenario))
  if (process.env['REGEN']) writeFileSync(golden, report)
  expect(report).toBe(readFileSync(golden, 'utf8'))
})
