import axe from 'axe-core'
import { afterEach, expect, test, vi } from 'vitest'
import { analyze, explain, type Scenario } from '../../src/index.js'
import { exactly, quantity } from '../../src/format.js'
import '../../src/ui/define.js'
import '../../src/ui/explain/define.js'
import type { RooflineCalculator, RooflineChart, RooflineExplain, RooflineKernels, RooflineMemory } from '../../src/ui/index.js'

const scenario: Scenario = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } }
const report = analyze(scenario)

async function page(more = ''): Promise<RooflineCalculator> {
  document.body.innerHTML = `<main><roofline-calculator model="llama-3.1-8b" gpu="h100-sxm5-80gb" batch="16" prompt="2048" ${more} heading-level="1"></roofline-calculator></main>`
  const calculator = document.querySelector('roofline-calculator')!
  await calculator.updateComplete
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)))
  await Promise.all([...calculator.renderRoot.querySelectorAll<RooflineChart>('roofline-chart, roofline-kernels, roofline-memory')].map(part => part.updateComplete))
  return calculator
}

type Part = RooflineCalculator | RooflineChart | RooflineExplain | RooflineKernels | RooflineMemory

const find = (part: Part, selector: string): HTMLElement => {
  const found = part.renderRoot.querySelector<HTMLElement>(selector)
  if (found === null) throw new Error(`no ${selector}`)
  return found
}
const inside = <K extends keyof HTMLElementTagNameMap>(part: Part, tag: K): HTMLElementTagNameMap[K] => part.renderRoot.querySelector(tag)!

/** Clicks an opener and gives what opened. */
async function open(part: Part, button: HTMLElement): Promise<RooflineExplain> {
  button.click()
  await part.updateComplete
  expect(button.getAttribute('aria-expanded')).toBe('true')
  const explanation = inside(part, 'roofline-explain')
  await explanation.updateComplete
  return explanation
}

async function element(of: Scenario, path: string): Promise<RooflineExplain> {
  const explanation = document.createElement('roofline-explain')
  explanation.scenario = of
  explanation.path = path
  document.body.append(explanation)
  await explanation.updateComplete
  return explanation
}

const text = (part: Part, selector: string): string => find(part, selector).textContent.trim()
const escape = (at: Element): boolean => at.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }))

afterEach(() => {
  document.body.innerHTML = ''
  vi.restoreAllMocks()
})

test('every figure opens under itself and equals the report', async () => {
  const calculator = await page()
  for (const [id, path] of [['ttft', 'metrics/ttft'], ['tpot', 'metrics/tpot'], ['tokensPerSecond', 'metrics/tokensPerSecond'], ['memory', 'memory/total'], ['usdPerMillionTokens', 'metrics/usdPerMillionTokens']]) {
    const explanation = await open(calculator, find(calculator, `#${id!} button`))
    expect(explanation.path).toBe(path)
    expect(explanation.closest('.explanation')!.previousElementSibling!.id).toBe(id)
    const { value, unit } = explain(scenario, path!)
    expect(text(explanation, '.value')).toContain(exactly(value!, unit))
  }
  expect(calculator.renderRoot.querySelectorAll('roofline-explain')).toHaveLength(1)
  expect(explain(scenario, 'metrics/tpot').value).toBe(report.metrics!.tpot)
  for (const button of calculator.renderRoot.querySelectorAll<HTMLButtonElement>('.more button')) await open(calculator, button)
})

test('shows the formula with names and with numbers, and its inputs', async () => {
  const explanation = await element(scenario, 'decode/decoder/ffn/gate-up/bytes')
  const { symbols, formula, inputs } = explain(scenario, 'decode/decoder/ffn/gate-up/bytes')
  expect([...explanation.renderRoot.querySelectorAll('.formula p')].map(line => line.textContent)).toEqual([`= ${symbols}`, `= ${formula}`])
  expect([...explanation.renderRoot.querySelectorAll('.inputs .key')].map(key => key.textContent.trim())).toEqual(inputs.map(({ name }) => name))
})

test('goes one level deeper in place, and Escape comes back one level', async () => {
  const calculator = await page()
  const opener = find(calculator, '#tpot button')
  opener.focus()
  const explanation = await open(calculator, opener)
  expect(calculator.shadowRoot!.activeElement).toBe(opener)
  const deeper = await open(explanation, [...explanation.renderRoot.querySelectorAll<HTMLButtonElement>('.deeper-button')].find(({ textContent }) => textContent === 'prefill_seconds')!)
  expect(deeper.path).toBe('prefill/seconds/estimate')
  expect(text(deeper, '.value b')).toBe(quantity(report.phases[0]!.seconds.estimate, 's'))
  escape(find(deeper, 'section'))
  await explanation.updateComplete
  expect(explanation.renderRoot.querySelector('roofline-explain')).toBeNull()
  expect(explanation.shadowRoot!.activeElement!.textContent).toBe('prefill_seconds')
  escape(explanation.shadowRoot!.activeElement!)
  await calculator.updateComplete
  expect(calculator.renderRoot.querySelector('roofline-explain')).toBeNull()
  expect(calculator.shadowRoot!.activeElement).toBe(opener)
  expect(opener.getAttribute('aria-expanded')).toBe('false')
})

