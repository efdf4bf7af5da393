import { expect, test } from 'vitest'
import type { Scenario } from '../../src/index.js'
import { command } from '../../src/ui/command.js'
import { moved, unwritten, written } from '../../src/ui/history.js'

const plain: Scenario = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb' }
const stand = (batch: number) => ({ scenario: { ...plain, workload: { batch } }, file: null })

test.each<[string, Scenario, string | null, string]>([
  ['names', { ...plain, workload: { batch: 1, prompt: 512 }, mesh: { tp: 2, sequence: true }, price: 2.5 }, null, 'roofline estimate llama-3.1-8b --gpu h100-sxm5-80gb --price 2.5 --prompt 512 --tp 2 --sequence-parallel'],
  ['a file', { ...plain, model: {} }, 'my model.json', "roofline estimate 'my model.json' --gpu h100-sxm5-80gb"],
  ['names that a shell would read', { ...plain, model: "a'$(b)" }, null, String.raw`roofline estimate 'a'\''$(b)' --gpu h100-sxm5-80gb`],
  ['a GPU of its own', { ...plain, gpu: { memory: 1 } }, null, `echo '{"model":"llama-3.1-8b","gpu":{"memory":1}}' | roofline estimate -`],
  ['a model without a file', { ...plain, model: { a: "it's" } }, null, String.raw`echo '{"model":{"a":"it'\''s"},"gpu":"h100-sxm5-80gb"}' | roofline estimate -`],
])('the command of %s', (_, scenario, file, text) => {
  expect(command({ scenario, file })).toBe(text)
})

test('a run of changes to one field is one step', () => {
  const first = written(unwritten, stand(1), 'workload.batch', 0)
  const second = written(first.history, stand(2), 'workload.batch', 500)
  const other = written(second.history, stand(4), 'mesh.tp', 600)
  const late = written(other.history, stand(8), 'mesh.tp', 2000)
  expect([first.step, second.step, other.step, late.step]).toEqual([true, false, true, true])
  expect(late.history.past).toEqual([stand(1), stand(4), stand(8)])
})

test('undo and redo walk the same steps', () => {
  const { history } = written(written(unwritten, stand(1), null, 0).history, stand(2), null, 0)
  const back = moved(history, stand(3), 'undo')!
  expect(back.stand).toEqual(stand(2))
  const home = moved(back.history, back.stand, 'undo')!
  expect(home.stand).toEqual(stand(1))
  expect(moved(home.history, home.stand, 'undo')).toBeNull()
  const on = moved(home.history, home.stand, 'redo')!
  expect(on.stand).toEqual(stand(2))
  expect(moved(on.history, on.stand, 'redo')!.stand).toEqual(stand(3))
  expect(written(back.history, back.stand, null, 0).history.future).toEqual([])
})
