/** What tests of models share: reports that have an answer, and laws that hold for every model. */
import { expect, test } from 'vitest'
import { analyze, explain, explainable, type Scenario } from '../../src/index.js'

export const gpu = 'h100-sxm5-80gb'

/** The report of a scenario that has an answer. */
export function answered(scenario: Omit<Scenario, 'gpu'> & { readonly gpu?: string }) {
  const report = analyze({ gpu, ...scenario })
  const { model, memory, metrics } = report
  if (model === null || memory === null || metrics === null) throw new Error(JSON.stringify(report.problems))
  return { ...report, model, memory, metrics }
}

/** Two GPUs share the work of a model and lose none of it. */
export function shares(models: readonly string[]): void {
  test.each(models)('%s: two GPUs share the work and lose none of it', model => {
    const [one, two] = [answered({ model }), answered({ model, mesh: { tp: 2 } })]
    expect(two.model).toEqual(one.model)
    for (const [i, phase] of one.phases.entries()) expect(two.phases[i]?.flops).toEqual(phase.flops)
    expect(two.memory.weights).toBeGreaterThanOrEqual(one.memory.weights / 2)
    expect(two.memory.weights).toBeLessThan(one.memory.weights)
  })
}

/** Every figure of the models' reports can be explained. */
export function explains(scenarios: readonly (Scenario & { readonly model: string })[]): void {
  test.each(scenarios.map(scenario => [scenario.model, scenario] as const))('%s: every figure can be explained', (_, scenario) => {
    const paths = explainable(scenario)
    expect(paths.length).toBeGreaterThan(60)
    for (const path of paths) expect(explain(scenario, path).problems, path).toEqual([])
  })
}
