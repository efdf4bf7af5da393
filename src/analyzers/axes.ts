/** The glossary of axes (data/axes.json): those that the model or the workload sizes, and those that follow from them. */
import json from '../../data/axes.json'
import type { Axis } from './graph.js'
import type { Pairs } from './models/architecture.js'

type Axes = Readonly<Record<string, Axis>>
type ByName = Readonly<Partial<Record<string, Axes>>>

/** Axes whose sizes come from the model or the workload. */
export const glossary = json.given as unknown as Axes
export const routed = json.routed as unknown as Axes

const { unbounded, windowed, chunked, selected } = json
const known = { unbounded, windowed, chunked, selected } as unknown as Record<Pairs, Axes>
/** Derived axes of attention, by the pairs that it has; those of other architectures than decoders follow when they are added. */
export const pairs: Readonly<Record<Pairs, Axes>> = known
const seen: Record<string, Axes> = {}
/** How an image of a prompt becomes patches and tokens. */
export const grids: ByName = seen

/** Adds derived axes (data/architecture-axes.json). */
export function addAxes({ images, compressed, every, best, note: _, ...others }: Readonly<Record<string, unknown>>): void {
  Object.assign(seen, images)
  Object.assign(known, others, {
    compressed: { ...known.windowed, ...compressed as Axes, ...every as Axes }, indexed: { ...known.windowed, ...compressed as Axes, ...best as Axes },
  })
}
