/** What the fields are called. */
import { msg } from '@lit/localize'

let further = (path: string): string => path

/** Names of fields that come later. */
export function addLabels(names: (path: string) => string): void {
  further = names
}

/** The name of a field of the scenario; its path where the page has no field for it. */
export function labelOf(path: string): string {
  switch (path) {
    case 'model': return msg('Model')
    case 'gpu': return 'GPU'
    case 'gpus': return msg('GPUs')
    case 'system': return msg('System')
    case 'workload.batch': return msg('Batch')
    case 'workload.prompt': return msg('Prompt tokens')
    case 'workload.output': return msg('Output tokens')
    case 'workload.mode': return msg('Run')
    case 'workload.sequence': return msg('Sequence')
    case 'workload.target': return msg('Target tokens')
    case 'workload.images': return msg('Images per prompt')
    case 'workload.image': return msg('Image, height × width')
    case 'workload.audioSeconds': return msg('Audio, seconds')
    case 'workload.cached': return msg('Cached prompt tokens')
    case 'workload.chunk': return msg('Prefill chunk, tokens')
    case 'workload.exit': return msg('Layers run')
    case 'workload.draft': return msg('Draft')
    case 'offload.weights': return msg('Offloaded weights')
    case 'offload.cache': return msg('Offloaded cache')
    case 'precision.weights': return msg('Weights')
    case 'precision.activations': return msg('Activations')
    case 'precision.cache': return msg('KV cache')
    case 'mesh.sequence': return msg('Sequence parallelism')
    case 'profile': return msg('Profile')
    case 'utilization': return msg('Share of memory used')
    case 'capacity': return msg('Memory counted')
    case 'price': return msg('USD per GPU-hour')
    case 'conventions.attention': return msg('Attention')
    case 'conventions.head': return msg('LM head')
    default: return /^mesh\./.test(path) ? path.slice(5).toUpperCase() : further(path)
  }
}
