/** What the fields of training are called. */
import { msg } from '@lit/localize'

/** The name of a field; its path where training has none of that. */
export function labelOf(path: string): string {
  switch (path) {
    case 'workload.microBatch': return msg('Micro-batch')
    case 'workload.globalBatch': return msg('Global batch')
    case 'workload.tokens': return msg('Tokens of the run')
    case 'training.zero': return msg('ZeRO splits')
    case 'training.shardGroup': return msg('ZeRO within ranks')
    case 'training.recompute': return msg('Recomputed')
    case 'training.optimizer': return msg('Optimizer')
    case 'training.schedule': return msg('Schedule')
    case 'training.interleave': return msg('Chunks per stage')
    case 'training.recipe': return msg('Recipe')
    case 'conventions.mfu': return msg('MFU as counted by')
    default: return path
  }
}
