/** The core without parts: what it answers is what everything together answers, and what it does not know it says so. */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import axes from '../../data/axes.json'
import decoders from '../../data/decoders.json'
import layers from '../../data/layers.json'
import type * as Core from '../../src/core.js'
import * as complete from '../../src/index.js'

/** A core of its own, which nothing was added to. */
let core: typeof Core
beforeAll(async () => {
  vi.resetModules()
  core = await import('../../src/core.js')
})

const gpu = 'h100-sxm5-80gb'
const lacks = (report: Core.Report): boolean => report.problems.some(({ code }) => code === 'not-loaded')

describe('before anything is added', () => {
  test.each(complete.models.map(({ id }) => id))('%s is answered alike, or not at all', id => {
    const report = core.analyze({ model: id, gpu })
    if (lacks(report)) expect([report.phases, report.model, report.memory]).toEqual([[], null, null])
    else expect(report).toEqual(complete.analyze({ model: id, gpu }))
  })

  test('rows of decoders name layers and axes that are there', () => {
    const named: string[] = []
    JSON.stringify(decoders, (key, value: unknown) => {
      const choices: unknown[] = key === 'uses' ? Object.values(value as object) : ['list', 'opening', 'closing', 'pairs'].includes(key) ? [value] : []
      for (const choice of choices) named.push(...Array.isArray(choice) ? choice.map(one => String((one as unknown[]).at(-1))) : typeof choice === 'string' ? [choice] : [])
      return value
    })
    expect(new Set(named).size).toBeGreaterThan(8)
    expect([...new Set(named)].filter(name => !(name in layers) && !(name in axes))).toEqual([])
  })

  test('most decoders are answered, and nothing else', () => {
    const answered = complete.models.filter(({ id }) => !lacks(core.analyze({ model: id, gpu })))
    expect(answered.length).toBeGreaterThan(60)
    expect(new Set(answered.map(({ id }) => complete.analyze({ model: id, gpu }).model?.family))).toEqual(new Set(['decoder']))
  })

  test('a name means the same model, or none', () => {
    for (const { id, name, huggingface, aliases } of complete.models) {
      for (const text of [id, name, ...huggingface === null ? [] : [huggingface], ...aliases]) {
        const [found, whole] = [core.findModel(text), complete.findModel(text)]
        if ('id' in found) expect([text, found.id]).toEqual([text, 'id' in whole ? whole.id : null])
      }
    }
  })

  test.each([
    ['a network by name', { model: 'resnet50', gpu }, 'unknown-model', 'model'],
    ['the beginning of several names', { model: 'vit', gpu }, 'unknown-model', 'model'],
    ['a program', { model: { network: 'conv(8, 3) relu', image: [8, 8] }, gpu }, 'not-loaded', 'model.network'],
    ['an encoder', { model: { model_type: 'bert', architectures: ['BertModel'] }, gpu }, 'unknown-architecture', 'model.model_type'],
    ['a vision tower', { model: 'gemma-3-27b', gpu }, 'not-loaded', 'model.vision_config'],
    ['a quantized checkpoint', { model: 'gpt-oss-20b', gpu }, 'not-loaded', 'model.quantization_config'],
    ['a mixture of llama.cpp', { model: 'llama-3.1-8b', gpu, precision: { weights: 'q8_0' } }, 'not-loaded', 'model.quantization_config'],
    ['an adapter', { model: 'llama-3.1-8b', gpu, adapter: { rank: 16 } }, 'not-loaded', 'adapter'],
    ['a draft model', { model: 'llama-3.1-70b', gpu: 'b300-sxm', workload: { draft: { model: 'mamba-130m', tokens: 4, acceptance: 0.7 } } }, 'unknown-model', 'workload.draft.model'],
  ] as const)('%s says that a part may know it', (_, scenario, code, path) => {
    const { problems } = core.analyze(scenario)
    expect(problems).toContainEqual(expect.objectContaining({ code, path, severity: 'error' }))
    expect(problems).toContainEqual(expect.objectContaining({ code: 'not-loaded', severity: 'note', path, suggestions: ['architectures', 'formats', 'networks', 'training'] }))
  })

  test.each([
    ['an unknown GPU', { model: 'llama-3.1-8b', gpu: 'h1000' }],
    ['a batch that is none', { model: 'resnet50', gpu, workload: { batch: -1 } }],
  ])('%s is no business of a part', (_, scenario) => { expect(lacks(core.analyze(scenario))).toBe(false) })
})

describe('once a part is added', () => {
  test('what it knows is answered, and the other is still said to be missing', async () => {
    await core.load('networks')
    expect(core.analyze({ model: 'resnet50', gpu })).toEqual(complete.analyze({ model: 'resnet50', gpu }))
    expect(core.analyze({ model: 'bert-base', gpu }).problems.at(-1)?.suggestions).toEqual(['architectures', 'formats', 'training'])
    expect(core.analyze({ model: 'vgg16', gpu, conventions: { count: 'fvcore' } }).model?.macs).toBe(complete.analyze({ model: 'vgg16', gpu, conventions: { count: 'fvcore' } }).model?.macs)
  })

  test('with all, nothing is', async () => {
    await core.load()
    expect(core.models.map(({ id }) => id).sort()).toEqual(complete.models.map(({ id }) => id).sort())
    for (const model of ['bert-base', 'gemma-3-27b', 'nothing-like-it']) expect(core.analyze({ model, gpu })).toEqual(complete.analyze({ model, gpu }))
    expect(core.gpus).toEqual(complete.gpus)
  })

  test('a second time changes nothing', async () => {
    const count = core.models.length
    await core.load()
    await core.load('networks')
    expect(core.models).toHaveLength(count)
  })
})
