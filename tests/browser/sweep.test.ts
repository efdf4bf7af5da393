import { afterEach, expect, test } from 'vitest'
import { analyze, type Report, type Scenario } from '../../src/index.js'
import { sweep, useWorker } from '../../src/ui/sweep.js'

const scenarios: Scenario[] = Array.from({ length: 40 }, (_, i) => ({ model: 'llama-3.1-8b', gpu: i === 7 ? 'nothing' : 'h100-sxm5-80gb', workload: { batch: i + 1 } }))
const start = (): Worker => new Worker(new URL('../../src/worker.ts', import.meta.url), { type: 'module' })

const ways: [string, (() => Worker) | null][] = [
  ['a worker', start],
  ['no worker', null],
  ['a worker that cannot be made', () => { throw new DOMException('not here', 'SecurityError') }],
  ['a worker that breaks', () => new Worker(URL.createObjectURL(new Blob(['throw new Error("broken")'])))],
]

afterEach(() => useWorker(null))

test.each(ways)('answers in order with %s', async (_, way) => {
  useWorker(way)
  const seen: [number, Report][] = []
  await sweep(scenarios, (report, index) => seen.push([index, report])).done
  expect(seen).toEqual(scenarios.map((scenario, i) => [i, analyze(scenario)]))
})

test.each(ways)('sends nothing after it is canceled, with %s', async (_, way) => {
  useWorker(way)
  const seen: number[] = []
  const { cancel, done } = sweep(scenarios, (_, index) => {
    seen.push(index)
    if (index === 9) cancel()
  })
  await done
  await new Promise(wait => setTimeout(wait, 50))
  expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => i))
})

test('answers what cannot be sent to a worker', async () => {
  useWorker(start)
  const model = { model_type: 'llama', made: () => 1 }
  const seen: Report[] = []
  await sweep([{ model, gpu: 'h100-sxm5-80gb' }], report => seen.push(report)).done
  expect(seen).toEqual([analyze({ model, gpu: 'h100-sxm5-80gb' })])
})
