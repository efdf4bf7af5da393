import { describe, expect, expectTypeOf, test } from 'vitest'
import dtypesFile from '../../data/dtypes.json' with { type: 'json' }
import gpusFile from '../../data/gpus.json' with { type: 'json' }
import pricesFile from '../../data/prices.json' with { type: 'json' }
import ratesFile from '../../data/rates.json' with { type: 'json' }
import systemsFile from '../../data/systems.json' with { type: 'json' }
import { capacity, findGpu, gpus, hasPeak, peakNames, type Device, type Peak } from '../../src/hardware/device.js'
import { findSystem, linkOf, systems, type System } from '../../src/hardware/network.js'
import { readDevice } from '../../src/hardware/own-device.js'
import { bytesPerElement, dtypes, engineOf, findDtype, isPeak, type Dtype } from '../../src/hardware/precision.js'
import { priceOf } from '../../src/hardware/price.js'
import { attainable, ceilings, ridge } from '../../src/hardware/roofline.js'
import { closest, key } from '../../src/names.js'
import type { Problem } from '../../src/problem.js'

interface Leaf { value: number | null; unit: string; source: string[]; confidence: string; note?: string }
type Json = { [key: string]: unknown }

const gpu = (id: string): Device => {
  const found = gpus.find(device => device.id === id)
  if (found === undefined) throw new Error(`no GPU ${id}`)
  return found
}
const dtype = (name: string): Dtype => findDtype(name) as Dtype
const system = (id: string): System => findSystem(id, gpu('l4')) as System
const problemOf = (found: object): Problem => {
  expect(found).toHaveProperty('code')
  return found as Problem
}
const idOf = (name: string): string | undefined => (findGpu(name) as Partial<Device>).id
const problemsOf = (json: unknown): readonly Problem[] => {
  const read = readDevice(json)
  expect(Array.isArray(read)).toBe(true)
  return read as readonly Problem[]
}

/** Every number and null of an entry, with the path to it. */
function leaves(node: unknown, path = ''): { path: string; leaf: Leaf }[] {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return [{ path, leaf: node as Leaf }].filter(() => typeof node === 'number' || node === null)
  if ('value' in node) return [{ path, leaf: node as Leaf }]
  return Object.entries(node).flatMap(([name, item]) => (name === 'conflicts' ? [] : leaves(item, path === '' ? name : `${path}.${name}`)))
}
const nullable = new Set(['computeCapability', 'rates'])

