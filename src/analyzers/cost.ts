/** What a kernel does, as products of axes: FLOP by engine, bytes by tensor, bytes sent. Symbols only; sizes come later. */
import type { Axis, Expr, Extent, Op, Tensor, Transfer } from './graph.js'
import type { KernelOps } from './fuse.js'
import { times } from './product.js'
import { isTransfer, local, localAxis, localName, type Mesh, type PlacedOp, type Step } from './shard.js'

/** One product: `factor × ∏ names`, of the thing that `label` names. */
export interface Term {
  readonly label: string
  readonly factor: number
  readonly names: readonly string[]
}

/** FLOP that run at one rate: `peak_ffn`, `peak_vector`, and `peak_widen` for what the warps of a product do before it. */
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
  const own = local(extents, split, axes, (axis, mesh, owner) => { axes[localName(axis, mesh)] ??= localAxis(axis, mesh, owner, axes) })
  const flat = Object.keys(split).filter(mesh => split[mesh] === '*')
  return flat.length === 0 ? own : [...own, ...flat.map(mesh => `part_${mesh}`)]
}

/** The name of the format of a tensor: of a weight by its part of the model, of anything else by how it is held. */
export function formatOf(tensor: Tensor): string {
  return tensor.held === 'weight' ? tensor.format ?? tensor.group ?? 'ffn' : tensor.held
}

/** Width in bytes of an element. */
export function widthOf(tensor: Tensor): string {
  return `bytes_${formatOf(tensor)}`
}

/** What a format adds to the width of its elements. */
export interface Extra {
  /** A scale of so many bytes for so many weights along the input and the output of a product; null is all of them. */
  readonly scale?: { readonly in: number | null; readonly out: number | null; readonly bytes: number }
  /** Of a cache: bytes of scale and zero point for each vector of a token and head. */
  readonly vector?: number
  /** Of a cache: its last tokens are held wider, by so many bytes; keys in whole groups of so many tokens. */
  readonly recent?: { readonly tokens: number; readonly bytes: number }
  /** FLOP per element, in units of `w_widen`, that turn it into an operand of the product. */
  readonly widen?: number
}
/** By name of format. */
export type Extras = Readonly<Record<string, Extra>>

/** The bytes of a tensor that its elements' width does not hold, as extents, some of them derived axes; null without. */
export function besides(tensor: Tensor, placed: PlacedOp, axes: Axes, extras: Extras, extents = tensor.axes): readonly Extent[] | null {
  const { scale, vector, recent } = extras[formatOf(tensor)] ?? {}
  if (scale && placed.op.engine === 'matrix') return scalesOf(tensor, placed, axes, scale, extents)
  if (vector !== undefined) return [scaleOfVector(vector, axes), ...localized(extents.slice(0, -1), placed.split, axes)]
  return recent && tensor.role !== 'out' ? recentOf(tensor, placed, axes, recent, extents) : null
}

/** An axis, so that it can be told from other bytes. */
function scaleOfVector(bytes: number, axes: Axes): string {
  axes['scale_cache'] ??= { title: 'bytes of scale and zero point of a vector of the cache', size: bytes }
  return 'scale_cache'
}

/** Keys wait until a group of tokens is full, values leave one by one (KIVI, arXiv:2402.02750, section 4). */
function recentOf(tensor: Tensor, { split }: PlacedOp, axes: Axes, { tokens, bytes }: NonNullable<Extra['recent']>, extents: readonly Extent[]): readonly Extent[] {
  const [batch = 1, all = 1, ...width] = localized(extents, split, axes)
  const isKey = /keys$/.test(tensor.name)
  const name = `recent_${isKey ? 'keys' : 'values'}_${String(all)}`
  axes[name] ??= { title: 'tokens of the cache in full precision', size: isKey ? ['-', all, ['*', tokens, ['floor', ['/', all, tokens]]]] : ['min', all, tokens], source: 'KIVI, arXiv:2402.02750' }
  return [bytes, batch, name, ...width]
}

/** The scales of a weight: one of the extents is their number along input and output. */
function scalesOf(tensor: Tensor, { op, split }: PlacedOp, axes: Axes, scale: NonNullable<Extra['scale']>, extents: readonly Extent[]): readonly Extent[] {
  const among = (axis: Extent, isOut: boolean) => op.tensors.some(t => t.held !== 'weight' && (t.role === 'out') === isOut && t.axes.includes(axis))
  const sides: Record<'in' | 'out' | 'apart', Extent[]> = { in: [], out: [], apart: [] }
  localized(extents, split, axes).forEach((extent, i) => {
    const axis = tensor.axes[i] ?? 1
    const side = tensor.out === undefined ? among(axis, true) ? 'out' : among(axis, false) ? 'in' : 'apart' : i === tensor.out ? 'out' : 'in'
    sides[side].push(extent)
  })
  const along = (side: 'in' | 'out'): Expr => scale[side] === null ? 1 : scale[side] === 1 ? times(...sides[side]) : ['ceil', ['/', times(...sides[side]), scale[side]]]
  const name = ['scales', tensor.name, op.id, ...Object.keys(split)].join('_').replace(/\W/g, '_')
  axes[name] ??= { title: `scales of ${tensor.name}`, size: times(along('in'), along('out')) }
  return [scale.bytes, ...sides.apart, name]
}

/** Whether a rate is one of the tensor cores. */
export function isMatrix(rate: string): boolean {
  return rate !== 'peak_vector' && rate !== 'peak_widen'
}

