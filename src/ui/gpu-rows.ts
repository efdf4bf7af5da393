/** The order of the GPU table, and what a search leaves of it. */
import type { Alternative, Figures } from '../serving/index.js'
import { words } from '../names.js'

/** What the table is sorted by. */
export type Column = 'name' | 'tp' | 'ttft' | 'tpot' | 'tokensPerSecondPerGpu' | 'usdPerMillionTokens' | 'latency' | 'samplesPerSecond' | 'samplesPerSecondPerGpu' | 'free'

export interface Order {
  readonly by: Column
  readonly down: boolean
}

/** More is better of these, so that they start at the top. */
const rising: readonly Column[] = ['tokensPerSecondPerGpu', 'samplesPerSecond', 'samplesPerSecondPerGpu', 'free']

/** Columns that every table has, and what each kind is sorted by at first: requests by their cost, passes by their time. */
const common: readonly Column[] = ['name', 'tp', 'free']
const ofPass: readonly Column[] = ['latency', 'samplesPerSecond', 'samplesPerSecondPerGpu']

/** The order of a table of passes or of requests: the one that was chosen, as long as its column is there. */
export function orderOf(chosen: Order | null, forward: boolean): Order {
  if (chosen !== null && (common.includes(chosen.by) || ofPass.includes(chosen.by) === forward)) return chosen
  return { by: forward ? 'latency' : 'usdPerMillionTokens', down: false }
}

/** The order after a click on a column: its best first, the other way round at the second click. */
export function turned(order: Order, by: Column): Order {
  return order.by === by ? { by, down: !order.down } : { by, down: rising.includes(by) }
}

/** Sorted rows; what has no such number comes after those that have, and GPUs that cannot run at the end. */
export function sorted(rows: readonly Alternative[], { by, down }: Order): Alternative[] {
  const name = (a: Alternative, b: Alternative): number => a.gpu.name.localeCompare(b.gpu.name, 'en', { numeric: true })
  const value = ({ figures }: Alternative, field: keyof Figures): number => {
    const number = figures?.[field] ?? null
    return typeof number === 'number' ? number : NaN
  }
  const compare = (a: Alternative, b: Alternative, field: keyof Figures, sign: number): number => {
    const x = value(a, field), y = value(b, field)
    return Number.isNaN(x) || Number.isNaN(y) ? Number(Number.isNaN(x)) - Number(Number.isNaN(y)) : sign * (x - y)
  }
  const sign = down ? -1 : 1
  return rows.toSorted((a, b) => Number(a.figures === null) - Number(b.figures === null)
    || (by === 'name' ? sign * name(a, b) : compare(a, b, by, sign)) || compare(a, b, 'tpot', 1) || compare(a, b, 'latency', 1) || name(a, b))
}

/** The rows that have every word of the text in what the GPU is called or made of. */
export function matching(rows: readonly Alternative[], text: string): Alternative[] {
  const wanted = words(text)
  return rows.filter(({ gpu }) => {
    const known = [gpu.id, gpu.name, ...gpu.aliases, gpu.architecture ?? '', gpu.memoryType ?? '', String(gpu.year ?? '')].flatMap(words)
    return wanted.every(word => known.some(one => one.startsWith(word)))
  })
}
