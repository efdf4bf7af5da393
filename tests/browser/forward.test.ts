import axe from 'axe-core'
import { afterEach, expect, test } from 'vitest'
import { compact, percent, quantity, scaled, scaleOf } from '../../src/format.js'
import { analyze, type Report, type Scenario } from '../../src/index.js'
import '../../src/ui/compare/define.js'
import { setLocale, type RooflineCalculator, type RooflineChart, type RooflineGpus } from '../../src/ui/index.js'
import { page as answered } from './calculator.js'

const gpu = 'h100-sxm5-80gb'
const passes = ['bert-base', 'vit-b-16', 'clip-vit-b-32'], writers = ['t5-base', 'whisper-tiny']
const decoder: Scenario = { model: 'llama-3.1-8b', gpu, workload: { batch: 16, prompt: 2048, output: 300, cached: 1024 }, mesh: { sequence: true } }

async function page(attributes: Readonly<Record<string, string>>): Promise<RooflineCalculator> {
  const calculator = await answered(attributes)
  await settle(calculator)
  return calculator
}

async function settle(calculator: RooflineCalculator): Promise<void> {
  await calculator.updateComplete
  const chart = chartOf(calculator)
  await expect.poll(() => chart.drawn.length).toBe(chart.data!.points.length)
  await Promise.all(['roofline-kernels', 'roofline-memory'].map(name => part(calculator, name).updateComplete))
}

type Part = HTMLInputElement & { readonly renderRoot: ShadowRoot, readonly updateComplete: Promise<boolean> }
const part = (calculator: RooflineCalculator, selector: string): Part => calculator.renderRoot.querySelector<Part>(selector)!
const chartOf = (calculator: RooflineCalculator): RooflineChart => calculator.renderRoot.querySelector<RooflineChart>('roofline-chart')!
const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
const shown = (calculator: RooflineCalculator, figure: string): string => plain(part(calculator, `#${figure} .value`).textContent)
const headlines = (calculator: RooflineCalculator): string[] => [...calculator.renderRoot.querySelectorAll('.figure .value, .more span:last-child')].map(value => plain(value.textContent))
const labels = (calculator: RooflineCalculator): string[] => [...calculator.renderRoot.querySelectorAll('fieldset:nth-of-type(3) label')].map(label => label.textContent)
const rate = (value: number): string => { const scale = scaleOf(value, ''); return plain(`${scaled(value, scale)}${scale.prefix} /s`) }

async function choose(calculator: RooflineCalculator, selector: string, value: string): Promise<void> {
  const field = part(calculator, selector)
  field.value = value
  field.dispatchEvent(new Event('change', { bubbles: true }))
  await settle(calculator)
}

async function pick(calculator: RooflineCalculator, value: string): Promise<void> {
  part(calculator, 'roofline-picker#model').dispatchEvent(new CustomEvent('pick', { detail: { value } }))
  await settle(calculator)
}

/** What has an answer is never a dash, and nothing is no number. */
function complete(calculator: RooflineCalculator, report: Report): void {
  const texts = [...headlines(calculator), ...[...part(calculator, 'roofline-kernels').renderRoot.querySelectorAll('tfoot button')].map(cell => plain(cell.textContent))]
  for (const text of texts) expect(text, JSON.stringify(texts)).not.toMatch(/null|NaN|undefined|–|^$/)
  expect(part(calculator, '.verdict').textContent).not.toMatch(/null|NaN|undefined|–/)
  const chart = chartOf(calculator)
  expect(chart.drawn.map(({ key }) => key).sort()).toEqual(report.phases.flatMap(({ phase, kernels }) => kernels.filter(({ intensity }) => (intensity ?? 0) > 0).map(({ id }) => `${phase}/${id}`)).sort())
  expect(chart.renderRoot.querySelectorAll('tbody tr')).toHaveLength(chart.drawn.length)
}

afterEach(async () => {
  document.body.innerHTML = ''
  await setLocale('en')
})

