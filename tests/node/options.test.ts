import { expect, test } from 'vitest'
import { analyze, gpus, models } from '../../src/index.js'
import { nearest, turned } from '../../src/ui/legal.js'
import { matching, neighbor } from '../../src/ui/options.js'
import { countParameters, gpuOptions, idOf, modelOptions, titleOf } from '../../src/ui/picks.js'

const ids = (groups: ReturnType<typeof matching>): string[] => groups.flatMap(({ options }) => options.map(({ id }) => id))

test('pickers offer every model and GPU once, and find each by each of its names', () => {
  expect(ids([...modelOptions()]).sort()).toEqual(models.map(({ id }) => id).sort())
  expect(ids([...gpuOptions]).sort()).toEqual(gpus.map(({ id }) => id).sort())
  for (const { id, name, huggingface, aliases } of models) for (const text of [id, name, ...huggingface === null ? [] : [huggingface], ...aliases]) expect(ids(matching(modelOptions(), text)), text).toContain(id)
  for (const { id, name, aliases } of gpus) for (const text of [id, name, ...aliases]) expect(ids(matching(gpuOptions, text)), text).toContain(id)
}, 20_000)

test.each([['4090', 'rtx-4090'], ['RTX-4090', 'rtx-4090'], ['h200 nvl', 'h200-nvl-141gb'], ['hopper 94', 'h100-nvl-94gb']])('%s finds %s', (text, id) => {
  expect(ids(matching(gpuOptions, text))).toContain(id)
})

test('what is typed may be anything', () => {
  for (const text of ['', ' ', '-', '(((', '\\', '.*', 'ü', '💥', 'x'.repeat(1000)]) expect(() => matching(gpuOptions, text)).not.toThrow()
  expect(ids(matching(gpuOptions, ' '))).toHaveLength(gpus.length)
  expect(matching(gpuOptions, '(((')).toEqual([])
})

test('arrows go around', () => {
  const options = gpuOptions.flatMap(({ options }) => options)
  expect(neighbor(options, null, 1)).toBe(options[0]?.id)
  expect(neighbor(options, null, -1)).toBe(options.at(-1)?.id)
  expect(neighbor(options, options.at(-1)!.id, 1)).toBe(options[0]?.id)
  expect(neighbor([], null, 1)).toBeNull()
})

test('names and counts are those of the core', () => {
  expect([idOf('gpu', 'rtx 4090'), idOf('gpu', 'a100'), idOf('model', {})]).toEqual(['rtx-4090', null, null])
  expect([titleOf('gpu', 'rtx-4090'), titleOf('model', 'no such')]).toEqual(['GeForce RTX 4090', 'no such'])
  expect(countParameters('llama-3.1-8b')).toBe(analyze({ model: 'llama-3.1-8b', gpu: 'h200-sxm-141gb' }).model?.parameters)
})

test('steps stay legal, and what is offered is', () => {
  for (const path of ['workload.batch', 'workload.prompt', 'workload.output', 'workload.cached', 'mesh.tp', 'utilization', 'price']) {
    for (const value of [0, 1, 3, 0.9, 2 ** 30]) for (const direction of [1, -1] as const) {
      const next = turned(path, value, direction)
      expect(Number.isFinite(next) && next >= 0 && next <= 2 ** 30 + 256).toBe(true)
    }
  }
  for (const [path, value] of [['workload.batch', -3], ['workload.batch', 2.5], ['workload.prompt', 1e12], ['utilization', 90], ['utilization', -1]] as const) {
    const [part, field] = path.split('.') as [string, string | undefined]
    const asked = (one: unknown) => analyze({ model: 'llama-3.1-8b', gpu: 'h200-sxm-141gb', [part]: field === undefined ? one : { [field]: one } })
    const offered = nearest(asked(value).problems[0]!, value, null)
    expect(offered.length, path).toBeGreaterThan(0)
    for (const way of offered) expect(asked(Number(way)).problems.filter(({ code }) => code === 'invalid-field'), `${path} ${way}`).toEqual([])
  }
})
