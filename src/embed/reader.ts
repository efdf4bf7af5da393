/**
 * Models in the embed: those of the catalog, read when it was built (scripts/embed-plugin.ts). What reads a config.json, with
 * the tables of all architectures, weighs a fifth of the file and stays out; `roofline/define` has it.
 */
import type * as Architectures from '../analyzers/import/architectures.js'
import type * as HuggingFace from '../analyzers/import/huggingface.js'
import type * as Door from '../analyzers/import/read-model.js'
import type * as Decoders from '../analyzers/models/decoder.js'
import type { Model } from '../analyzers/models/model.js'
import { error, type Problem } from '../problem.js'

/** What stands in place of a checkpoint's config. */
export interface Prepared {
  readonly model: Model
  readonly problems: readonly Problem[]
}

const isPrepared = (config: object): config is Prepared => 'model' in config && 'problems' in config
const unread = (): Problem => error('not-supported', '', 'This build knows models by name; `roofline/define` reads config.json, too.')

export const describes: typeof Architectures.describes = config => typeof config === 'object' && config !== null && isPrepared(config)
export const readArchitecture: typeof Architectures.readArchitecture = config => isPrepared(config) ? config : { model: null, problems: [unread()] }
export const decoderModel: typeof Decoders.decoderModel = () => { throw new Error('no decoder is read') }
export const matches: typeof HuggingFace.matches = () => false
export const read: typeof HuggingFace.read = () => ({ model: null, problems: [unread()] })
export const readModel: typeof Door.readModel = () => Promise.resolve({ model: null, problems: [unread()] })
