/** Early exit: a token leaves the model before its last layers (CALM, arXiv:2207.07061; LayerSkip, arXiv:2404.16710). */
import type { Kind, Model } from './model.js'

/** Whether tokens can leave early: a decoder of layers in a known order, all of them with a cache of keys and values. */
export function exits({ family, layers, stacks }: Model): boolean {
  return family === 'decoder' && layers !== undefined && stacks.every(stack => stack.id !== '' || stack.kinds.every(kind => kind.list === 'layer'))
}

const kept = new WeakMap<Model, Map<number, Model>>()

/**
 * The decode step of a model whose tokens leave after `layers` layers on average, which need not be whole. Later tokens
 * attend to all layers: the state at the exit is copied to those above it, and these compute keys and values of it alone
 * (Elbayad et al., arXiv:1910.10073; CALM). Their caches are as large as without exit.
 */
export function exitModel(model: Model, layers: number): Model {
  const known = kept.get(model) ?? new Map<number, Model>()
  kept.set(model, known)
  const found = known.get(layers)
  if (found) return found
  const left = executed(model.layers ?? [], layers)
  const made = { ...model, stacks: model.stacks.map(stack => (stack.id === '' ? { ...stack, kinds: stack.kinds.flatMap(kind => parted(kind, left.get(kind.name) ?? 0)) } : stack)) }
  known.set(layers, made)
  return made
}

/** Layers of a kind that run, and those that only fill their cache. */
function parted(kind: Kind, count: number): Kind[] {
  const rest = Number((kind.count - count).toPrecision(12))
  return [...count > 0 ? [{ ...kind, count }] : [], ...rest > 0 ? [{ ...kind, name: `${kind.name}-skipped`, count: rest, onlyCache: true as const }] : []]
}

/** How many layers of each kind lie below the exit. */
function executed(order: readonly string[], layers: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  order.forEach((kind, i) => { if (layers > i) counts.set(kind, (counts.get(kind) ?? 0) + Math.min(1, layers - i)) })
  return counts
}
