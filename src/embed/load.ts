/** The parts of the calculator in a file beside the embed, `more.js`: a page that names none of their models needs no second file. */
import { absentParts, add } from '../analyzers/part.js'
import type * as Parts from '../analyzers/parts/index.js'
import type * as More from './more.js'
import { addPrepared } from './reader.js'

/** They come together, whatever is named. */
export const load: typeof Parts.load = async () => {
  if (absentParts().length === 0) return
  const { prepared, ...parts } = await import(/* @vite-ignore */ new URL(/* @vite-ignore */ 'more.js', import.meta.url).href) as typeof More
  addPrepared(prepared)
  for (const name of absentParts()) add(name, parts[name])
}
