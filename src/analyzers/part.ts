/**
 * What the core is given beyond decoders. A part is a plain object: data and functions, which its module hands over once.
 * Nothing in it is read before it is added, and what is answered without it is answered alike with it.
 */
import { note, type Problem } from '../problem.js'
import type { Profile } from './graph.js'
import { addAxes } from './axes.js'
import { addQuantization } from './import/huggingface/precision.js'
import { addRows } from './import/huggingface/rows.js'
import { addAdapters, type Adapters } from './models/adapters.js'
import { addModels, type Entry } from './models/catalog.js'
import { addLayers } from './models/loops.js'
import { addNetworks, type Networks } from './models/networks.js'
import { addProfiles } from './profiles.js'
import { addTraining, type Training } from './training/there.js'

export interface Part {
  /** Checkpoints, as data/models has them. */
  readonly models?: readonly Entry[]
  /** By which configs are read, as data/architectures.json has them. */
  readonly rows?: Parameters<typeof addRows>[0]
  /** Lists of ops, and derived axes. */
  readonly layers?: Parameters<typeof addLayers>[0]
  readonly axes?: Parameters<typeof addAxes>[0]
  readonly networks?: Networks
  /** What reads `quantization_config`. */
  readonly quantization?: Parameters<typeof addQuantization>[0]
  readonly adapters?: Adapters
  readonly training?: Training
  readonly profiles?: readonly Profile[]
}

/** The parts that there are. */
export type PartName = 'architectures' | 'formats' | 'networks' | 'training'

const absent = new Set<PartName>(['architectures', 'formats', 'networks', 'training'])

/** The parts that were not added yet. */
export const absentParts = (): readonly PartName[] => [...absent]

/** Adds a part; a second time, nothing happens. */
export function add(name: PartName, { models, rows, layers, axes, networks, quantization, adapters, training, profiles }: Part): void {
  if (!absent.delete(name)) return
  if (rows) addRows(rows)
  if (layers) addLayers(layers)
  if (axes) addAxes(axes)
  if (models) addModels(models)
  if (networks) addNetworks(networks)
  if (quantization) addQuantization(quantization)
  if (adapters) addAdapters(adapters)
  if (training) addTraining(training)
  if (profiles) addProfiles(profiles)
}

/** Problems that a part may solve which is not there: names, and what readers and conventions lack. */
const solved = new Set(['unknown-model', 'ambiguous-model', 'unknown-architecture', 'unknown-profile', 'not-loaded'])

/** Says so beside them. */
export function withAbsent(problems: readonly Problem[]): readonly Problem[] {
  const open = absent.size === 0 ? undefined : problems.find(({ code }) => solved.has(code))
  return open === undefined ? problems : [...problems, note('not-loaded', open.path, `Parts of the calculator that may know it are not loaded: ${[...absent].join(', ')}.`, [...absent])]
}
