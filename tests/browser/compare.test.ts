import axe from 'axe-core'
import { afterEach, expect, test } from 'vitest'
import { quantity } from '../../src/format.js'
import { analyze, type Scenario } from '../../src/index.js'
import { attribution } from '../../src/serving/index.js'
import '../../src/ui/compare/define.js'
import '../../src/ui/define.js'
import type { RooflineCalculator, RooflineCompare } from '../../src/ui/index.js'

const first: Scenario = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } }
const second: Scenario = { ...first, gpu: 'h200-sxm-141gb', mesh: { tp: 2 } }

async function compare(a: Scenario, b: Scenario): Promise<RooflineCompare> {
  document.body.innerHTML = '<main></main>'
  const element = document.createElement('roofline-compare')
  Object.assign(element, { a, b })
  document.querySelector('main')!.append(element)
  await element.updateComplete
  return element
}

async function page(): Promise<RooflineCalculator> {
  document.body.innerHTML = '<main><roofline-calculator heading-level="1"></roofline-calculator></main>'
  const calculator = document.querySelector('roofline-calculator')!
  calculator.scenario = first
  await calculator.updateComplete
  return calculator
}

const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
const row = (element: RooflineCompare, name: string): string[] => {
  const found = [...element.renderRoot.querySelectorAll('tr')].find(({ cells }) => plain(cells[0]?.textContent ?? '') === name)
  return [...found?.cells ?? []].slice(1).map(cell => plain(cell.textContent))
}
const press = async (calculator: RooflineCalculator): Promise<void> => {
  calculator.renderRoot.querySelector<HTMLButtonElement>('#tool-compare')!.click()
  await calculator.updateComplete
}

afterEach(() => { document.body.innerHTML = '' })

test('figures and memory side by side, with the difference', async () => {
  const element = await compare(first, second)
  const [a, b] = [analyze(first), analyze(second)]
  const tpot = [a.metrics!.tpot!, b.metrics!.tpot!] as const
  expect(row(element, 'Time per output token').slice(0, 3)).toEqual([quantity(tpot[0], 's'), quantity(tpot[1], 's'), `−${quantity(tpot[0] - tpot[1], 's')}`].map(plain))
  expect(row(element, 'Weights').slice(0, 3)).toEqual([quantity(a.memory!.weights, 'B'), quantity(b.memory!.weights, 'B'), `−${quantity(a.memory!.weights - b.memory!.weights, 'B')}`].map(plain))
  expect(element.renderRoot.querySelector('.head .small')!.textContent).toBe('GPU H100 SXM5 80 GB to H200 SXM 141 GB, TP 1 to 2')
})

test('names the kernels that the difference comes from', async () => {
  const element = await compare(first, second)
  const all = attribution(analyze(first), analyze(second))
  const tables = [...element.renderRoot.querySelectorAll('.phases table')]
  expect(tables).toHaveLength(2)
  for (const [i, { contributions }] of all.entries()) {
    const [largest] = contributions
    const shown = plain(tables[i]!.querySelector('tbody tr')!.textContent)
    expect(shown).toContain(plain(quantity(Math.abs(largest!.seconds), 's')))
    expect(shown).toContain(largest!.id!.replace('decoder/', ''))
  }
})

test('leaves out times where one does not fit', async () => {
  const element = await compare(first, { ...first, model: 'llama-3.1-70b' })
  expect(row(element, 'Time per output token')[1]).toBe('–')
  expect(element.renderRoot.querySelector('.phases')).toBeNull()
  expect(row(element, 'Free per GPU')[1]).toMatch(/^−/)
})

test('keeps a scenario as A, follows the fields as B, and closes', async () => {
  const calculator = await page()
  await press(calculator)
  const element = calculator.renderRoot.querySelector('roofline-compare')!
  await element.updateComplete
  expect(element.a).toEqual(first)
  expect(element.renderRoot.textContent).toContain('the same so far')
  calculator.scenario = second
  await calculator.updateComplete
  expect(element.a).toEqual(first)
  expect(element.b).toEqual(second)
  await element.updateComplete
  element.renderRoot.querySelector<HTMLButtonElement>('.head button')!.click()
  await calculator.updateComplete
  expect(calculator.renderRoot.querySelector('roofline-compare')).toBeNull()
  expect(calculator.scenario).toEqual(second)
})

test('is clean for axe', async () => {
  await compare(first, second)
  const { violations } = await axe.run(document.body, { rules: { 'page-has-heading-one': { enabled: false } } })
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
})