test.each(passes)('%s: the figures of a pass are those of the report', async model => {
  const calculator = await page({ model, gpu, batch: '32' })
  const report = analyze({ model, gpu, workload: { batch: 32 } })
  const { metrics, memory, phases: [pass] } = report
  expect(calculator.report).toStrictEqual(report)
  expect(report.phases.map(({ phase }) => phase)).toEqual(['forward'])
  expect(shown(calculator, 'latency')).toBe(plain(quantity(metrics!.latency, 's')))
  expect(shown(calculator, 'samplesPerSecond')).toBe(rate(metrics!.samplesPerSecond!))
  expect(shown(calculator, 'mfu')).toBe(plain(`${percent(metrics!.mfu)} %`))
  expect(shown(calculator, 'maxBatch')).toBe(compact(metrics!.maxBatch))
  expect(shown(calculator, 'memory')).toBe(plain(quantity(memory!.total, 'B')))
  expect(plain(part(calculator, '.verdict').textContent)).toMatch(new RegExp(`A forward pass at batch 32, .+ each, is bound by ${pass!.limit}: ${plain(quantity(pass!.seconds.estimate, 's'))}, .+ at best\\.$`))
  for (const figure of ['ttft', 'tpot', 'tokensPerSecond', 'usdPerMillionTokens']) expect(part(calculator, `#${figure}`)).toBeNull()
  complete(calculator, report)
  const chart = chartOf(calculator)
  expect(chart.drawn).toHaveLength(pass!.kernels.length)
  expect(plain(chart.renderRoot.querySelector('.key li')!.textContent)).toBe('forward pass')
  expect(chart.renderRoot.querySelector('.sentence')!.textContent).toContain('of the forward pass')
  expect([...part(calculator, 'roofline-kernels').renderRoot.querySelectorAll('.segments button')].map(tab => tab.textContent.trim())).toEqual(['Forward'])
})

test.each(writers)('%s: the figures of a request are those of the report', async model => {
  const calculator = await page({ model, gpu })
  const { report } = calculator
  expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(report).toStrictEqual(analyze(report.scenario))
  expect(report.phases.map(({ phase }) => phase)).toEqual(['prefill', 'decode'])
  expect(shown(calculator, 'ttft')).toBe(plain(quantity(report.metrics!.ttft, 's')))
  expect(shown(calculator, 'tpot')).toBe(plain(quantity(report.metrics!.tpot, 's')))
  expect(shown(calculator, 'tokensPerSecond')).toBe(rate(report.metrics!.tokensPerSecond!))
  const texts = [...calculator.renderRoot.querySelectorAll('.figure .value')].map(value => plain(value.textContent))
  for (const text of texts) expect(text).not.toMatch(/null|NaN|undefined|–/)
  const chart = chartOf(calculator)
  const drawable = report.phases.flatMap(({ kernels }) => kernels.filter(({ intensity }) => (intensity ?? 0) > 0))
  expect(chart.drawn).toHaveLength(drawable.length)
})

test('each model has its own fields', async () => {
  const calculator = await page({ model: 'llama-3.1-8b', gpu })
  expect(labels(calculator)).toEqual(['Run', 'Batch', 'Prompt tokens', 'Output tokens'])
  for (const [model, fields] of [
    ['bert-base', ['Batch', 'Sequence']], ['vit-b-16', ['Batch', 'Image, height × width']], ['clip-vit-b-32', ['Batch', 'Image, height × width', 'Sequence']],
    ['t5-base', ['Batch', 'Source tokens', 'Output tokens']], ['whisper-tiny', ['Batch', 'Audio, seconds', 'Decoder prompt tokens', 'Output tokens']],
  ] as const) {
    await pick(calculator, model)
    expect(labels(calculator), model).toEqual(['Run', ...fields])
    const values = [...calculator.renderRoot.querySelectorAll<HTMLInputElement>('fieldset:nth-of-type(3) input')].map(({ value }) => value)
    for (const value of values) expect(value, model).toMatch(/^\d+( × \d+)?$/)
  }
  expect(part(calculator, '#precision-cache')).not.toBeNull()
  await pick(calculator, 'vit-b-16')
  expect(part(calculator, '#precision-cache')).toBeNull()
  expect(part(calculator, '#workload-cached')).toBeNull()
})

