import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RooflineCalculator } from '../../src/ui/index.js'
import { root } from './built.js'
import { launch, serve } from './serve.js'

test('the page reads files and lists the layers of a network when the connection is gone', async () => {
  const site = await serve({ '/': join(root, 'dist/app') })
  const browser = await launch()
  try {
    const context = await browser.newContext()
    const page = await context.newPage()
    const weights = page.waitForRequest(request => request.url().includes('/weights-'))
    await page.goto(`${site.url}/`)
    await (await weights).response()
    await context.setOffline(true)
    const drop = (name: string, text: string) => page.evaluate(async ([file = '', content = '']) => {
      const calculator = document.querySelector<RooflineCalculator>('roofline-calculator')!
      await calculator.open(new File([content], file))
      await calculator.updateComplete
      return [calculator.report.model?.parameters, calculator.shadowRoot!.textContent.includes('could not be loaded')]
    }, [name, text])
    expect(await drop('config.json', JSON.stringify({ model_type: 'bert', architectures: ['BertModel'] }))).toEqual([109_482_240, false])
    expect(await drop('cut.gguf', 'GGUF')).toEqual([109_482_240, false])
    await page.evaluate(() => { document.querySelector<RooflineCalculator>('roofline-calculator')!.scenario = { model: 'resnet18', gpu: 'l4' } })
    await page.waitForFunction(() => {
      const { shadowRoot } = document.querySelector('roofline-calculator')!
      const [layers, batches] = ['roofline-layers', 'roofline-batches'].map(name => shadowRoot!.querySelector(name))
      batches?.scrollIntoView()
      return (layers?.shadowRoot?.querySelectorAll('tbody tr').length ?? 0) > 5 && batches?.shadowRoot?.querySelector('svg') != null
    })
  } finally {
    await browser.close()
    site.close()
  }
})
