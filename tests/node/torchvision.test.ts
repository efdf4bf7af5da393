/** Every weight of torchvision for classification, segmentation and video: parameters and multiply-adds to the last unit. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { analyze } from '../../src/index.js'

interface Row { readonly id: string; readonly weights: string; readonly image: number; readonly frames?: number; readonly parameters: number; readonly gmacs: number; readonly macs?: number; readonly network?: string }
const { rows } = JSON.parse(readFileSync(new URL('../fixtures/torchvision.json', import.meta.url), 'utf8')) as { readonly rows: readonly Row[] }

test('all weights are here', () => { expect(rows.length).toBe(131) })

test.each(rows.map(row => [`${row.id} ${row.weights}`, row] as const))('%s', (_, { id, image, frames, parameters, gmacs, macs, network }) => {
  const config = network === undefined ? id : { network, image: [image, image], ...(frames === undefined ? {} : { frames }) }
  const { model, problems } = analyze({ model: config, gpu: 'b300-sxm', workload: { image: [image, image] } })
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(model?.parameters).toBe(parameters)
  if (macs !== undefined) expect(model?.macs).toBe(macs)
  expect(Math.round((model?.macs ?? 0) / 1e6) / 1e3).toBe(gmacs)
})