test('the size of the image, the sequence and the audio change the answer', async () => {
  const calculator = await page({ model: 'vit-b-16', gpu, batch: '32' })
  const before = shown(calculator, 'latency')
  expect(part(calculator, '#workload-image').value).toBe('224 × 224')
  await choose(calculator, '#workload-image', '384x448')
  expect(calculator.scenario.workload?.image).toEqual([384, 448])
  expect(part(calculator, '#workload-image').value).toBe('384 × 448')
  expect(shown(calculator, 'latency')).not.toBe(before)
  expect(shown(calculator, 'latency')).toBe(plain(quantity(analyze({ model: 'vit-b-16', gpu, workload: { batch: 32, image: [384, 448] } }).metrics!.latency, 's')))
  await choose(calculator, '#workload-image', '384')
  expect(calculator.scenario.workload?.image).toEqual([384, 384])
  part(calculator, '#workload-image').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true }))
  expect(calculator.scenario.workload?.image).toEqual([400, 400])
  await choose(calculator, '#workload-image', '')
  expect(shown(calculator, 'latency')).toBe(before)
  await pick(calculator, 'bert-base')
  await choose(calculator, '#workload-sequence', '128')
  expect(calculator.report.metrics).toEqual(analyze({ model: 'bert-base', gpu, workload: { batch: 32, sequence: 128 } }).metrics)
  await pick(calculator, 'whisper-tiny')
  const short = shown(calculator, 'ttft')
  await choose(calculator, '#workload-audioSeconds', '90')
  expect(shown(calculator, 'ttft')).not.toBe(short)
})

test('from a decoder to every other model and back nothing is lost, and nothing is wrong on the way', async () => {
  const calculator = await page({ model: 'llama-3.1-8b', gpu })
  calculator.scenario = decoder
  await settle(calculator)
  const first = calculator.report
  for (const model of [...passes, 'modernbert-base', ...writers, 'bart-base', 'whisper-large-v3', 'deit-b-16', 'swin-t', 'siglip-b-16', 'dit-xl-2']) {
    await pick(calculator, model)
    expect(calculator.report.problems.filter(({ code }) => code !== 'sequence-off'), model).toEqual([])
    expect(part(calculator, '[role="alert"]'), model).toBeNull()
    await pick(calculator, 'llama-3.1-8b')
    expect(calculator.scenario.workload, model).toMatchObject(decoder.workload!)
    expect(calculator.report, model).toStrictEqual(first)
  }
  await pick(calculator, 'bert-base')
  await choose(calculator, '#workload-sequence', '64')
  await pick(calculator, 'whisper-tiny')
  await choose(calculator, '#workload-prompt', '4')
  await pick(calculator, 'whisper-large-v3')
  expect(calculator.report.scenario.workload?.prompt).toBe(4)
  await pick(calculator, 'llama-3.1-8b')
  expect(calculator.report).toStrictEqual(first)
  await pick(calculator, 'bert-base')
  expect(calculator.report.scenario.workload?.sequence).toBe(64)
  // Models picked in one go are one step.
  calculator.move('undo')
  expect(calculator.report.scenario).toMatchObject({ model: 'whisper-tiny', workload: { prompt: 4 } })
  await pick(calculator, 'llama-3.1-8b')
  expect(calculator.report).toStrictEqual(first)
})

test('what a model has no room for is said, where it was asked', async () => {
  const calculator = await page({ model: 'whisper-tiny', gpu })
  const field = part(calculator, '#workload-prompt')
  field.value = '500'
  field.dispatchEvent(new Event('change', { bubbles: true }))
  await calculator.updateComplete
  expect(calculator.report.problems.map(({ code, path }) => [code, path])).toEqual([['context-exceeded', 'workload.prompt']])
  expect(part(calculator, '#note-workload-prompt').textContent).toContain('448')
})

test('every figure of a pass is explained below it', async () => {
  const calculator = await page({ model: 'vit-b-16', gpu, batch: '32' })
  for (const figure of ['latency', 'samplesPerSecond', 'memory', 'mfu', 'maxBatch']) {
    part(calculator, `#${figure} button`).click()
    await calculator.updateComplete
    const panel = part(calculator, 'roofline-explain')
    await panel.updateComplete
    await expect.poll(() => panel.renderRoot.querySelector('.value b')?.textContent ?? '', { message: figure }).toMatch(/\d/)
    part(calculator, `#${figure} button`).click()
    await calculator.updateComplete
  }
})

