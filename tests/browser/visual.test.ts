import { afterEach, beforeEach, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { analyze } from '../../src/index.js'
import '../../src/ui/define.js'
import { setLocale, type RooflineCalculator, type RooflineChart } from '../../src/ui/index.js'

/** Baselines hold for the Chromium of the package lock and its fonts; another browser draws text differently. */
const pinned = / HeadlessChrome\/147\./.test(navigator.userAgent)
const looks = test.skipIf(!pinned)
const exactly = { comparatorName: 'pixelmatch', comparatorOptions: { allowedMismatchedPixels: 0, threshold: 0 }, screenshotOptions: { animations: 'disabled', caret: 'hide' } } as const
const plain = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', batch: '16', prompt: '2048' }

/** A calculator in a frame of a fixed size, cut off below, that a pointer left by another test does not touch. */
async function frame(width: number, height: number, attributes: Readonly<Record<string, string>> = plain): Promise<RooflineCalculator> {
  await page.viewport(width, height)
  document.body.innerHTML = `<main data-testid="frame" style="pointer-events: none; overflow: hidden; height: ${height}px"></main>`
  const calculator = document.createElement('roofline-calculator')
  for (const [name, value] of Object.entries(attributes)) calculator.setAttribute(name, value)
  document.querySelector('main')!.append(calculator)
  await settle(calculator)
  return calculator
}

async function settle(calculator: RooflineCalculator): Promise<void> {
  await calculator.updateComplete
  await document.fonts.ready
  await expect.poll(() => calculator.renderRoot.querySelector<RooflineChart>('roofline-chart')?.drawn.length).toBeGreaterThan(0)
  // The chart learns its width a frame after its place is known.
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
}

const same = async (name: string): Promise<void> => { await expect(page.getByTestId('frame')).toMatchScreenshot(name, exactly) }

beforeEach(() => {
  document.body.style.margin = '0'
  document.documentElement.style.colorScheme = 'light'
})
afterEach(async () => {
  document.body.innerHTML = ''
  document.body.style.margin = ''
  document.documentElement.style.colorScheme = ''
  await page.viewport(900, 600)
  await setLocale('en')
})

looks('wide', async () => {
  await frame(1280, 1000)
  await same('wide')
})

looks('on a phone', async () => {
  await frame(390, 1000)
  await same('phone')
})

looks('dark', async () => {
  document.documentElement.style.colorScheme = 'dark'
  await frame(1280, 1000)
  await same('dark')
})

// The fonts of the browser hold no Chinese glyphs: this one is about room, not about shapes.
looks('in Chinese', async () => {
  await setLocale('zh')
  await frame(1000, 800)
  await same('chinese')
})

looks('a model that does not fit', async () => {
  await frame(1000, 800, { ...plain, model: 'llama-3.1-70b' })
  await same('does-not-fit')
})

looks('a file that cannot be read', async () => {
  const calculator = await frame(1000, 800)
  await calculator.open(new File(['{\n  "model_type": "llama",\n  "hidden_size": \n}'], 'config.json', { type: 'application/json' }))
  await settle(calculator)
  await same('unreadable')
})

looks('a degree that does not divide', async () => {
  const calculator = await frame(1000, 800)
  calculator.setAttribute('tp', '3')
  await settle(calculator)
  await same('illegal')
})

/** The pixels of a picture. */
async function pixels(url: string): Promise<Uint8ClampedArray> {
  const image = new Image()
  image.src = url
  await image.decode()
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!
  context.drawImage(image, 0, 0)
  return context.getImageData(0, 0, image.width, image.height).data
}

looks('a chart, and one without one of its points is another', async () => {
  await page.viewport(700, 580)
  document.body.innerHTML = '<main data-testid="frame" style="pointer-events: none; overflow: hidden; height: 580px"><roofline-chart></roofline-chart></main>'
  const chart = document.querySelector('roofline-chart')!
  const whole = analyze({ model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb' })
  const show = async (report: typeof whole): Promise<string> => {
    const points = report.phases.flatMap(({ kernels }) => kernels).filter(({ flops }) => flops > 0).length
    chart.report = report
    await expect.poll(() => chart.drawn.length).toBe(points)
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
    return page.screenshot({ element: page.getByTestId('frame'), save: false })
  }
  await show(whole)
  await same('chart')
  // The smallest point: no other error is harder to see.
  const phases = whole.phases.map(phase => phase.phase === 'prefill' ? { ...phase, kernels: phase.kernels.toSpliced(phase.kernels.indexOf(phase.kernels.filter(({ flops }) => flops > 0).toSorted((a, b) => a.times * a.seconds.estimate - b.times * b.seconds.estimate)[0]!), 1) } : phase)
  const baseline = await pixels(new URL(`./__screenshots__/visual.test.ts/chart-chromium-linux.png`, import.meta.url).href)
  const differing = async (report: typeof whole): Promise<number> => (await pixels(`data:image/png;base64,${await show(report)}`)).filter((value, i) => value !== baseline[i]).length
  expect(await differing({ ...whole, phases })).toBeGreaterThan(0)
  expect(await differing(whole)).toBe(0)
})