describe('data/gpus.json', () => {
  const entries = gpusFile.gpus as unknown as (Json & { id: string; conflicts: { field: string; others: Json }[] })[]
  const sources = gpusFile.sources as Json
  const fields = Object.keys(entries[0] as Json).filter(name => name !== 'notes').sort()

  test('holds 78 GPUs under ids of their own', () => {
    expect(entries).toHaveLength(78)
    expect(new Set(entries.map(({ id }) => id)).size).toBe(78)
  })

  test.each(entries.map(entry => [entry.id, entry] as const))('%s: every number has a unit, a source and a confidence', (_, entry) => {
    expect(Object.keys(entry).filter(name => name !== 'notes').sort()).toEqual(fields)
    expect(Object.keys(entry['peaks'] as Json)).toEqual([...peakNames])
    for (const { path, leaf } of leaves(entry)) {
      if (nullable.has(path)) continue
      expect(leaf, path).toMatchObject({ unit: expect.stringMatching(/./) as string, confidence: expect.stringMatching(/^(high|medium|low|none)$/) as string })
      expect(leaf.confidence === 'none', path).toBe(leaf.value === null)
      expect(leaf.source.length > 0, path).toBe(leaf.value !== null)
      expect(leaf.source.filter(name => !(name in sources)), path).toEqual([])
    }
    for (const { field, others } of entry.conflicts) {
      expect(Object.keys(others).filter(name => !(name in sources)), field).toEqual([])
      expect(field.split('.').reduce<unknown>((node, name) => (node as Json)[name], entry), field).toBeDefined()
    }
  })

  test('a conflict chooses what the entry says', () => {
    for (const entry of entries as unknown as { id: string; conflicts: { field: string; chosen: unknown }[] }[]) {
      for (const { field, chosen } of entry.conflicts) {
        const value = field.split('.').reduce<unknown>((node, name) => (node as Json)[name], gpu(entry.id))
        expect([entry.id, field, value]).toEqual([entry.id, field, chosen])
      }
    }
  })

  test('every entry is a device, and reads as one', () => {
    for (const entry of entries) expect(readDevice(entry), entry.id).toEqual(gpu(entry.id))
    for (const device of gpus) expect(readDevice(device), device.id).toEqual(device)
  })

  test('peaks follow from SMs, rate and clock within 2 %, or a note says why not', () => {
    const rates = new Map(ratesFile.rates.map(rate => [rate.id, rate]))
    const exceptions = new Set<string>()
    for (const entry of entries) {
      const device = gpu(entry.id)
      const rate = rates.get(device.rates ?? '')
      expect(rate !== undefined || device.rates === null, entry.id).toBe(true)
      for (const peak of peakNames) {
        const stated = device.peaks[peak]
        const { note } = (entry['peaks'] as Record<Peak, Leaf>)[peak]
        if (stated === null) continue
        const boost = (rate?.clock as Partial<Record<Peak, number>> | undefined)?.[peak]
        const perClock = boost ?? (rate?.tensorClock as Partial<Record<Peak, number>> | undefined)?.[peak]
        const clock = boost === undefined ? device.tensorClock ?? device.clock : device.clock
        const computed = (device.sms ?? NaN) * (perClock ?? NaN) * (clock ?? NaN)
        if (Math.abs(stated / computed - 1) <= 0.02) continue
        exceptions.add(['h20', 'h800-sxm5', 'rubin'].includes(entry.id) ? entry.id : `${entry.id} ${peak}`)
        expect(note, `${entry.id} ${peak}: ${stated} is not ${computed}`).toBeTypeOf('string')
      }
    }
    expect([...exceptions]).toEqual(['h800-sxm5', 'h20', 'b300-sxm fp64', 'b300-sxm fp64Tensor', 'gb300 int8', 'rubin', 'gb10-dgx-spark fp4'])
  })

  test('bandwidths of PCIe are one direction after encoding', () => {
    const perLane = { 3: 15.75e9 / 16, 4: 31e9 / 16, 5: 63e9 / 16, 6: 121e9 / 16 } as Record<number, number>
    for (const { id, pcie } of gpus) {
      if (pcie.lanes !== null) expect([id, pcie.bandwidth]).toEqual([id, pcie.lanes * (perLane[pcie.generation ?? 0] ?? NaN)])
    }
  })

  test('only Rubin and B100 are not shipping', () => {
    expect(gpus.filter(({ status }) => status === 'announced').map(({ id }) => id)).toEqual(['b100-sxm', 'rubin'])
  })

  test('every name leads to one GPU', () => {
    for (const { id, name, aliases } of gpus) for (const spelling of [id, name, ...aliases]) expect([spelling, idOf(spelling)]).toEqual([spelling, id])
  })
})

