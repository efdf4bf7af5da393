import axe from 'axe-core'
import { afterEach, expect, test } from 'vitest'
import { analyze, type Report } from '../../src/index.js'
import { quantity } from '../../src/format.js'
import '../../src/ui/define.js'
import { setLocale, type RooflineCalculator, type RooflineChart, type RooflineKernels } from '../../src/ui/index.js'
import { drop } from './calculator.js'

const small = {
  architectures: ['LlamaForCausalLM'], model_type: 'llama', hidden_size: 512, intermediate_size: 1536, num_hidden_layers: 4,
  num_attention_heads: 8, num_key_value_heads: 2, vocab_size: 32000, max_position_embeddings: 4096, torch_dtype: 'bfloat16', tie_word_embeddings: false,
}
const attributes = 'model="llama-3.1-8b" gpu="h100-sxm5-80gb" batch="16" prompt="2048"'

async function page(markup = `<roofline-calculator ${attributes} heading-level="1"></roofline-calculator>`): Promise<RooflineCalculator> {
  document.body.innerHTML = `<main>${markup}</main>`
  const calculator = document.querySelector('roofline-calculator')!
  await settle(calculator)
  return calculator
}

/** Waits for the calculator, its parts and the frame in which the chart learns its width. */
async function settle(calculator: RooflineCalculator): Promise<void> {
  await calculator.updateComplete
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)))
  await Promise.all([...calculator.renderRoot.querySelectorAll<RooflineChart>('roofline-chart, roofline-kernels')].map(part => part.updateComplete))
}

const find = (calculator: RooflineCalculator, selector: string): Element => {
  const found = calculator.renderRoot.querySelector(selector)
  if (found === null) throw new Error(`no ${selector}`)
  return found
}
const shown = (calculator: RooflineCalculator, figure: string): string => find(calculator, `#${figure} .value`).textContent.trim()
const seconds = (report: Report): string => quantity(report.metrics?.tpot ?? null, 's')

async function choose(calculator: RooflineCalculator, selector: string, value: string): Promise<void> {
  const field = find(calculator, selector) as HTMLInputElement | HTMLSelectElement
  field.value = value
  field.dispatchEvent(new Event('change', { bubbles: true }))
  await settle(calculator)
}

async function dropText(calculator: RooflineCalculator, text: string, name: string): Promise<void> {
  drop(calculator, new File([text], name, { type: 'application/json' }))
  await expect.poll(() => calculator.renderRoot.textContent).toContain(name)
  await settle(calculator)
}

afterEach(async () => {
  document.body.innerHTML = ''
  await setLocale('en')
})

test('answers at once', async () => {
  const calculator = await page()
  const report = analyze({ model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } })
  expect(shown(calculator, 'tpot')).toBe(seconds(report))
  expect(find(calculator, '.verdict').textContent).toMatch(/Llama 3\.1 8B in bf16 on 1 × H100 SXM5 80 GB fits, with .+ per GPU to spare\. Decode at batch 16 is bound by memory: /)
  expect(calculator.report).toStrictEqual(report)
})

test('fires events that leave the shadow tree', async () => {
  const calculator = await page()
  const seen: string[] = []
  for (const type of ['report', 'scenario-change']) document.body.addEventListener(type, event => { seen.push(`${event.type} ${String(event.composed)}`) }, { once: true })
  await choose(calculator, '#workload-batch', '32')
  expect(seen.sort()).toEqual(['report true', 'scenario-change true'])
  expect(calculator.scenario.workload?.batch).toBe(32)
  document.querySelector('roofline-calculator')!.setAttribute('batch', '2*4')
  expect(calculator.scenario.workload?.batch).toBe(8)
})

test('reads a dropped config.json', async () => {
  const calculator = await page()
  await dropText(calculator, JSON.stringify(small), 'tiny.json')
  const report = analyze({ model: small, gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } })
  expect(report.phases).toHaveLength(2)
  expect(shown(calculator, 'tpot')).toBe(seconds(report))
  expect(find(calculator, '.verdict').textContent).toContain('tiny.json')
})

