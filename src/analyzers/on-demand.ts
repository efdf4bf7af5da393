/** What is loaded when it is asked for: who names a model never reads a file, and sources are as large as the numbers. */
import { error, type Problem } from '../problem.js'
import type { cite as Cite } from './explain/cite.js'
import type { parseJson as ParseJson } from './import/json.js'
import type { layers as Layers } from './layers.js'
import type { lowerings as Lowerings } from './lowering.js'
import type { readModel as ReadModelFunction } from './import/read-model.js'
import { load } from './parts/index.js'

/**
 * Reads a model: a config.json as object, File or Blob; a GGUF or safetensors file; several files of one checkpoint (an
 * array, a FileList); a URL of a file or of a repository on huggingface.co. Of weights only the headers are read. Never
 * throws for a bad source.
 */
export const readModel: typeof ReadModelFunction = source => Promise.all([import('./import/read-model.js'), load()]).then(([module]) => module.readModel(source), () => ({ model: null, problems: [lost('model')] }))

/** Parses JSON; a mistake is a problem with its line and column. */
export const parseJson: typeof ParseJson = (text, name) => import('./import/json.js').then(module => module.parseJson(text, name), () => ({ problem: lost(name) }))

/** The same quantity with the sources of its GPU numbers spelled out. */
export const cite: typeof Cite = quantity => import('./explain/cite.js').then(module => module.cite(quantity))

/** The algorithms that each convolution of a network has: multiplications, workspace, and the bound of each. */
export const lowerings = (scenario: Parameters<typeof Lowerings>[0]): Promise<ReturnType<typeof Lowerings>> =>
  Promise.all([import('./by-layer.js'), load('networks')]).then(([module]) => module.lowerings(scenario), () => ({ layers: [], problems: [lost('model')] }))

/** The layers of a network as its kernels run them: shapes, counts, times, totals by stage and type, and activations by liveness. */
export const layers = (scenario: Parameters<typeof Layers>[0]): Promise<ReturnType<typeof Layers>> =>
  Promise.all([import('./by-layer.js'), load('networks')]).then(([module]) => module.layers(scenario), () => ({ layers: [], stages: [], types: [], problems: [lost('model')] }))

/** Offline, what was not loaded before is not there. */
const lost = (path: string): Problem => error('unreadable', path, 'The part of this program that reads files could not be loaded.')