describe('figures that other tables get wrong', () => {
  test.each<[id: string, peak: Peak, value: number | null, mistake: string]>([
    ['h100-sxm5-80gb', 'bf16', 989.4e12, 'sparse 1979'],
    ['h100-sxm5-80gb', 'fp8', 1978.9e12, 'sparse 3958'],
    ['h100-sxm5-80gb', 'tf32', 494.7e12, '156 of the A100, or sparse 989'],
    ['h100-sxm5-80gb', 'fp64', 33.5e12, 'the tensor rate 67'],
    ['h100-sxm5-80gb', 'fp64Tensor', 66.9e12, ''],
    ['l4', 'bf16', 121e12, 'sparse 242'],
    ['l4', 'fp16', 121e12, ''],
    ['rtx-4090', 'bf16', 165.2e12, 'vector 82.6, or FP16 accumulation 330'],
    ['rtx-4090', 'fp8', 330.3e12, 'FP16 accumulation 660'],
    ['rtx-3090', 'bf16', 71e12, 'FP16 accumulation 142'],
    ['rtx-5090', 'bf16', 209.5e12, 'FP16 accumulation 419'],
    ['rtx-a6000', 'bf16', 154.8e12, 'vector 38.7, or the GeForce half 77.4'],
    ['rtx-2080-ti', 'fp16', 53.8e12, 'vector 28.5'],
    ['rtx-6000-ada', 'bf16', 364.2e12, 'the GeForce half 182.1'],
    ['a10g', 'bf16', 70e12, '125 of the A10'],
    ['v100-pcie-16gb', 'fp16', 112e12, '125 of the SXM2 clock'],
    ['gh200-144gb', 'bf16', 989.4e12, 'sparse 1979'],
    ['b100-sxm', 'bf16', 1750e12, 'sparse 3500'],
    ['b200-sxm', 'bf16', 2250e12, 'half, 1125'],
    ['b200-sxm', 'fp32', 75e12, '80 of the GB200'],
    ['gb200', 'bf16', 2500e12, '4500'],
    ['b300-sxm', 'int8', 153.5e12, '4500 of the B200'],
    ['gb300', 'int8', 165e12, '5000 of the GB200'],
    ['b300-sxm', 'fp4', 13500e12, '12600, 14000 or 15000'],
    ['a100-sxm4-80gb', 'fp8', null, '624'],
    ['h100-sxm5-80gb', 'int4', null, 'twice INT8'],
    ['rtx-5090', 'int4', null, '1676'],
    ['jetson-agx-orin-64gb', 'int8', 85e12, 'sparse GPU and DLA 275'],
  ])('%s %s is %d, not %s', (id, peak, value) => {
    expect(gpu(id).peaks[peak]).toBe(value)
    expect(hasPeak(gpu(id), peak)).toBe(value !== null)
  })

  test.each<[id: string, field: keyof Device, value: number | string]>([
    ['h100-sxm5-80gb', 'bandwidth', 3350e9],
    ['l4', 'bandwidth', 300e9],
    ['v100-sxm2-16gb', 'bandwidth', 900e9],
    ['v100-sxm2-16gb', 'clock', 1530e6],
    ['a100-sxm4-80gb', 'l2', 40 * 2 ** 20],
    ['l40s', 'l2', 96 * 2 ** 20],
    ['l40s', 'tdp', 350],
    ['a10g', 'sms', 80],
    ['l4', 'sms', 58],
    ['b300-sxm', 'computeCapability', '10.3'],
    ['b300-sxm', 'driverMemory', 275040 * 2 ** 20],
    ['h100-pcie-80gb', 'memoryType', 'HBM2e'],
  ])('%s %s is %s', (id, field, value) => {
    expect(gpu(id)[field]).toBe(value)
  })

  test('two clocks on Hopper and data center Blackwell', () => {
    expect(gpu('h100-sxm5-80gb')).toMatchObject({ clock: 1980e6, tensorClock: 1830e6 })
    const two = gpus.filter(({ tensorClock }) => tensorClock !== null)
    expect(two).toHaveLength(12)
    for (const { id, clock, tensorClock, computeCapability } of two) {
      expect(computeCapability, id).toMatch(/^(9|10)\./)
      expect(tensorClock, id).toBeLessThan(clock ?? 0)
    }
  })

  test('GeForce halves FP16 with FP32 accumulation, professional cards do not', () => {
    for (const device of gpus) {
      const { fp16, fp16Accumulate16, bf16, fp8, fp8Accumulate16, mxfp8 } = device.peaks
      if (fp16 === null || fp16Accumulate16 === null) continue
      const geforce = device.name.startsWith('GeForce')
      expect(fp16Accumulate16 / fp16, device.id).toBeCloseTo(geforce ? 2 : 1, 1)
      if (bf16 !== null) expect(bf16 / fp16, device.id).toBeCloseTo(1, 1)
      if (fp8 !== null && fp8Accumulate16 !== null) expect(fp8Accumulate16 / fp8, device.id).toBeCloseTo(geforce ? 2 : 1, 1)
      if (fp8 !== null && mxfp8 !== null) expect(mxfp8 / fp8, device.id).toBeCloseTo(geforce ? 2 : 1, 1)
    }
  })

  test('the L40 has half the tensor rate of the L40S', () => {
    expect((gpu('l40').peaks.bf16 ?? 0) / (gpu('l40s').peaks.bf16 ?? 1)).toBeCloseTo(0.5, 2)
  })

  test('2:4 sparsity from Ampere on', () => {
    for (const { id, sparsity, computeCapability } of gpus) expect([id, sparsity]).toEqual([id, computeCapability?.startsWith('7.') ? null : 2])
  })

  test('NVLink is one direction', () => {
    const links = { 'v100-sxm2-16gb': 150e9, 'a100-sxm4-80gb': 300e9, 'h100-sxm5-80gb': 450e9, 'b200-sxm': 900e9, 'rubin': 1800e9, 'rtx-4090': 0, 'h800-sxm5': null }
    for (const [id, bandwidth] of Object.entries(links)) expect([id, gpu(id).nvlink.bandwidth]).toEqual([id, bandwidth])
  })

  test('capacity is what the driver reports, else what is marketed', () => {
    expect(capacity(gpu('b200-sxm'))).toEqual({ bytes: 183359 * 2 ** 20, basis: 'driver' })
    expect(capacity(gpu('v100-sxm2-16gb'))).toEqual({ bytes: 16e9, basis: 'marketed' })
  })
})

