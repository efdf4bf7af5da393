/**
 * A training step from the forward pass: what each op's gradients read follows from its law, several readers of a tensor
 * make a sum, each weight an optimizer op. No op and no strategy is written twice.
 */
import type { Axis, Block, Extent, Graph, Op, Tensor } from '../graph.js'
import { update } from './optimizer.js'
import type { Recompute } from './recompute.js'

/** Micro-batches: forward and backward run once for each, the optimizer once for all. */
export const micro = 'micro'

/** Whether a tensor has a gradient: activations, and weights that learn. */
type Learns = (weight: Tensor) => boolean
const hasGradient = (t: Tensor, learns: Learns): boolean => t.held === 'activation' || (t.held === 'weight' && learns(t))
export const gradientOf = (t: Tensor, role: 'in' | 'out', name = `d.${t.name}`): Tensor => ({ name, role, axes: t.axes, held: t.held === 'weight' ? 'gradient' : 'activation', ...(t.group ? { group: t.group } : {}), ...(t.format ? { format: t.format } : {}) })

/** Whether an operand of a product is added to it: a bias, which is named so or is a vector beside another weight. */
const isAdded = (op: Op, t: Tensor): boolean => op.law === 'product' && t.held === 'weight' && (t.name.endsWith('.b') || (t.axes.length === 1 && op.tensors.some(other => other !== t && other.held === 'weight')))

/** What the gradient of an operand reads beside the gradient of the output: the other operands of a product, nothing of a sum, what a map saves. */
export function readsOf(op: Op, operand: Tensor): readonly Tensor[] {
  if (op.law === 'sum' || isAdded(op, operand)) return []
  const others = op.law === 'product' ? op.tensors.filter(t => t !== operand && t.role !== 'out' && !isAdded(op, t)) : op.tensors.filter(t => op.saves?.includes(t.name))
  return others.map(t => t.role === 'out' ? { ...t, role: 'in' as const } : t)
}

/** The gradient ops of one op: `'x` of an activation, `'w` of a weight, with the operand's name where there are several. */
export function gradients(op: Op, learns: Learns): Op[] {
  const outputs = op.tensors.filter(t => t.role === 'out' && t.held === 'activation').map(t => gradientOf(t, 'in'))
  const operands = op.tensors.filter(t => t.role !== 'out' && hasGradient(t, learns))
  return operands.map(operand => {
    const several = operands.filter(t => t.held === operand.held).length > 1
    const mark = `${operand.held === 'weight' ? 'w' : 'x'}${several ? `.${operand.name.slice(operand.name.lastIndexOf('/') + 1)}` : ''}`
    const made = gradientOf(operand, 'out')
    if (isAdded(op, operand)) return { id: `${op.id}'${mark}`, law: 'sum', engine: 'vector', flops: 1, loop: outputs[0]?.axes ?? op.loop, times: op.times, tensors: [...outputs, made] }
    return { id: `${op.id}'${mark}`, law: op.law, engine: op.engine, ...(op.rate ? { rate: op.rate } : {}), flops: op.flops, loop: op.loop, times: op.times, tensors: [...outputs, ...readsOf(op, operand), made] }
  })
}

/** Whether the gradient of an operand is the gradient of the output: an addition passes it on. */
function passesOn(op: Op, operand: Tensor): boolean {
  const outputs = op.tensors.filter(t => t.role === 'out')
  return op.law === 'sum' && outputs.length === 1 && op.tensors.length > 2 && operand.held === 'activation' && outputs[0]?.axes.join(' ') === operand.axes.join(' ')
}

/** The forward pass as training runs it: keys and values are activations, not written to a cache, and where there are logits a loss reads them. */
export function trained(graph: Graph): readonly Block[] {
  const axesOf = new Map<string, readonly Extent[]>()
  const nameOf = new Map<string, string>()
  const appends = new Set<Op>()
  for (const block of graph.blocks) for (const op of block.ops) {
    const outputs = op.tensors.filter(t => t.role === 'out'), inputs = op.tensors.filter(t => t.role !== 'out')
    if (!outputs.every(t => t.held === 'cache') || outputs.length !== inputs.length) continue
    appends.add(op)
    outputs.forEach((t, i) => { axesOf.set(t.name, t.axes); const from = inputs[i]; if (from) nameOf.set(from.name, t.name) })
  }
  // What makes keys and values makes those of its own tokens; what reads them reads those of the whole context.
  const context = (axes: readonly Extent[]): readonly Extent[] => axes.map(axis => axis === 's' ? 't' : axis)
  const tensor = (t: Tensor): Tensor => {
    const name = nameOf.get(t.name) ?? t.name
    const axes = axesOf.get(name)
    return axes === undefined ? t : t.role === 'out' ? { name, role: 'out', axes, held: 'activation' } : { name, role: 'in', axes: context(axes), held: 'activation' }
  }
  const blocks = graph.blocks.map(block => ({ ...block, ops: block.ops.filter(op => !appends.has(op)).map(op => ({ ...op, tensors: op.tensors.map(tensor) })) }))
  const logits = blocks.at(-1)?.ops.at(-1)?.tensors.find(t => t.role === 'out' && t.name === 'logits')
  return logits ? [...blocks, { id: '', ops: [lossOf(logits.axes)] }] : blocks
}

