import axe from 'axe-core'
import { afterEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { analyze } from '../../src/index.js'
import { quantity } from '../../src/format.js'
import '../../src/ui/define.js'
import type { RooflineCalculator } from '../../src/ui/index.js'

/** The rows of the list that is open. */
const rows = (calculator: RooflineCalculator): Element[] => [...calculator.renderRoot.querySelectorAll('roofline-picker')].flatMap(picker => [...picker.renderRoot.querySelectorAll('[role=option]')])

async function visit(width: number): Promise<RooflineCalculator> {
  await page.viewport(width, 800)
  document.body.style.margin = '0'
  document.body.innerHTML = '<main><roofline-calculator model="llama-3.1-8b" gpu="h100-sxm5-80gb" batch="16" prompt="2048" heading-level="1"></roofline-calculator></main>'
  const calculator = document.querySelector('roofline-calculator')!
  await calculator.updateComplete
  return calculator
}

/** The page answers for a mixture of experts on the H200, at the batch of the visitor. */
async function answers(calculator: RooflineCalculator): Promise<void> {
  await calculator.updateComplete
  const report = analyze({ model: 'mixtral-8x7b', gpu: 'h200-sxm-141gb', workload: { batch: 64, prompt: 2048 } })
  expect(calculator.report.metrics).toEqual(report.metrics)
  expect(calculator.renderRoot.querySelector('.verdict')?.textContent).toMatch(/Mixtral 8x7B.+ on 1 × H200/)
  expect(calculator.renderRoot.querySelector('#tpot .value')?.textContent.trim()).toBe(quantity(report.metrics!.tpot, 's'))
}

afterEach(async () => {
  document.body.innerHTML = ''
  document.body.style.margin = ''
  await page.viewport(900, 600)
})

test('an answer of one\'s own in three steps, by keyboard', async () => {
  const calculator = await visit(1440)
  await userEvent.tab()
  await userEvent.keyboard('8x7b{Enter}')
  for (let presses = 0; presses < 5 && calculator.renderRoot.querySelector('#gpu:focus') === null; presses++) await userEvent.tab()
  await userEvent.keyboard('h200 141{ArrowDown}{Enter}')
  for (let presses = 0; presses < 5 && calculator.renderRoot.querySelector('#workload-batch:focus') === null; presses++) await userEvent.tab()
  await userEvent.keyboard('{ArrowUp}{ArrowUp}')
  await answers(calculator)
})

test.each([1440, 360])('an answer of one\'s own in three steps, by pointer, at %d pixels', async width => {
  const calculator = await visit(width)
  if (width < 1000) await page.getByRole('button', { name: /Llama 3\.1 8B, 1 × H100/ }).click()
  await page.getByRole('combobox', { name: 'Model' }).click()
  await page.getByRole('option', { name: /^Mixtral 8x7B/ }).click()
  await page.getByRole('combobox', { name: 'GPU' }).click()
  await page.getByRole('option', { name: /^H200 SXM/ }).click()
  await page.getByLabelText('Batch').fill('64')
  await userEvent.keyboard('{Enter}')
  await answers(calculator)
})

test('a picker finds by any part of a name and says what decides', async () => {
  const calculator = await visit(1440)
  const gpu = page.getByRole('combobox', { name: 'GPU' })
  const options = (): string[] => rows(calculator).map(row => [...row.children].map(part => part.textContent.replaceAll(/\s/g, ' ')).join(', '))
  await gpu.fill('rtx4090')
  expect(options()).toEqual(['GeForce RTX 4090, 24 GB, 1.01 TB/s, 2022', 'GeForce RTX 4090 D, 24 GB, 1.01 TB/s, 2023'])
  await userEvent.keyboard('{Escape}')
  expect(options()).toEqual([])
  await expect.element(gpu).toHaveValue('H100 SXM5 80 GB')
  const model = page.getByRole('combobox', { name: 'Model' })
  await model.fill('meta-llama/llama-3.1-70b')
  await expect.poll(options).toEqual(['Llama 3.1 70B, 70.6 billion, 128k context'])
  await model.fill('nothing like it')
  await expect.element(page.getByText('Nothing here has “nothing like it” in its name')).toBeVisible()
  await userEvent.keyboard('{Escape}')
  expect(calculator.scenario.model).toBe('llama-3.1-8b')
})

test('a name that stands for several says so below, with each as a button', async () => {
  const calculator = await visit(1440)
  await page.getByRole('combobox', { name: 'GPU' }).fill('a100')
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByRole('combobox', { name: 'GPU' })).toHaveAttribute('aria-invalid', 'true')
  const note = calculator.renderRoot.querySelector('#note-gpu')!
  expect(note.textContent).toContain('"a100" names several GPUs.')
  const buttons = [...note.querySelectorAll('button')]
  expect(buttons.map(button => button.textContent)).toContain('A100 SXM4 80 GB')
  buttons.find(button => button.textContent === 'A100 SXM4 80 GB')!.click()
  await calculator.updateComplete
  expect(calculator.report.scenario.gpu).toBe('a100-sxm4-80gb')
})

test.each([1440, 360])('an open picker is accessible, at %d pixels', async width => {
  const calculator = await visit(width)
  document.documentElement.lang = 'en'
  document.title = 'roofline'
  if (width < 1000) await page.getByRole('button', { name: /Llama 3\.1 8B, 1 × H100/ }).click()
  await page.getByRole('combobox', { name: 'GPU' }).click()
  if (width < 1000) for (const row of rows(calculator)) expect(row.getBoundingClientRect().height).toBeGreaterThanOrEqual(44)
  const { violations } = await axe.run(document.querySelector('main')!)
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)).toEqual([])
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width)
  await userEvent.keyboard('{Escape}')
  expect(rows(calculator)).toEqual([])
  if (width < 1000) {
    expect(calculator.renderRoot.querySelector('.opened')).not.toBeNull()
    await userEvent.keyboard('{Escape}')
    await calculator.updateComplete
    expect(calculator.renderRoot.querySelector('.opened')).toBeNull()
    expect((calculator.renderRoot as ShadowRoot).activeElement?.className).toBe('summary')
  }
})

test.each([[720, 450], [360, 640], [180, 320]])('every field can be reached at %d by %d pixels', async (width, height) => {
  const calculator = await visit(width)
  await page.viewport(width, height)
  await page.getByRole('button', { name: /Llama 3\.1 8B, 1 × H100/ }).click()
  const fields = calculator.renderRoot.querySelector('#fields')!
  fields.querySelector('details')!.open = true
  await expect.poll(() => fields.querySelector('details .field')).not.toBeNull()
  expect(fields.scrollWidth).toBeLessThanOrEqual(fields.clientWidth)
  for (const control of fields.querySelectorAll<HTMLElement>('roofline-picker, input:not(.hidden), select, summary')) {
    control.scrollIntoView({ block: 'center' })
    const box = control.getBoundingClientRect()
    expect(box.left).toBeGreaterThanOrEqual(0)
    expect(box.right).toBeLessThanOrEqual(width)
    expect(box.width).toBeGreaterThan(20)
  }
})
