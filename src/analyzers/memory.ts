/** Which activations live while each kernel runs. The largest set is what a forward pass needs beside weights and cache. */
import { localized, term, widthOf, type Axes, type Term } from './cost.js'
import type { KernelStep } from './fuse.js'
import type { Tensor } from './graph.js'
import type { PlacedOp } from './shard.js'

interface Use { readonly at: number; readonly tensor: Tensor; readonly split: PlacedOp['split']; readonly makes: boolean; readInside: boolean }

/**
 * For each kernel the tensors in memory while it runs: made earlier or now, and read now or later.
 * Tensors that never leave their kernel are not in memory. One repeat of a block stands for all.
 */
export function liveTensors(steps: readonly KernelStep[], axes: Axes): readonly (readonly Term[])[] {
  const uses = new Map<string, Use[]>()
  const order = unrolled(steps)
  order.forEach((step, at) => {
    if ('transfer' in step) return
    const inside = new Map<string, Use>()
    for (const { op, split } of step.ops) for (const tensor of op.tensors) {
      if (tensor.held !== 'activation') continue
      const makes = tensor.role === 'out'
      const made = inside.get(tensor.name)
      if (made && !makes) { made.readInside = true; continue }
      const use: Use = { at, tensor, split, makes, readInside: false }
      if (makes) inside.set(tensor.name, use)
      const known = uses.get(tensor.name)
      if (known) known.push(use)
      else uses.set(tensor.name, [use])
    }
  })
  const live: Term[][] = order.map(() => [])
  for (const list of uses.values()) {
    for (const life of lives(list)) {
      const [maker] = life
      const end = life.at(-1)?.at ?? 0
      // Made and read inside one kernel only: it never leaves the chip.
      if (!maker || (maker.readInside && life.length === 1)) continue
      const at = localized(maker.tensor.axes, maker.split, axes)
      const size = term(maker.tensor.name, [...at, widthOf(maker.tensor)])
      for (let i = maker.at; i <= end; i++) live[i]?.push(size)
    }
  }
  return live
}

/** The steps of one repeat of each block, with a kernel that joins two repeats at both ends. */
function unrolled(steps: readonly KernelStep[]): readonly KernelStep[] {
  const result = [...steps]
  for (const step of steps) {
    if ('transfer' in step || !step.wraps) continue
    result.splice(result.findLastIndex(other => !('transfer' in other) && other.block === step.block) + 1, 0, step)
  }
  return result
}

/** A tensor that is made again (the residual stream) starts a new life. */
function lives(uses: readonly Use[]): Use[][] {
  const result: Use[][] = []
  for (const use of uses) {
    const last = result.at(-1)
    if (!last || use.makes) result.push([use])
    else last.push(use)
  }
  return result
}

