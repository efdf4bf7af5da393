/** Cuts the layers of a model into pipeline stages: the embedding comes first, the head last, layers keep their order. */
import type { Block, Graph } from '../graph.js'
import type { Model } from '../models/model.js'

export interface Stage {
  /** First layer and the one after the last. */
  readonly layers: readonly [from: number, to: number]
  /** Layers of each kind, and the kinds of all stages. */
  readonly counts: ReadonlyMap<string, number>
  readonly kinds: ReadonlySet<string>
  readonly isFirst: boolean
  readonly isLast: boolean
}

/** The kinds of the layers in their order, without those of a tower. */
export function layersOf(model: Model): readonly string[] {
  const kinds = model.stacks.filter(stack => stack.id === '').flatMap(stack => stack.kinds)
  const names = new Set(kinds.map(({ name }) => name))
  return model.layers?.filter(name => names.has(name)) ?? kinds.flatMap(({ name, count }) => Array.from({ length: count }, () => name))
}

/** Stages of so many layers each. */
export function cut(model: Model, sizes: readonly number[]): readonly Stage[] {
  const layers = layersOf(model)
  const kinds = new Set(layers)
  let from = 0
  return sizes.map((size, i) => {
    const own = layers.slice(from, from + size)
    const counts = new Map<string, number>()
    for (const kind of own) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    from += size
    return { layers: [from - size, from], counts, kinds, isFirst: i === 0, isLast: i === sizes.length - 1 }
  })
}

/** The part of the forward pass that a stage runs. What comes before the layers, a tower too, belongs to the first. */
export function graphOf(graph: Graph, { counts, kinds, isFirst, isLast }: Stage): Graph {
  const start = graph.blocks.findIndex(block => kinds.has(block.id))
  const runs = (block: Block, i: number) => kinds.has(block.id) ? counts.has(block.id) : i < start ? isFirst : isLast
  return { axes: graph.axes, blocks: graph.blocks.filter(runs) }
}

/** Layers of each stage: as listed, else evenly. Where they do not divide, those before the last have one more, as in vLLM (github.com/vllm-project/vllm/pull/13839): the ends have embedding and head. */
export function stageSizes(model: Model, pp: number, listed: readonly number[] | null): readonly number[] {
  const layers = layersOf(model).length
  return listed ?? Array.from({ length: pp }, (_, i) => Math.floor(layers / pp) + Number(i < pp - 1 && i >= pp - 1 - layers % pp))
}
