import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { analyze, models, type Report } from '../../src/index.js'
import type { RooflineCalculator, RooflineChart } from '../../src/ui/index.js'
import { root } from './built.js'
import { launch, serve } from './serve.js'

/** A folder with a page and the one file, and nothing else; others with what may stand beside it: further models, the Chinese texts. */
const folder = mkdtempSync(join(tmpdir(), 'roofline-one-file-'))
const html = (lang: string): string => `<!doctype html><html lang="${lang}"><meta charset="utf-8"><title>One file</title>
<script type="module" src="roofline.js"></script><roofline-calculator model="llama-3.1-8b" gpu="h100-sxm5-80gb" batch="16" prompt="2048"></roofline-calculator></html>`
let browser: Browser, context: BrowserContext, page: Page, site: Awaited<ReturnType<typeof serve>>
let asked: string[], complaints: string[]

beforeAll(async () => {
  for (const name of ['plain', 'more', 'zh', 'alone']) {
    mkdirSync(join(folder, name))
    copyFileSync(join(root, 'dist/embed/roofline.js'), join(folder, name, 'roofline.js'))
    writeFileSync(join(folder, name, 'index.html'), html(['plain', 'more'].includes(name) ? 'en' : 'zh-CN'))
  }
  for (const name of ['more', 'zh']) copyFileSync(join(root, `dist/embed/${name}.js`), join(folder, name, `${name}.js`))
  site = await serve({ '/': folder })
  browser = await launch()
})
afterAll(async () => {
  await browser.close()
  site.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, reducedMotion: 'reduce' })
  page = await context.newPage()
  asked = []
  complaints = []
  page.on('console', message => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()) })
  page.on('pageerror', error => { complaints.push(error.message) })
  page.on('request', request => { asked.push(request.url().replace(site.url, '')) })
})
afterEach(async () => { await context.close() })

/** Opens a page and waits for its chart. */
async function open(name: string): Promise<void> {
  await page.goto(`${site.url}/${name}/`)
  await page.waitForFunction(() => (document.querySelector('roofline-calculator')?.shadowRoot?.querySelector('roofline-chart')?.drawn.length ?? 0) > 0)
}
const state = () => page.evaluate(() => {
  const calculator = document.querySelector<RooflineCalculator>('roofline-calculator')!
  const inside = (name: string): ParentNode => calculator.shadowRoot!.querySelector(name)!.shadowRoot!
  const chart = calculator.shadowRoot!.querySelector<RooflineChart>('roofline-chart')!
  return {
    drawn: chart.drawn.length, rows: inside('roofline-chart').querySelectorAll('tbody tr').length, label: inside('roofline-chart').querySelector('.plot')!.getAttribute('aria-label'),
    kernels: inside('roofline-kernels').querySelectorAll('tbody tr').length, parts: inside('roofline-memory').querySelectorAll('.part').length,
    name: inside('roofline-chart').querySelector('.name')!.textContent, verdict: calculator.shadowRoot!.querySelector('.verdict')!.textContent,
    cells: calculator.shadowRoot!.querySelectorAll('.figure > .cell').length, buttons: calculator.shadowRoot!.querySelectorAll('[aria-controls=explanation], .figure button').length,
    unknown: [...calculator.shadowRoot!.querySelectorAll('*')].map(({ localName }) => localName).filter(name => name.includes('-') && customElements.get(name) === undefined),
  }
})

