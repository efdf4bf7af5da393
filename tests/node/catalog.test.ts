import { describe, expect, it } from 'vitest'
import '../../src/complete.js'
import { read } from '../../src/analyzers/import/huggingface.js'
import { describesNetwork } from '../../src/analyzers/models/network.js'
import { readNetwork } from '../../src/analyzers/models/program/read.js'
import { findModel, models } from '../../src/analyzers/models/catalog.js'
import { activeParameters, parameters } from './count.js'
import { decoderOf } from './decoder.js'

const id = (name: string) => {
  const found = findModel(name)
  return 'code' in found ? found.code : found.id
}

describe('catalogue', () => {
  it.each(models.map(model => [model.id, model] as const))('%s', (_, { config, expected }) => {
    if (describesNetwork(config)) { expect(readNetwork(config).problems).toEqual([]); return }
    expect(read(config).problems.filter(p => p.severity === 'error')).toEqual([])
    const decoder = decoderOf(config)
    // Others have no closed form here; the graph's count is held against `expected` in exact.test.ts.
    if (decoder === null) { expect(typeof expected?.parameters).toBe('number'); return }
    if (expected === null) return
    const text = (all: number): number => all - (expected.towerParameters ?? 0)
    expect(parameters(decoder)).toBe(text(expected.parameters))
    if (expected.activeParameters !== undefined) expect(activeParameters(decoder)).toBe(text(expected.activeParameters))
  })

  it('names each checkpoint once', () => {
    for (const model of models) {
      expect(model.id).toMatch(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/)
      expect(model.source).toMatch(describesNetwork(model.config) ? /program/ : decoderOf(model.config) === null ? /arXiv:\d{4}\.\d{5}|config\.json of/ : new RegExp(model.huggingface ?? ''))
      for (const name of [model.id, model.name, ...model.huggingface === null ? [] : [model.huggingface], ...model.aliases]) expect(id(name)).toBe(model.id)
    }
    expect(models.length).toBeGreaterThanOrEqual(45)
  })

  it.each([
    ['GPT-2', 'gpt2'], ['meta-llama/llama-3.1-8b', 'llama-3.1-8b'], ['Llama-3.1-8B-Instruct', 'llama-3.1-8b'], ['LLAMA 3.1 8B', 'llama-3.1-8b'],
    ['mistral-7b-v0.1', 'mistral-7b-v0.1'], ['mixtral-8x7b', 'mixtral-8x7b'], ['Qwen/Qwen3-30B-A3B', 'qwen3-30b-a3b'], ['deepseek-v3', 'deepseek-v3'],
    ['DeepSeek-V2', 'deepseek-v2'], ['meta-llama/Llama-2-70b-hf', 'llama-2-70b'],
  ])('finds %s', (name, wanted) => { expect(id(name)).toBe(wanted) })

  it('asks which one', () => {
    expect(findModel('llama-2')).toMatchObject({ code: 'ambiguous-model', path: 'model', suggestions: ['llama-2-7b', 'llama-2-13b', 'llama-2-70b'] })
  })

  it.each(['llama-3.1-9b', 'lama-3.1-8b', 'Meta-Llama-3.1-8'])('suggests for %s', name => {
    const found = findModel(name)
    expect(found).toMatchObject({ code: 'unknown-model', severity: 'error' })
    expect('code' in found && found.suggestions).toContain('llama-3.1-8b')
  })

  it.each(['', ' ', '***', '__proto__', 'constructor', 'x'.repeat(10_000)])('does not know %#', name => {
    expect(findModel(name)).toMatchObject({ code: 'unknown-model' })
  })
})
