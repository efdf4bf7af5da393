/** Weights on the page: a GGUF file is read by its header, files of one checkpoint together. */
import { expect, test } from 'vitest'
import { models } from '../../src/index.js'
import { page } from './calculator.js'

/** A safetensors file: the length of its header, the header, and no data. */
function safetensors(header: object, name: string): File {
  const text = new TextEncoder().encode(JSON.stringify(header))
  const length = new DataView(new ArrayBuffer(8))
  length.setBigUint64(0, BigInt(text.length), true)
  return new File([length.buffer, text], name)
}

test('config.json and its safetensors, dropped together, give one model with the bytes of its tensors', async () => {
  const calculator = await page({ gpu: 'h100-sxm5-80gb' })
  const { config } = models.find(({ id }) => id === 'llama-3.2-1b') ?? { config: {} }
  const index = { metadata: { total_size: 2_471_645_608 }, weight_map: { 'model.embed_tokens.weight': 'model.safetensors' } }
  await calculator.open(new File([JSON.stringify(config)], 'config.json'), new File([JSON.stringify(index)], 'model.safetensors.index.json'))
  expect(calculator.report.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(calculator.report.model?.parameters).toBe(1_235_814_400)
})

test('a file whose header lies is a problem on the page, and the answer stays', async () => {
  const calculator = await page({ gpu: 'h100-sxm5-80gb' })
  const before = calculator.report.model?.id
  await calculator.open(safetensors({ x: { dtype: 'F16', shape: [4], data_offsets: [0, 800] } }, 'liar.safetensors'))
  await calculator.updateComplete
  expect(calculator.report.model?.id).toBe(before)
  expect(calculator.shadowRoot?.textContent).toContain('liar.safetensors')
})