test('one file is all it takes, under a strict policy and offline', async () => {
  await open('plain')
  await context.setOffline(true)
  const report = analyze({ model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } })
  const points = (of: Report): number => of.phases.flatMap(({ kernels }) => kernels).filter(({ intensity }) => (intensity ?? 0) > 0).length
  expect(await state()).toMatchObject({ drawn: points(report), rows: points(report), kernels: report.phases.at(-1)!.kernels.length, parts: 3, cells: 6, buttons: 0, unknown: [] })
  await page.evaluate(() => { document.querySelector('roofline-calculator')!.setAttribute('model', 'mixtral-8x7b') })
  await expect.poll(async () => (await state()).verdict).toContain('Mixtral')
  expect(await state()).toMatchObject({ drawn: points(analyze({ model: 'mixtral-8x7b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } })) })
  expect(asked).toEqual(['/plain/', '/plain/roofline.js'])
  expect(complaints).toEqual([])
})

test('loads further models from the file beside it when one is named, and says so where there is none', async () => {
  const ask = () => page.evaluate(() => { document.querySelector('roofline-calculator')!.setAttribute('model', 'resnet50') })
  await open('more')
  expect(asked).toEqual(['/more/', '/more/roofline.js'])
  await ask()
  await expect.poll(async () => (await state()).verdict).toContain('ResNet-50')
  expect(asked).toEqual(['/more/', '/more/roofline.js', '/more/more.js'])
  expect(complaints).toEqual([])
  await open('plain')
  await ask()
  await expect.poll(() => page.locator('roofline-calculator [role=alert]').textContent()).toContain('could not be loaded')
  expect((await state()).verdict).toContain('Llama')
})

test('answers as the library does, for every model of the catalog', async () => {
  await open('more')
  await page.evaluate(async () => {
    const calculator = document.querySelector<RooflineCalculator>('roofline-calculator')!
    calculator.setAttribute('model', 'resnet50')
    await calculator.updateComplete
  })
  const scenarios = models.map(({ id }) => ({ model: id, gpu: 'h200-sxm', mesh: { tp: 2 }, workload: { batch: 4 } }))
  const answers = await page.evaluate(all => {
    const calculator = document.querySelector<RooflineCalculator>('roofline-calculator')!
    return all.map(scenario => {
      calculator.scenario = scenario
      return JSON.stringify(calculator.report)
    })
  }, scenarios)
  // Powers differ in the last bit between Node and the browser.
  const rounded = (report: Report): unknown => JSON.parse(JSON.stringify(report, (_, value: unknown) => typeof value === 'number' ? Number(value.toPrecision(12)) : value))
  scenarios.forEach((scenario, i) => { expect(rounded(JSON.parse(answers[i] ?? '') as Report)).toEqual(rounded(analyze(scenario))) })
})

test('pointer, finger and keys read kernels out', async () => {
  await open('plain')
  const plot = page.locator('roofline-calculator roofline-chart .plot')
  await plot.scrollIntoViewIfNeeded()
  const first = (await state()).name
  // Where on the drawing each kernel is found.
  const places = await page.evaluate(() => {
    const chart = document.querySelector('roofline-calculator')!.shadowRoot!.querySelector<RooflineChart>('roofline-chart')!
    const canvas = chart.shadowRoot!.querySelector('canvas')!
    const { left, top, width, height } = canvas.getBoundingClientRect()
    const found = new Map<string, { x: number, y: number }>()
    for (let x = left; x < left + width; x += 6) for (let y = top; y < Math.min(top + height, innerHeight); y += 6) {
      canvas.dispatchEvent(new PointerEvent('pointermove', { clientX: x, clientY: y }))
      if (chart.selected !== null && !found.has(chart.selected)) found.set(chart.selected, { x, y })
    }
    return [...found]
  })
  expect(places.length).toBeGreaterThan(6)
  for (const [key, { x, y }] of places) {
    await page.mouse.move(x, y)
    await expect.poll(async () => (await state()).name).toContain(key.split('/').at(-1))
  }
  await plot.focus()
  const before = (await state()).name
  await page.keyboard.press('ArrowRight')
  await expect.poll(async () => (await state()).name).not.toBe(before)
  expect(first).toContain('ffn/gate-up')
})

test('follows its width, the density and the colors of the page', async () => {
  await open('plain')
  const look = () => page.evaluate(() => {
    const canvas = document.querySelector('roofline-calculator')!.shadowRoot!.querySelector('roofline-chart')!.shadowRoot!.querySelector('canvas')!
    return { width: canvas.clientWidth, dense: canvas.width, pixels: canvas.toDataURL() }
  })
  const wide = await look()
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.evaluate(() => { document.documentElement.style.colorScheme = 'dark' })
  await expect.poll(async () => (await look()).pixels).not.toBe(wide.pixels)
  await page.setViewportSize({ width: 390, height: 900 })
  await expect.poll(async () => (await look()).width).toBeLessThan(380)
  const { width, dense } = await look()
  expect(dense).toBe(width)
  expect(complaints).toEqual([])
})

test('speaks Chinese with the texts beside it, English without', async () => {
  await open('zh')
  await expect.poll(async () => (await state()).verdict).toMatch(/[\u4e00-\u9fff]/)
  expect(asked).toEqual(['/zh/', '/zh/roofline.js', '/zh/zh.js'])
  expect(complaints).toEqual([])
  await open('alone')
  expect((await state()).verdict).toContain('fits')
})

test('says what it does not read', async () => {
  await open('plain')
  const problems = await page.evaluate(() => {
    const calculator = document.querySelector<RooflineCalculator>('roofline-calculator')!
    calculator.scenario = { ...calculator.scenario, model: { model_type: 'llama', hidden_size: 64 } }
    return calculator.report.problems
  })
  expect(problems.map(({ code, path }) => [code, path])).toEqual([['not-supported', 'model']])
  // Without mathjs in the import map, typed arithmetic is no number; products need none.
  await page.evaluate(() => { document.querySelector('roofline-calculator')!.setAttribute('batch', '2*4') })
  const field = page.locator('roofline-calculator #workload-batch')
  await expect.poll(() => field.inputValue()).toBe('8')
  await field.fill('(2+2)*4')
  await field.press('Enter')
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true')
  expect(complaints).toEqual([])
})
