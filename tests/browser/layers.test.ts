/** The layers of a network on the page: a table by stage and by type, activations, batches, and two networks side by side. */
import axe from 'axe-core'
import { afterEach, expect, test, vi } from 'vitest'
import { analyze, layers, type Scenario } from '../../src/index.js'
import { layersCsv } from '../../src/scenario/layers-csv.js'
import { setLocale, type RooflineBatches, type RooflineCalculator, type RooflineCompare, type RooflineLayers } from '../../src/ui/index.js'
import { drop, page } from './calculator.js'

const gpu = 'l4'
const plain = (text: string | null | undefined): string => (text ?? '').replaceAll(/\s+/g, ' ').trim()
const attributes = { model: 'mobilenet-v1', gpu, batch: '32' }
const scenario: Scenario = { model: 'mobilenet-v1', gpu, workload: { batch: 32 } }

/** An element of the calculator, once it was loaded and has its answer. */
async function loaded<T extends RooflineLayers | RooflineBatches | RooflineCompare>(calculator: RooflineCalculator, name: string, ready: string): Promise<T> {
  const find = (): T | null => calculator.renderRoot.querySelector<T>(name)
  await expect.poll(() => find() !== null && customElements.get(name) !== undefined).toBe(true)
  find()!.scrollIntoView()
  await expect.poll(() => find()?.shadowRoot?.querySelector(ready) !== null).toBe(true)
  return find()!
}
const table = (calculator: RooflineCalculator): Promise<RooflineLayers> => loaded<RooflineLayers>(calculator, 'roofline-layers', 'tbody tr')
const names = (element: RooflineLayers): string[] => [...element.renderRoot.querySelectorAll('tbody tr:not(.below) .name')].map(name => plain(name.textContent))
const press = async (element: RooflineLayers, selector: string, at = 0): Promise<void> => {
  element.renderRoot.querySelectorAll<HTMLButtonElement>(selector)[at]!.click()
  await element.updateComplete
}

afterEach(async () => {
  document.body.innerHTML = ''
  vi.restoreAllMocks()
  await setLocale('en')
})

test('stages at first; one opens its layers, and a layer what runs in it', async () => {
  const element = await table(await page(attributes))
  expect(names(element)).toEqual(['112² 3 layers', '56² 4 layers', '28² 4 layers', '14² 12 layers', '7² 4 layers', 'pooled 2 layers'])
  await press(element, '.group .name', 1)
  expect(names(element).slice(1, 6)).toEqual(['56² 4 layers', 'Separable2/conv1', 'Separable2/conv2', 'Separable3/conv1', 'Separable3/conv2'])
  expect(plain(element.renderRoot.querySelector('tr.in .shape')!.textContent)).toBe('3×3 /2 dw 64×112² → 64×56²')
  await press(element, 'tr.in .name')
  const detail = element.renderRoot.querySelector('.detail')!
  expect(plain(detail.textContent)).toContain('Separable2/batchnorm1 (batchnorm, folded into the weights)')
  expect([...detail.querySelectorAll('dd')].map(dd => plain(dd.textContent))).toEqual(expect.arrayContaining(['1 × 64 × 112 × 112', '1 × 64 × 56 × 56', '2 × 2', '64']))
})

test('by type, with shares of multiply-adds and parameters', async () => {
  const element = await table(await page(attributes))
  await press(element, '.segments button', 1)
  const rows = [...element.renderRoot.querySelectorAll<HTMLTableRowElement>('tbody tr.group')].map(row => [plain(row.querySelector('.name')!.textContent), ...[...row.querySelectorAll('.of')].map(cell => plain(cell.textContent))])
  expect(rows).toEqual([['1 × 1 convolution 13 layers', '95 %', '74 %'], ['Depthwise convolution 13 layers', '3.1 %', '1.3 %'], ['Convolution 1 layer', '1.9 %', '0.0 %'], ['Fully connected 1 layer', '0.2 %', '24 %'], ['Other 1 layer', '', '']])
})

