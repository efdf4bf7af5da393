/** Models of the embed's own list that need layers of a part: filled when it is built (scripts/embed-plugin.ts). */
import type { Prepared } from './reader.js'

export const prepared: readonly { readonly id: string; readonly config: Prepared }[] = []
