import { afterEach, expect, test } from 'vitest'
import { analyze, type Report } from '../../src/index.js'
import { createChart, living } from '../../src/ui/chart/adapter.js'
import { colorsOf } from '../../src/ui/chart/colors.js'
import { sceneOf } from '../../src/ui/chart/compose.js'
import { chartData } from '../../src/ui/chart/data.js'
import { domainOf } from '../../src/ui/chart/geometry.js'
import { paintOver, paintUnder } from '../../src/ui/chart/paint.js'
import type { Pen } from '../../src/ui/chart/pen.js'
import { createChart as createPlain } from '../../src/ui/chart/plain-adapter.js'
import '../../src/ui/define.js'
import type { RooflineChart } from '../../src/ui/index.js'

const report = analyze({ model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } })

async function chart(of: Report): Promise<RooflineChart> {
  const element = document.createElement('roofline-chart')
  element.report = of
  document.body.append(element)
  await drawn(element)
  return element
}

async function drawn(element: RooflineChart): Promise<void> {
  await element.updateComplete
  await expect.poll(() => element.drawn.length).toBeGreaterThan(0)
}

afterEach(() => { document.body.innerHTML = '' })

test('every kernel with FLOP is a point, the others are named', () => {
  const data = chartData(report, report.device!)
  expect(data.points).toHaveLength(18)
  expect(data.undrawn.map(({ phase, name }) => `${phase} ${name}`)).toEqual(['prefill embed', 'decode embed'])
  const sum = [...data.points, ...data.undrawn].filter(({ phase }) => phase === 'decode').reduce((total, { share }) => total + share, 0)
  expect(sum).toBeCloseTo(1, 9)
  for (const { rate, best, intensity } of data.points) {
    expect(rate).toBeLessThanOrEqual(best)
    // Attention does matrix and vector work side by side, so that it may pass the roof of either by a little.
    expect(best).toBeLessThanOrEqual(Math.min(989.4e12, intensity * 3.35e12) * 1.02)
  }
})

