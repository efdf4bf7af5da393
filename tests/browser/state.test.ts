import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { analyze } from '../../src/index.js'
import '../../src/ui/define.js'
import { keepAddress } from '../../src/ui/address.js'
import type { RooflineCalculator } from '../../src/ui/index.js'
import { readLink, writeLink } from '../../src/ui/link.js'
import { recents } from '../../src/ui/recent.js'

const home = location.pathname + location.search
const fresh = (): RooflineCalculator => {
  document.body.innerHTML = '<main><roofline-calculator model="llama-3.1-8b" gpu="h100-sxm5-80gb" batch="16" prompt="2048"></roofline-calculator></main>'
  return document.querySelector('roofline-calculator')!
}
let calculator: RooflineCalculator
let stop: () => void

async function boot(): Promise<void> {
  stop()
  calculator = fresh()
  const kept = keepAddress(calculator)
  stop = kept.stop
  await kept.ready
  await calculator.updateComplete
}

async function choose(selector: string, value: string): Promise<void> {
  const field = calculator.renderRoot.querySelector<HTMLInputElement>(selector)!
  const before = location.hash
  field.value = value
  field.dispatchEvent(new Event('change', { bubbles: true }))
  await expect.poll(() => location.hash).not.toBe(before)
  await calculator.updateComplete
}

const batch = (): number | undefined => calculator.scenario.workload?.batch
const button = (name: string): HTMLButtonElement => calculator.renderRoot.querySelector<HTMLButtonElement>(`#tool-${name}`)!
const press = (key: string, from: EventTarget = document.body, shiftKey = false): void => {
  from.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey: true, shiftKey, bubbles: true, composed: true, cancelable: true }))
}

beforeEach(async () => {
  localStorage.clear()
  stop = () => undefined
  history.replaceState(null, '', home)
  await boot()
})

afterEach(() => {
  stop()
  vi.restoreAllMocks()
  vi.useRealTimers()
  document.body.innerHTML = ''
  history.replaceState(null, '', home)
})

test('a change is in the address, and opening that address shows it again', async () => {
  await choose('#workload-batch', '32')
  await choose('#mesh-tp', '2')
  expect(readLink(location.hash.slice(1))).toEqual({ stand: { scenario: { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 32, prompt: 2048 }, mesh: { tp: 2 } }, file: null } })
  const { report } = calculator
  await boot()
  expect(calculator.report).toEqual(report)
  expect(report).toEqual(analyze(calculator.scenario))
})

test('back and forward restore', async () => {
  await choose('#workload-batch', '32')
  await choose('#workload-output', '64')
  history.back()
  await expect.poll(() => calculator.scenario.workload?.output).toBeUndefined()
  expect(batch()).toBe(32)
  history.back()
  await expect.poll(batch).toBe(16)
  history.forward()
  await expect.poll(batch).toBe(32)
})

test('a run of changes to one field is one entry, and no change is none', async () => {
  const pushed = vi.spyOn(history, 'pushState')
  await choose('#workload-batch', '32')
  await choose('#workload-batch', '64')
  await choose('#workload-batch', '128')
  expect(pushed).toHaveBeenCalledTimes(1)
  const field = calculator.renderRoot.querySelector<HTMLInputElement>('#workload-batch')!
  field.dispatchEvent(new Event('change', { bubbles: true }))
  button('reset').click()
  await expect.poll(batch).toBe(16)
  button('reset').click()
  await new Promise(done => setTimeout(done, 50))
  expect(pushed).toHaveBeenCalledTimes(2)
})

test('undo and redo by button and by key, but not in a text field', async () => {
  expect(button('undo').disabled).toBe(true)
  await choose('#workload-batch', '32')
  await choose('#mesh-tp', '2')
  button('undo').click()
  expect(calculator.scenario.mesh?.tp).toBeUndefined()
  press('z')
  expect(batch()).toBe(16)
  press('Z', document.body, true)
  expect(batch()).toBe(32)
  press('z', calculator.renderRoot.querySelector('#workload-batch')!)
  expect(batch()).toBe(32)
  button('undo').dispatchEvent(new MouseEvent('click', { shiftKey: true, bubbles: true }))
  expect(calculator.scenario.mesh?.tp).toBe(2)
})

test('a dropped file travels in the link', async () => {
  const model = { architectures: ['LlamaForCausalLM'], model_type: 'llama', hidden_size: 512, intermediate_size: 1536, num_hidden_layers: 4, num_attention_heads: 8, vocab_size: 32000 }
  await calculator.open(new File([JSON.stringify(model)], 'tiny.json'))
  await expect.poll(() => location.hash).toMatch(/^#1:/)
  await boot()
  expect(calculator.stand).toEqual({ scenario: { model, gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } }, file: 'tiny.json' })
})

