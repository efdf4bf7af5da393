import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { RooflineCalculator, RooflineChart } from '../../src/ui/index.js'
import { analyze } from '../../src/index.js'
import { root } from './built.js'
import { launch, serve } from './serve.js'

interface Window { shifts: number }
const output = mkdtempSync(join(tmpdir(), 'roofline-pages-'))
let browser: Browser, context: BrowserContext, page: Page, site: Awaited<ReturnType<typeof serve>>
let complaints: string[]

beforeAll(async () => {
  // Vitest's own would choose the development builds of packages.
  vi.stubEnv('NODE_ENV', 'production')
  await build({ root: join(root, 'examples/react'), base: './', configFile: false, logLevel: 'silent', build: { outDir: join(output, 'react'), emptyOutDir: true, target: 'es2022' }, resolve: { alias: { 'roofline/define': join(root, 'dist/ui/define.js') } } })
  vi.unstubAllEnvs()
  site = await serve({ '/': root, '/react/': join(output, 'react'), '/made/': output })
  browser = await launch()
})
afterAll(async () => {
  await browser.close()
  site.close()
  rmSync(output, { recursive: true, force: true })
})

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1000, height: 700 }, reducedMotion: 'reduce' })
  page = await context.newPage()
  complaints = []
  page.on('console', message => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()) })
  page.on('pageerror', error => { complaints.push(error.message) })
  page.on('request', request => { if (!request.url().startsWith(site.url)) complaints.push(`asks for ${request.url()}`) })
  // Shifts of the layout as browsers measure them, from before the first paint on.
  await page.addInitScript(() => {
    const counter = globalThis as unknown as Window
    counter.shifts = 0
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) counter.shifts += (entry as PerformanceEntry & { value: number }).value
    }).observe({ type: 'layout-shift', buffered: true })
  })
})
afterEach(async () => { await context.close() })

const drawn = (selector: string) => page.waitForFunction(name => {
  const found = document.querySelector(name)
  const chart = (found?.matches('roofline-chart') ? found : found?.shadowRoot?.querySelector('roofline-chart'))
  return (chart?.drawn.length ?? 0) > 0
}, selector)
const started = (selector: string) => page.evaluate(name => document.querySelector<RooflineCalculator>(name)?.hasUpdated, selector)

/** Scrolls through the whole page as a reader does, a third of a screen at a time. */
async function read(): Promise<void> {
  for (let at = 0; at < await page.evaluate(() => document.documentElement.scrollHeight); at += 230) {
    await page.mouse.wheel(0, 230)
    await page.waitForTimeout(30)
  }
}

test('the plain page works under a strict policy and asks nobody else', async () => {
  await page.goto(`${site.url}/examples/html/`)
  await drawn('#first')
  const report = analyze({ model: 'llama-3.1-8b', gpu: 'l40s', workload: { batch: 8, prompt: 1000, output: 128 } })
  expect(await page.evaluate(() => document.querySelector<RooflineCalculator>('#first')?.report.metrics)).toEqual(report.metrics)
  await page.locator('main > roofline-chart').scrollIntoViewIfNeeded()
  await drawn('main > roofline-chart')
  expect(complaints).toEqual([])
})

const shifts = () => page.evaluate(() => (globalThis as unknown as Window).shifts)
/** Where everything on the page stands, from its top. */
const places = () => page.evaluate(() => [...document.querySelectorAll('main > *')].map(one => `${one.localName} ${String(Math.round(one.getBoundingClientRect().top + scrollY))}`))

/** Reads the example and says whether anything moved: as browsers count it, which they do only in sight, and anywhere. */
async function moved(width: number): Promise<{ readonly early: boolean | undefined; readonly shifts: number; readonly places: boolean }> {
  await page.setViewportSize({ width, height: 700 })
  // Held back until the page is laid out without them: what they need then has to be there.
  let release = (): void => undefined
  const held = new Promise<void>(done => { release = done })
  await page.route('**/roofline.js', async route => {
    await held
    await route.continue()
  })
  await page.goto(`${site.url}/examples/html/`, { waitUntil: 'commit' })
  await page.locator('#second').waitFor({ state: 'attached' })
  await page.waitForTimeout(100)
  const before = await places()
  release()
  await drawn('#first')
  const early = await started('#second')
  await read()
  await drawn('#second')
  return { early, shifts: await shifts(), places: before.join() !== (await places()).join() }
}

test.each([1000, 390])('an element far below starts when the reader comes near, and nothing moves, at %i pixels', async width => {
  expect(await moved(width)).toEqual({ early: false, shifts: 0, places: false })
})

test('without room reserved, what stands below moves, and that is seen', async () => {
  await page.route('**/style.css', async route => {
    const response = await route.fetch()
    await route.fulfill({ response, body: (await response.text()).replaceAll(/min-height: \d+px/g, 'min-height: 0') })
  })
  const found = await moved(1000)
  expect(found.shifts).toBeGreaterThan(0.01)
  expect(found.places).toBe(true)
})

