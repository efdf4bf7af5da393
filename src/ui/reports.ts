/** Reports that were computed already: several elements of one page often ask the same. */
import { analyze, type Report, type Scenario } from '../index.js'
import { suited } from './suited.js'

const kept = new Map<string, Report>()
const most = 16

/** The report of a scenario, of the fields that its model has; equal scenarios share one. */
export function reportOf(given: Scenario): Report {
  const scenario = suited(given)
  const key = JSON.stringify(scenario)
  const report = kept.get(key) ?? analyze(scenario)
  kept.delete(key)
  kept.set(key, report)
  for (const [oldest] of kept) if (kept.size > most) kept.delete(oldest)
  return report
}