test('says why a file cannot be read and keeps the last answer', async () => {
  const calculator = await page()
  const before = shown(calculator, 'tpot')
  await dropText(calculator, '{ "model_type": "llama", ', 'broken.json')
  expect(find(calculator, '[role="alert"]').textContent).toContain('broken.json')
  expect(shown(calculator, 'tpot')).toBe(before)
  expect(calculator.renderRoot.querySelector('.stale')).toBeNull()
})

test('follows GPU and tensor parallelism', async () => {
  const calculator = await page()
  find(calculator, '#gpu').dispatchEvent(new CustomEvent('pick', { detail: { value: 'h200-sxm-141gb' } }))
  await choose(calculator, '#mesh-tp', '2')
  const report = analyze({ model: 'llama-3.1-8b', gpu: 'h200-sxm-141gb', workload: { batch: 16, prompt: 2048 }, mesh: { tp: 2 } })
  expect(shown(calculator, 'tpot')).toBe(seconds(report))
  expect(find(calculator, '.verdict').textContent).toContain('2 × H200')
})

test('offers legal values where one is not, and dims the last answer', async () => {
  const calculator = await page()
  const before = shown(calculator, 'tpot')
  await choose(calculator, '#mesh-tp', '3')
  expect(find(calculator, '#mesh-tp').getAttribute('aria-invalid')).toBe('true')
  expect(find(calculator, '#note-mesh-tp').textContent).toContain('32 query heads')
  expect(find(calculator, '.stale #tpot .value').textContent.trim()).toBe(before)
  const buttons = [...calculator.renderRoot.querySelectorAll<HTMLButtonElement>('.notice button')]
  expect(buttons.map(button => button.textContent)).toEqual(['2', '4', '1'])
  buttons[1]!.click()
  await settle(calculator)
  expect(calculator.scenario.mesh?.tp).toBe(4)
  expect((find(calculator, '#mesh-tp') as HTMLInputElement).value).toBe('4')
  expect(calculator.renderRoot.querySelector('.stale')).toBeNull()
})

test('says how much memory is missing', async () => {
  const calculator = await page('<roofline-calculator model="llama-3.1-70b" gpu="h100-sxm5-80gb"></roofline-calculator>')
  const { total, capacity } = calculator.report.memory!
  expect(find(calculator, '.verdict').textContent).toContain(`does not fit on 1 × H100 SXM5 80 GB. It needs ${quantity(total, 'B')} per GPU, ${quantity(total - capacity, 'B')} more`)
  expect(shown(calculator, 'tpot')).toBe('–')
})

test('draws and lists what the report says', async () => {
  const calculator = await page()
  const chart = calculator.renderRoot.querySelector<RooflineChart>('roofline-chart')!
  const kernels = calculator.report.phases.flatMap(({ phase, kernels }) => kernels.filter(({ flops }) => flops > 0).map(({ id, intensity, flops, seconds }) => ({ key: `${phase}/${id}`, x: intensity, y: flops / seconds.estimate })))
  expect(chart.data?.points.map(({ key, intensity, rate }) => ({ key, x: intensity, y: rate }))).toEqual(kernels)
  await expect.poll(() => chart.drawn.map(({ key }) => key).sort()).toEqual(kernels.map(({ key }) => key).sort())
  const table = calculator.renderRoot.querySelector<RooflineKernels>('roofline-kernels')!
  expect(table.renderRoot.querySelectorAll('tbody tr')).toHaveLength(calculator.report.phases[1]!.kernels.length)
  table.renderRoot.querySelector<HTMLButtonElement>('[aria-pressed="false"]')!.click()
  await table.updateComplete
  expect(table.renderRoot.querySelector('tbody th')!.textContent).toBe('ffn/gate-up')
  table.renderRoot.querySelector<HTMLButtonElement>('th button')!.click()
  await table.updateComplete
  expect(table.renderRoot.querySelector('tbody th')!.textContent).toBe('embed')
})

test('speaks Chinese', async () => {
  const calculator = await page()
  await setLocale('zh')
  await settle(calculator)
  expect(find(calculator, '.verdict').textContent).toMatch(/显存带宽/)
})

test.each(['light', 'dark'])('is accessible, %s', async scheme => {
  document.documentElement.style.colorScheme = scheme
  document.documentElement.lang = 'en'
  document.title = 'roofline'
  await page()
  const { violations } = await axe.run(document.querySelector('main')!)
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)).toEqual([])
  document.documentElement.style.colorScheme = ''
})
