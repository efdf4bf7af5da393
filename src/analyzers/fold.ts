/**
 * What inference computes once: batch norms go into the convolution before them (W′ = γ/σ·W, b′ = β − μγ/σ), and parallel
 * convolutions of one tensor that are added become one (RepVGG, arXiv:2101.03697). Outputs stay as they were; counts of the
 * model are taken before.
 */
import type { Graph, Op, Tensor } from './graph.js'

const linear = new Set(['conv', 'deconv', 'linear'])
const out = (op: Op): Tensor => op.tensors.find(t => t.role === 'out') as Tensor
const inputs = (op: Op): readonly Tensor[] => op.tensors.filter(t => t.role === 'in')
const weights = (op: Op): readonly Tensor[] => op.tensors.filter(t => t.role === 'weight')
const elements = ({ axes }: Tensor): number => axes.reduce<number>((product, e) => product * Number(e), 1)

export function fold({ axes, blocks }: Graph): Graph {
  return { axes, blocks: blocks.map(block => ({ ...block, ops: folded(block.ops) })) }
}

function folded(ops: readonly Op[]): readonly Op[] {
  if (!ops.some(op => op.kind === 'batchnorm')) return ops
  const kept = new Map(ops.map(op => [op.id, op]))
  const maker = new Map<string, Op>()
  const reads = new Map<string, number>()
  for (const op of ops) for (const t of inputs(op)) reads.set(t.name, (reads.get(t.name) ?? 0) + 1)
  const current = (name: string): Op | undefined => { const op = maker.get(name); return op && kept.get(op.id) }
  const replace = (from: Op, at: Op, more: readonly Tensor[]): void => {
    const made = out(at)
    const merged: Op = { ...from, tensors: [...from.tensors.filter(t => t.role !== 'out'), ...more, made] }
    kept.set(from.id, merged)
    kept.delete(at.id)
    maker.set(made.name, merged)
  }
  for (const op of ops) {
    for (const t of op.tensors) if (t.role === 'out') maker.set(t.name, op)
    const [x, ...rest] = inputs(op)
    if (!x) continue
    if (op.kind === 'batchnorm' && reads.get(x.name) === 1) {
      const conv = current(x.name)
      if (conv && linear.has(conv.kind ?? '')) replace(conv, op, weights(conv).length > 1 ? [] : weights(op).slice(1))
    } else if (op.kind === 'add' && rest.length > 0) {
      const branches = inputs(op).map(t => reads.get(t.name) === 1 ? current(t.name) : undefined)
      if (!branches.every(b => b && (b.kind === 'conv' || b.kind === 'batchnorm'))) continue
      const all = branches as Op[]
      const [main] = all.filter(b => b.kind === 'conv').sort((a, b) => elements(weights(b)[0] as Tensor) - elements(weights(a)[0] as Tensor))
      const from = inputs(all[0] as Op)[0]?.name
      if (!main || !all.every(b => inputs(b)[0]?.name === from && (b.kind !== 'conv' || weights(b)[0]?.axes[1] === weights(main)[0]?.axes[1]))) continue
      replace(main, op, [])
      for (const b of all) if (b.id !== main.id) kept.delete(b.id)
    }
  }
  return [...kept.values()]
}
