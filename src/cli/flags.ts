/** The flags of the command line as a table: parsing, the scenario they build and the help are made from it. */

/** How the text of a flag is read. `count` and `amount` are numbers, `size` is HxW, `file` is a name or a JSON file. */
export type Kind = 'count' | 'amount' | 'name' | 'size' | 'switch' | 'json' | 'file'

/** A flag that fills one field of the Scenario. */
export interface Flag {
  readonly name: string
  /** The field: `workload.batch`. */
  readonly field: string
  readonly kind: Kind
  readonly text: string
  readonly group: string
  /** What a switch puts into the field; true where it is not said. */
  readonly value?: string
}

const group = (title: string, rows: readonly (readonly [name: string, field: string, kind: Kind, text: string, value?: string])[]): Flag[] =>
  rows.map(([name, field, kind, text, value]) => ({ name, field, kind, text, group: title, ...(value === undefined ? {} : { value }) }))

/** One flag for every field of a Scenario. */
export const flags: readonly Flag[] = [
  ...group('GPUs', [
    ['gpu', 'gpu', 'file', 'GPU by name, or a JSON file that describes one'],
    ['system', 'system', 'name', 'how the GPUs are linked; default: as usual for the GPU'],
    ['gpus', 'gpus', 'count', 'number of GPUs, checked against the degrees below'],
    ['utilization', 'utilization', 'amount', 'share of the memory that may be used (0.9)'],
    ['capacity', 'capacity', 'name', 'memory counted: driver or marketed'],
    ['price', 'price', 'amount', 'USD per GPU-hour'],
  ]),
  ...group('Request', [
    ['batch', 'workload.batch', 'count', 'sequences in flight (1)'],
    ['prompt', 'workload.prompt', 'count', 'tokens of a prompt (2048)'],
    ['output', 'workload.output', 'count', 'tokens of an answer (256)'],
    ['cached', 'workload.cached', 'count', 'prompt tokens found in the prefix cache (0)'],
    ['chunk', 'workload.chunk', 'count', 'tokens of a prefill chunk'],
    ['images', 'workload.images', 'count', 'images in a prompt (0)'],
    ['image', 'workload.image', 'size', 'height and width of an image'],
    ['target', 'workload.target', 'count', 'decoder tokens of an encoder-decoder'],
  ]),
  ...group('Training', [
    ['train', 'workload.mode', 'switch', 'a training step instead of a request', 'training'],
    ['sequence', 'workload.sequence', 'count', 'tokens of a sequence'],
    ['micro-batch', 'workload.microBatch', 'count', 'sequences of a micro-batch, per replica'],
    ['global-batch', 'workload.globalBatch', 'count', 'sequences of a step, over all replicas'],
    ['tokens', 'workload.tokens', 'count', 'tokens of the whole run'],
    ['zero', 'training.zero', 'count', 'ZeRO stage (0)'],
    ['recompute', 'training.recompute', 'name', 'which activations are computed again (none)'],
    ['optimizer', 'training.optimizer', 'name', 'optimizer (adamw)'],
    ['schedule', 'training.schedule', 'name', 'pipeline schedule (1f1b)'],
    ['interleave', 'training.interleave', 'count', 'virtual stages per pipeline rank (1)'],
    ['context', 'training.context', 'name', 'how context parallelism exchanges (ring)'],
  ]),
  ...group('Parallelism', [
    ['tp', 'mesh.tp', 'count', 'tensor parallel degree (1)'],
    ['pp', 'mesh.pp', 'count', 'pipeline stages (1)'],
    ['dp', 'mesh.dp', 'count', 'replicas (1)'],
    ['cp', 'mesh.cp', 'count', 'context parallel degree (1)'],
    ['ep', 'mesh.ep', 'count', 'expert parallel degree (1)'],
    ['etp', 'mesh.etp', 'count', 'tensor parallel degree of experts (1)'],
    ['sequence-parallel', 'mesh.sequence', 'switch', 'split norms over the tensor parallel ranks'],
  ]),
  ...group('Precision and execution', [
    ['weights', 'precision.weights', 'name', 'number format of weights; default: as the checkpoint'],
    ['activations', 'precision.activations', 'name', 'of activations (bf16, or fp16 where that is missing)'],
    ['cache', 'precision.cache', 'name', 'of the KV cache; default: as activations'],
    ['gradients', 'precision.gradients', 'name', 'of gradients (fp32)'],
    ['states', 'precision.states', 'name', 'of optimizer states (fp32)'],
    ['profile', 'profile', 'name', 'which operators share a kernel (ideal)'],
    ['offload', 'offload', 'json', 'shares kept off the GPU, {"weights": 0.5}'],
    ['adapter', 'adapter', 'json', 'a LoRA adapter, {"rank": 16}'],
  ]),
  ...group('Conventions', [
    ['attention', 'conventions.attention', 'name', 'pairs that count: causal or full (causal)'],
    ['head', 'conventions.head', 'name', 'prompt tokens at the output head: last or all (last)'],
    ['count', 'conventions.count', 'name', 'how FLOP are counted (roofline)'],
    ['mfu', 'conventions.mfu', 'name', 'how MFU is counted (megatron)'],
  ]),
]

/** Flags that belong to a scenario of another mode; giving one chooses it. */
export const modeOf: Readonly<Record<string, 'forward' | 'training'>> = {
  'sequence': 'forward', 'target': 'forward', 'micro-batch': 'training', 'global-batch': 'training', 'tokens': 'training',
}