describe('findGpu', () => {
  test.each([
    ['h100', 'h100-sxm5-80gb'], ['H100 SXM', 'h100-sxm5-80gb'], ['nvidia h100 80gb hbm3', 'h100-sxm5-80gb'], ['h100 pcie', 'h100-pcie-80gb'],
    ['h200', 'h200-sxm-141gb'], ['b200', 'b200-sxm'], ['b300', 'b300-sxm'], ['gb300', 'gb300'], ['NVIDIA A100-SXM4-80GB', 'a100-sxm4-80gb'],
    ['a100 sxm 40 GB', 'a100-sxm4-40gb'], ['A100 80GB PCIe', 'a100-pcie-80gb'], ['4090', 'rtx-4090'], ['RTX 4090', 'rtx-4090'], ['rtx4090', 'rtx-4090'],
    ['NVIDIA GeForce RTX 4090 D', 'rtx-4090-d'], ['4070 Ti', 'rtx-4070-ti'], ['Tesla T4', 't4'], ['L40S', 'l40s'], ['NVIDIA RTX 6000 Ada Generation', 'rtx-6000-ada'],
    ['dgx spark', 'gb10-dgx-spark'], ['NVIDIA Thor', 'jetson-thor-t5000'], ['a30 pcie', 'a30'],
  ])('%s → %s', (name, id) => {
    expect(idOf(name)).toBe(id)
  })

  test.each([
    ['a100', ['a100-pcie-40gb', 'a100-sxm4-40gb', 'a100-pcie-80gb', 'a100-sxm4-80gb']],
    ['v100', ['v100-sxm2-16gb', 'v100-sxm2-32gb', 'v100-pcie-16gb', 'v100-pcie-32gb']],
    ['a100 80gb', ['a100-pcie-80gb', 'a100-sxm4-80gb']],
    ['4060 ti', undefined], ['rtx 3080', ['rtx-3080-10gb', 'rtx-3080-12gb', 'rtx-3080-ti']], ['gh200', ['gh200-96gb', 'gh200-144gb']],
  ])('%s is ambiguous', (name, candidates = ['rtx-4060-ti-8gb', 'rtx-4060-ti-16gb']) => {
    expect(problemOf(findGpu(name))).toMatchObject({ code: 'ambiguous-gpu', path: 'gpu', severity: 'error', suggestions: candidates })
  })

  test.each([['h1000', 'h100-sxm5-80gb'], ['rtx 4900', 'rtx-4090'], ['l40x', 'l40']])('%s is unknown, %s is close', (name, suggestion) => {
    const problem = problemOf(findGpu(name))
    expect(problem).toMatchObject({ code: 'unknown-gpu', path: 'gpu' })
    expect(problem.suggestions).toContain(suggestion)
  })

  test.each(['', ' ', 'nvidia', '__proto__', 'constructor', 'toString', '💥', 'x'.repeat(1e6)])('%.20s is unknown', name => {
    expect(problemOf(findGpu(name)).code).toBe('unknown-gpu')
  })
})

