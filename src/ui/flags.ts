/** Attributes and fields: which part of the scenario each one sets, and how text becomes a value. */
import type { Report, Scenario } from '../index.js'

type Kind = 'name' | 'count' | 'share' | 'size' | 'switch'

/** The command line's flags by name: path in the scenario and kind of value. */
export const flags: Readonly<Record<string, readonly [path: string, kind: Kind]>> = {
  model: ['model', 'name'], gpu: ['gpu', 'name'], system: ['system', 'name'], gpus: ['gpus', 'count'],
  batch: ['workload.batch', 'count'], prompt: ['workload.prompt', 'count'], output: ['workload.output', 'count'],
  cached: ['workload.cached', 'count'], chunk: ['workload.chunk', 'count'], images: ['workload.images', 'count'], image: ['workload.image', 'size'],
  tp: ['mesh.tp', 'count'], pp: ['mesh.pp', 'count'], dp: ['mesh.dp', 'count'], cp: ['mesh.cp', 'count'], ep: ['mesh.ep', 'count'], etp: ['mesh.etp', 'count'],
  'sequence-parallel': ['mesh.sequence', 'switch'],
  weights: ['precision.weights', 'name'], activations: ['precision.activations', 'name'], cache: ['precision.cache', 'name'],
  gradients: ['precision.gradients', 'name'], states: ['precision.states', 'name'], profile: ['profile', 'name'],
  utilization: ['utilization', 'share'], price: ['price', 'share'],
  attention: ['conventions.attention', 'name'], head: ['conventions.head', 'name'], count: ['conventions.count', 'name'], mfu: ['conventions.mfu', 'name'],
}

/** The kind of value that a path of the scenario takes; null where it is no plain field. */
export function kindAt(path: string): Kind | null {
  return Object.values(flags).find(([at]) => at === path)?.[1] ?? null
}

const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, K: 1e3, M: 1e6, B: 1e9, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }

/** `128k`, `2*4096`, `70B`, `64Ki` as a number; NaN for anything else. */
export function readNumber(text: string): number {
  return text.split('*').reduce((product, part) => {
    const [, digits, suffix = ''] = /^\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(Ki|Mi|Gi|Ti|[kKMBGT]?)\s*$/.exec(part) ?? []
    return digits === undefined ? NaN : product * Number(digits) * (factors[suffix] ?? NaN)
  }, 1)
}

/** The value that a text stands for; what cannot be read stays text, so that the analysis says what is wrong with it. */
export function valueOf(kind: Kind, text: string): unknown {
  switch (kind) {
    case 'name': return text
    case 'switch': return text !== 'false'
    case 'size': {
      const sides = text.split(/[x×]/i).map(readNumber)
      return sides.length === 2 && !sides.some(Number.isNaN) ? sides : text
    }
    case 'count': case 'share': {
      const number = readNumber(text)
      return Number.isNaN(number) ? text : number
    }
  }
}

/** The scenario with one field set; undefined and empty text return it to its default. */
export function withField(scenario: Scenario, path: string, value: unknown): Scenario {
  const [first = '', second] = path.split('.')
  const entries = scenario as unknown as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>
  const next = second === undefined ? value : { ...entries[first], [second]: value }
  const copy: Record<string, unknown> = { ...entries, [first]: next }
  if (value !== undefined && value !== '') return copy as unknown as Scenario
  if (second === undefined) return Object.fromEntries(Object.entries(copy).filter(([name]) => name !== first || name === 'model' || name === 'gpu')) as unknown as Scenario
  return { ...copy, [first]: Object.fromEntries(Object.entries(entries[first] ?? {}).filter(([name]) => name !== second)) } as unknown as Scenario
}

/** The value at a path; undefined where the scenario leaves it to the default. */
export function fieldOf(scenario: Report['scenario'], path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined, scenario)
}
