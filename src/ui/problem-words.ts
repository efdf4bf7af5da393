/** Problems in other languages. The core speaks English; where a problem's code, path and suggestions say it all, a sentence is made of them. */
import { msg, str } from '@lit/localize'
import type { Problem } from '../core.js'
import { labelOf } from './labels.js'

/** The sentence of a problem; null where there is none for it. */
export function translated(problem: Problem): string | null {
  const { code, message, path, suggestions: [first = ''] } = problem
  if (code === 'invalid-field') return invalid(problem)
  const label = labelOf(path)
  const given = /"([^"\n]*)"/.exec(message)?.[1] ?? ''
  switch (code) {
    case 'unknown-model': return msg(str`“${given}” is not a model in the catalogue.`)
    case 'not-loaded': return msg('The part of the calculator that may know it could not be loaded.')
    case 'unknown-gpu': return msg(str`“${given}” is not a known GPU.`)
    case 'unknown-system': case 'unknown-profile': case 'unknown-dtype': return msg(str`${label}: “${given}” is not known.`)
    case 'ambiguous-model': case 'ambiguous-gpu': return msg(str`“${given}” stands for several.`)
    case 'missing-field': return msg(str`${label} is missing.`)
    case 'missing-axis': return msg(str`${path.slice('workload.axes.'.length)} has no fixed size in this file.`)
    case 'unknown-field': return msg(str`${label} is not a field of a scenario.`)
    case 'not-supported': if (path === 'workload.mode' && first === 'forward') return msg('This model generates no tokens: it runs forward.')
      if (message.includes('does not apply')) return msg(str`${label} does not apply to this model.`)
      return path.startsWith('model') ? null : msg(str`${label} is not supported yet.`)
    case 'positions-resized': return msg(str`The position table of the model is for ${first.replace('x', ' × ')} pixels; at another size it is resized, and its parameters are counted as published.`)
    case 'context-exceeded': return path !== 'workload.prompt' ? msg(str`The sequence exceeds the context of the model: up to ${first} tokens.`) : msg(str`Prompt and output exceed the context of the model: up to ${first} prompt tokens.`)
    case 'no-engine': return msg('No rate is known for these activations on this GPU.')
    case 'weight-only': return msg('Products of these weights are computed in the format of the activations.')
    case 'unknown-vector-peak': return msg('The vector rate of this GPU is not known; vector work is bounded by memory alone.')
    case 'unknown-link': if (path === 'offload.bandwidth') return msg('How fast what lies outside the GPU is read is not known.')
      return msg('The bandwidth between so many GPUs of this system is not known.')
    case 'unknown-capacity': return msg('The memory that the driver reports for this GPU is not known.')
    case 'image-resized': return msg(str`The model resizes every image to ${first.replace('x', ' × ')} pixels.`)
    case 'tower-whole': return msg('TP does not divide the vision tower: every GPU holds and runs all of it.')
    case 'vision-not-counted': return msg('Only the text decoder is counted, not the vision encoder.')
    case 'mtp-not-counted': return msg('Modules that predict further tokens are in the checkpoint and are not counted.')
    case 'module-reused': return msg('More tokens are drafted than there are modules: the last is used again.')
    case 'head-assumed': return msg('Read as the same architecture with a head over the vocabulary.')
    case 'partly-quantized': return msg('Some of these weights are left unquantized; all are counted as quantized.')
    case 'beyond-domain': return msg('So many GPUs are more than one NVLink domain holds; they exchange over a slower link.')
    case 'marketed-memory': return msg('The memory that the driver reports for this GPU is not known; the size on the box is counted.')
    case 'sequence-off': return msg('A decode step of this batch does not split over the ranks: sequence parallelism is off in decode.')
    case 'illegal-mesh': return mesh(path, first)
    default: return null
  }
}

function mesh(path: string, first: string): string | null {
  switch (path) {
    case 'mesh.tp': return msg('TP does not divide the heads and widths of this model.')
    case 'gpus': return msg(str`The degrees of parallelism make ${first} GPUs.`)
    default: return null
  }
}

function invalid({ path, suggestions: [first] }: Problem): string | null {
  const label = labelOf(path)
  switch (path) {
    case 'workload.cached': return first === undefined ? msg(str`${label} must be a whole number from 0.`) : msg('At least one prompt token must be left to compute.')
    case 'workload.chunk': return msg(str`${label} must be a whole number from 1.`)
    case 'workload.exit': return first === undefined ? msg(str`${label} must be a number above 0.`) : msg(str`The model has ${first} layers.`)
    case 'offload.weights': case 'offload.cache': return msg(str`${label} must be a number from 0.`)
    case 'workload.output': case 'workload.images': return msg(str`${label} must be a whole number from 0.`)
    case 'workload.image': return first === undefined ? msg(str`${label} must be two whole numbers from 1.`) : msg('The image has no room for a single patch.')
    case 'workload.audioSeconds': return msg(str`${label} must be a number from 0.`)
    case 'workload.batch': case 'workload.prompt': case 'workload.sequence': case 'workload.target': case 'mesh.tp': return msg(str`${label} must be a whole number from 1.`)
    case 'utilization': return msg(str`${label} must be above 0 and at most 1.`)
    case 'price': return msg(str`${label} must be a number from 0.`)
    default: return null
  }
}
