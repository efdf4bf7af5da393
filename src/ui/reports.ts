/** Reports that were computed already: several elements of one page often ask the same. */
import { analyze, type Report, type Scenario } from '../core.js'
import { waiting, waits } from './late.js'
import { suited } from './suited.js'

const kept = new Map<string, Report>()
const most = 16

/** The report of a scenario, of the fields that its model has; equal scenarios share one. */
export function reportOf(given: Scenario): Report {
  const scenario = suited(given)
  const key = JSON.stringify(scenario)
  const known = kept.get(key)
  const report = known ?? waiting(analyze(scenario))
  if (waits(report)) return report
  kept.delete(key)
  kept.set(key, report)
  for (const [oldest] of kept) if (kept.size > most) kept.delete(oldest)
  return report
}
