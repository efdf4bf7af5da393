/** The flags of the command line as a table: parsing, the scenario they build and the help are made from it. */
import { fields, type Kind } from '../flags.js'

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

const group = (title: string, rows: readonly (readonly [name: keyof typeof fields, text: string, value?: string])[]): Flag[] =>
  rows.map(([name, text, value]) => ({ name, field: fields[name][0], kind: fields[name][1], text, group: title, ...(value === undefined ? {} : { value }) }))

/** One flag for every field of a Scenario. */
export const flags: readonly Flag[] = [
  ...group('GPUs', [
    ['gpu', 'GPU by name, or a JSON file that describes one'],
    ['system', 'how the GPUs are linked; default: as usual for the GPU'],
    ['gpus', 'number of GPUs, checked against the degrees below'],
    ['utilization', 'share of the memory that may be used (0.9)'],
    ['capacity', 'memory counted: driver or marketed'],
    ['price', 'USD per GPU-hour'],
  ]),
  ...group('Request', [
    ['batch', 'sequences in flight (1)'],
    ['prompt', 'tokens of a prompt (2048)'],
    ['output', 'tokens of an answer (256)'],
    ['cached', 'prompt tokens found in the prefix cache (0)'],
    ['chunk', 'tokens of a prefill chunk; default: all at once'],
    ['draft', 'a draft, {"mtp": true, "tokens": 1, "acceptance": 0.8}'],
    ['exit', 'layers that a token runs on average; default: all'],
    ['images', 'images in a prompt, beside its tokens (0)'],
    ['image', 'height and width of an image, 768x1024'],
    ['audio-seconds', 'seconds of audio (30)'],
  ]),
  ...group('One pass over whole inputs', [
    ['sequence', 'tokens of a sequence (512)'],
    ['target', 'decoder tokens of an encoder-decoder (128)'],
    ['axes', 'dynamic axes of an ONNX file, {"height": 640}'],
  ]),
  ...group('Training', [
    ['train', 'a training step instead of a request', 'training'],
    ['micro-batch', 'sequences of a micro-batch, per replica'],
    ['global-batch', 'sequences of a step, over all replicas'],
    ['tokens', 'tokens of the whole run'],
    ['zero', 'ZeRO stage (0)'],
    ['recompute', 'which activations are computed again (none)'],
    ['optimizer', 'optimizer (adamw)'],
    ['schedule', 'pipeline schedule (1f1b)'],
    ['interleave', 'virtual stages per pipeline rank (1)'],
    ['context', 'how context parallelism exchanges (ring)'],
  ]),
  ...group('Parallelism', [
    ['tp', 'tensor parallel degree (1)'],
    ['pp', 'pipeline stages (1)'],
    ['dp', 'replicas (1)'],
    ['cp', 'context parallel degree (1)'],
    ['ep', 'expert parallel degree (1)'],
    ['etp', 'tensor parallel degree of experts (1)'],
    ['sequence-parallel', 'split norms over the tensor parallel ranks'],
  ]),
  ...group('Precision and execution', [
    ['weights', 'format of weights, see below; default: the checkpoint'],
    ['activations', 'of activations (bf16, or fp16 where that is missing)'],
    ['cache', 'of the KV cache; default: as activations'],
    ['gradients', 'of gradients (fp32)'],
    ['states', 'of optimizer states (fp32)'],
    ['profile', 'which operators share a kernel (ideal)'],
    ['offload', 'kept off the GPU, {"weights": 0.5, "to": "cpu"}'],
    ['adapter', 'a LoRA adapter, {"rank": 16, "targets": ["q", "v"]}'],
  ]),
  ...group('Conventions', [
    ['attention', 'pairs that count: causal or full (causal)'],
    ['head', 'prompt tokens at the output head: last or all (last)'],
    ['count', 'how FLOP are counted (roofline)'],
    ['mfu', 'how MFU is counted (megatron)'],
  ]),
]

/** Flags that belong to a scenario of another mode; giving one chooses it. */
export const modeOf: Readonly<Record<string, 'forward' | 'training'>> = {
  'sequence': 'forward', 'target': 'forward', 'axes': 'forward', 'micro-batch': 'training', 'global-batch': 'training', 'tokens': 'training',
}
