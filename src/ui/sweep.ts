/** Many scenarios, answered in order without stalling the page: in a worker where there is one, else a few at a time between frames. */
import { analyze, type Report, type Scenario } from '../core.js'
import type { Answer, Question } from '../worker.js'

/** A sweep under way. `done` settles after the last report, or on `cancel`, after which no report comes. */
export interface Sweep {
  readonly cancel: () => void
  readonly done: Promise<void>
}

const atOnce = 8
/** Longest stretch on the main thread, in milliseconds. */
const slice = 8

let make: (() => Worker) | null = null
let worker: Worker | null = null
let count = 0
const waiting = new Map<number, (reports: readonly Report[] | null) => void>()

/** Says how to start the worker. It starts with the first sweep; without one, sweeps run on the main thread. */
export function useWorker(start: (() => Worker) | null): void {
  abandon()
  make = start
}

/** Analyzes the scenarios in order and hands over each report with its place in the list. */
export function sweep(scenarios: readonly Scenario[], onReport: (report: Report, index: number) => void): Sweep {
  const stop = new AbortController()
  const stopped = new Promise<void>(resolve => { stop.signal.addEventListener('abort', () => { resolve() }) })
  const halted = (): boolean => stop.signal.aborted
  const run = async (from: number): Promise<void> => {
    if (from >= scenarios.length || halted()) return
    const asked = scenarios.slice(from, from + atOnce)
    const reports = await remote(asked) ?? await local(asked)
    for (const [i, report] of reports.entries()) if (!halted()) onReport(report, from + i)
    await run(from + reports.length)
  }
  return { cancel: () => { stop.abort() }, done: Promise.race([run(0), stopped]) }
}

/** The reports from the worker; null where it cannot be made or asked. */
function remote(scenarios: readonly Scenario[]): Promise<readonly Report[] | null> {
  const started = start()
  if (started === null) return Promise.resolve(null)
  const id = ++count
  return new Promise(resolve => {
    waiting.set(id, resolve)
    try {
      started.postMessage({ id, scenarios } satisfies Question)
    } catch {
      waiting.delete(id)
      resolve(null)
    }
  })
}

/** The first few reports, as many as one stretch has room for. */
async function local(scenarios: readonly Scenario[]): Promise<readonly Report[]> {
  await new Promise(done => setTimeout(done))
  const end = performance.now() + slice
  const reports: Report[] = []
  for (const scenario of scenarios) {
    if (reports.length > 0 && performance.now() > end) break
    reports.push(analyze(scenario))
  }
  return reports
}

function start(): Worker | null {
  if (worker !== null || make === null) return worker
  try {
    worker = make()
  } catch {
    make = null
    return null
  }
  worker.addEventListener('message', ({ data: { id, reports } }: MessageEvent<Answer>) => {
    waiting.get(id)?.(reports)
    waiting.delete(id)
  })
  for (const type of ['error', 'messageerror']) worker.addEventListener(type, () => { useWorker(null) })
  return worker
}

/** Ends the worker; whatever waits for it goes on without. */
function abandon(): void {
  worker?.terminate()
  worker = null
  for (const resolve of waiting.values()) resolve(null)
  waiting.clear()
}
