/** Parts of the calculator that are not in what a page loads first: they come when a scenario names something of theirs. */
import { error } from '../problem.js'
import { load, type Report } from '../core.js'

let lost = false, partial = true
let loading: Promise<void> | null = null
let arrive = (): void => undefined
/** Resolves once they are there. */
export const arrived = new Promise<void>(resolve => { arrive = resolve })

/** Loads them, once; resolves also where they cannot be loaded, and is tried again then. */
export function late(): Promise<void> {
  loading ??= load().then(() => { partial = false; arrive() }, () => { lost = true; loading = null })
  return loading
}

/** Whether they are still to come: then there are more models than the list has. */
export const isPartial = (): boolean => partial

/** Whether an answer waits for them, or misses them. */
export function waits({ problems }: Pick<Report, 'problems'>): boolean {
  return problems.some(({ code }) => code === 'not-loaded')
}

/** A report that they may change says that alone: not that a model is unknown. */
export function waiting(report: Report): Report {
  if (!waits(report)) return report
  const message = `The part of the calculator that may know it ${lost ? 'could not be' : 'is being'} loaded.`
  return { ...report, problems: [{ ...error('not-loaded', 'model', message), suggestions: [] }] }
}
