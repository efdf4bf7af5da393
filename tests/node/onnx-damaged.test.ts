/** Damaged and hostile ONNX files: a problem within a second, never an exception, a hang or a number that is none. */
import fc from 'fast-check'
import { PbfWriter } from 'pbf'
import { describe, expect, test } from 'vitest'
import { analyze, readModel } from '../../src/index.js'
import { bytes, file, resnet, shufflenetV2, type Node, type Parts } from './onnx-files.js'
import { fileOf } from './weight-files.js'

/** Microseconds of the processor, which other work on the machine does not change. */
const quick = 1e6
const spent = (): number => { const { user, system } = process.cpuUsage(); return user + system }

/** What comes of a file, and that it is sound whatever it is. */
async function outcome(data: Uint8Array, name = 'bad.onnx', size = data.length): Promise<readonly string[]> {
  const began = spent()
  const { model, problems } = await readModel(fileOf(name, data, size))
  const found = [...problems]
  if (model !== null) {
    const { axes = [] } = model as { axes?: { name: string; axis: string }[] }
    const report = analyze({ model, gpu: 'h100', workload: { axes: Object.fromEntries(axes.slice(0, 50).map(({ name, axis }) => [name, axis === 'b' ? 1 : 64])) } })
    // JSON writes what is no number as null, so a report that survives it has none.
    expect(JSON.parse(JSON.stringify(report.phases))).toEqual(report.phases)
    expect(Object.values(report.memory ?? {}).every(value => typeof value !== 'number' || Number.isFinite(value))).toBe(true)
    found.push(...report.problems)
  } else expect(problems.some(({ severity, message }) => severity === 'error' && message.length > 10 && message.length < 2000)).toBe(true)
  expect(spent() - began).toBeLessThan(quick)
  return found.filter(({ severity }) => severity === 'error').map(({ code }) => code)
}

const io = { inputs: [{ name: 'x', dims: [1, 4] }], outputs: [{ name: 'y', dims: null }] } as const
const graph = (nodes: readonly Node[], more: Partial<Parts> = {}): Uint8Array => bytes({ ...io, nodes, ...more })
const raw = (write: (w: PbfWriter) => void): Uint8Array => { const w = new PbfWriter(); write(w); return w.finish() }

describe('damaged', () => {
  const whole = bytes(shufflenetV2())

  test('cut anywhere', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), async length => { expect((await outcome(whole.subarray(0, length))).length).toBeGreaterThanOrEqual(length < 100 ? 1 : 0) }), { numRuns: 150 })
  }, 60_000)

  test('any bits turned', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(7)), { minLength: 1, maxLength: 12 }), async flips => {
      const data = whole.slice()
      for (const [at, bit] of flips) data[at] = (data[at] ?? 0) ^ (1 << bit)
      await outcome(data)
    }), { numRuns: 150 })
  }, 60_000)

  test('any bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async data => { await outcome(data) }), { numRuns: 150 })
  }, 60_000)

  test('whole graphs with any bytes put in', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 30 }), async (at, put) => {
      await outcome(new Uint8Array([...whole.subarray(0, at), ...put, ...whole.subarray(at)]))
    }), { numRuns: 150 })
  }, 60_000)
})

