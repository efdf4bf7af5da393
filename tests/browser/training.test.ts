/** A training step on the page: its fields, its sentence and figures, stages, schedule, seconds, links and scaling. */
import axe from 'axe-core'
import { afterEach, expect, test } from 'vitest'
import { analyze, type Scenario } from '../../src/index.js'
import { setLocale, type RooflineCalculator, type RooflineTraining } from '../../src/ui/index.js'
import { page } from './calculator.js'

const scenario: Scenario = { model: 'llama-3.1-70b', gpu: 'h100-sxm5-80gb', mesh: { tp: 8, pp: 4, dp: 8, sequence: true }, training: { zero: 1 }, profile: 'megatron', workload: { mode: 'training', globalBatch: 256, tokens: 1e12 } }
const plain = (text: string | null | undefined): string => (text ?? '').replaceAll(/\s+/g, ' ').trim()
const text = (root: ParentNode, selector: string): string => plain(root.querySelector(selector)?.textContent)

async function shown(asked: Scenario = scenario): Promise<RooflineCalculator> {
  const calculator = await page({})
  calculator.scenario = asked
  await calculator.updateComplete
  return calculator
}

async function details(calculator: RooflineCalculator, ready = '.readout'): Promise<RooflineTraining> {
  const find = (): RooflineTraining | null => calculator.renderRoot.querySelector('roofline-training')
  await expect.poll(() => find() !== null && customElements.get('roofline-training') !== undefined).toBe(true)
  find()!.scrollIntoView()
  await expect.poll(() => find()?.shadowRoot?.querySelector(ready) !== null, { timeout: 10_000 }).toBe(true)
  return find()!
}

async function choose(calculator: RooflineCalculator, id: string, value: string): Promise<void> {
  const field = calculator.renderRoot.querySelector<HTMLInputElement | HTMLSelectElement>(`#${id}`)!
  field.value = value
  field.dispatchEvent(new Event('change'))
  await calculator.updateComplete
}

afterEach(async () => {
  document.body.innerHTML = ''
  await setLocale('en')
})

test('a sentence, and figures with the convention of MFU', async () => {
  const { renderRoot: root } = await shown()
  const { metrics, phases: [step], training } = analyze(scenario)
  expect(text(root, '.verdict')).toBe('Llama 3.1 70B in bf16 on 256 × H100 SXM5 80 GB fits, with 48.3 GB per GPU to spare. A step over 256 × 4,096 tokens is bound by compute: 5.37 s, 3.25 at best.')
  expect(step?.seconds.estimate.toPrecision(3)).toBe('5.37')
  expect(text(root, '#step .value')).toBe('5.37 s')
  expect(text(root, '#rate .value')).toBe(`${((metrics?.tokensPerSecond ?? 0) / 1000).toFixed(0)}k /s`)
  expect(text(root, '#mfu')).toContain(`${((metrics?.mfu ?? 0) * 100).toFixed(0)} % as megatron counts; HFU ${((metrics?.hfu ?? 0) * 100).toFixed(0)} %`)
  expect(text(root, '#run .value')).toBe(`${((training?.run?.seconds ?? 0) / 86400).toFixed(1)} days`)
  expect(text(root, '.more')).toContain(`GPU-hours ${((training?.run?.gpuHours ?? 0) / 1000).toFixed(0)}kUSD $${((training?.run?.usd ?? 0) / 1000).toFixed(0)}k`)
  expect(text(root, '#memory .cell .value')).toBe('28.7 GB')
  expect(root.querySelector('.figures button')).toBeNull()
})

test('every stage with its memory, its schedule, and what goes over the links', async () => {
  const root = (await details(await shown())).renderRoot
  const report = analyze(scenario)
  expect(root.querySelectorAll('svg.line')).toHaveLength(4)
  // Sixteen micro-batches of F, B and W, and the end.
  for (const line of root.querySelectorAll('svg.line')) expect(line.querySelectorAll('rect')).toHaveLength(16 * 3 + 1)
  expect([...root.querySelectorAll('.rows .sum')].slice(0, 4).map(sum => plain(sum.textContent))).toEqual(['28.7 GB', '24.9 GB', '22.1 GB', '20.6 GB'])
  expect(text(root, '.block:nth-of-type(2) .note')).toMatch(/^Drawn are 16 of 32 micro-batches\. The slowest stage waits 404 ms, 7\.5 % of the step\.$/)
  expect([...root.querySelectorAll('.shares .part')].map(part => plain(part.textContent))).toEqual(['Compute', 'Communication', 'Pipeline', 'Optimizer'])
  expect(report.links.map(({ link }) => link)).toEqual(['nvlink', 'network'])
  expect([...root.querySelectorAll('.block > table tbody th')].map(th => plain(th.textContent))).toEqual(['NVLink', 'Network'])
})