/** The rate at which an op runs: its weights decide, attention runs at the activations', vector work at the vector engine's. */
export function rateOf(op: Op): string {
  if (op.engine !== 'matrix' || op.rate === 'vector') return 'peak_vector'
  const weight = op.tensors.find(t => t.held === 'weight' || t.held === 'gradient')
  return `peak_${weight ? weight.format ?? weight.group ?? 'ffn' : 'core'}`
}

/** FLOP of one op, on one GPU or, with an empty split, of the whole model. */
export function workOf(op: Op, split: PlacedOp['split'], axes: Axes): Work | null {
  if (op.engine === 'none' || op.flops === 0) return null
  return { ...term(op.id, [op.flops, ...localized(op.loop, split, axes)]), engine: op.engine, rate: rateOf(op) }
}

/** Rows of activations for which a kernel widens a weight once: MARLIN (arXiv:2408.11743) has thread blocks of up to 4 × 16. */
const tile = 64

/** FLOP that widen what an op reads in a format that no engine multiplies; weights once per tile of rows, a cache once. */
function widening(tensor: Tensor, { op, split }: PlacedOp, axes: Axes, extras: Extras): Work | null {
  const widen = tensor.role === 'out' || op.engine !== 'matrix' ? undefined : extras[formatOf(tensor)]?.widen
  if (widen === undefined) return null
  const extents = localized(tensor.read ?? tensor.axes, split, axes)
  const work = (...more: readonly Extent[]): Work => ({ ...term(`widening of ${tensor.name}`, ['w_widen', ...extents, ...more], widen), engine: 'vector', rate: 'peak_widen' })
  if (tensor.held !== 'weight') return work()
  const apart = tensor.out !== undefined ? [] : tensor.axes.flatMap((axis, i) => op.tensors.some(t => t.held !== 'weight' && t.axes.includes(axis)) ? [] : extents[i] ?? [])
  const around = tensor.out !== undefined ? op.loop.slice(0, -tensor.axes.length) : op.loop.filter(axis => !tensor.axes.includes(axis) && typeof axis === 'string')
  const rows = localized(around, split, axes)
  const name = `tiles_${[op.id, ...Object.keys(split)].join('_').replace(/\W/g, '_')}`
  axes[name] ??= { title: `tiles of ${String(tile)} rows in ${op.id}`, size: ['ceil', ['/', times(...rows), times(tile, ...apart)]], source: 'MARLIN, arXiv:2408.11743: thread blocks of up to 64 rows' }
  return work(name)
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
export function kernelCost(kernel: KernelOps, readers: ReadonlyMap<string, ReadonlySet<KernelOps>>, axes: Axes, extras: Extras = {}): KernelCost {
  const work: Work[] = []
  const traffic: Traffic[] = []
  const made = new Set<string>(), seen = new Set<string>()
  for (const placed of kernel.ops) {
    const { op, split } = placed
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
      const more = besides(tensor, placed, axes, extras, tensor.read)
      if (more) traffic.push({ ...term(`scales of ${tensor.name}`, more), direction })
      const widen = widening(tensor, placed, axes, extras)
      if (widen) work.push(widen)
    }
  }
  return { work, traffic, times: term(kernel.id, kernel.ops[0]?.op.times ?? []) }
}

function isInternal(tensor: Tensor, kernel: KernelOps, readers: ReadonlyMap<string, ReadonlySet<KernelOps>>): boolean {
  const by = readers.get(tensor.name)
  return !tensor.carry && tensor.held !== 'cache' && tensor.held !== 'stat' && by?.size === 1 && by.has(kernel)
}

/** Share of a tensor that one GPU sends over a ring, per direction: n − 1 of n parts, twice for a reduction to all. */
export function transferCost(transfer: Transfer, axes: Axes): { readonly sent: Term; readonly times: Term } {
  const mesh = groupOf(transfer.mesh)
  const factor = transfer.kind === 'reduce' ? 2 : 1
  const ring = transfer.kind === 'exchange' ? [`ring_${mesh}`, `part_${mesh}`] : [`ring_${mesh}`]
  return { sent: term(transfer.tensor.name, [...localized(transfer.axes, transfer.split, axes), ...ring, widthOf(transfer.tensor)], factor), times: term(transfer.by, transfer.times) }
}

/** The name of the group of ranks of some mesh axes: `dp`, `dp_cp`. */
export function groupOf(mesh: readonly string[]): string {
  return mesh.join('_')
}

/** The axes that transfers within a group of ranks use; the degree of one mesh axis is given. */
export function meshAxes(mesh: readonly string[]): Axes {
  const name = groupOf(mesh)
  return {
    [name]: { title: `${mesh.join(' × ')} degree`, ...(mesh.length > 1 ? { size: times(...mesh) } : {}) },
    [`ring_${name}`]: { title: `share sent over a ring of ${name}`, size: ['/', ['-', name, 1], name], source: 'ring algorithm: n − 1 of n parts' },
    [`part_${name}`]: { title: `part of a ${name} rank`, size: ['/', 1, name] },
  }
}

/** The axes of a mesh and of all groups of ranks that its steps send within. */
export function declareMesh(axes: Axes, mesh: Mesh, steps: readonly Step[]): void {
  for (const name of Object.keys(mesh)) Object.assign(axes, meshAxes([name]))
  for (const step of steps) if (isTransfer(step) && step.mesh.length > 1) Object.assign(axes, meshAxes(step.mesh))
}