describe('hostile', () => {
  test.each<[string, Uint8Array, string]>([
    ['empty', new Uint8Array(0), 'invalid-file'],
    ['text', new TextEncoder().encode('{"not": "onnx"}'), 'invalid-file'],
    ['a length beyond the file', raw(w => { w.writeTag(7, 2); w.writeVarint(2 ** 40) }), 'invalid-file'],
    ['a length that is no number', Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), 'invalid-file'],
    ['a number without an end', new Uint8Array(64).fill(0xff), 'invalid-file'],
    ['a packed list that ends in the middle', raw(w => { w.writeMessage(7, (_, w) => { w.writeMessage(5, (_, w) => { w.writeBytesField(4, new Uint8Array(6)) }, null) }, null) }), 'invalid-file'],
    ['groups of an older format', Uint8Array.of(0x3b, 0x0a, 0x00, 0x3c), 'invalid-file'],
    ['no graph', raw(w => { w.writeVarintField(1, 8) }), 'invalid-file'],
    ['dimensions of 2^63', graph([{ op: 'MatMul', in: ['x', 'w'], out: ['y'] }], { tensors: [{ name: 'w', dims: [2 ** 62, 2 ** 62] }] }), 'invalid-file'],
    ['negative dimensions', graph([{ op: 'MatMul', in: ['x', 'w'], out: ['y'] }], { tensors: [{ name: 'w', dims: [-4, 4] }] }), 'invalid-file'],
    ['an input of 2^60', bytes({ inputs: [{ name: 'x', dims: [2 ** 50, 2 ** 50] }], outputs: io.outputs, nodes: [{ op: 'Relu', in: ['x'], out: ['y'] }] }), 'invalid-file'],
    ['a reshape to 2^62', graph([{ op: 'Expand', in: ['x', 's'], out: ['y'] }], { tensors: [{ name: 's', dims: [3], ints: [2 ** 62, 2 ** 62, 4] }] }), 'invalid-file'],
    ['a cycle', graph([{ op: 'Add', in: ['x', 'b'], out: ['a'] }, { op: 'Relu', in: ['a'], out: ['b'] }]), 'invalid-file'],
    ['an input that nothing makes', graph([{ op: 'Relu', in: ['nothing'], out: ['y'] }]), 'invalid-file'],
    ['a missing input', graph([{ op: 'Conv', in: ['x'], out: ['y'] }]), 'invalid-file'],
    ['one result twice', graph([{ op: 'Relu', in: ['x'], out: ['y'] }, { op: 'Relu', in: ['x'], out: ['y'] }]), 'invalid-file'],
    ['strides of zero', bytes({ inputs: [{ name: 'x', dims: [1, 1, 8, 8] }], outputs: io.outputs, tensors: [{ name: 'w', dims: [1, 1, 3, 3] }], nodes: [{ op: 'Conv', in: ['x', 'w'], out: ['y'], at: { strides: [0, 0] } }] }), 'invalid-file'],
    ['a step of zero', graph([{ op: 'Slice', in: ['x', 'z', 'o', 'z', 'z'], out: ['y'] }], { tensors: [{ name: 'z', dims: [1], ints: [0] }, { name: 'o', dims: [1], ints: [1] }] }), 'invalid-file'],
    ['a window larger than its input', bytes({ inputs: [{ name: 'x', dims: [1, 1, 2, 2] }], outputs: io.outputs, nodes: [{ op: 'MaxPool', in: ['x'], out: ['y'], at: { kernel_shape: [9, 9] } }] }), 'invalid-file'],
    ['matrices that do not fit', graph([{ op: 'MatMul', in: ['x', 'w'], out: ['y'] }], { tensors: [{ name: 'w', dims: [5, 6] }] }), 'invalid-file'],
    ['heads of zero', bytes({ inputs: [{ name: 'x', dims: [1, 4, 8] }], outputs: io.outputs, nodes: [{ op: 'MultiHeadAttention', domain: 'com.microsoft', in: ['x'], out: ['y'], at: { num_heads: 0 } }] }), 'invalid-file'],
    ['sizes from data', graph([{ op: 'Reshape', in: ['x', 'x'], out: ['y'] }]), 'unknown-shape'],
    ['an input without dimensions', bytes({ inputs: [{ name: 'x', dims: null }], outputs: io.outputs, nodes: [{ op: 'Relu', in: ['x'], out: ['y'] }] }), 'unknown-shape'],
  ])('%s', async (_, data, code) => { expect(await outcome(data)).toContain(code) })

  test('a file that says it is larger than it is', async () => { expect(await outcome(bytes(resnet([1, 1, 1, 1], false)).subarray(0, 500), 'short.onnx', 2 ** 40)).not.toEqual([]) })

  test('graphs within graphs without end', async () => {
    let inner: Parts = { ...io, nodes: [{ op: 'Relu', in: ['x'], out: ['y'] }] }
    for (let i = 0; i < 200; i++) inner = { ...io, nodes: [{ op: 'If', in: ['x'], out: ['y'], at: { then_branch: { graph: inner }, else_branch: { graph: inner.nodes?.[0]?.op === 'Relu' ? inner : { ...io, nodes: [{ op: 'Relu', in: ['x'], out: ['y'] }] } } } }] }
    expect(await outcome(bytes(inner))).toEqual(['oversized'])
  })

  test('functions that call each other twice, and one that calls itself', async () => {
    const call = (name: string, from: string, to: string): Node => ({ op: name, domain: 'f', in: [from], out: [to] })
    const functions = Array.from({ length: 60 }, (_, i) => ({ name: `f${String(i)}`, domain: 'f', in: ['a'], out: ['c'], nodes: i === 0 ? [{ op: 'Relu', in: ['a'], out: ['c'] }] : [call(`f${String(i - 1)}`, 'a', 'b'), call(`f${String(i - 1)}`, 'b', 'c')] }))
    expect(await outcome(graph([call('f40', 'x', 'y')], { functions }))).toEqual(['oversized'])
    expect(await outcome(graph([call('g', 'x', 'y')], { functions: [{ name: 'g', domain: 'f', in: ['a'], out: ['b'], nodes: [call('g', 'a', 'b')] }] }))).toEqual(['oversized'])
  })

  test('loops within loops', async () => {
    let body: Parts = { nodes: [{ op: 'Relu', in: ['h'], out: ['h2'] }] }
    for (let i = 0; i < 6; i++) {
      const inner = { inputs: [{ name: 'i', dims: [] }, { name: 'go', dims: [] }, { name: 'h', dims: null }], outputs: [{ name: 'go2', dims: null }, { name: 'h2', dims: null }], nodes: [{ op: 'Identity', in: ['go'], out: ['go2'] }, ...body.nodes ?? []] }
      body = { nodes: [{ op: 'Loop', in: ['n', '', i === 5 ? 'x' : 'h'], out: [i === 5 ? 'y' : 'h2'], at: { body: { graph: inner } } }] }
    }
    expect(await outcome(graph(body.nodes ?? [], { tensors: [{ name: 'n', dims: [], ints: [60] }] }))).toEqual(['oversized'])
  })

  test('sizes that square themselves', async () => {
    const nodes: Node[] = [{ op: 'Shape', in: ['x'], out: ['s0'] }]
    for (let i = 0; i < 40; i++) nodes.push({ op: 'Add', in: [`s${String(i)}`, 'one'], out: [`a${String(i)}`] }, { op: 'Mul', in: [`a${String(i)}`, `a${String(i)}`], out: [`s${String(i + 1)}`] })
    nodes.push({ op: 'ConstantOfShape', in: ['s40'], out: ['y'] })
    expect(await outcome(bytes({ inputs: [{ name: 'x', dims: ['a', 'c'] }], outputs: io.outputs, tensors: [{ name: 'one', dims: [1], ints: [1] }], nodes }))).toEqual(['oversized'])
  })

  test('a million small things', async () => {
    expect(await outcome(raw(w => { w.writeMessage(7, (_, w) => { for (let i = 0; i < 5e6; i++) w.writeVarintField(99, 1) }, null) }))).toEqual(['oversized'])
    expect(await outcome(graph(Array.from({ length: 5_000 }, (_, i) => ({ op: 'Relu', in: [i === 0 ? 'x' : `y${String(i - 1)}`], out: [`y${String(i)}`] }))))).toEqual([])
  })

  test('names that mean something to the language', async () => {
    expect(await outcome(graph([{ op: 'Relu', in: ['x'], out: ['__proto__'] }, { op: 'constructor', in: ['__proto__'], out: ['toString'] }]))).toEqual(['unknown-operator'])
    expect(await outcome(bytes({ inputs: [{ name: '__proto__', dims: ['__proto__', 'constructor'] }], outputs: io.outputs, nodes: [{ op: 'Relu', in: ['__proto__'], out: ['y'] }] }))).toEqual(['missing-axis', 'missing-axis'])
  })

  test('two models, or a model beside its weights', async () => {
    expect((await readModel([file(resnet([1], false), 'a.onnx'), file(resnet([1], false), 'b.onnx')])).problems[0]?.code).toBe('several-models')
    expect((await readModel([file(resnet([1], false), 'a.onnx'), fileOf('a.onnx.data', new Uint8Array(9))])).problems).toEqual([])
  })
})