test('more GPUs: replicas from 1 to what 1024 GPUs hold', async () => {
  const root = (await details(await shown())).renderRoot
  expect([...root.querySelectorAll('.plots svg text.x')].slice(0, 6).map(label => label.textContent)).toEqual(['32', '64', '128', '256', '512', '1024'])
  expect(text(root, '.readout')).toMatch(/^256 GPUs\s?replicas: 8 195 k tokens per second MFU 33 %, 55 % at best\s?compute$/)
  root.querySelector('.plots')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))
  await expect.poll(() => text(root, '.readout')).toMatch(/^512 GPUs\s?replicas: 16/)
})

test('a request becomes a training step and one again', async () => {
  const calculator = await page({ model: 'llama-3.1-8b', tp: '8', batch: '16' })
  const labels = (): string[] => [...calculator.renderRoot.querySelectorAll('fieldset:nth-of-type(3) label')].map(label => plain(label.textContent))
  const request = labels()
  expect(request).toEqual(['Run', 'Batch', 'Prompt tokens', 'Output tokens'])
  await choose(calculator, 'workload-mode', 'training')
  await expect.poll(labels).toEqual(['Run', 'Sequence', 'Micro-batch', 'Global batch', 'Tokens of the run'])
  await expect.poll(() => calculator.report.phases[0]?.phase).toBe('step')
  await choose(calculator, 'workload-mode', 'inference')
  expect(labels()).toEqual(request)
  expect(calculator.scenario.workload?.batch).toBe(16)
})

test.each([['mesh-dp', '16', 512], ['workload-globalBatch', '512', 256], ['workload-sequence', '8k', 256], ['mesh-pp', '8', 512]])('%s changes the answer', async (id, value, gpus) => {
  const calculator = await shown()
  const before = calculator.report.phases[0]?.seconds.estimate
  await choose(calculator, id, value)
  expect(calculator.report.scenario.gpus).toBe(gpus)
  expect(calculator.report.phases[0]?.seconds.estimate).not.toBe(before)
})

test('rare fields: choices with their usual values', async () => {
  const calculator = await shown()
  calculator.renderRoot.querySelector('details')!.open = true
  await expect.poll(() => calculator.renderRoot.querySelector('#training-schedule')).not.toBeNull()
  await choose(calculator, 'training-schedule', 'zbv')
  expect(calculator.scenario.training?.schedule).toBe('zbv')
  await choose(calculator, 'training-zero', '0')
  expect(calculator.scenario.training?.zero).toBe(0)
  const root = (await details(calculator)).renderRoot
  await expect.poll(() => text(root, '.block:nth-of-type(2) .note')).toMatch(/^Schedule zbv is not drawn/)
})

test('the degrees of a request; experts only where a model has some', async () => {
  const degrees = (calculator: RooflineCalculator): string[] => ['tp', 'pp', 'dp', 'cp', 'ep'].filter(axis => calculator.renderRoot.querySelector(`#mesh-${axis}`) !== null)
  expect(degrees(await page({ model: 'llama-3.1-8b' }))).toEqual(['tp', 'pp', 'dp', 'cp'])
  expect(degrees(await page({ model: 'mixtral-8x7b' }))).toEqual(['tp', 'pp', 'dp', 'cp', 'ep'])
  expect(degrees(await page({ model: 'resnet50' }))).toEqual(['tp'])
})

test('images train by the sample', async () => {
  const calculator = await shown({ model: 'resnet50', gpu: 'h100-sxm5-80gb', mesh: { dp: 8 }, workload: { mode: 'training', microBatch: 64 } })
  expect(text(calculator.renderRoot, '.verdict')).toContain('A step over 512 × 224 × 224 pixels is bound by')
  expect(text(calculator.renderRoot, '#rate .name')).toBe('Samples')
  expect((await details(calculator)).renderRoot.querySelectorAll('svg.line')).toHaveLength(1)
})

test('what does not fit says so, and draws memory alone', async () => {
  const calculator = await shown({ model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { mode: 'training' } })
  expect(text(calculator.renderRoot, '.verdict')).toContain('does not fit')
  expect(text(calculator.renderRoot, '#step .value')).toBe('–')
  expect((await details(calculator, '.rows')).renderRoot.querySelectorAll('svg.line')).toHaveLength(0)
})

test.each(['en', 'zh'] as const)('nothing stands in the way of assistive technology: %s', async locale => {
  await setLocale(locale)
  const calculator = await shown()
  calculator.renderRoot.querySelector('details')!.open = true
  const root = (await details(calculator)).renderRoot
  if (locale === 'zh') await expect.poll(() => [...root.querySelectorAll('.title')].map(title => plain(title.textContent))).toEqual(['流水级', '调度', '时间去向', '链路', '更多 GPU'])
  const { violations } = await axe.run(document.body)
  expect(violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))).toEqual([])
})
