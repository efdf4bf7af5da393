/** The embed has its few fields at once, and shows no training. */
import { csv } from '../scenario/csv.js'
import { command } from '../ui/command.js'
import { rareFields } from '../ui/more/fields.js'
import type * as More from '../ui/more.js'

const there: More.More = { csv, command, rareFields, training: null }
export const more: typeof More.more = () => there
export const withMore = (act: (of: More.More) => void): void => { act(there) }
export const loadMore: typeof More.loadMore = () => Promise.resolve()
