/** Searches that ask for reports as they go: who runs one decides where the analysis happens, here or in a worker. */
import { analyze } from '../analyzers/analyze.js'
import type { Report } from '../scenario/report.js'
import type { Scenario } from '../scenario/schema.js'

/** Yields scenarios, wants their reports in the same order, and ends with its result. */
export type Search<T> = Generator<readonly Scenario[], T, readonly Report[]>

/** Runs a search to its end, here and at once. */
export function found<T>(search: Search<T>): T {
  let step = search.next()
  while (step.done !== true) step = search.next(step.value.map(analyze))
  return step.value
}

/** The scenario on other GPUs. What follows from the GPU is decided anew, and so is their number. */
export function onGpu(scenario: Scenario, gpu: string, tp: number): Scenario {
  const { gpus: _gpus, system: _system, price: _price, capacity: _capacity, ...rest } = scenario
  return { ...rest, gpu, mesh: { ...scenario.mesh, tp } }
}

/** The scenario split over another number of GPUs. */
export function split(scenario: Scenario, tp: number): Scenario {
  const { gpus: _gpus, ...rest } = scenario
  return { ...rest, mesh: { ...scenario.mesh, tp } }
}
