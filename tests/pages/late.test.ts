/** Parts that the page loads after its first answer, or when a scenario names something of theirs. */
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { RooflineCalculator } from '../../src/ui/index.js'
import { writeLink } from '../../src/ui/link.js'
import { root } from './built.js'
import { launch, serve } from './serve.js'

let browser: Browser, context: BrowserContext, page: Page, site: Awaited<ReturnType<typeof serve>>
let asked: string[]

beforeAll(async () => {
  site = await serve({ '/': join(root, 'dist/app') })
  browser = await launch()
})
afterAll(async () => {
  await browser.close()
  site.close()
})
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 1000 } })
  page = await context.newPage()
  asked = []
  page.on('request', request => { asked.push(request.url()) })
  // All that was ever shown as a problem.
  await page.addInitScript(() => {
    const said: string[] = []
    Object.assign(globalThis, { said })
    const look = (): void => {
      said.push(...[...document.querySelector('roofline-calculator')?.shadowRoot?.querySelectorAll('[role=alert], .why') ?? []].map(notice => notice.textContent.trim()).filter(text => text !== ''))
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
})
afterEach(async () => { await context.close() })

const parts = /\/networks-[^/]*\.js$/
const link = (model: string): string => `#${writeLink({ scenario: { model, gpu: 'h100-sxm5-80gb' }, file: null }) ?? ''}`
const verdict = () => page.evaluate(() => document.querySelector('roofline-calculator')?.shadowRoot?.querySelector('.verdict')?.textContent ?? '')
const said = () => page.evaluate(() => [...new Set((globalThis as unknown as { said: string[] }).said)])

/** Holds the parts back until they are let go. */
async function held(): Promise<() => void> {
  let go = (): void => undefined
  const waiting = new Promise<void>(done => { go = done })
  await page.route(parts, async route => {
    await waiting
    await route.continue()
  })
  return go
}

test('the first answer is drawn without them; then they come', async () => {
  const let_go = await held()
  await page.goto(`${site.url}/`)
  await expect.poll(verdict).toContain('Llama 3.1 8B')
  await expect.poll(() => asked.filter(url => parts.test(url)).length).toBe(1)
  let_go()
  await expect.poll(() => page.evaluate(() => {
    const picker = document.querySelector('roofline-calculator')?.shadowRoot?.querySelector('roofline-picker')
    return picker?.groups.some(({ options }) => options.some(({ id }) => id === 'resnet50'))
  })).toBe(true)
  expect(await said()).toEqual([])
})

test('a link to a network waits for them and shows nothing else', async () => {
  const let_go = await held()
  await page.goto(`${site.url}/${link('resnet50')}`)
  await expect.poll(() => asked.filter(url => parts.test(url)).length).toBe(1)
  expect(await page.evaluate(() => document.querySelector('roofline-calculator')?.shadowRoot?.textContent.trim())).toBe('')
  let_go()
  await expect.poll(verdict).toContain('ResNet-50')
  expect(await said()).toEqual([])
})

test.each([['resnet50', 'ResNet-50', 2048], ['whisper ti', 'Whisper tiny', undefined]])('%s, typed before they are there, waits, with the last answer in sight', async (typed, name, prompt) => {
  const let_go = await held()
  await page.goto(`${site.url}/`)
  await expect.poll(verdict).toContain('Llama 3.1 8B')
  const model = page.locator('roofline-calculator #model .pick')
  await model.fill(typed)
  await model.press('Enter')
  await page.waitForTimeout(100)
  expect(await verdict()).toContain('Llama 3.1 8B')
  let_go()
  await expect.poll(verdict).toContain(name)
  // What the model has no room for is put aside, as where all is there.
  expect(await page.evaluate(() => document.querySelector<RooflineCalculator>('roofline-calculator')?.scenario.workload)).toEqual({ batch: 16, ...prompt === undefined ? {} : { prompt } })
  expect(await said()).toEqual([])
})

test('a model that is not known to any part is unknown once they are there', async () => {
  await page.goto(`${site.url}/${link('resnet5000')}`)
  await expect.poll(said).toEqual(expect.arrayContaining([expect.stringContaining('is not a model in the catalogue')]))
  expect(asked.filter(url => parts.test(url))).toHaveLength(1)
})

test('where they cannot be loaded, that is said', async () => {
  await page.route(parts, route => route.abort())
  await page.goto(`${site.url}/${link('resnet50')}`)
  await expect.poll(said).toEqual(expect.arrayContaining([expect.stringContaining('could not be loaded')]))
  expect((await said()).join()).not.toContain('catalogue')
  await page.evaluate(link => { location.hash = link }, link('mixtral-8x7b'))
  await expect.poll(verdict).toContain('Mixtral')
})
