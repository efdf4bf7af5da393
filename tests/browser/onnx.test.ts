/** ONNX files on the page: dropped, they are asked for the sizes that they leave open, and answer operator by operator. */
import { PbfWriter } from 'pbf'
import { expect, test } from 'vitest'
import type { RooflineCalculator } from '../../src/ui/index.js'
import { drop, page } from './calculator.js'

/** One convolution over a signal of any length, its weights elsewhere. */
function signal(name: string): File {
  const w = new PbfWriter()
  const value = (field: number, of: string, dims: readonly (number | string)[], w: PbfWriter): void => {
    w.writeMessage(field, (_, w) => {
      w.writeStringField(1, of)
      w.writeMessage(2, (_, w) => { w.writeMessage(1, (_, w) => {
        w.writeVarintField(1, 1)
        w.writeMessage(2, (_, w) => { for (const dim of dims) w.writeMessage(1, (_, w) => { if (typeof dim === 'number') w.writeVarintField(1, dim); else w.writeStringField(2, dim) }, null) }, null)
      }, null) }, null)
    }, null)
  }
  w.writeVarintField(1, 8)
  w.writeMessage(7, (_, w) => {
    w.writeMessage(1, (_, w) => { w.writeStringField(1, 'x'); w.writeStringField(1, 'w'); w.writeStringField(2, 'y'); w.writeStringField(3, '/conv/Conv'); w.writeStringField(4, 'Conv') }, null)
    w.writeMessage(5, (_, w) => { for (const dim of [32, 16, 3]) w.writeVarintField(1, dim); w.writeVarintField(2, 1); w.writeStringField(8, 'w'); w.writeVarintField(14, 1) }, null)
    value(11, 'x', ['batch', 16, 'samples'], w)
    value(12, 'y', ['batch', 32, 'frames'], w)
  }, null)
  w.writeMessage(8, (_, w) => { w.writeVarintField(2, 17) }, null)
  return new File([new Uint8Array(w.finish())], name)
}

const until = async (calculator: RooflineCalculator, is: () => boolean): Promise<void> => { await expect.poll(async () => { await calculator.updateComplete; return is() }).toBe(true) }

test('a dropped .onnx asks for its dynamic axis in a field of that name, and answers once it has a size', async () => {
  const calculator = await page({ gpu: 'h100-sxm5-80gb' })
  drop(calculator, signal('signal.onnx'))
  await until(calculator, () => calculator.report.problems.some(({ code }) => code === 'missing-axis'))
  const root = calculator.shadowRoot!
  const field = root.querySelector<HTMLInputElement>('#workload-axes-samples')!
  expect(root.querySelector('label[for="workload-axes-samples"]')?.textContent).toBe('samples')
  expect(field.getAttribute('aria-invalid')).toBe('true')
  field.value = '16000'
  field.dispatchEvent(new Event('change', { bubbles: true }))
  await until(calculator, () => calculator.report.phases.length === 1)
  expect(calculator.report.model).toMatchObject({ macs: 15_998 * 32 * 16 * 3, parameters: 32 * 16 * 3 })
  expect(calculator.report.phases[0]?.kernels.map(({ id }) => id)).toEqual(['conv.Conv'])
})

test('its operators are layers, and a batch of any size is drawn', async () => {
  const calculator = await page({ gpu: 'h100-sxm5-80gb' })
  calculator.scenario = { ...calculator.scenario, workload: { batch: 2 } }
  drop(calculator, signal('signal.onnx'))
  await until(calculator, () => calculator.report.problems.some(({ code }) => code === 'missing-axis'))
  calculator.scenario = { ...calculator.scenario, workload: { ...calculator.scenario.workload, axes: { samples: 16000 } } }
  const inside = (name: string, selector: string): string | undefined => { const element = calculator.renderRoot.querySelector(name); element?.scrollIntoView(); return element?.shadowRoot?.querySelector(selector)?.textContent.replaceAll(/\s+/g, ' ').trim() }
  await expect.poll(() => inside('roofline-layers', 'tbody .name')).toBe('conv.Conv')
  expect(inside('roofline-layers', '.shape')).toBe('3 16×16000 → 32×15998')
  await expect.poll(() => inside('roofline-batches', '.readout b')).toBe('Batch 2')
})

test('the size that is suggested is a button', async () => {
  const calculator = await page({ gpu: 'h100-sxm5-80gb' })
  drop(calculator, signal('signal.onnx'))
  await until(calculator, () => calculator.report.problems.some(({ code }) => code === 'missing-axis'))
  const button = [...calculator.shadowRoot!.querySelectorAll('button')].find(one => one.textContent === '16000')
  button?.click()
  await until(calculator, () => calculator.report.phases.length === 1)
})

test('a damaged .onnx is a problem on the page, and the answer stays', async () => {
  const calculator = await page({ gpu: 'h100-sxm5-80gb' })
  const before = calculator.report.model?.id
  drop(calculator, new File([new Uint8Array(99).fill(255)], 'broken.onnx'))
  await until(calculator, () => calculator.shadowRoot?.textContent.includes('broken.onnx') === true)
  expect(calculator.report.model?.id).toBe(before)
})
