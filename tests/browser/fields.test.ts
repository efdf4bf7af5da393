import axe from 'axe-core'
import { afterEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import '../../src/ui/define.js'
import { setLocale, type RooflineCalculator } from '../../src/ui/index.js'
import { fieldOf } from '../../src/ui/flags.js'

async function open(attributes = 'model="llama-3.1-8b" gpu="h100-sxm5-80gb" batch="16" prompt="2048"'): Promise<RooflineCalculator> {
  await page.viewport(1440, 1000)
  document.body.innerHTML = `<main><roofline-calculator ${attributes} heading-level="1"></roofline-calculator></main>`
  const calculator = document.querySelector('roofline-calculator')!
  await calculator.updateComplete
  calculator.renderRoot.querySelector('details')!.open = true
  await expect.poll(() => calculator.renderRoot.querySelector('details .field')).not.toBeNull()
  return calculator
}

const field = (calculator: RooflineCalculator, path: string): HTMLInputElement => calculator.renderRoot.querySelector<HTMLInputElement>(`#${path.replace('.', '-')}`)!
const note = (calculator: RooflineCalculator, path: string): Element => calculator.renderRoot.querySelector(`#note-${path.replace('.', '-')}`)!
const buttons = (calculator: RooflineCalculator, path: string): string[] => [...note(calculator, path).querySelectorAll('button')].map(button => button.textContent)

async function enter(calculator: RooflineCalculator, path: string, text: string): Promise<void> {
  await userEvent.fill(field(calculator, path), text)
  await userEvent.keyboard('{Enter}')
  await calculator.updateComplete
}

afterEach(async () => {
  document.body.innerHTML = ''
  await setLocale('en')
  await page.viewport(900, 600)
})

test.each([['128k', 128_000], ['64Ki', 65_536], ['2*4096', 8192], ['(8+8)*1k', 16_000], ['2^12', 4096], ['10k/4', 2500]])('%s is worked out', async (text, value) => {
  const calculator = await open()
  await enter(calculator, 'workload.prompt', text)
  await expect.poll(() => calculator.scenario.workload?.prompt, { timeout: 10_000 }).toBe(value)
  await expect.element(page.elementLocator(field(calculator, 'workload.prompt'))).toHaveValue(String(value))
})

test('arithmetic that makes the same number is shown as that', async () => {
  const calculator = await open()
  for (const text of ['4*4', '2^4']) {
    await enter(calculator, 'workload.batch', text)
    await expect.element(page.elementLocator(field(calculator, 'workload.batch'))).toHaveValue('16')
  }
})

test.each([
  ['workload.batch', '{ArrowUp}', 32], ['workload.batch', '{ArrowDown}', 8], ['workload.prompt', '{ArrowUp}{ArrowUp}', 8192], ['workload.output', '{ArrowDown}', 128],
  ['mesh.tp', '{ArrowUp}{ArrowDown}{ArrowUp}', 2], ['workload.cached', '{ArrowUp}{ArrowUp}{ArrowDown}', 256], ['utilization', '{ArrowUp}', 0.95], ['price', '{ArrowUp}', 2.4],
])('%s after %s', async (path, keys, value) => {
  const calculator = await open()
  field(calculator, path).focus()
  await userEvent.keyboard(keys)
  await calculator.updateComplete
  expect(fieldOf(calculator.scenario, path)).toBe(value)
  expect(field(calculator, path).value).toBe(String(value))
})

test.each([
  ['workload.batch', '0', 'Batch must be at least 1', ['1']],
  ['workload.batch', '7/2', 'Batch must be a whole number', ['3', '4']],
  ['workload.batch', 'many', 'Batch must be a number, not "many"', ['16']],
  ['workload.batch', 'sqrt(4)', 'Batch must be a number', ['16']],
  ['workload.cached', '2048', 'must leave at least one', ['2047']],
  ['utilization', '90', 'must be at most 1', ['0.9', '1']],
  ['mesh.tp', '3', 'does not divide 32 query heads', ['2', '4', '1']],
])('%s of %s says why, offers what is near, and the last answer stands', async (path, text, why, ways) => {
  const calculator = await open()
  const before = calculator.renderRoot.querySelector('#tpot .value')!.textContent
  await enter(calculator, path, text)
  await expect.poll(() => note(calculator, path).textContent, { timeout: 10_000 }).toContain(why)
  expect(field(calculator, path).getAttribute('aria-invalid')).toBe('true')
  expect(buttons(calculator, path)).toEqual(ways)
  expect(calculator.renderRoot.querySelector('#tpot .value')!.textContent).toBe(before)
  const { violations } = await axe.run(calculator, { rules: { 'color-contrast': { enabled: false } } })
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)).toEqual([])
  note(calculator, path).querySelector('button')!.click()
  await calculator.updateComplete
  expect(String(fieldOf(calculator.scenario, path))).toBe(ways[0])
  expect(calculator.renderRoot.querySelector('.stale')).toBeNull()
})

test('sequence parallelism offers a batch that it divides', async () => {
  const calculator = await open('model="llama-3.1-8b" gpu="h100-sxm5-80gb" batch="15" tp="2"')
  await userEvent.click(field(calculator, 'mesh.sequence'))
  await calculator.updateComplete
  const way = calculator.renderRoot.querySelector<HTMLButtonElement>('.notes button')!
  expect(way.textContent).toBe('16')
  way.click()
  await calculator.updateComplete
  expect(calculator.report.scenario.workload?.batch).toBe(16)
  expect(calculator.report.problems).toEqual([])
})

