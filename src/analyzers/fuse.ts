/** Groups ops into kernels by the rows of a profile. Changes no op: only what must touch HBM. */
import type { Profile, Transfer } from './graph.js'
import { isTransfer, type PlacedOp, type Step } from './shard.js'

export interface KernelOps {
  readonly id: string
  readonly block: string
  readonly ops: readonly PlacedOp[]
  /** Joins the end of a repeat to the start of the next: its first ops run after the last kernel of the block. */
  readonly wraps: boolean
}

export interface KernelTransfer {
  readonly id: string
  readonly transfer: Transfer
}

export type KernelStep = KernelOps | KernelTransfer

const collective: Readonly<Record<Transfer['kind'], string>> = {
  reduce: 'all-reduce', scatter: 'reduce-scatter', gather: 'all-gather', exchange: 'all-to-all',
}

interface Run { row: Profile['kernels'][number] | null; block: string; repeats: string; ops: PlacedOp[]; wraps: boolean }

/**
 * Ops that stand side by side and match one row become one kernel. Kernels never join across a transfer or across repeats.
 * A block's last kernel joins its first where both match one row: the residual add of a layer and the norm of the next.
 */
export function fuse(steps: readonly Step[], profile: Profile): readonly KernelStep[] {
  const runs: (Run | Transfer)[] = []
  const readers = new Map<string, number>()
  for (const step of steps) if (!isTransfer(step)) for (const t of step.op.tensors) if (t.role === 'in') readers.set(t.name, (readers.get(t.name) ?? 0) + 1)
  for (const step of steps) {
    if (isTransfer(step)) { runs.push(step); continue }
    const [block, name] = parts(step.op.id)
    const key = step.op.kind ?? name
    const rows = profile.kernels.filter(r => (r.ops.includes(key) || r.ops.includes(key.replace(/^.*\//, '*/'))) && (r.opens === undefined) === (step.op.kind === undefined))
    const repeats = step.op.times.join(' ')
    const last = runs.at(-1)
    // An op that several rows name goes on in the kernel that is open: a bias is added to scores in their kernel.
    if (last && !isTransfer(last) && rows.some(row => last.row === row && last.block === block && last.repeats === repeats && (row.opens === undefined || (!row.opens.includes(key) && follows(step, last.ops.at(-1)))))) last.ops.push(step)
    else runs.push({ row: rows[0] ?? null, block, repeats, ops: [step], wraps: false })
    if (!rows.some(row => row.opens?.includes(key))) gather(step, runs, readers)
  }
  const ids = new Set<string>()
  return closeLoops(runs).map(run => {
    if (isTransfer(run)) return { id: transferId(run), transfer: run }
    // Where something runs in between, a row has two kernels.
    const id = kernelId(run)
    const own = ids.has(id) ? run.ops.at(-1)?.op.id ?? id : id
    ids.add(own)
    return { id: own, block: run.block, ops: run.ops, wraps: run.wraps }
  })
}

/** Earlier kernels of the same row whose result no other op reads run in the kernel of the op that does: the branches of a sum. */
function gather({ op }: PlacedOp, runs: (Run | Transfer)[], readers: ReadonlyMap<string, number>): void {
  const last = runs.at(-1)
  if (!last || isTransfer(last) || last.row?.opens === undefined) return
  const { row, block } = last
  for (const { name, role } of op.tensors) {
    if (role !== 'in' || readers.get(name) !== 1) continue
    const at = runs.findIndex(run => run !== last && !isTransfer(run) && run.ops.at(-1)?.op.tensors.some(t => t.role === 'out' && t.name === name))
    const run = runs[at]
    if (!run || isTransfer(run) || run.row !== row || run.block !== block || run.ops.some(o => row.opens?.includes(o.op.kind ?? ''))) continue
    runs.splice(at, 1)
    last.ops.unshift(...run.ops)
  }
}

/** Whether an op of a network goes on where the one before it ended. */
function follows({ op }: PlacedOp, before: PlacedOp | undefined): boolean {
  const made = before?.op.tensors.find(t => t.role === 'out')
  const own = op.tensors.find(t => t.role === 'out')
  return made !== undefined && op.tensors.some(t => t.role === 'in' && t.name === made.name) && (op.law === 'product' || own?.axes.join() === made.axes.join())
}

/** `decoder/attn/qkv` → `['decoder', 'attn/qkv']`; ops before and after the layers of the main stack have no block. */
function parts(id: string): readonly [block: string, name: string] {
  const at = id.indexOf('/')
  return at < 0 ? ['', id] : [id.slice(0, at), id.slice(at + 1)]
}

/** A kernel of one op keeps the op's name; the row names what is fused. */
function kernelId(run: Run): string {
  const [only] = run.ops
  if (run.row === null || run.row.opens !== undefined || run.ops.length === 1) return only?.op.id ?? ''
  const names = run.ops.map(({ op }) => parts(op.id)[1])
  const { part, ops } = run.row
  const kernel = run.row.kernel.replace('*', names[0]?.split('/')[0] ?? '')
  // A row that is named after one of its ops does not lend that name to a run without it.
  const lacks = ops.includes(kernel) && !names.includes(kernel)
  const name = ops[0] !== names[0] && part !== undefined ? part : lacks ? names.at(-1) ?? kernel : kernel
  return run.block === '' ? name : `${run.block}/${name}`
}

function transferId(transfer: Transfer): string {
  return `${transfer.by}/${collective[transfer.kind]}`
}

/** Joins the end of a repeated block to its start, as the next repeat sees it. */
function closeLoops(runs: readonly (Run | Transfer)[]): readonly (Run | Transfer)[] {
  const result = [...runs]
  const blocks = new Set(runs.flatMap(run => isTransfer(run) || run.repeats === '' ? [] : [run.block]))
  for (const block of blocks) {
    const inBlock = (run: Run | Transfer): run is Run => !isTransfer(run) && run.block === block && run.repeats !== ''
    const at = result.findIndex(inBlock)
    const start = result[at], end = result.findLast(inBlock), before = result[at - 1]
    if (!start || !end || isTransfer(start) || start === end || start.row === null || end.row !== start.row) continue
    // Something has to move first: the next repeat cannot start in the same kernel.
    if (before && isTransfer(before) && before.times.length > 0 && parts(before.by)[0] === block) continue
    if (!end.ops.some(placed => placed.op.tensors.some(t => t.carry))) continue
    result[at] = { ...start, ops: [...end.ops, ...start.ops], wraps: true }
    result.splice(result.lastIndexOf(end), 1)
  }
  return result
}
