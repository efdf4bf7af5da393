/** Scenarios looked at before, as links in the browser's own storage; without storage there are none. */
import { gpuName, inputOf, modelName } from './verdict.js'
import type { RooflineCalculator } from './roofline-calculator.js'
import type { Recent } from './tools.js'

const key = 'roofline-recent', most = 8

/** The links that are stored, newest first. */
export function recents(): Recent[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isRecent).slice(0, most) : []
  } catch {
    return []
  }
}

/** Whether nothing has been stored yet, as far as can be told. */
export function isFirstVisit(): boolean {
  return recents().length === 0
}

/** Stores the calculator's scenario, if it has an answer, and shows the new list. One label stands once. */
export function visit(calculator: RooflineCalculator, hash: string): void {
  const { report, stand: { file } } = calculator
  if (report.phases.length === 0) return
  const { gpus, workload, precision } = report.scenario
  const label = `${modelName(report, file)}, ${String(gpus ?? 1)} × ${gpuName(report)}, ${precision?.weights ?? ''}, ${String(workload?.batch ?? 1)} × ${report.phases[0]?.phase === 'forward' ? inputOf(report) : `${String(workload?.prompt ?? 0)} + ${String(workload?.output ?? 0)}`}`
  const href = `#${hash}`
  const list = [{ label, href }, ...(calculator.recent ?? []).filter(other => other.label !== label && other.href !== href)].slice(0, most)
  try {
    localStorage.setItem(key, JSON.stringify(list))
  } catch {
    // Denied or full: the list lasts as long as the page.
  }
  calculator.recent = list
}

function isRecent(value: unknown): value is Recent {
  return typeof value === 'object' && value !== null && 'label' in value && typeof value.label === 'string' && 'href' in value && typeof value.href === 'string' && value.href.startsWith('#')
}