test('equal questions share one answer', async () => {
  await page.goto(`${site.url}/examples/html/`)
  await drawn('#first')
  await read()
  await drawn('main > roofline-chart')
  expect(await page.evaluate(() => document.querySelector<RooflineCalculator>('#first')?.report === document.querySelector<RooflineChart>('main > roofline-chart')?.report)).toBe(true)
})

test('a page restyles them with custom properties and parts', async () => {
  await page.goto(`${site.url}/examples/html/`)
  await read()
  await drawn('#second')
  const style = await page.evaluate(() => {
    const element = document.querySelector('#second')!
    const { backgroundColor, color, fontFamily } = getComputedStyle(element)
    return { backgroundColor, color, fontFamily, verdict: getComputedStyle(element.shadowRoot!.querySelector('.verdict')!).fontStyle }
  })
  expect(style).toEqual({ backgroundColor: 'rgb(255, 253, 248)', color: 'rgb(43, 38, 32)', fontFamily: 'Georgia, serif', verdict: 'italic' })
})

test('they go on offline and survive being moved', async () => {
  await page.goto(`${site.url}/examples/html/`)
  await drawn('#first')
  await context.setOffline(true)
  const before = await page.evaluate(() => document.querySelector<RooflineCalculator>('#first')?.report.metrics?.tpot)
  await page.evaluate(() => {
    const element = document.querySelector('#first')!
    element.setAttribute('batch', '2*32')
    document.querySelector('main')!.prepend(element)
  })
  await drawn('#first')
  expect(await page.evaluate(() => document.querySelector<RooflineCalculator>('#first')?.report.metrics?.tpot)).toBeGreaterThan(before!)
  expect(complaints).toEqual([])
})

test('React sets properties, listens, and is told of changes', async () => {
  await page.goto(`${site.url}/react/`)
  await drawn('roofline-calculator')
  const output = page.locator('output')
  const tokens = (batch: number) => `${String(Math.round(analyze({ model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch } }).metrics?.tokensPerSecond ?? 0))} tokens per second`
  await expect.poll(() => output.textContent()).toBe(tokens(16))
  await page.locator('p button').click()
  await expect.poll(() => output.textContent()).toBe(tokens(32))
  expect(complaints).toEqual([])
})

test('JSX knows their attributes, properties and events', () => {
  const types = (name: string): string => join(root, 'dist', name)
  const compilerOptions = { rootDir: '/', skipLibCheck: true, paths: { 'roofline': [types('index.d.ts')], 'roofline/react': [types('react.d.ts')] } }
  const app = join(root, 'examples/react/src/app.tsx')
  // Beside the example, so that it finds the types of React.
  const wrong = join(root, 'examples/react/src/wrong.tsx')
  writeFileSync(wrong, readFileSync(app, 'utf8').replace('heading-level={2}', 'heading-level="two"').replace('event.detail.report', 'event.detail.nothing'))
  writeFileSync(join(output, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'examples/react/tsconfig.json'), compilerOptions, include: [], files: [app, wrong] }))
  const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', output], { encoding: 'utf8' })
  rmSync(wrong)
  expect(stdout.match(/^\S+(?=\(\d+,\d+\): error)/gm)?.map(file => basename(file))).toEqual(['wrong.tsx', 'wrong.tsx'])
}, 120_000)

interface Manifest { modules: { declarations: { tagName: string, attributes: { name: string, fieldName?: string, type: { text: string } }[] }[] }[] }

test('every attribute of the manifest works', async () => {
  const manifest = JSON.parse(readFileSync(join(root, 'dist/custom-elements.json'), 'utf8')) as Manifest
  const elements = manifest.modules.flatMap(({ declarations }) => declarations)
  expect(elements.map(({ tagName }) => tagName)).toEqual(expect.arrayContaining(['roofline-calculator', 'roofline-chart', 'roofline-kernels', 'roofline-memory']))
  await page.goto(`${site.url}/react/`)
  // What explains is registered when a number is asked about, what compares, lists layers, draws batches and shows training when they are needed.
  await page.locator('.figure-button:visible').first().click()
  await page.evaluate(async () => {
    const calculator = document.createElement('roofline-calculator')
    calculator.scenario = { model: 'resnet18', gpu: 'l4' }
    document.body.prepend(calculator)
    await calculator.updateComplete
    calculator.renderRoot.querySelector<HTMLElement>('#tool-compare')!.click()
    const training = document.createElement('roofline-calculator')
    training.scenario = { model: 'resnet18', gpu: 'l4', workload: { mode: 'training' } }
    document.body.prepend(training)
  })
  await page.waitForFunction(() => ['explain', 'compare', 'layers', 'batches', 'training'].every(name => customElements.get(`roofline-${name}`) !== undefined))
  const dead = await page.evaluate(all => all.flatMap(({ tagName, attributes }) => attributes.filter(({ name, fieldName, type }) => {
    const element = document.createElement(tagName) as HTMLElement & Record<string, unknown>
    const state = (): string => JSON.stringify([fieldName === undefined ? null : element[fieldName], element['scenario'] ?? null])
    const before = state()
    element.setAttribute(name, type.text.includes('number') ? '4' : name === 'image' ? '8x8' : '"x"')
    return state() === before
  }).map(({ name }) => `${tagName} ${name}`)), elements)
  expect(dead).toEqual([])
})
