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

const isPrepared = (config: object): config is Prepared => 'model' in config && 'problems' in config
const unread = (): Problem => error('not-supported', '', 'This build knows models by name; `roofline/define` reads config.json, too.')

export const matches: typeof HuggingFace.matches = () => false
export const read: typeof HuggingFace.read = config => typeof config === 'object' && config !== null && isPrepared(config) ? { ...config, layers: [] } : { model: null, problems: [unread()], layers: [] }
export const readModel: typeof Door.readModel = () => Promise.resolve({ model: null, problems: [unread()] })