/** Cross-entropy over the last axis of the logits. */
function lossOf(axes: readonly Extent[]): Op {
  return {
    id: 'loss', law: 'map', engine: 'vector', flops: 'w_softmax', loop: axes, times: [], saves: ['logits'],
    tensors: [{ name: 'logits', role: 'in', axes, held: 'activation' }, { name: 'labels', role: 'in', axes: axes.slice(0, -1), held: 'index' }, { name: 'loss', role: 'out', axes: axes.slice(0, -1), held: 'activation' }],
  }
}

/** Gradients on their way: parts that are still to be added, and those that go by another's name. */
interface Flow {
  /** Activations that an op makes: what goes in from outside has no gradient. */
  readonly made: ReadonlySet<string>
  readonly learns: Learns
  readonly readers: ReadonlyMap<string, number>
  readonly parts: Map<string, { readonly id: string; readonly times: readonly Extent[]; readonly tensors: Tensor[] }>
  readonly aliases: Map<string, string>
}

/** How a model is trained: which of its weights learn, and what updates each. */
export interface Training {
  readonly learns?: (weight: Tensor) => boolean
  readonly optimizer?: (weight: Tensor, times: readonly Extent[], axes: Record<string, Axis>) => readonly Op[]
}

const all = (): boolean => true
const plain = (weight: Tensor, times: readonly Extent[]): readonly Op[] => [update(weight, times)]

/** Forward, backward and optimizer as blocks of one graph. */
export function trainingGraph(graph: Graph, recompute: Recompute, { learns = all, optimizer = plain }: Training = {}): Graph {
  const forward = trained(graph)
  const made = new Set(forward.flatMap(block => block.ops.flatMap(op => op.tensors.flatMap(t => t.role === 'out' ? [t.name] : []))))
  const flow: Flow = { learns, made, readers: readersOf(forward), parts: new Map(), aliases: new Map() }
  const weights = new Map<string, { readonly weight: Tensor; readonly times: readonly Extent[] }>()
  for (const { ops } of forward) for (const op of ops) for (const t of op.tensors) if (t.held === 'weight' && learns(t) && !weights.has(t.name)) weights.set(t.name, { weight: t, times: op.times })
  const again = recompute(forward)
  const backward = [...forward].reverse().map(block => ({ id: block.id, ops: again(backwardOf(block, flow)) }))
  const repeated = (block: Block): Block => ({ ...block, ops: block.ops.map(op => ({ ...op, times: [micro, ...op.times] })) })
  const axes: Record<string, Axis> = { ...graph.axes, [micro]: { title: 'micro-batches per step' } }
  const updates = [...weights.values()].reverse().flatMap(({ weight, times }) => optimizer(weight, times, axes))
  return { axes, blocks: [...[...forward, ...backward].map(repeated), { id: 'optimizer', ops: updates }] }
}

/** How many ops of the same repeat read an activation. */
function readersOf(blocks: readonly Block[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { ops } of blocks) for (const op of ops) for (const t of op.tensors) if (t.role === 'in' && t.held === 'activation') {
    const key = keyOf(t.name, op)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

const keyOf = (name: string, { times }: { readonly times: readonly Extent[] }): string => `${name} ${times.join(' ')}`

function backwardOf(block: Block, flow: Flow): Op[] {
  const ops: Op[] = []
  for (const op of [...block.ops].reverse()) {
    for (const t of op.tensors) if (t.role === 'out' && !t.carry) addUp(keyOf(t.name, op), flow, ops)
    const operands = op.tensors.filter(t => t.role !== 'out' && hasGradient(t, flow.learns))
    for (const [i, gradient] of gradients(op, flow.learns).entries()) {
      const operand = operands[i], made = gradient.tensors.at(-1)
      // A look-up has no gradient of what it looks up.
      if (operand === undefined || made === undefined || (operand.held === 'activation' && (op.engine === 'none' || !flow.made.has(operand.name)))) continue
      const read = gradient.tensors.slice(0, -1).map(t => ({ ...t, name: flow.aliases.get(t.name) ?? t.name }))
      const isShared = operand.held === 'activation' && (flow.readers.get(keyOf(operand.name, op)) ?? 0) > 1
      const passed = passesOn(op, operand) ? read[0] : undefined
      if (!isShared && passed) { flow.aliases.set(made.name, passed.name); continue }
      if (!isShared) { ops.push({ ...gradient, tensors: [...read, made] }); continue }
      const key = keyOf(operand.name, op)
      const shared = flow.parts.get(key) ?? { id: op.id, times: op.times, tensors: [] }
      const part = passed ?? { ...made, name: `${made.name}#${String(shared.tensors.length)}` }
      shared.tensors.push(part)
      flow.parts.set(key, shared)
      if (!passed) ops.push({ ...gradient, tensors: [...read, part] })
    }
  }
  // What the block reads from before it, such as the stream, has had all its readers.
  const [first] = block.ops
  if (first) for (const key of flow.parts.keys()) if (flow.parts.get(key)?.times.join(' ') === first.times.join(' ')) addUp(key, flow, ops)
  return ops
}

/** The gradients of several readers, added. */
function addUp(key: string, { parts }: Flow, ops: Op[]): void {
  const shared = parts.get(key)
  const [first] = shared?.tensors ?? []
  if (shared === undefined || first === undefined) return
  parts.delete(key)
  const inputs = shared.tensors.map(t => ({ ...t, role: 'in' as const, axes: first.axes }))
  ops.push({ id: `${shared.id}'sum`, law: 'sum', engine: 'vector', flops: inputs.length - 1, loop: first.axes, times: shared.times, tensors: [...inputs, { name: `d.${key.slice(0, key.indexOf(' '))}`, role: 'out', axes: first.axes, held: 'activation' }] })
}
