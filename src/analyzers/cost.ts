/** What a kernel does, as products of axes: FLOP by engine, bytes by tensor, bytes sent. Symbols only; sizes come later. */
import type { Axis, Extent, Op, Tensor, Transfer } from './graph.js'
import type { KernelOps } from './fuse.js'
import { local, localAxis, localName, type PlacedOp } from './shard.js'

/** One product: `factor × ∏ names`, of the thing that `label` names. */
export interface Term {
  readonly label: string
  readonly factor: number
  readonly names: readonly string[]
}

/** FLOP that run at one rate: `peak_ffn`, `peak_vector`. */
export interface Work extends Term {
  readonly engine: 'matrix' | 'vector'
  readonly rate: string
}

/** Bytes read or written once per run of a kernel. */
export interface Traffic extends Term {
  readonly direction: 'read' | 'write'
}

/** Axes by name; local axes are added as ops are localized. */
export type Axes = Record<string, Axis>

export function term(label: string, extents: readonly Extent[], factor = 1): Term {
  let product = factor
  const names: string[] = []
  for (const extent of extents) { if (typeof extent === 'number') product *= extent; else names.push(extent) }
  return { label, factor: product, names }
}

/** Extents of an op as one GPU has them; declares the local axes it names. */
export function localized(extents: readonly Extent[], split: Readonly<Record<string, string>>, axes: Axes): readonly Extent[] {
  for (const mesh in split) {
    const owner = split[mesh] ?? ''
    for (const extent of extents) {
      if (typeof extent !== 'string') continue
      if (extent === owner || axes[owner]?.spills === extent || axes[extent]?.follows === owner) axes[localName(extent, mesh)] ??= localAxis(extent, mesh, owner, axes)
    }
  }
  return local(extents, split, axes)
}

/** Width in bytes of an element: of a weight by its part of the model, of anything else by how it is held. */
export function widthOf(tensor: Tensor): string {
  return tensor.held === 'weight' ? `bytes_${tensor.group ?? 'ffn'}` : `bytes_${tensor.held}`
}

/** The rate at which an op runs: its weights decide, attention runs at the activations', vector work at the vector engine's. */
export function rateOf(op: Op): string {
  if (op.engine !== 'matrix') return 'peak_vector'
  const weight = op.tensors.find(t => t.held === 'weight')
  return `peak_${weight?.group ?? 'core'}`
}

/** FLOP of one op, on one GPU or, with an empty split, of the whole model. */
export function workOf(op: Op, split: PlacedOp['split'], axes: Axes): Work | null {
  if (op.engine === 'none' || op.flops === 0) return null
  return { ...term(op.id, [op.flops, ...localized(op.loop, split, axes)]), engine: op.engine, rate: rateOf(op) }
}

export interface KernelCost {
  readonly work: readonly Work[]
  readonly traffic: readonly Traffic[]
  readonly times: Term
}

/**
 * FLOP and HBM traffic of one run of a kernel. A tensor that is made and read only inside it never touches HBM;
 * one that has a reader outside, that the next repeat reads or that nobody reads (a result) is written once.
 */
export function kernelCost(kernel: KernelOps, readers: ReadonlyMap<string, ReadonlySet<KernelOps>>, axes: Axes): KernelCost {
  const work: Work[] = []
  const traffic: Traffic[] = []
  const made = new Set<string>(), seen = new Set<string>()
  for (const { op, split } of kernel.ops) {
    const own = workOf(op, split, axes)
    if (own) work.push(own)
    for (const tensor of op.tensors) {
      const out = tensor.role === 'out'
      if (!out && made.has(tensor.name)) continue
      if (out && isInternal(tensor, kernel, readers)) { made.add(tensor.name); continue }
      if (out) made.add(tensor.name)
      const direction = out ? 'write' : 'read'
      const key = `${direction} ${tensor.name}`
      if (seen.has(key)) continue
      seen.add(key)
      traffic.push({ ...term(tensor.name, [...localized(tensor.read ?? tensor.axes, split, axes), widthOf(tensor)]), direction })
    }
  }
  return { work, traffic, times: term(kernel.id, kernel.ops[0]?.op.times ?? []) }
}

function isInternal(tensor: Tensor, kernel: KernelOps, readers: ReadonlyMap<string, ReadonlySet<KernelOps>>): boolean {
  const by = readers.get(tensor.name)
  return !tensor.carry && tensor.held !== 'cache' && tensor.held !== 'stat' && by?.size === 1 && by.has(kernel)
}

/** Share of a tensor that one GPU sends over a ring, per direction: n − 1 of n parts, twice for a reduction to all. */
export function transferCost(transfer: Transfer): { readonly sent: Term; readonly times: Term } {
  const { mesh } = transfer
  const factor = transfer.kind === 'reduce' ? 2 : 1
  const ring = transfer.kind === 'exchange' ? [`ring_${mesh}`, `part_${mesh}`] : [`ring_${mesh}`]
  return { sent: term(transfer.tensor.name, [...transfer.axes, ...ring, widthOf(transfer.tensor)], factor), times: term(transfer.by, transfer.times) }
}

/** The derived axes that transfers over a mesh axis use. */
export function meshAxes(mesh: string): Axes {
  return {
    [mesh]: { title: `${mesh} degree` },
    [`ring_${mesh}`]: { title: `share sent over a ring of ${mesh}`, size: ['/', ['-', mesh, 1], mesh], source: 'ring algorithm: n − 1 of n parts' },
    [`part_${mesh}`]: { title: `part of a ${mesh} rank`, size: ['/', 1, mesh] },
  }
}
