import { afterEach, expect, test, vi } from 'vitest'
import { analyze } from '../../src/index.js'
import '../../src/ui/define.js'
import type { RooflineChart } from '../../src/ui/index.js'

const report = analyze({ model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } })

async function chart(): Promise<RooflineChart> {
  const element = document.createElement('roofline-chart')
  element.report = report
  document.body.append(element)
  await element.updateComplete
  await expect.poll(() => element.drawn.length).toBeGreaterThan(0)
  return element
}

/** What is offered as a file while `act` runs. */
async function offered(act: () => unknown): Promise<{ name: string; content: Blob }> {
  const blobs: Blob[] = [], names: string[] = []
  vi.spyOn(URL, 'createObjectURL').mockImplementation(blob => {
    blobs.push(blob as Blob)
    return 'blob:file'
  })
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) { names.push(this.download) })
  act()
  await expect.poll(() => names).toHaveLength(1)
  return { name: names[0]!, content: blobs[0]! }
}

afterEach(() => {
  document.body.innerHTML = ''
  vi.restoreAllMocks()
})

test('the chart is an SVG of roofs, points and names', async () => {
  const element = await chart()
  const { name, content } = await offered(() => element.save('svg'))
  expect(name).toBe('llama-3.1-8b_h100-sxm5-80gb_roofline.svg')
  const svg = new DOMParser().parseFromString(await content.text(), 'image/svg+xml')
  expect(svg.querySelector('parsererror')).toBeNull()
  const words = [...svg.querySelectorAll('text')].map(({ textContent }) => textContent)
  expect(words).toEqual(expect.arrayContaining(['FLOP per HBM byte', 'bf16 989\u202FTFLOP/s', 'ridge 295', '100T']))
  expect(words.some(word => word.trim() === 'ffn/gate-up')).toBe(true)
  const circles = [...svg.querySelectorAll('path')].filter(path => /a[\d.]+ /.test(path.getAttribute('d') ?? ''))
  expect(circles.length).toBe(2 * element.drawn.filter(({ y }) => y > 1e11).length)
  expect(await content.text()).not.toMatch(/NaN|undefined|var\(/)
})

test('the SVG looks like the PNG', async () => {
  const element = await chart()
  const pixels = async (blob: Blob): Promise<Uint8ClampedArray> => {
    const picture = new Image()
    picture.src = URL.createObjectURL(blob)
    await picture.decode()
    const canvas = document.createElement('canvas')
    canvas.width = 300
    canvas.height = 300
    const context = canvas.getContext('2d', { willReadFrequently: true })!
    context.drawImage(picture, 0, 0, 300, 300)
    return context.getImageData(0, 0, 300, 300).data
  }
  const [svg, png] = [await pixels((await element.image('svg'))!), await pixels((await element.image('png'))!)]
  const apart = svg.reduce((sum, value, i) => sum + Math.abs(value - png[i]!), 0) / svg.length
  expect(new Set(png).size).toBeGreaterThan(20)
  expect(apart).toBeLessThan(3)
})

test('the table is CSV and the report JSON', async () => {
  const element = document.createElement('roofline-kernels')
  element.report = report
  document.body.append(element)
  await element.updateComplete
  const [csv, json] = element.renderRoot.querySelectorAll<HTMLButtonElement>('.exports button')
  const table = await offered(() => { csv!.click() })
  expect(table.name).toBe('llama-3.1-8b_h100-sxm5-80gb_kernels.csv')
  expect((await table.content.text()).split('\n')).toHaveLength(2 + report.phases.flatMap(({ kernels }) => kernels).length)
  vi.restoreAllMocks()
  const whole = await offered(() => { json!.click() })
  expect(whole.name).toBe('llama-3.1-8b_h100-sxm5-80gb_report.json')
  expect(JSON.parse(await whole.content.text())).toEqual(report)
})