test('columns sort, a long network shows its longest layers before all', async () => {
  const element = await table(await page({ ...attributes, model: 'efficientnet-b7' }))
  await press(element, '.segments button', 2)
  expect(names(element)).toHaveLength(32)
  const header = (): HTMLElement => element.renderRoot.querySelectorAll('thead th')[6] as HTMLElement
  header().querySelector('button')!.click()
  await element.updateComplete
  expect(header().ariaSort).toBe('descending')
  const found = await layers({ ...scenario, model: 'efficientnet-b7' })
  expect(names(element)).toEqual(found.layers.toSorted((a, b) => b.seconds.estimate - a.seconds.estimate).slice(0, 32).map(({ id }) => id))
  await press(element, '.after button')
  expect(names(element)).toHaveLength(found.layers.length)
})

test('a row marks its point, a point its row, and a number opens its formula', async () => {
  const calculator = await page(attributes)
  const element = await table(calculator)
  await press(element, '.group .name')
  element.renderRoot.querySelector('tr.in')!.dispatchEvent(new PointerEvent('pointerenter'))
  await calculator.updateComplete
  expect(calculator.renderRoot.querySelector('roofline-chart')!.selected).toBe('forward/conv1')
  expect(element.renderRoot.querySelector('tr.on .name')?.textContent).toBe('conv1')
  await press(element, 'tr.in .figure-button')
  expect(element.renderRoot.querySelector('tr.below roofline-explain')).not.toBeNull()
})

test('the peak of the activations is that of the memory', async () => {
  const element = await table(await page(attributes))
  expect(plain(element.renderRoot.querySelector('.live .small')!.textContent)).toMatch(/^At most 77\.1 MB, while Separable1\/conv2 runs\./)
  expect(analyze(scenario).memory?.activations).toBe(77_070_336)
  expect(element.renderRoot.querySelectorAll('.live rect')).toHaveLength(29)
})

test('the table is a CSV', async () => {
  const element = await table(await page(attributes))
  const blobs: Blob[] = [], files: string[] = []
  vi.spyOn(URL, 'createObjectURL').mockImplementation(blob => { blobs.push(blob as Blob); return 'blob:file' })
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) { files.push(this.download) })
  await press(element, '.exports button')
  expect(files).toEqual(['mobilenet-v1_l4_layers.csv'])
  expect(await blobs[0]!.text()).toBe(layersCsv(await layers(analyze(scenario).scenario)))
})

test('another network replaces the table, a decoder has kernels again', async () => {
  const calculator = await page(attributes)
  const element = await table(calculator)
  calculator.scenario = { ...scenario, model: 'resnet18' }
  await expect.poll(() => names(element).join()).toBe('conv1,56² 5 layers,28² 5 layers,14² 5 layers,7² 5 layers,pooled 2 layers')
  calculator.scenario = { model: 'llama-3.1-8b', gpu }
  await calculator.updateComplete
  expect(calculator.renderRoot.querySelector('roofline-layers')).toBeNull()
  expect(calculator.renderRoot.querySelector('roofline-kernels')).not.toBeNull()
  expect(calculator.renderRoot.querySelector('roofline-batches')).toBeNull()
})

/** A file of two nodes in the form of ncnn. */
const param = (): File => new File(['7767517\n3 3\nInput data 0 1 data 0=32 1=32 2=3\nConvolution conv1 1 1 data c1 0=8 1=3 3=2 4=1 5=1 6=216\nReLU relu1 1 1 c1 out\n'], 'small.param')

test('a dropped file shows its layers; where its batch is fixed there is nothing to draw against it', async () => {
  const calculator = await page({ gpu })
  drop(calculator, param())
  await expect.poll(() => calculator.report.phases[0]?.phase).toBe('forward')
  const element = await table(calculator)
  expect(names(element)).toEqual(['conv1'])
  expect(plain(element.renderRoot.querySelector('.shape')!.textContent)).toBe('3×3 /2 3×32² → 8×16²')
  await expect.poll(() => calculator.renderRoot.querySelector<RooflineBatches>('roofline-batches')?.hidden).toBe(analyze(calculator.report.scenario).metrics!.maxBatch! < 2)
})

