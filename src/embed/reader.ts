/**
 * Models in the embed: those of the catalog, read when it was built (scripts/embed-plugin.ts). What reads a config.json, with
 * the tables of all architectures, weighs a fifth of the file and stays out; `roofline/define` has it.
 */
import type * as HuggingFace from '../analyzers/import/huggingface.js'
import type * as Door from '../analyzers/import/read-model.js'
import type { Model } from '../analyzers/models/model.js'
import { error, type Problem } from '../problem.js'

/** What stands in place of a checkpoint's config. */
export interface Prepared {
  readonly model: Model
  readonly problems: readonly Problem[]
}

/** In its place, where the model needs what is not there yet: its id. */
interface Later { readonly later: string }

const later = new Map<string, Prepared>()

/** Adds what stands for checkpoints that needed more. */
export function addPrepared(models: readonly { readonly id: string; readonly config: Prepared }[]): void {
  for (const { id, config } of models) later.set(id, config)
}

const isPrepared = (config: object): config is Prepared => 'model' in config && 'problems' in config
const isLater = (config: object): config is Later => 'later' in config
const missing = (): Problem => error('not-loaded', '', 'The layers of this model are not loaded.')
const unread = (): Problem => error('not-supported', '', 'This build knows models by name; `roofline/define` reads config.json, too.')

export const matches: typeof HuggingFace.matches = () => false
export const read: typeof HuggingFace.read = config => {
  const given = typeof config === 'object' && config !== null ? config : {}
  const found = isLater(given) ? later.get(given.later) : isPrepared(given) ? given : undefined
  return found === undefined ? { model: null, problems: [isLater(given) ? missing() : unread()], layers: [] } : { ...found, layers: [] }
}
export const readModel: typeof Door.readModel = () => Promise.resolve({ model: null, problems: [unread()] })