describe('readDevice', () => {
  const mine = { id: 'mine', memory: 24e9, bandwidth: 1e12, peaks: { bf16: 100e12 } }

  test('needs an id, memory, bandwidth and one peak; the rest is null', () => {
    const device = readDevice(mine) as Device
    expect(device).toMatchObject({ id: 'mine', name: 'mine', aliases: [], status: 'shipping', system: null, sms: null, nvlink: { generation: null, bandwidth: null } })
    expect(Object.keys(device).sort()).toEqual(Object.keys(gpu('l4')).sort())
    expect(device.peaks).toEqual({ ...Object.fromEntries(peakNames.map(name => [name, null])), bf16: 100e12 })
    expect(problemsOf({}).map(({ code, path }) => [code, path])).toEqual(['id', 'memory', 'bandwidth', 'peaks'].map(field => ['missing-field', `gpu.${field}`]))
  })

  test('takes sourced fields, and refuses them in another unit', () => {
    expect(readDevice({ ...mine, memory: { value: 24e9, unit: 'bytes', source: ['me'] } })).toEqual(readDevice(mine))
    expect(problemsOf({ ...mine, memory: { value: 24, unit: 'GB' } })).toMatchObject([{ code: 'invalid-field', path: 'gpu.memory.unit', suggestions: ['bytes'] }])
    expect(problemsOf({ ...mine, memory: { amount: 24e9 } }).map(({ path }) => path)).toEqual(['gpu.memory.value', 'gpu.memory.amount'])
  })

  test.each<[what: string, change: Json, path: string]>([
    ['NaN', { memory: NaN }, 'gpu.memory'],
    ['infinite', { bandwidth: Infinity }, 'gpu.bandwidth'],
    ['text', { memory: '24e9' }, 'gpu.memory'],
    ['negative', { bandwidth: -1 }, 'gpu.bandwidth'],
    ['zero', { memory: 0 }, 'gpu.memory'],
    ['a list', { bandwidth: [1e12] }, 'gpu.bandwidth'],
    ['a negative peak', { peaks: { bf16: -1 } }, 'gpu.peaks.bf16'],
    ['an unknown peak', { peaks: { bf16: 1e12, bf17: 1e12 } }, 'gpu.peaks.bf17'],
    ['an inherited name', { peaks: { bf16: 1e12, constructor: 1 } }, 'gpu.peaks.constructor'],
    ['peaks as a list', { peaks: [1e12] }, 'gpu.peaks'],
    ['an unknown field', { bandwith: 1e12 }, 'gpu.bandwith'],
    ['a number for a name', { name: 4 }, 'gpu.name'],
    ['an empty id', { id: '' }, 'gpu.id'],
    ['an unknown status', { status: 'rumored' }, 'gpu.status'],
    ['aliases as text', { aliases: 'x' }, 'gpu.aliases'],
    ['negative NVLink', { nvlink: { bandwidth: -450e9 } }, 'gpu.nvlink.bandwidth'],
    ['a prototype', JSON.parse('{ "__proto__": { "memory": 1 } }') as Json, 'gpu.__proto__'],
  ])('refuses %s', (_, change, path) => {
    const json = Object.fromEntries([...Object.entries(mine), ...Object.entries(change)])
    if (Object.hasOwn(change, '__proto__')) Object.defineProperty(json, '__proto__', { value: {}, enumerable: true })
    expect(problemsOf(json).map(problem => problem.path)).toEqual([path])
  })

  test('misses a field beside a faulty one whose name begins alike', () => {
    expect(problemsOf({ ...mine, memory: null, memoryType: 4 }).map(({ path }) => path)).toEqual(['gpu.memoryType', 'gpu.memory'])
  })

  test('reads nothing from a prototype', () => {
    const json = Object.create(mine) as unknown
    expect(problemsOf(json)).toHaveLength(4)
  })

  test.each([null, undefined, 4, 'h100', [], true])('refuses %s', json => {
    expect(problemsOf(json)).toMatchObject([{ code: 'invalid-field', path: 'gpu' }])
  })

  test('NVLink may be zero: there is none', () => {
    expect((readDevice({ ...mine, nvlink: { bandwidth: 0 } }) as Device).nvlink.bandwidth).toBe(0)
  })
})

