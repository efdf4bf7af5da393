/** What the first answer does without: fields that are rarely used, texts to take away, and how a training step is asked for and told. Loaded when asked for. */
import type { TemplateResult, nothing } from 'lit'
import type { Report } from '../core.js'
import type { Opener } from './explain/opener.js'
import type { Rail } from './field.js'
import type { Stand } from './stand.js'

type Shown = TemplateResult | typeof nothing

export interface More {
  readonly rareFields: (of: Rail) => TemplateResult
  readonly csv: (report: Report) => string
  readonly command: (stand: Stand) => string
  /** Null in a build that shows no training. */
  readonly training: {
    readonly fields: (of: Rail) => TemplateResult
    readonly figures: (report: Report, held: unknown, opener: Opener) => Shown
    readonly summary: (report: Report) => string
    readonly verdict: (report: Report) => Shown
  } | null
}

let there: More | null = null
let load: () => Promise<More | null> = () => Promise.resolve(null)

/** Says where it comes from. */
export function moreFrom(from: () => Promise<More>): void {
  load = from
}

/** All of it, once it is there. */
export const more = (): More | null => there

/** Does something with it, as soon as it is there. */
export function withMore(act: (of: More) => void): void {
  void loadMore().then(() => { if (there !== null) act(there) })
}

/** Loads it; where that fails, nothing of it is shown and the next one who asks tries again. */
export async function loadMore(): Promise<void> {
  there ??= await load().catch(() => null)
}
