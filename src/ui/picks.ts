/** Models and GPUs as options, by family, and the facts that decide between them. */
import { msg, str } from '@lit/localize'
import { analyze, findGpu, findModel, gpus, models, resolveModel, type Checkpoint, type Device, type Problem } from '../core.js'
import { narrow, quantity, tokenLength } from '../format.js'
import { inWords } from './locale.js'
import type { OptionGroup } from './options.js'
import { groupBy } from './words.js'

let listed: readonly OptionGroup[] = [], count = 0

/** All models, by family under its latest spelling; there are more when all parts are there. */
export function modelOptions(): readonly OptionGroup[] {
  if (count !== models.length) {
    count = models.length
    listed = groupBy(models, ({ name }) => familyOf(name).toLowerCase())
      .map(([, members]) => ({ name: familyOf(members.at(-1)?.name ?? ''), options: members.map(model => ({ id: model.id, name: model.name, names: [model.name, model.id, ...model.huggingface === null ? [] : [model.huggingface], ...model.aliases] })) }))
  }
  return listed
}

/** All GPUs, by architecture, newest first. */
export const gpuOptions: readonly OptionGroup[] = groupBy(gpus, ({ architecture }) => architecture ?? '').toReversed()
  .toSorted(([, a], [, b]) => newest(b) - newest(a))
  .map(([name, members]) => ({ name, options: members.map(gpu => ({ id: gpu.id, name: gpu.name, names: [gpu.name, gpu.id, name, ...gpu.aliases] })) }))

function familyOf(name: string): string {
  return /^(Code Llama|T5|[A-Za-z]+(?:-oss)?)/.exec(name)?.[0] ?? name
}

function newest(members: readonly Device[]): number {
  return Math.max(...members.map(({ year }) => year ?? 0))
}

const counts = new Map<string, number>()

/** Counts the parameters of a model, once; a few milliseconds of work. */
export function countParameters(id: string): number | null {
  const known = counts.get(id) ?? analyze({ model: id, gpu: 'h100-sxm5-80gb', workload: { prompt: 1, output: 0 } }).model?.parameters
  if (known === undefined) return null
  counts.set(id, known)
  return known
}

/** Parameters, as soon as they are counted, and the longest context. */
export function modelFacts(id: string): readonly string[] {
  const count = counts.get(id)
  return [count === undefined ? '' : inWords(count), contextOf(id)]
}

/** The longest context that a model states, in words; empty where it states none. */
export function contextOf(model: unknown): string {
  const found = resolveModel(model)
  const context = 'model' in found ? found.model.context : null
  return context === null ? '' : msg(str`${tokenLength(context)} context`)
}

/** Memory, bandwidth and year. */
export function gpuFacts(id: string): readonly string[] {
  const gpu = gpus.find(one => one.id === id)
  return gpu === undefined ? [] : [memoryOf(gpu), quantity(gpu.bandwidth, 'B/s'), gpu.year === null ? '' : String(gpu.year)]
}

/** Bandwidth, the rate of half precision, and year. */
export function gpuSummary(id: string): readonly string[] {
  const gpu = gpus.find(one => one.id === id)
  const peak = gpu?.peaks.bf16 ?? gpu?.peaks.fp16 ?? null
  return gpu === undefined ? [] : [quantity(gpu.bandwidth, 'B/s'), peak === null ? '' : quantity(peak, 'FLOP/s'), gpu.year === null ? '' : String(gpu.year)]
}

function memoryOf({ memory }: Device): string {
  return `${String(Math.round(memory / 1e8) / 10)}${narrow}GB`
}

/** Why a name means no model or GPU; null for one that does, and for what is no name. */
export function unknownName(kind: 'model' | 'gpu', name: unknown): Problem | null {
  const found = typeof name === 'string' ? find(kind, name) : null
  return found !== null && 'severity' in found ? found : null
}

/** The id behind a name as the core reads it; null for what it does not know. */
export function idOf(kind: 'model' | 'gpu', name: unknown): string | null {
  const found = typeof name === 'string' ? find(kind, name) : null
  return found === null || 'severity' in found ? null : found.id
}

function find(kind: 'model' | 'gpu', name: string): Checkpoint | Device | Problem {
  return kind === 'model' ? findModel(name) : findGpu(name)
}

/** What a model or GPU is called; the text itself where it is none. */
export function titleOf(kind: 'model' | 'gpu', name: string): string {
  const id = idOf(kind, name)
  return (kind === 'model' ? models : gpus).find(one => one.id === id)?.name ?? name
}