test('throughput and latency against the batch, read out by keys', async () => {
  const element = await loaded<RooflineBatches>(await page({ ...attributes, batch: '24' }), 'roofline-batches', 'svg')
  const rows = [...element.renderRoot.querySelectorAll('.hidden tbody tr')].map(row => plain(row.querySelector('th')!.textContent))
  expect(rows).toEqual(['1', '2', '4', '8', '16', '24', '32', '64', '128', '256', '512', '1,024'])
  const said = (): string => plain(element.renderRoot.querySelector('.readout b')!.textContent)
  expect(said()).toBe('Batch 24')
  const plots = element.renderRoot.querySelector<HTMLElement>('.plots')!
  plots.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))
  await element.updateComplete
  expect(said()).toBe('Batch 32')
  expect(element.renderRoot.querySelectorAll('circle')).toHaveLength(2 * rows.length)
  expect(element.shadowRoot!.innerHTML).not.toMatch(/NaN|Infinity|undefined/)
})

test('batches end where the memory does', async () => {
  const element = await loaded<RooflineBatches>(await page({ model: 'unet', gpu }), 'roofline-batches', 'svg')
  const { metrics } = analyze({ model: 'unet', gpu })
  expect(plain(element.renderRoot.querySelector('.note')!.textContent)).toBe(`A batch of ${String(metrics!.maxBatch)} is the largest that fits.`)
})

test('two networks are compared by what they have and by type of layer, two GPUs also by kernel', async () => {
  const calculator = await page(attributes)
  calculator.renderRoot.querySelector<HTMLButtonElement>('#tool-compare')!.click()
  await calculator.updateComplete
  calculator.scenario = { ...scenario, model: 'resnet50' }
  const compare = await loaded<RooflineCompare>(calculator, 'roofline-compare', '.phases')
  const row = (name: string): string[] => { const found = [...compare.renderRoot.querySelectorAll('tr')].find(({ cells }) => plain(cells[0]?.textContent) === name); return [...found?.cells ?? []].slice(1, 3).map(cell => plain(cell.textContent)) }
  expect(row('Parameters')).toEqual(['4.23 M', '25.6 M'])
  await expect.poll(() => row('Depthwise convolution')[1]).toBe('–')
  expect(compare.renderRoot.querySelectorAll('.phases table')).toHaveLength(1)
  calculator.scenario = { ...scenario, gpu: 'h100-sxm5-80gb' }
  await expect.poll(() => compare.renderRoot.querySelectorAll('.phases table').length).toBe(2)
  expect(row('Parameters')).toEqual([])
  expect(compare.renderRoot.textContent).not.toMatch(/NaN|null|undefined/)
})

test('speaks Chinese', async () => {
  await setLocale('zh')
  const calculator = await page(attributes)
  const element = await table(calculator)
  await press(element, '.segments button', 1)
  for (const text of [...element.renderRoot.querySelectorAll('thead th, .title, .segments button, .group .name')].map(name => plain(name.textContent))) expect(text).toMatch(/\p{Script=Han}/u)
  const batches = await loaded<RooflineBatches>(calculator, 'roofline-batches', 'svg')
  expect(plain(batches.renderRoot.querySelector('figcaption')!.textContent)).toBe('每秒样本数')
})

test.each([390, 1280])('is accessible, %i pixels wide', async width => {
  const calculator = await page(attributes)
  document.querySelector('main')!.style.width = `${String(width)}px`
  const element = await table(calculator)
  await press(element, '.group .name')
  await press(element, 'tr.in .name')
  await loaded<RooflineBatches>(calculator, 'roofline-batches', 'svg')
  const { violations } = await axe.run(document.body, { rules: { 'page-has-heading-one': { enabled: false } } })
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
})
