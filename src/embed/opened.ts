/** The embed in one file opens no files. */
import { nothing } from 'lit'
import type * as Opened from '../ui/opened.js'

export const readable = ''
export const modelOf: typeof Opened.modelOf = () => Promise.resolve({ problems: [] })
export const unknown: typeof Opened.unknown = () => nothing
export const withoutTries: typeof Opened.withoutTries = problems => [...problems]
export const chooser = (): typeof nothing => nothing
