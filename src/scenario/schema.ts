/**
 * The Scenario: what a user asks. One source for the TypeScript types, the validation and the JSON Schema.
 * Messages complete the sentence "<path> must be …".
 */
import * as v from 'valibot'

const whole = (least: number, most = 2 ** 40) => v.pipe(
  v.number('a number'), v.finite('a finite number'), v.integer('a whole number'),
  v.minValue(least, `at least ${String(least)}`), v.maxValue(most, `at most ${String(most)}`),
)
const share = v.pipe(v.number('a number'), v.finite('a finite number'), v.gtValue(0, 'greater than 0'), v.maxValue(1, 'at most 1'))
const amount = v.pipe(v.number('a number'), v.finite('a finite number'), v.minValue(0, 'at least 0'), v.maxValue(2 ** 40, `at most ${String(2 ** 40)}`))
const held = v.pipe(v.number('a number'), v.finite('a finite number'), v.minValue(0, 'at least 0'), v.maxValue(2 ** 50, `at most ${String(2 ** 50)}`))
const name = v.pipe(v.string('a name'), v.nonEmpty('a name'))
const dtype = v.nullable(name)
const object = <const T extends v.ObjectEntries>(entries: T) => v.strictObject(entries, 'an object without unknown fields')

/** How tokens are drafted ahead: by another model, by the checkpoint's own modules (`true`: all of them) or by Medusa heads; how many, and how likely each is accepted. */
export const draft = object({
  model: v.optional(v.unknown()),
  mtp: v.optional(v.union([v.literal(true), whole(1, 1024)], 'true or a whole number from 1')),
  medusa: v.optional(whole(1, 1024)),
  tokens: whole(1, 1024),
  acceptance: v.pipe(v.number('a number'), v.minValue(0, 'at least 0'), v.maxValue(1, 'at most 1')),
})

/** Sequences through prefill and decode, one pass over whole inputs, or a training step: micro-batches of one replica, the batch of all, and the tokens of the run. */
export const workload = object({
  mode: v.optional(v.picklist(['inference', 'forward', 'training'], '"inference", "forward" or "training"')),
  batch: v.optional(whole(1, 2 ** 30)),
  prompt: v.optional(whole(1, 2 ** 30)),
  output: v.optional(whole(0, 2 ** 30)),
  cached: v.optional(whole(0, 2 ** 30)),
  chunk: v.optional(v.nullable(whole(1))),
  images: v.optional(whole(0)),
  image: v.optional(v.nullable(v.tuple([whole(1), whole(1)], 'two whole numbers'))),
  audioSeconds: v.optional(v.nullable(amount)),
  draft: v.optional(v.nullable(draft)),
  exit: v.optional(v.nullable(v.pipe(amount, v.gtValue(0, 'greater than 0')))),
  sequence: v.optional(v.nullable(whole(1, 2 ** 30))),
  target: v.optional(v.nullable(whole(1, 2 ** 30))),
  axes: v.optional(v.nullable(v.record(v.string(), whole(0, 2 ** 30), 'an object of sizes'))),
  microBatch: v.optional(whole(1, 2 ** 30)),
  globalBatch: v.optional(v.nullable(whole(1, 2 ** 30))),
  tokens: v.optional(v.nullable(v.pipe(v.number('a number'), v.finite('a finite number'), v.gtValue(0, 'greater than 0'), v.maxValue(1e18, 'at most 1e18')))),
})

export const mesh = object({
  tp: v.optional(whole(1, 65536)),
  pp: v.optional(whole(1, 65536)),
  dp: v.optional(whole(1, 2 ** 20)),
  cp: v.optional(whole(1, 65536)),
  ep: v.optional(whole(1, 65536)),
  etp: v.optional(whole(1, 65536)),
  sequence: v.optional(v.boolean('true or false')),
  order: v.optional(v.array(v.picklist(['tp', 'cp', 'dp', 'pp'], 'a list of tp, cp, dp and pp'), 'a list')),
})

export const precision = object({
  weights: v.optional(dtype),
  activations: v.optional(dtype),
  cache: v.optional(dtype),
  gradients: v.optional(name),
  states: v.optional(name),
})

export const training = object({
  zero: v.optional(v.picklist([0, 1, 2, 3], '0, 1, 2 or 3')),
  shardGroup: v.optional(v.nullable(whole(1))),
  recompute: v.optional(name),
  optimizer: v.optional(name),
  schedule: v.optional(name),
  interleave: v.optional(whole(1)),
  stages: v.optional(v.nullable(v.array(whole(1), 'a list'))),
  context: v.optional(name),
  recipe: v.optional(name),
  imbalance: v.optional(v.pipe(v.number('a number'), v.finite('a finite number'), v.minValue(1, 'at least 1'))),
})

/** What lies outside the GPU's memory: a share up to 1, or bytes per GPU; and bytes/s at which it is read, where the link does not say. */
export const offload = object({
  weights: v.optional(held), cache: v.optional(held), optimizer: v.optional(held),
  to: v.optional(v.picklist(['cpu', 'nvme'], '"cpu" or "nvme"')),
  bandwidth: v.optional(v.nullable(v.pipe(held, v.gtValue(0, 'greater than 0')))),
})