test('a link that cannot be read is told, and nothing is lost', async () => {
  await choose('#workload-batch', '32')
  location.hash = '#1:broken'
  await expect.poll(() => calculator.renderRoot.querySelector('[role="alert"]')?.textContent).toContain('cut off or altered')
  expect(batch()).toBe(32)
  expect(calculator.renderRoot.querySelector('.stale')).toBeNull()
  location.hash = '#chapter'
  await choose('#workload-batch', '64')
  expect(calculator.problems).toEqual([])
})

test('copies link and command, and says so', async () => {
  const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
  const status = (): string => calculator.renderRoot.querySelector('.copied')!.textContent
  await choose('#workload-batch', '32')
  button('share').click()
  await expect.poll(status).toBe('Link copied')
  expect(write).toHaveBeenLastCalledWith(location.href)
  button('command').click()
  await expect.poll(status).toBe('Command copied')
  expect(write).toHaveBeenLastCalledWith('roofline estimate llama-3.1-8b --gpu h100-sxm5-80gb --batch 32 --prompt 2048')
  write.mockRejectedValue(new DOMException('denied', 'NotAllowedError'))
  button('command').click()
  await expect.poll(() => calculator.renderRoot.querySelector<HTMLInputElement>('.copied input')?.value).toContain('--batch 32')
})

test('recent scenarios are links', async () => {
  await choose('#workload-batch', '32')
  const first = location.hash
  await expect.poll(() => calculator.recent?.length, { timeout: 3000 }).toBe(1)
  await choose('#mesh-tp', '2')
  await expect.poll(() => calculator.recent?.length, { timeout: 3000 }).toBe(2)
  expect(recents()).toEqual(calculator.recent)
  await calculator.updateComplete
  calculator.renderRoot.querySelector<HTMLElement>('#tool-recent')!.click()
  calculator.renderRoot.querySelector<HTMLAnchorElement>(`.recent a[href="${first}"]`)!.click()
  await expect.poll(() => calculator.scenario.mesh?.tp).toBeUndefined()
  expect(batch()).toBe(32)
})

test('denied storage is no obstacle', async () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => { throw new DOMException('denied', 'SecurityError') })
  vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => { throw new DOMException('denied', 'SecurityError') })
  expect(recents()).toEqual([])
  await choose('#workload-batch', '32')
  await expect.poll(() => calculator.recent?.length, { timeout: 3000 }).toBe(1)
})

test('an unknown architecture says what was understood, and goes on', async () => {
  const model = { architectures: ['FooForCausalLM'], model_type: 'foo', hidden_size: 512, intermediate_size: 1536, num_hidden_layers: 4, num_attention_heads: 8, vocab_size: 32000 }
  await calculator.open(new File([JSON.stringify(model)], 'foo.json'))
  await calculator.updateComplete
  expect(calculator.renderRoot.querySelector('.understood')!.textContent).toContain('layers 4')
  expect(calculator.renderRoot.querySelector('.stale .verdict')!.textContent).toContain('Llama 3.1 8B')
  const ways = [...calculator.renderRoot.querySelectorAll<HTMLButtonElement>('.notice .actions button')]
  expect(ways.map(({ textContent }) => textContent)).toContain('Read it as llama')
  ways.at(-1)!.click()
  await calculator.updateComplete
  expect(calculator.scenario.model).toBe('llama-3.1-8b')
  calculator.move('undo')
  await calculator.updateComplete
  ;[...calculator.renderRoot.querySelectorAll<HTMLButtonElement>('.notice .actions button')].find(({ textContent }) => textContent === 'Read it as llama')!.click()
  await calculator.updateComplete
  expect(calculator.renderRoot.querySelector('.stale')).toBeNull()
  expect(calculator.renderRoot.querySelector('.verdict')!.textContent).toContain('foo.json')
})

test('a scenario too long for a link is kept by the history', async () => {
  const model = { architectures: ['LlamaForCausalLM'], model_type: 'llama', hidden_size: 512, intermediate_size: 1536, num_hidden_layers: 4, num_attention_heads: 8, vocab_size: 32000, noise: Array.from({ length: 20000 }, (_, i) => Math.sin(i)) }
  expect(writeLink({ scenario: { model, gpu: '' }, file: null })).toBeNull()
  await calculator.open(new File([JSON.stringify(model)], 'large.json'))
  await expect.poll(() => (history.state as { file?: string } | null)?.file).toBe('large.json')
  button('share').click()
  await expect.poll(() => calculator.renderRoot.querySelector('.copied')!.textContent).toContain('too long')
  await boot()
  expect(calculator.stand.file).toBe('large.json')
})
