/** Answers scenarios off the main thread: a numbered list in, its reports out. */
import { analyze, type Report, type Scenario } from './index.js'

/** A list of scenarios; the number comes back with the answer. */
export interface Question {
  readonly id: number
  readonly scenarios: readonly Scenario[]
}

export interface Answer {
  readonly id: number
  readonly reports: readonly Report[]
}

addEventListener('message', ({ data: { id, scenarios } }: MessageEvent<Question>) => {
  postMessage({ id, reports: scenarios.map(analyze) } satisfies Answer)
})
