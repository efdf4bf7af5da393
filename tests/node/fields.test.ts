import { expect, test } from 'vitest'
import { analyze, type Scenario } from '../../src/index.js'
import { chartData } from '../../src/ui/chart/data.js'
import { domainOf, frameOf } from '../../src/ui/chart/geometry.js'
import { labels, placed } from '../../src/ui/chart/labels.js'
import { roofHeight } from '../../src/ui/chart/roofs.js'
import { figuresOf } from '../../src/ui/figures.js'
import { readPlain } from '../../src/number.js'
import { fieldOf, flags, kindAt, valueOf, withField } from '../../src/ui/flags.js'

const scenario: Scenario = { model: 'llama-3.1-8b', gpu: 'h100-sxm5-80gb', workload: { batch: 16, prompt: 2048 } }

test.each([['128k', 128e3], ['2*4096', 8192], ['70B', 70e9], ['64Ki', 65536], ['1.5k', 1500], ['-4', -4], ['2*', null], ['many', null], ['', null], ['4m', null], ['(1+1)*2', null]])('%s is %s', (text, value) => {
  expect(readPlain(text)).toBe(value)
})

test('a field is set and returned to its default without touching the others', () => {
  const narrow = withField(scenario, 'mesh.tp', 2)
  expect(narrow).toEqual({ ...scenario, mesh: { tp: 2 } })
  expect(scenario.mesh).toBeUndefined()
  expect(withField(narrow, 'workload.batch', '')).toEqual({ ...scenario, workload: { prompt: 2048 }, mesh: { tp: 2 } })
  expect(withField({ ...scenario, profile: 'eager' }, 'profile', undefined)).toEqual(scenario)
  expect(fieldOf(narrow, 'mesh.tp')).toBe(2)
  expect(fieldOf(narrow, 'mesh.pp')).toBeUndefined()
})

test('every flag sets a field that the schema knows', () => {
  const sample = { name: 'x', file: 'x', count: '2', amount: '0.5', size: '224x224', switch: '', json: '{}' }
  for (const [path, kind] of Object.values(flags)) {
    const { problems } = analyze(withField(scenario, path, valueOf(kind, sample[kind])))
    expect(problems.filter(({ message }) => message.includes('unknown field')), path).toEqual([])
    expect(kindAt(path)).toBe(kind)
  }
  expect(kindAt('model.num_attention_heads')).toBeNull()
})

test('what cannot be read stays text and becomes a problem', () => {
  expect(analyze(withField(scenario, 'workload.batch', valueOf('count', 'many'))).problems[0]?.path).toBe('workload.batch')
})

test('figures are those of the report, and the best is never worse', () => {
  const report = analyze(scenario)
  const figures = new Map(figuresOf(report).map(figure => [figure.id, figure]))
  for (const [id, { value }] of figures) expect(value).toBe(report.metrics?.[id])
  for (const id of ['ttft', 'tpot', 'latency', 'usdPerMillionTokens'] as const) {
    const { value, best, low, high } = figures.get(id)!
    expect([best, low, value, high]).toEqual([best, low, value, high].toSorted((a, b) => a! - b!))
  }
  const { value, best, low, high } = figures.get('tokensPerSecond')!
  expect([low, value, high, best]).toEqual([low, value, high, best].toSorted((a, b) => a! - b!))
  const parts = Object.values(figures.get('tpot')!.parts!).reduce((sum, seconds) => sum + seconds, 0)
  expect(parts).toBeCloseTo(report.phases[1]!.seconds.estimate, 12)
})

test('names on the chart stay inside and apart', () => {
  for (const [model, tp] of [['llama-3.1-8b', 1], ['deepseek-v3', 8], ['mixtral-8x7b', 2]] as const) for (const width of [328, 676, 1000]) {
    const report = analyze({ model, gpu: 'h100-sxm5-80gb', mesh: { tp } })
    const data = chartData(report, report.device!)
    const frame = frameOf(width, domainOf(data.points))
    const found = labels(placed(data.points, frame), frame, [], roofHeight(data, frame), text => 7 * text.length)
    expect(found.length).toBeGreaterThan(0)
    for (const one of found) {
      expect(one.x >= frame.left && one.x + one.w <= frame.width && one.y >= frame.top && one.y + one.h <= frame.height - frame.bottom).toBe(true)
      for (const other of found) if (other !== one) expect(one.x + one.w <= other.x || other.x + other.w <= one.x || one.y + one.h <= other.y || other.y + other.h <= one.y, `${one.lines[0]!.name} ${other.lines[0]!.name} ${String(width)}`).toBe(true)
    }
  }
})