test('the GPU table compares passes by their time', async () => {
  const calculator = await page({ model: 'vit-b-16', gpu, batch: '32' })
  const list = calculator.renderRoot.querySelector<RooflineGpus>('roofline-gpus')!
  list.scrollIntoView()
  await expect.poll(() => list.listed.length).toBeGreaterThan(0)
  await list.updateComplete
  expect([...list.renderRoot.querySelectorAll('thead th')].map(head => plain(head.textContent))).toEqual(['GPU', '×Number of GPUs', 'Latency', 'Samples/s', 'Samples/s per GPU', 'Free'])
  const [best] = list.listed
  const row = list.renderRoot.querySelector<HTMLTableRowElement>('tbody:last-of-type tr')!
  const { metrics } = analyze({ model: 'vit-b-16', gpu: best!.gpu.id, workload: { batch: 32 } })
  expect([...row.cells].slice(2, 3).map(cell => plain(cell.textContent))).toEqual([plain(quantity(metrics!.latency, 's'))])
  expect(plain(row.cells[4]!.textContent)).toBe(plain(quantity(metrics!.samplesPerSecond, '')))
  for (const line of list.renderRoot.querySelectorAll<HTMLTableRowElement>('tbody tr')) expect([...line.cells].reduce((sum, cell) => sum + cell.colSpan, 0)).toBe(8)
  row.querySelector('button')!.click()
  await settle(calculator)
  expect(calculator.report.scenario.gpu).toBe(best!.gpu.id)
  expect(calculator.scenario.workload).toMatchObject({ batch: 32, prompt: 2048 })
  await pick(calculator, 'llama-3.1-8b')
  await expect.poll(() => list.renderRoot.querySelector('thead')?.textContent ?? '').toContain('First token')
})

test('a pass that does not fit has changes that do', async () => {
  const calculator = await page({ model: 'vit-h-14', gpu, batch: '1000000' })
  expect(calculator.report.memory?.fits).toBe(false)
  expect(shown(calculator, 'latency')).toBe('–')
  expect(shown(calculator, 'maxBatch')).toBe(compact(calculator.report.metrics!.maxBatch))
  part(calculator, '.ways button').click()
  await settle(calculator)
  expect(calculator.report.memory?.fits).toBe(true)
})

test('passes are compared in their figures, a pass with a request in both', async () => {
  const calculator = await page({ model: 'vit-b-16', gpu, batch: '32' })
  part(calculator, '#tool-compare').click()
  await calculator.updateComplete
  await choose(calculator, '#workload-batch', '64')
  const compare = part(calculator, 'roofline-compare')
  await compare.updateComplete
  const rows = (): string[] => [...compare.renderRoot.querySelector('tbody')!.rows].map(row => plain(row.cells[0]!.textContent))
  expect(rows()).toEqual(['Latency of the batch', 'Samples', 'MFU'])
  expect(compare.renderRoot.textContent).toContain('Batch 32 to 64')
  await pick(calculator, 'llama-3.1-8b')
  await compare.updateComplete
  expect(rows()).toEqual(expect.arrayContaining(['Time to first token', 'Latency', 'Samples']))
  expect(compare.renderRoot.textContent).not.toMatch(/null|undefined|NaN/)
})

test('the command asks the same', async () => {
  const calculator = await page({ model: 'vit-b-16', gpu, batch: '32', image: '384x384' })
  const { command } = await import('../../src/ui/command.js')
  expect(command(calculator.stand)).toBe('roofline estimate vit-b-16 --gpu h100-sxm5-80gb --batch 32 --image 384x384')
})

test('speaks Chinese', async () => {
  await setLocale('zh')
  const calculator = await page({ model: 'vit-b-16', gpu, batch: '32' })
  expect(part(calculator, '#samplesPerSecond .name').textContent).toBe('每秒样本数')
  expect(part(calculator, '.verdict').textContent).toContain('前向')
  for (const text of [...calculator.renderRoot.querySelectorAll('.figure .name, .field label')].map(name => name.textContent.trim())) if (!['MFU', 'TP', 'GPU'].includes(text)) expect(text).toMatch(/\p{Script=Han}/u)
})

test.each([...passes, ...writers])('%s is accessible', async model => {
  await page({ model, gpu })
  const { violations } = await axe.run(document.body, { rules: { 'page-has-heading-one': { enabled: false } } })
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
})
