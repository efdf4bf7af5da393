/** Names for the fields of a Scenario: flags of the command line, attributes of the elements. */

/** How the text of a flag is read. `count` and `amount` are numbers, `size` is HxW, `file` is a name or a JSON file. */
export type Kind = 'count' | 'amount' | 'name' | 'size' | 'switch' | 'json' | 'file'

/** Where each flag stands in the Scenario and how its text is read. */
export const fields = {
  gpu: ['gpu', 'file'], system: ['system', 'name'], gpus: ['gpus', 'count'], utilization: ['utilization', 'amount'], capacity: ['capacity', 'name'], price: ['price', 'amount'],
  batch: ['workload.batch', 'count'], prompt: ['workload.prompt', 'count'], output: ['workload.output', 'count'], cached: ['workload.cached', 'count'],
  chunk: ['workload.chunk', 'count'], draft: ['workload.draft', 'json'], exit: ['workload.exit', 'amount'], images: ['workload.images', 'count'], image: ['workload.image', 'size'], target: ['workload.target', 'count'], axes: ['workload.axes', 'json'], 'audio-seconds': ['workload.audioSeconds', 'amount'],
  train: ['workload.mode', 'switch'], sequence: ['workload.sequence', 'count'], 'micro-batch': ['workload.microBatch', 'count'],
  'global-batch': ['workload.globalBatch', 'count'], tokens: ['workload.tokens', 'count'],
  zero: ['training.zero', 'count'], recompute: ['training.recompute', 'name'], optimizer: ['training.optimizer', 'name'],
  schedule: ['training.schedule', 'name'], interleave: ['training.interleave', 'count'], context: ['training.context', 'name'],
  tp: ['mesh.tp', 'count'], pp: ['mesh.pp', 'count'], dp: ['mesh.dp', 'count'], cp: ['mesh.cp', 'count'], ep: ['mesh.ep', 'count'], etp: ['mesh.etp', 'count'],
  'sequence-parallel': ['mesh.sequence', 'switch'],
  weights: ['precision.weights', 'name'], activations: ['precision.activations', 'name'], cache: ['precision.cache', 'name'],
  gradients: ['precision.gradients', 'name'], states: ['precision.states', 'name'],
  profile: ['profile', 'name'], offload: ['offload', 'json'], adapter: ['adapter', 'json'],
  attention: ['conventions.attention', 'name'], head: ['conventions.head', 'name'], count: ['conventions.count', 'name'], mfu: ['conventions.mfu', 'name'],
} as const satisfies Readonly<Record<string, readonly [field: string, kind: Kind]>>