test('roofs are the dtypes in use and the CUDA cores', () => {
  expect(chartData(report, report.device!).roofs).toEqual([{ label: 'bf16', flops: 989.4e12, used: true }, { label: 'vector', flops: 66.9e12, used: false }])
  const narrow = analyze({ model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', precision: { weights: 'fp8' } })
  expect(chartData(narrow, narrow.device!).roofs.map(({ label, used }) => `${label} ${String(used)}`)).toEqual(['fp8 true', 'bf16 true', 'vector false'])
  const packed = analyze({ model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', precision: { weights: 'int4' } })
  expect(chartData(packed, packed.device!).roofs.map(({ label }) => label)).toEqual(['bf16', 'vector'])
})

test('reads out kernels by keyboard', async () => {
  const element = await chart(report)
  const first = element.renderRoot.querySelector('.name')!.textContent
  expect(first).toContain('ffn/gate-up')
  let told = ''
  document.body.addEventListener('kernel-select', event => { told = (event as CustomEvent<{ key: string }>).detail.key }, { once: true })
  element.renderRoot.querySelector('.plot')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
  await element.updateComplete
  expect(element.selected).toBe(told)
  expect(element.renderRoot.querySelector('.name')!.textContent).not.toBe(first)
})

test('reads out the kernel under the pointer', async () => {
  const element = await chart(report)
  const canvas = element.renderRoot.querySelector('canvas')!
  const box = canvas.getBoundingClientRect()
  const found = new Set<string | null>()
  for (let x = 0; x < box.width; x += 6) for (let y = 0; y < box.height; y += 6) {
    canvas.dispatchEvent(new PointerEvent('pointermove', { clientX: box.left + x, clientY: box.top + y }))
    found.add(element.selected)
  }
  expect(found.size).toBeGreaterThan(8)
})

test('is a table, too', async () => {
  const element = await chart(report)
  expect(element.renderRoot.querySelectorAll('tbody tr')).toHaveLength(18)
  expect(element.renderRoot.querySelector('.plot')!.getAttribute('aria-label')).toContain('ridge at 295')
})

test('survives being taken out and put back, and leaves no chart behind', async () => {
  const before = living()
  const element = await chart(report)
  expect(living()).toBe(before + 1)
  const points = element.drawn.length
  element.remove()
  expect(living()).toBe(before)
  document.body.append(element)
  await drawn(element)
  expect(element.drawn).toHaveLength(points)
  expect(living()).toBe(before + 1)
  element.remove()
  expect(living()).toBe(before)
})

test('shows another report on the same canvas', async () => {
  const element = await chart(report)
  element.report = analyze({ model: 'deepseek-v3', gpu: 'b200-sxm', mesh: { tp: 8 } })
  await element.updateComplete
  expect(element.drawn.length).toBe(element.data?.points.length)
  expect(element.drawn.length).toBeGreaterThan(18)
})

test('the values of a selected point stand clear of the names', () => {
  const colors = { ink: '', surface: '' } as unknown as Parameters<typeof sceneOf>[4]
  const measure = (text: string): number => 7 * text.length
  const struck: string[] = []
  for (const model of ['llama-3.1-8b', 'gpt-oss-120b', 'deepseek-v3', 'resnet50', 'bert-base']) {
    const of = analyze({ model, gpu: 'h100-sxm5-80gb' }), data = chartData(of, of.device!)
    for (const width of [676, 340]) for (const { key } of data.points) {
      const words: { readonly text: string; readonly x: number; readonly y: number }[] = []
      const pen = { measureText: (text: string) => ({ width: measure(text) }), fillText: (text: string, x: number, y: number) => { words.push({ text, x, y }) } } as unknown as Pen
      const scene = sceneOf(data, width, domainOf(data.points), key, colors, '13px sans-serif', measure)
      paintOver(new Proxy(pen, { get: (of, name) => (of as unknown as Record<string | symbol, unknown>)[name] ?? (() => undefined), set: () => true }), scene)
      const values = words.slice(scene.names.reduce((sum, { lines }) => sum + 2 * lines.length, 0))
      expect(values.length === 2 || scene.places.some(({ point, off }) => off && point.key === key)).toBe(true)
      for (const { text, x, y } of values) if (scene.names.some(name => x < name.x + name.w && x + measure(text) > name.x && y - 10 < name.y + name.h && y + 2 > name.y)) struck.push(`${model} ${String(width)} ${key}: ${text}`)
    }
  }
  expect(struck).toEqual([])
})

test('drawn by Chart.js and without it, it is one picture', async () => {
  const colors = colorsOf((await chart(report)).renderRoot.querySelector<HTMLElement>('.probe')!)
  const data = chartData(report, report.device!)
  const measure = (text: string): number => 7 * text.length
  const [first] = data.points
  for (const [width, selected, domain] of [[676, null, domainOf(data.points)], [340, first!.key, domainOf(data.points)], [676, first!.key, { x: [-1, 4], y: [13, 16] }]] as const) {
    const scene = sceneOf(data, width, domain, selected, colors, '13px sans-serif', measure)
    const painter = { under: (pen: Pen) => { paintUnder(pen, scene) }, over: (pen: Pen) => { paintOver(pen, scene) } }
    const [ours, theirs] = [createPlain, createChart].map(create => {
      const canvas = document.body.appendChild(document.createElement('canvas'))
      const handle = create(canvas, painter)
      handle.show(scene)
      const shown = { values: handle.values().toSorted((a, b) => a.key.localeCompare(b.key)), pixels: canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height) }
      handle.destroy()
      return shown
    })
    expect(ours!.values).toEqual(theirs!.values)
    expect([ours!.pixels.width, ours!.pixels.height]).toEqual([theirs!.pixels.width, theirs!.pixels.height])
    const apart = ours!.pixels.data.filter((value, i) => Math.abs(value - theirs!.pixels.data[i]!) > 24).length
    expect(apart / ours!.pixels.data.length).toBeLessThan(0.00002)
    expect(new Set(ours!.pixels.data).size).toBeGreaterThan(50)
  }
})
