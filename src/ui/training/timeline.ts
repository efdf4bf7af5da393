/** What each stage of a pipeline runs when: one step, event by event. */

/** Seconds of a micro-batch on one stage: forward, gradients of inputs and of weights; and of what the step does once. */
export interface Seconds { readonly F: number; readonly B: number; readonly W: number; readonly end: number }
export interface Span { readonly kind: keyof Seconds; readonly batch: number; readonly from: number; readonly to: number }
/** The spans of every stage in order, and when the last one ends. */
export interface Timeline { readonly stages: readonly (readonly Span[])[]; readonly seconds: number; readonly micro: number }

type Event = readonly [backward: boolean, batch: number, chunk: number]

/** As many micro-batches as are drawn. */
const most = 16

/** How many forward passes stage i of p runs ahead, of q micro-batches in v chunks: arXiv:1811.06965, and arXiv:2104.04473, section 2.2. */
const ahead: Readonly<Record<string, (p: number, i: number, q: number, v: number) => number>> = {
  gpipe: (_, __, q) => q,
  '1f1b': (p, i, q) => Math.min(q, p - i - 1),
  interleaved: (p, i, q, v) => Math.min(q * v, 2 * (p - i - 1) + (v - 1) * p),
}

/** One step of a schedule with the first micro-batches; null for schedules that are not drawn, and micro-batches that they do not divide. */
export function timelineOf(schedule: string, stages: readonly Seconds[], asked: number, chunks: number): Timeline | null {
  const p = stages.length, v = schedule === 'interleaved' ? chunks : 1
  const q = Math.min(asked, v === 1 ? most : Math.max(p, most - most % p))
  const first = ahead[schedule]
  if (first === undefined || (v > 1 && q % p !== 0)) return null
  const rows = stages.map((seconds, i) => ({ seconds, events: order(q * v, first(p, i, q, v), k => turn(k, p, v)), next: 0, now: 0, spans: [] as Span[] }))
  const done = new Map<string, number>()
  const at = (backward: boolean, i: number, batch: number, chunk: number): string => [backward, i, batch, chunk].join()
  /** What an event waits for: the stage before it, or at the ends the chunk before it. */
  const need = ([backward, batch, chunk]: Event, i: number): string | null => backward
    ? i < p - 1 ? at(true, i + 1, batch, chunk) : chunk < v - 1 ? at(true, 0, batch, chunk + 1) : at(false, i, batch, chunk)
    : i > 0 ? at(false, i - 1, batch, chunk) : chunk > 0 ? at(false, p - 1, batch, chunk - 1) : null
  for (let moved = true; moved;) {
    moved = false
    for (const [i, row] of rows.entries()) for (let event = row.events[row.next]; event !== undefined; event = row.events[row.next]) {
      const needed = need(event, i), ready = needed === null ? 0 : done.get(needed)
      if (ready === undefined) break
      row.now = Math.max(row.now, ready)
      for (const kind of event[0] ? ['B', 'W'] as const : ['F'] as const) row.spans.push({ kind, batch: event[1], from: row.now, to: row.now += row.seconds[kind] / v })
      done.set(at(event[0], i, event[1], event[2]), row.now)
      row.next++
      moved = true
    }
  }
  if (rows.some(row => row.next < row.events.length)) return null
  for (const row of rows) if (row.seconds.end > 0) row.spans.push({ kind: 'end', batch: q, from: row.now, to: row.now += row.seconds.end })
  return { stages: rows.map(row => row.spans), seconds: Math.max(...rows.map(row => row.now)), micro: q }

  function turn(k: number, p: number, v: number): readonly [batch: number, turn: number] {
    return [Math.floor(k / (p * v)) * p + k % p, Math.floor(k % (p * v) / p)]
  }

  /** So many forward passes ahead, then one forward and one backward at a time. */
  function order(n: number, lead: number, of: (k: number) => readonly [number, number]): Event[] {
    const events: Event[] = []
    const forward = (k: number): void => { const [batch, chunk] = of(k); events.push([false, batch, chunk]) }
    for (let k = 0; k < lead; k++) forward(k)
    for (let k = 0; k < n; k++) {
      if (k + lead < n) forward(k + lead)
      const [batch, chunk] = of(k)
      events.push([true, batch, v - 1 - chunk])
    }
    return events
  }
}
