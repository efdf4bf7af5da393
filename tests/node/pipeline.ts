/** A pipeline run event by event: the oracle of the closed forms in data/schedules.json. */

/** Forward of a micro-batch and a chunk, gradients of its inputs, gradients of its weights; `BW` both at once. */
export type Event = readonly [kind: 'F' | 'B' | 'W' | 'BW', batch: number, chunk: number]
/** What stage i of p runs, in order. */
export type Order = (p: number, i: number, q: number, v: number) => Iterable<Event>

export const orders = {
  gpipe: (_p, _i, q) => oneByOne(q, q, k => [k, 0], k => [k, 0]),
  '1f1b': (p, i, q) => oneByOne(q, Math.min(q, p - i - 1), k => [k, 0], k => [k, 0]),
  interleaved: (p, i, q, v) => oneByOne(q * v, Math.min(q * v, 2 * (p - i - 1) + (v - 1) * p), k => turn(k, p, v, c => c), k => turn(k, p, v, c => v - 1 - c)),
  zb1p: (p, i, q) => split(q, p - i, i),
  zb2p: (p, i, q) => split(q, 2 * (p - i) - 1, 2 * i),
} satisfies Readonly<Record<string, Order>>

/** So many forward passes ahead, then one forward and one backward at a time. */
function* oneByOne(q: number, ahead: number, forward: (k: number) => readonly [number, number], backward: (k: number) => readonly [number, number]): Iterable<Event> {
  for (let k = 0; k < ahead; k++) yield ['F', ...forward(k)]
  for (let k = 0; k < q; k++) {
    if (k + ahead < q) yield ['F', ...forward(k + ahead)]
    yield ['BW', ...backward(k)]
  }
}

/** Groups of p micro-batches take turns with the chunks. */
function turn(k: number, p: number, v: number, chunk: (c: number) => number): readonly [number, number] {
  return [Math.floor(k / (p * v)) * p + k % p, chunk(Math.floor(k % (p * v) / p))]
}

/** Gradients of weights wait for `late` micro-batches. */
function* split(q: number, ahead: number, late: number): Iterable<Event> {
  for (let k = 0; k < Math.min(q, ahead); k++) yield ['F', k, 0]
  for (let k = 0; k < q; k++) {
    yield ['B', k, 0]
    if (k >= late) yield ['W', k - late, 0]
    if (k + ahead < q) yield ['F', k + ahead, 0]
  }
  for (let k = Math.max(0, q - late); k < q; k++) yield ['W', k, 0]
}

/** The longest that a stage waits, of the whole step and between its own first and last event, and the micro-batches that each stage holds at most. */
export function simulate(order: Order, p: number, q: number, v: number, { F, B, W }: { readonly F: number; readonly B: number; readonly W: number }) {
  const seconds = { F: F / v, B: B / v, W: W / v, BW: (B + W) / v }
  const stages = Array.from({ length: p }, (_, i) => ({ events: [...order(p, i, q, v)], next: 0, from: NaN, now: 0, held: 0, most: 0 }))
  const done = new Map<string, number>()
  const needs = ([kind, batch, chunk]: Event, i: number): string | null => {
    if (kind === 'W') return `B ${i} ${batch} ${chunk}`
    if (kind === 'F') return i > 0 ? `F ${i - 1} ${batch} ${chunk}` : chunk > 0 ? `F ${p - 1} ${batch} ${chunk - 1}` : null
    return i < p - 1 ? `B ${i + 1} ${batch} ${chunk}` : chunk < v - 1 ? `B 0 ${batch} ${chunk + 1}` : `F ${i} ${batch} ${chunk}`
  }
  for (let moved = true; moved;) {
    moved = false
    for (const [i, stage] of stages.entries()) for (let event = stage.events[stage.next]; event !== undefined; event = stage.events[stage.next]) {
      const need = needs(event, i), ready = need === null ? 0 : done.get(need)
      if (ready === undefined) break
      const [kind, batch, chunk] = event, start = Math.max(stage.now, ready)
      if (stage.next++ === 0) stage.from = start
      stage.now = start + seconds[kind]
      stage.held += kind === 'F' ? 1 / v : kind === 'B' ? 0 : -1 / v
      stage.most = Math.max(stage.most, stage.held)
      done.set(`${kind === 'BW' ? 'B' : kind} ${i} ${batch} ${chunk}`, stage.now)
      moved = true
    }
  }
  if (stages.some(s => s.next < s.events.length)) throw new Error('the stages wait for each other')
  const work = q * (F + B + W)
  return { bubble: Math.max(...stages.map(s => s.now)) - work, waits: Math.max(...stages.map(s => s.now - s.from)) - work, held: stages.map(s => s.most) }
}
