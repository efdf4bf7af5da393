/** From a network given op by op to loop nests. What a kind of node costs is a row of data/operators.json. */
import json from '../../../data/operators.json'
import type { Axis, Block, Extent, Graph, Op, Tensor } from '../graph.js'
import type { Network, Node, Shape } from './network.js'

/** What a kind of node iterates over, and the FLOP of one iteration; `class` is the family of kinds that counters treat alike. */
export interface Operator {
  readonly title: string
  readonly class: string
  readonly law: Op['law']
  readonly engine?: Op['engine']
  readonly over: 'conv' | 'deconv' | 'linear' | 'product' | 'window' | 'in' | 'out'
  readonly flops: Extent
  /** Reads of its first operand as much as it makes: a slice, rows of a table. */
  readonly part?: true
  /** Of a map: its backward pass reads what it made, not what it read. */
  readonly saves?: 'out'
}

export const operators = json.operators as unknown as Readonly<Record<string, Operator>>

/** The loop nests of a network, one block. A kind that is not known is an error of the program: readers refuse it. */
export function networkGraph({ inputs, axes, nodes }: Network, given: Readonly<Record<string, Axis>>): Graph {
  const shapes = new Map(Object.entries(inputs))
  const shown = new Map<string, string>()
  const ops = nodes.flatMap((node): Op[] => {
    const { id, kind, reads, makes, weights = {}, idle = [], index = [] } = node
    for (const [name, shape] of Object.entries(makes)) shapes.set(name, shape)
    if (kind === 'view') { for (const name of Object.keys(makes)) shown.set(name, shown.get(reads[0] ?? '') ?? reads[0] ?? ''); return [] }
    const operator = operators[kind]
    if (!operator) throw new Error(`no operator "${kind}"`)
    const [made = []] = Object.values(makes)
    const part = operator.part === true ? { read: made } : {}
    const activation = (name: string, role: 'in' | 'out'): Tensor => ({ name: shown.get(name) ?? name, role, axes: shapes.get(name) ?? [], held: index.includes(name) ? 'index' : 'activation' })
    const parameters = Object.entries(weights).map(([name, shape], i): Tensor => ({ name, role: 'weight', axes: shape, held: 'weight', ...(operator.law === 'product' && i === 0 ? { group: 'ffn', out: operator.over === 'deconv' ? 1 : 0 } : { group: 'norm' }), ...(idle.includes(name) ? { read: [0] } : i === 0 ? part : {}) }))
    const tensors = [...reads.map((name, i) => ({ ...activation(name, 'in'), ...(i === 0 ? part : {}) })), ...parameters, ...Object.keys(makes).map(name => activation(name, 'out'))]
    return [{
      id, kind, law: operator.law, engine: operator.engine ?? (operator.law === 'product' ? 'matrix' : 'vector'), ...(isDepthwise(operator, tensors) ? { rate: 'vector' as const } : {}), flops: operator.flops, times: [], tensors,
      loop: loopOf(node, operator, tensors), ...(operator.law === 'map' ? { saves: operator.saves === 'out' ? Object.keys(makes) : reads.map(name => shown.get(name) ?? name) } : {}),
    }]
  })
  const blocks: Block[] = [{ id: '', ops }]
  return { axes: { ...given, ...axes }, blocks }
}

/**
 * A convolution whose groups read one channel each multiplies by a diagonal matrix, which tensor cores do not speed up:
 * cuDNN's kernels run on CUDA cores (pytorch/pytorch#22302), CUTLASS's too (NVIDIA/cutlass#615).
 */
function isDepthwise({ over }: Operator, tensors: readonly Tensor[]): boolean {
  if (over !== 'conv' && over !== 'deconv') return false
  const channels = tensors.find(t => t.role === (over === 'conv' ? 'in' : 'out'))?.axes[1]
  return channels !== 1 && tensors.find(t => t.role === 'weight')?.axes[1] === 1
}

/** The iterations of a node, from the shapes of what it reads, holds and makes. */
function loopOf({ window = [] }: Node, { over }: Operator, tensors: readonly Tensor[]): Shape {
  const of = (role: Tensor['role']): Shape => tensors.find(t => t.role === role)?.axes ?? []
  const [x, w, y] = [of('in'), of('weight'), of('out')]
  switch (over) {
    case 'conv': return [...y.slice(0, 1), ...y.slice(2), ...w]
    case 'deconv': return [...x.slice(0, 1), ...x.slice(2), ...w]
    case 'linear': return [...y.slice(0, -1), ...w]
    case 'product': case 'window': return [...y, ...window]
    case 'in': return x
    case 'out': return y
  }
}