describe('number formats', () => {
  test('every entry is well formed', () => {
    for (const { id, source } of dtypesFile.dtypes) expect(source.filter(name => !(name in dtypesFile.sources)), id).toEqual([])
    for (const { id, aliases, peaks, operand } of dtypes) {
      for (const name of [id, ...aliases]) expect([name, (findDtype(name) as Dtype).id]).toEqual([name, id])
      for (const { peak } of peaks) expect(isPeak(peak), `${id} ${peak}`).toBe(true)
      if (operand !== null) expect(dtype(operand).id).toBe(operand)
    }
  })

  test.each([
    ['fp64', 8], ['fp32', 4], ['tf32', 4], ['bf16', 2], ['fp16', 2], ['fp8', 1], ['fp8-block', 1], ['mxfp8', 1.03125], ['fp6', 0.75], ['mxfp6', 0.78125],
    ['mxfp4', 0.53125], ['nvfp4', 0.5625], ['int8', 1], ['int4', 0.51953125],
    ['int4-g64', 0.5390625], ['gptq-int4-g128', 0.51953125], ['int3-g64-sym', 0.40625], ['w8a16', 1.0234375], ['int4-channel', 0.5], ['nf4', 0.5625], ['nf4-double', 0.515869140625],
  ])('%s takes %d bytes, scales of its blocks included', (name, bytes) => {
    expect(bytesPerElement(dtype(name))).toBe(bytes)
  })

  test.each([['bfloat16', 'bf16'], ['half', 'fp16'], ['float8_e4m3fn', 'fp8'], ['F8_E4M3', 'fp8'], ['E5M2', 'fp8'], ['FP8_BLOCK', 'fp8-block'], ['fp4', 'nvfp4']])('%s means %s', (name, id) => {
    expect((findDtype(name) as Partial<Dtype>).id).toBe(id)
  })

  test('an unknown format is a problem at the path given', () => {
    expect(findDtype('fp7', 'precision.weights')).toMatchObject({ code: 'unknown-dtype', path: 'precision.weights', suggestions: expect.arrayContaining(['fp8']) as string[] })
    expect(findDtype('__proto__')).toMatchObject({ code: 'unknown-dtype', path: 'precision' })
  })

  test.each<[name: string, id: string, peak: Peak | null]>([
    ['bf16', 'v100-sxm2-16gb', null], ['bf16', 't4', null], ['fp16', 't4', 'fp16'], ['fp8', 'a100-sxm4-80gb', null], ['fp8-block', 'h100-sxm5-80gb', 'fp8'], ['fp8', 'l4', 'fp8'],
    ['int4', 'h100-sxm5-80gb', null], ['int4', 'a100-sxm4-80gb', 'int4'], ['int8', 'v100-sxm2-16gb', 'int8'], ['fp64', 'h100-sxm5-80gb', 'fp64Tensor'], ['fp64', 'rtx-4090', 'fp64'],
    ['mxfp8', 'h100-sxm5-80gb', null], ['mxfp8', 'b200-sxm', 'fp8'], ['mxfp8', 'rtx-5090', 'mxfp8'], ['mxfp8', 'rubin', null],
    ['nvfp4', 'b200-sxm', 'fp4'], ['mxfp4', 'rtx-5090', 'fp4'], ['nvfp4', 'h200-sxm-141gb', null], ['mxfp6', 'b200-sxm', 'fp6'], ['bf16', 'gb10-dgx-spark', null],
  ])('%s on %s runs as %s', (name, id, peak) => {
    const engine = engineOf(dtype(name), gpu(id))
    expect(engine).toEqual(peak === null ? null : { peak, flops: gpu(id).peaks[peak] })
  })
})

