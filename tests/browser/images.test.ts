import axe from 'axe-core'
import { afterEach, expect, test } from 'vitest'
import { page as view } from 'vitest/browser'
import { analyze } from '../../src/index.js'
import { setLocale, type RooflineCalculator } from '../../src/ui/index.js'
import { page } from './calculator.js'

const gpu = 'h100-sxm5-80gb'

const part = (calculator: RooflineCalculator, selector: string): HTMLInputElement => calculator.renderRoot.querySelector<HTMLInputElement>(selector)!
const labels = (calculator: RooflineCalculator): string[] => [...calculator.renderRoot.querySelectorAll('fieldset:nth-of-type(3) label')].map(label => label.textContent)

async function set(calculator: RooflineCalculator, selector: string, value: string): Promise<void> {
  const field = part(calculator, selector)
  field.value = value
  field.dispatchEvent(new Event('change', { bubbles: true }))
  await calculator.updateComplete
}

async function pick(calculator: RooflineCalculator, value: string): Promise<void> {
  part(calculator, 'roofline-picker#model').dispatchEvent(new CustomEvent('pick', { detail: { value } }))
  await calculator.updateComplete
}

afterEach(async () => {
  document.body.innerHTML = ''
  await setLocale('en')
})

test('a model that sees is asked for images, and for their size where there are some', async () => {
  const calculator = await page({ model: 'llama-3.1-8b', gpu, batch: '1' })
  expect(labels(calculator)).toEqual(['Run', 'Batch', 'Prompt tokens', 'Output tokens'])
  await pick(calculator, 'qwen3-vl-8b')
  expect(labels(calculator)).toEqual(['Run', 'Batch', 'Images per prompt', 'Prompt tokens', 'Output tokens'])
  expect(part(calculator, '#workload-images').value).toBe('0')
  await set(calculator, '#workload-images', '2')
  expect(labels(calculator)).toEqual(['Run', 'Batch', 'Images per prompt', 'Image, height × width', 'Prompt tokens', 'Output tokens'])
  expect(part(calculator, '#workload-image').value).toBe('768 × 768')
  await set(calculator, '#workload-image', '1024x512')
  expect(calculator.report).toStrictEqual(analyze({ model: 'qwen3-vl-8b', gpu, workload: { batch: 1, images: 2, image: [1024, 512] } }))
  expect(calculator.report.phases[0]!.kernels.some(({ id }) => id.startsWith('vision/'))).toBe(true)
  const { command } = await import('../../src/ui/command.js')
  expect(command(calculator.stand)).toContain(' --images 2 --image 1024x512')
})

test('images wait for the next model that sees them', async () => {
  const calculator = await page({ model: 'gemma-3-4b', gpu, batch: '1', images: '3' })
  const seen = calculator.report
  expect(seen.scenario.workload).toMatchObject({ images: 3, image: [896, 896] })
  await pick(calculator, 'llama-3.1-8b')
  expect(calculator.report).toStrictEqual(analyze({ model: 'llama-3.1-8b', gpu, workload: { batch: 1 } }))
  await pick(calculator, 'gemma-3-4b')
  expect(calculator.report).toStrictEqual(seen)
})

test('what is wrong with an image stands at its field', async () => {
  const calculator = await page({ model: 'qwen2.5-vl-7b', gpu, images: '1' })
  const why = (field: string) => part(calculator, `#note-workload-${field}`).textContent.trim()
  expect(why('image')).toContain('Image, height × width is missing')
  await set(calculator, '#workload-image', '10x900')
  expect(why('image')).toContain('no patch of 14 × 14')
  await set(calculator, '#workload-image', '448')
  expect([why('image'), calculator.report.metrics === null]).toEqual(['', false])
  await set(calculator, '#workload-images', '-1')
  expect(why('images')).toContain('Images per prompt must be at least 0')
})

test('speaks Chinese', async () => {
  await setLocale('zh')
  const calculator = await page({ model: 'qwen3-vl-8b', gpu, images: '2' })
  expect(labels(calculator)).toEqual(['运行方式', '批次', '每个提示的图像数', '图像，高 × 宽', '提示词元', '输出词元'])
  expect(calculator.renderRoot.textContent).toContain('2 张图像')
})

test.each([1280, 390])('fields of images have room at %i pixels, and are accessible', async width => {
  await view.viewport(width, 900)
  const calculator = await page({ model: 'qwen3-vl-8b', gpu, images: '2' })
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width)
  const { violations } = await axe.run(document.body, { rules: { 'page-has-heading-one': { enabled: false } } })
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
  expect(calculator.report.problems).toEqual([])
})