test('the same button closes, as does the one inside', async () => {
  const calculator = await page()
  const opener = find(calculator, '#ttft button')
  await open(calculator, opener)
  opener.click()
  await calculator.updateComplete
  expect(calculator.renderRoot.querySelector('roofline-explain')).toBeNull()
  find(await open(calculator, opener), '.close').click()
  await calculator.updateComplete
  expect(calculator.renderRoot.querySelector('roofline-explain')).toBeNull()
})

test('numbers of kernels and parts of the memory open, too', async () => {
  const calculator = await page()
  const kernels = inside(calculator, 'roofline-kernels')
  const row = find(kernels, 'tbody tr')
  const paths: string[] = []
  for (const button of row.querySelectorAll<HTMLButtonElement>('button')) paths.push((await open(kernels, button)).path)
  expect(paths).toEqual(['times', 'flops', 'bytes', 'intensity', 'seconds/estimate'].map(field => `decode/decoder/ffn/gate-up/${field}`))
  expect(row.nextElementSibling!.querySelector('roofline-explain')).not.toBeNull()
  for (const button of kernels.renderRoot.querySelectorAll<HTMLButtonElement>('tfoot button')) expect(text(await open(kernels, button), '.value')).not.toBe('')
  const memory = inside(calculator, 'roofline-memory')
  const parts: string[] = []
  for (const button of memory.renderRoot.querySelectorAll<HTMLButtonElement>('.shares button')) parts.push((await open(memory, button)).path)
  expect(parts).toEqual(['memory/weights', 'memory/cache', 'memory/activations'])
})

test('beside the cache that a model needs stands what the engine sets aside', async () => {
  const calculator = await page('profile="vllm"')
  const memory = inside(calculator, 'roofline-memory')
  const button = [...memory.renderRoot.querySelectorAll<HTMLButtonElement>('.shares button')].at(-1)!
  expect(memory.renderRoot.textContent).toContain('Set aside by vllm')
  expect((await open(memory, button)).path).toBe('memory/reserved/cache')
})

test('the chart explains the kernel that is read', async () => {
  const calculator = await page()
  const chart = inside(calculator, 'roofline-chart')
  expect((await open(chart, find(chart, '.readout button'))).path).toBe('decode/decoder/ffn/gate-up/seconds/estimate')
  const plot = find(chart, '.plot')
  escape(plot)
  await chart.updateComplete
  expect(chart.renderRoot.querySelector('roofline-explain')).toBeNull()
  plot.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  await chart.updateComplete
  expect(chart.renderRoot.querySelector('roofline-explain')).not.toBeNull()
})

test('sources and TeX come when they are asked for', { timeout: 60_000 }, async () => {
  const explanation = await element(scenario, 'metrics/mbu')
  expect(explanation.renderRoot.textContent).not.toContain('confidence')
  find(explanation, '.sources').click()
  await expect.poll(() => explanation.renderRoot.querySelector('.notes')?.textContent, { timeout: 15_000 }).toContain('confidence high')
  expect(explanation.renderRoot.querySelector('.tex')).toBeNull()
  find(explanation, 'button[aria-expanded="false"]:not(.deeper-button)').click()
  await expect.poll(() => explanation.renderRoot.querySelector('.tex')?.textContent, { timeout: 15_000 }).toContain('\\frac{\\mathrm{decode\\_bytes}}')
})

test('a model from a file is explained like a known one', async () => {
  const config = { model_type: 'llama', hidden_size: 512, intermediate_size: 1536, num_hidden_layers: 4, num_attention_heads: 8, num_key_value_heads: 2, vocab_size: 32000, max_position_embeddings: 4096, torch_dtype: 'bfloat16', tie_word_embeddings: false }
  const answer = analyze({ ...scenario, model: config })
  expect(text(await element(answer.scenario, 'memory/weights'), '.value')).toContain(exactly(answer.memory!.weights, 'byte'))
})

test('says what is not a number of the report', async () => {
  const explanation = await element(scenario, 'metrics/nothing')
  expect(explanation.renderRoot.textContent).toContain('"metrics/nothing" is not a number of this report.')
  expect(text(await element({ ...scenario, workload: { output: 1 } }, 'metrics/tpot'), '.value')).toBe('does not apply to this scenario')
})

test('is accessible when open', async () => {
  document.documentElement.lang = 'en'
  document.title = 'roofline'
  const calculator = await page()
  const explanation = await open(calculator, find(calculator, '#tpot button'))
  await open(explanation, find(explanation, '.deeper-button'))
  const kernels = inside(calculator, 'roofline-kernels')
  await open(kernels, find(kernels, 'tbody button'))
  const { violations } = await axe.run(document.querySelector('main')!)
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)).toEqual([])
})
