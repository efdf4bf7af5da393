/** Runs a search with the reports of sweeps, so that the page goes on meanwhile. */
import type { Report } from '../core.js'
import type { Search } from '../serving/index.js'
import { sweep, type Sweep } from './sweep.js'

/** Hands over the result of a search once it is found, unless it is canceled before. */
export function searched<T>(search: Search<T>, onFound: (result: T) => void): Pick<Sweep, 'cancel'> {
  let canceled = false
  let current: Sweep | null = null
  const run = async (reports: readonly Report[] | null): Promise<void> => {
    const step = reports === null ? search.next() : search.next(reports)
    if (step.done === true) {
      onFound(step.value)
      return
    }
    const answers: Report[] = []
    current = sweep(step.value, report => answers.push(report))
    await current.done
    if (!canceled) await run(answers)
  }
  void run(null)
  return { cancel: () => { canceled = true; current?.cancel() } }
}
