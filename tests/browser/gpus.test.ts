import axe from 'axe-core'
import { afterEach, expect, test } from 'vitest'
import { dollars, quantity } from '../../src/format.js'
import { analyze, gpus, type Scenario } from '../../src/index.js'
import '../../src/ui/define.js'
import type { RooflineCalculator, RooflineGpus } from '../../src/ui/index.js'

const scenario: Scenario = { model: 'llama-3.1-70b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 }, mesh: { tp: 8 } }

async function filled(element: RooflineGpus): Promise<RooflineGpus> {
  await expect.poll(() => element.listed.length).toBeGreaterThan(0)
  await element.updateComplete
  return element
}

async function table(of = scenario): Promise<RooflineGpus> {
  const element = document.createElement('roofline-gpus')
  element.scenario = of
  document.body.innerHTML = '<main><h2>GPUs</h2></main>'
  document.querySelector('main')!.append(element)
  return filled(element)
}

async function calculator(of = scenario): Promise<{ page: RooflineCalculator, list: RooflineGpus }> {
  document.body.innerHTML = '<main><roofline-calculator heading-level="1"></roofline-calculator></main>'
  const page = document.querySelector('roofline-calculator')!
  page.scenario = of
  await page.updateComplete
  const list = page.renderRoot.querySelector('roofline-gpus')!
  list.scrollIntoView()
  return { page, list: await filled(list) }
}

const rows = (element: RooflineGpus): HTMLTableRowElement[] => [...element.renderRoot.querySelectorAll<HTMLTableRowElement>('tbody:last-of-type tr')]
const texts = (row: HTMLTableRowElement): string[] => [...row.cells].map(cell => cell.textContent.replaceAll(/\s+/g, ' ').trim())
const click = async (element: RooflineGpus, selector: string): Promise<void> => {
  element.renderRoot.querySelector<HTMLButtonElement>(selector)!.click()
  await element.updateComplete
}

afterEach(() => { document.body.innerHTML = '' })

test('says what analyze says, the user’s scenario on top', async () => {
  const element = await table()
  const own = element.renderRoot.querySelector<HTMLTableRowElement>('.own')!
  expect(texts(own)[0]).toBe('H100 SXM5 80 GB your scenario')
  expect(texts(own)[3]).toBe(quantity(analyze(scenario).metrics!.tpot, 's').replace('\u202F', ' '))
  expect(element.listed).toHaveLength(gpus.length)
  expect(rows(element)).toHaveLength(16)
  for (const [i, row] of rows(element).entries()) {
    const { gpu, figures } = element.listed[i]!
    const { metrics, memory } = analyze({ ...scenario, gpu: gpu.id, mesh: { tp: figures!.tp } })
    const shown = texts(row)
    expect(shown[0]).toContain(gpu.name)
    expect([shown[1], shown[2], shown[3], shown[6], shown[7]]).toEqual([
      String(figures!.tp), ...[quantity(metrics!.ttft, 's'), quantity(metrics!.tpot, 's')].map(text => text.replace('\u202F', ' ')),
      metrics!.usdPerMillionTokens === null ? 'no price' : `$${dollars(metrics!.usdPerMillionTokens)}`, quantity(memory!.capacity - memory!.total, 'B').replace('\u202F', ' '),
    ])
  }
})

test('sorts by a column, its best first, and keeps what cannot run at the end', async () => {
  const element = await table()
  await click(element, 'thead th:nth-of-type(5) button')
  const rate = element.listed.flatMap(({ figures }) => figures?.tokensPerSecondPerGpu ?? [])
  expect(rate).toEqual(rate.toSorted((a, b) => b - a))
  expect(element.renderRoot.querySelector('[aria-sort="descending"]')!.textContent).toContain('Tokens/s')
  await click(element, 'thead th:nth-of-type(5) button')
  expect(element.renderRoot.querySelector('[aria-sort="ascending"]')!.textContent).toContain('Tokens/s')
  expect(element.renderRoot.querySelector('tbody tr')!.className).toBe('own')
  const runs = element.listed.map(({ figures }) => figures !== null)
  expect(runs.lastIndexOf(true)).toBeLessThan(runs.indexOf(false))
})

test('searches, shows all, and says why a GPU cannot run it', async () => {
  const element = await table()
  const field = element.renderRoot.querySelector('input')!
  field.value = 'rtx 4060'
  field.dispatchEvent(new InputEvent('input'))
  await element.updateComplete
  expect(rows(element).length).toBeGreaterThan(0)
  for (const row of rows(element)) expect(texts(row)[0]).toContain('4060')
  expect(rows(element).map(row => row.textContent).join()).toMatch(/too small even at 8 GPUs, by .+ per GPU/)
  field.value = ''
  field.dispatchEvent(new InputEvent('input'))
  await element.updateComplete
  await click(element, '.after button')
  expect(rows(element)).toHaveLength(element.listed.length)
})

test('taking a row sets GPU and TP in one step that can be undone', async () => {
  const { page, list } = await calculator()
  const { gpu, figures } = list.listed[0]!
  const seen: unknown[] = []
  page.addEventListener('scenario-change', event => seen.push((event as CustomEvent).detail.scenario))
  await click(list, '.take')
  await page.updateComplete
  expect(page.scenario).toMatchObject({ gpu: gpu.id, mesh: { tp: figures!.tp } })
  expect(seen).toEqual([page.scenario])
  expect(page.report.metrics!.tpot).toBe(figures!.tpot)
  page.move('undo')
  expect(page.scenario).toEqual(scenario)
})

test('follows the scenario', async () => {
  const { page, list } = await calculator()
  const before = list.listed
  page.scenario = { ...scenario, workload: { batch: 1, prompt: 128 } }
  await expect.poll(() => list.listed[0]!.figures!.tpot).not.toBe(before[0]!.figures!.tpot)
  const { gpu, figures } = list.listed[0]!
  expect(figures!.tpot).toBe(analyze({ ...page.scenario, gpu: gpu.id, mesh: { tp: figures!.tp } }).metrics!.tpot)
  await expect.poll(() => list.renderRoot.querySelector('.stale')).toBeNull()
})

test('a model that does not fit has changes as buttons, each with the room it leaves', async () => {
  const { page } = await calculator({ ...scenario, mesh: { tp: 1 } })
  const buttons = [...page.renderRoot.querySelectorAll<HTMLButtonElement>('.ways button')]
  expect(buttons.map(({ textContent }) => textContent)).toEqual([
    expect.stringMatching(/^4 × H100 SXM5 80 GB .+ free per GPU$/), expect.stringMatching(/^1 × B200 SXM .+ free$/), expect.stringMatching(/^int4 weights .+ free$/),
  ])
  buttons[0]!.click()
  await page.updateComplete
  const { memory, scenario: normal } = page.report
  expect(normal.mesh?.tp).toBe(4)
  expect(buttons[0]!.textContent).toContain(quantity(memory!.capacity - memory!.total, 'B'))
  expect(page.renderRoot.querySelector('.ways')).toBeNull()
})

test('is clean for axe', async () => {
  await table()
  const { violations } = await axe.run(document.body, { rules: { 'page-has-heading-one': { enabled: false } } })
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
})