test('a key that takes an offered value leaves the focus at the field', async () => {
  const calculator = await open()
  await enter(calculator, 'workload.batch', '0')
  note(calculator, 'workload.batch').querySelector('button')!.focus()
  await userEvent.keyboard('{Enter}')
  await calculator.updateComplete
  expect(calculator.scenario.workload?.batch).toBe(1)
  expect((calculator.renderRoot as ShadowRoot).activeElement?.id).toBe('workload-batch')
})

test('every field of a request changes the scenario', async () => {
  const calculator = await open()
  for (const [path, value] of [['system', 'hgx'], ['precision.weights', 'fp8'], ['precision.cache', 'fp8'], ['profile', 'vllm'], ['capacity', 'marketed'], ['conventions.attention', 'full'], ['conventions.head', 'all']] as const) {
    const select = calculator.renderRoot.querySelector<HTMLSelectElement>(`#${path.replace('.', '-')}`)!
    const chosen = path === 'system' ? [...select.options].at(-1)!.value : value
    await userEvent.selectOptions(select, chosen)
    await calculator.updateComplete
    expect(fieldOf(calculator.scenario, path)).toBe(chosen)
  }
  expect(calculator.report.phases).toHaveLength(2)
})

test('problems speak Chinese', async () => {
  const calculator = await open()
  await setLocale('zh')
  await enter(calculator, 'workload.batch', '0')
  expect(note(calculator, 'workload.batch').textContent).toMatch(/批次须为/)
  await enter(calculator, 'workload.batch', '1')
  await enter(calculator, 'mesh.tp', '3')
  expect(note(calculator, 'mesh.tp').textContent).toMatch(/整除/)
})

test('the name of a system is never cut', async () => {
  for (const [gpu, system] of [['h100-sxm5-80gb', null], ['l40s', null], ['gb200', null], ['rubin', null], ['l40s', 'pcie-server-bridged']] as const) {
    const calculator = await open(`gpu="${gpu}"${system === null ? '' : ` system="${system}"`}`)
    const select = calculator.renderRoot.querySelector<HTMLSelectElement>('#system')!
    const text = document.createElement('span')
    text.textContent = select.selectedOptions[0]!.textContent
    text.style.cssText = `position: absolute; white-space: nowrap; font: ${getComputedStyle(select).font}`
    calculator.renderRoot.append(text)
    const { paddingLeft, paddingRight } = getComputedStyle(select)
    expect(select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight), `${gpu} ${text.textContent}`).toBeGreaterThanOrEqual(Math.floor(text.getBoundingClientRect().width))
    expect(select.getBoundingClientRect().right).toBeLessThanOrEqual(calculator.renderRoot.querySelector('.fields')!.getBoundingClientRect().right)
  }
})

test('what is rarely asked: chunks, layers and what lies off the GPU', async () => {
  const calculator = await open('model="llama-3.1-70b" gpu="rtx-4090" batch="1" prompt="2048" output="256"')
  const time = () => calculator.renderRoot.querySelector('#tpot .value')?.textContent ?? ''
  await enter(calculator, 'offload.weights', '0.9')
  await expect.poll(() => calculator.scenario.offload, { timeout: 10_000 }).toEqual({ weights: 0.9 })
  await expect.poll(time).toMatch(/^4\.04\s*s/)
  expect(calculator.renderRoot.querySelector('roofline-memory')!.shadowRoot!.textContent).toMatch(/127\s*GB[^]*in the memory of the CPU/)
  await enter(calculator, 'workload.chunk', '512')
  await expect.poll(() => calculator.report.phases[0]!.kernels.find(({ id }) => id === 'decoder/ffn/down')?.times).toBe(4 * 80)
  await enter(calculator, 'workload.exit', '40')
  await expect.poll(time).toMatch(/^2\.\d+\s*s/)
  await enter(calculator, 'workload.exit', '81')
  await expect.poll(() => note(calculator, 'workload.exit').textContent).toContain('at most 80')
  expect(buttons(calculator, 'workload.exit')).toEqual(['80'])
  calculator.scenario = { model: 'vit-b-16', gpu: 'rtx-4090', offload: { weights: 0.5 } }
  await calculator.updateComplete
  expect(field(calculator, 'workload.chunk')).toBeNull()
  expect(field(calculator, 'offload.cache')).toBeNull()
  expect(field(calculator, 'offload.weights').value).toBe('0.5')
})

test.each(['en', 'zh'] as const)('a draft of a scenario is counted, in %s', async locale => {
  const calculator = await open(`model="llama-3.1-70b" gpu="h100" tp="4" batch="1" prompt="2048" output="256" draft='{"model":"llama-3.2-1b","tokens":4,"acceptance":0.8}'`)
  await setLocale(locale)
  await calculator.updateComplete
  expect(calculator.report.metrics?.tokensPerStep).toBeCloseTo(3.3616, 10)
  expect(calculator.renderRoot.querySelector('#tpot .value')!.textContent).toMatch(/^6\.14\s*ms/)
})