describe('systems', () => {
  test('every GPU has one that exists', () => {
    for (const device of gpus) expect((findSystem(null, device) as System).id, device.id).toBe(device.system)
    for (const { id, source } of systemsFile.systems) expect(source.filter(name => !(name in systemsFile.sources)), id).toEqual([])
    for (const { id, gpus: count, domain } of systems) expect(domain <= count, id).toBe(true)
  })

  test('an unknown one is a problem', () => {
    expect(findSystem('dgx-h1000', gpu('l4'))).toMatchObject({ code: 'unknown-system', path: 'system', suggestions: expect.arrayContaining(['dgx-h100']) as string[] })
  })

  test.each<[id: string, name: string, ranks: number, link: string, bandwidth: number | null]>([
    ['h100-sxm5-80gb', 'dgx-h100', 8, 'nvlink', 450e9],
    ['h100-sxm5-80gb', 'dgx-h100', 16, 'network', 50e9],
    ['a100-sxm4-80gb', 'dgx-h100', 8, 'nvlink', 300e9],
    ['h100-sxm5-80gb', 'dgx-a100', 8, 'nvlink', 300e9],
    ['b200-sxm', 'dgx-b200', 16, 'network', 50e9],
    ['gb200', 'gb200-nvl72', 72, 'nvlink', 900e9],
    ['gb200', 'gb200-nvl72', 144, 'network', 50e9],
    ['h20', 'hgx-8', 8, 'nvlink', 450e9],
    ['h800-sxm5', 'hgx-8', 8, 'nvlink', null],
    ['rtx-4090', 'pcie-server', 2, 'pcie', 31e9],
    ['rtx-4060', 'pcie-server', 2, 'pcie', 15.5e9],
    ['rtx-4090', 'dgx-h100', 8, 'pcie', 31e9],
    ['rtx-3090', 'pcie-server', 2, 'pcie', 31e9],
    ['rtx-3090', 'pcie-server-bridged', 2, 'nvlink', 56.25e9],
    ['rtx-3090', 'pcie-server-bridged', 4, 'pcie', 31e9],
    ['rtx-4090', 'pcie-server', 16, 'network', null],
    ['jetson-orin-nx-8gb', 'single', 2, 'network', null],
  ])('%s in %s, %d ranks: %s', (id, name, ranks, link, bandwidth) => {
    expect(linkOf(gpu(id), system(name), ranks)).toEqual({ name: link, bandwidth })
  })
})

describe('roofline', () => {
  test('ridge and attainable', () => {
    const { bandwidth, peaks } = gpu('h100-sxm5-80gb')
    const peak = peaks.bf16 ?? NaN
    expect(ridge(peak, bandwidth)).toBeCloseTo(295.34, 2)
    expect(attainable(1, peak, bandwidth)).toBe(bandwidth)
    expect(attainable(ridge(peak, bandwidth), peak, bandwidth)).toBeCloseTo(peak, -3)
    expect(attainable(1e6, peak, bandwidth)).toBe(peak)
  })

  test('ceilings name their engine', () => {
    const engines = (id: string) => Object.fromEntries(ceilings(gpu(id)).map(({ peak, engine }) => [peak, engine]))
    expect(engines('v100-sxm2-16gb')).toEqual({ fp64: 'vector', fp32: 'vector', fp16Vector: 'vector', fp16: 'matrix', fp16Accumulate16: 'matrix', int8: 'vector' })
    expect(engines('h100-sxm5-80gb')).toMatchObject({ fp64: 'vector', fp64Tensor: 'matrix', int8: 'matrix' })
    expectTypeOf(ceilings).returns.items.toHaveProperty('flops')
  })
})

test('prices are of known GPUs and have a source', () => {
  for (const { id, price } of pricesFile.prices) {
    expect(priceOf(gpu(id)), id).toBe(price.value)
    expect(price.source.filter(name => !(name in pricesFile.sources)), id).toEqual([])
  }
  expect(priceOf(gpu('rubin'))).toBeNull()
})

test('names are compared without case, spaces and marks', () => {
  expect([key('RTX 4090'), key('rtx-4090'), key('A100 80 GB')]).toEqual(['rtx4090', 'rtx4090', 'a10080gb'])
  expect(closest('lama 3.1 8b', ['gpt2', 'llama-3.1-8b', 'mixtral-8x7b'], 1)).toEqual(['llama-3.1-8b'])
  expect(closest('anything', [], 3)).toEqual([])
})
