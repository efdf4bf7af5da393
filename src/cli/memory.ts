/** What lies in the memory of the fullest GPU. */
import { full, quantity } from '../format.js'
import type { Memory, NormalScenario, Report } from '../index.js'
import { table } from './text.js'
import { capacityText } from './verdict.js'

const parts = [
  ['weights', 'weights'], ['cache', 'KV cache'], ['activations', 'activations'], ['gradients', 'gradients'], ['states', 'optimizer states'], ['overhead', 'engine'],
] as const satisfies readonly (readonly [keyof Memory, string])[]
const places = { cpu: 'CPU', nvme: 'drives' } as const
const longestBar = 48

/** What the engine sets aside where its rule is known, and how far that reaches. */
function reservedLines({ scenario }: Report, { reserved }: Memory): string[] {
  if (reserved === null) return []
  const reaches = reserved.maxContext === null ? '' : `, context to ${full(reserved.maxContext)}`
  return [`  ${scenario.profile ?? ''} sets aside    ${quantity(reserved.cache, 'B', ' ')} for caches, ${quantity(reserved.total, 'B', ' ')} in all${reserved.fits ? '' : ': too much'}; batch to ${full(reserved.maxBatch)}${reaches}`]
}

/** Shares with bars; the longest bar is the memory there is, or all that is needed where that is more. */
export function memoryBlock(report: Report, memory: Memory): string[] {
  const most = Math.max(memory.capacity, memory.total)
  const bar = (bytes: number, mark: string) => mark.repeat(bytes > 0 ? Math.max(1, Math.round(bytes / most * longestBar)) : 0)
  const held = parts.filter(([field]) => memory[field] > 0).map(([field, title]) => [title, quantity(memory[field], 'B', ' '), bar(memory[field], '█')])
  const [title, left] = memory.fits ? ['free', memory.capacity - memory.total] as const : ['available', memory.capacity] as const
  const free = [title, quantity(left, 'B', ' '), bar(left, '·')]
  const { weights = 0, cache = 0, to = 'cpu' } = memory.offloaded ?? {}
  const outside = weights + cache > 0 ? [[`with the ${places[to]}`, quantity(weights + cache, 'B', ' '), '']] : []
  const of = `${quantity(memory.total, 'B', ' ')} of ${quantity(memory.capacity, 'B', ' ')} (${capacityText(report.scenario as NormalScenario, memory.capacity)})`
  return [`Memory, fullest GPU        ${of}`, ...reservedLines(report, memory), ...table([['optimizer states', '', ''], ...held, free, ...outside], ['left', 'right', 'left'], '  ', '  ').slice(1)]
}
