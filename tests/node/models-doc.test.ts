/** docs/models.md says what the library answers. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { analyze, findModel, models } from '../../src/index.js'

const page = readFileSync(new URL('../../docs/models.md', import.meta.url), 'utf8')
const number = (text = '') => Number(text.replaceAll(',', ''))
const rows = [...page.matchAll(/^\| (\S+\/\S+) \| ([\d,]+) \| ([\d,]+) \|/gm)].map(([, name = '', parameters, active]) => [name, number(parameters), number(active)] as const)
const known = rows.filter(([name]) => !('code' in findModel(name)))

test('the table names checkpoints of the catalogue', () => {
  expect(rows.length).toBeGreaterThan(45)
  expect(known.length).toBeGreaterThan(15)
})

test.each(known)('%s: %i parameters, %i active', (model, parameters, active) => {
  const report = analyze({ model, gpu: 'b300-sxm' })
  expect([report.model?.parameters, report.model?.activeParameters]).toEqual([parameters, active])
})

test('the README says how many checkpoints there are', () => {
  expect(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).toContain(`${String(models.length)} checkpoints`)
})
