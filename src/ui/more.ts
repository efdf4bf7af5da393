/** What the first answer does without: fields that are rarely used, texts to take away, and how a training step is asked for and told. Loaded when asked for. */
import type * as More from './more/index.js'

let there: typeof More | null = null

/** All of it, once it is there. */
export const more = (): typeof More | null => there

/** Does something with it, as soon as it is there. */
export function withMore(act: (of: typeof More) => void): void {
  void loadMore().then(() => { if (there !== null) act(there) })
}

/** Loads it; where that fails, nothing of it is shown and the next one who asks tries again. */
export async function loadMore(): Promise<void> {
  there ??= await import('./more/index.js').catch(() => null)
}