/** LoRA: `targets` are modules (`q`, `q_proj`, `all-linear`), `count` adapters are loaded and each sequence uses one. */
export const adapter = object({
  rank: whole(1, 65536),
  targets: v.optional(v.pipe(v.array(name, 'a list of names'), v.nonEmpty('a list of names'))),
  merged: v.optional(v.boolean('true or false')),
  count: v.optional(whole(1, 2 ** 20)),
})

export const conventions = object({
  attention: v.optional(v.picklist(['causal', 'full'], '"causal" or "full"')),
  head: v.optional(v.picklist(['last', 'all'], '"last" or "all"')),
  count: v.optional(v.picklist(['roofline', 'torchvision', 'fvcore', 'thop', 'ptflops', 'ptflops-aten', 'torchinfo'], 'the name of a counting convention')),
  mfu: v.optional(v.picklist(['megatron', 'nemo', 'palm', 'mosaicml', 'sc21'], 'the name of an MFU convention')),
})

/** Where a scenario names a model or a device it may also hold one: a config.json object, a device of the shape of data/gpus.json. */
export const scenario = object({
  model: v.unknown(),
  gpu: v.unknown(),
  system: v.optional(v.nullable(name)),
  gpus: v.optional(v.nullable(whole(1, 2 ** 20))),
  workload: v.optional(workload),
  mesh: v.optional(mesh),
  precision: v.optional(precision),
  profile: v.optional(name),
  training: v.optional(training),
  offload: v.optional(offload),
  adapter: v.optional(v.nullable(adapter)),
  utilization: v.optional(share),
  capacity: v.optional(v.nullable(v.picklist(['driver', 'marketed'], '"driver" or "marketed"'))),
  price: v.optional(v.nullable(amount)),
  conventions: v.optional(conventions),
})

/** As the schema has it, but for reading only. */
type Fixed<T> = T extends readonly unknown[] ? Readonly<T> : T extends object ? { readonly [K in keyof T]: Fixed<T[K]> } : T
type Parts = Fixed<v.InferOutput<typeof scenario>>
/** What goes in: everything but `model` and `gpu` has a default. */
export type Scenario = Omit<Parts, 'model' | 'gpu'> & { readonly model: string | object; readonly gpu: string | object }

type Filled<T> = { readonly [K in keyof T]-?: Fixed<Exclude<T[K], undefined>> }
/** A scenario with every default filled in and every alias resolved. */
export interface NormalScenario {
  readonly model: string | object
  readonly gpu: string | object
  readonly system: string
  readonly gpus: number
  /** `sequence`, `target` and `axes` belong to a forward run, `sequence` and the last three to training; `exit` is there where it was asked for. */
  readonly workload: Filled<Omit<v.InferOutput<typeof workload>, 'sequence' | 'target' | 'exit' | 'axes' | 'microBatch' | 'globalBatch' | 'tokens'>> & {
    readonly sequence?: number | null; readonly target?: number | null; readonly exit?: number | null; readonly axes?: Readonly<Record<string, number>> | null
    readonly microBatch?: number; readonly globalBatch?: number | null; readonly tokens?: number | null
  }
  readonly mesh: Filled<v.InferOutput<typeof mesh>>
  readonly precision: Filled<v.InferOutput<typeof precision>>
  readonly profile: string
  readonly training: Filled<v.InferOutput<typeof training>>
  readonly offload: Filled<Omit<v.InferOutput<typeof offload>, 'bandwidth'>> & { readonly bandwidth?: number | null }
  readonly adapter: Filled<v.InferOutput<typeof adapter>> | null
  readonly utilization: number
  readonly capacity: 'driver' | 'marketed'
  readonly price: number | null
  readonly conventions: Filled<v.InferOutput<typeof conventions>>
}

/** Defaults of every part that does not depend on model or GPU. Frozen: reports share them. */
export const defaults = frozen({
  workload: { mode: 'inference', batch: 1, prompt: 2048, output: 256, cached: 0, chunk: null, images: 0, image: null, audioSeconds: null, draft: null },
  mesh: { tp: 1, pp: 1, dp: 1, cp: 1, ep: 1, etp: 1, sequence: false, order: ['tp', 'cp', 'dp', 'pp'] },
  precision: { weights: null, activations: null, cache: null, gradients: 'fp32', states: 'fp32' },
  training: { zero: 0, shardGroup: null, recompute: 'none', optimizer: 'adamw', schedule: '1f1b', interleave: 1, stages: null, context: 'ring', recipe: 'bf16', imbalance: 1 },
  adapter: { rank: 16, targets: ['q', 'v'], merged: false, count: 1 },
  offload: { weights: 0, cache: 0, optimizer: 0, to: 'cpu' },
  conventions: { attention: 'causal', head: 'last', count: 'roofline', mfu: 'megatron' },
  profile: 'ideal',
  utilization: 0.9,
} satisfies { readonly [K in keyof NormalScenario]?: NonNullable<NormalScenario[K]> })

function frozen<const T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part as object)
  return Object.freeze(value)
}
