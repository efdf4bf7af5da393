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

interface Run { row: Profile['kernels'][number] | null; block: string; mark: string; repeats: string; ops: PlacedOp[]; wraps: boolean }

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
    const [block, name, mark] = parts(step.op.id)
    const key = step.op.kind ?? name
    const rows = profile.kernels.filter(r => (r.ops.includes(key) || r.ops.includes(key.replace(/^.*\//, '*/'))) && (r.opens === undefined) === (step.op.kind === undefined))
    const repeats = step.op.times.join(' ')
    const run = openFor(step, runs, rows, key, repeats)
    // An op that several rows name goes on in the kernel that is open: a bias is added to scores in their kernel.
    if (run) run.ops.push(step)
    else runs.push({ row: rows[0] ?? null, block, mark, repeats, ops: [step], wraps: false })
    if (!rows.some(row => row.opens?.includes(key))) gather(step, runs, readers)
  }
  const ids = new Set<string>()
  return closeLoops(runs).map(run => {
    if (isTransfer(run)) {
      // One op may make several tensors that move: keys and values.
      const id = transferId(run)
      const own = ids.has(id) ? `${id}/${run.tensor.name.split('/').at(-1) ?? ''}` : id
      ids.add(own)
      return { id: own, transfer: run }
    }
    // Where something runs in between, a row has two kernels.
    const id = kernelId(run)
    const own = ids.has(id) ? run.ops.at(-1)?.op.id ?? id : id
    ids.add(own)
    return { id: own, block: run.block, ops: run.ops, wraps: run.wraps }
  })
}

/** The kernel that an op goes on in: of the first of its rows that has one open. */
function openFor(step: PlacedOp, runs: (Run | Transfer)[], rows: Profile['kernels'], key: string, repeats: string): Run | null {
  const [block, name, mark] = parts(step.op.id)
  if (rows.length === 0) return joined(runs, null, block, name, mark, repeats)
  for (const row of rows) {
    const run = joined(runs, row, block, name, mark, repeats) ?? beyond(runs, row, block, mark, repeats)
    if (run && (row.opens === undefined || (!row.opens.includes(key) && follows(step, run.ops.at(-1))))) return run
  }
  return null
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

/**
 * The run that an op joins: the last one, if it is of the same row. Gradients of inputs and of weights alternate, and are
 * kernels of their own: such a run may stand before others of its row. Without a row, the gradients of one op are a kernel.
 */
function joined(runs: readonly (Run | Transfer)[], row: Run['row'], block: string, name: string, mark: string, repeats: string): Run | null {
  for (let i = runs.length - 1; i >= 0; i--) {
    const run = runs[i]
    if (!run || isTransfer(run) || run.row !== row || run.block !== block || run.repeats !== repeats) return null
    if (row === null && (mark === '' || parts(run.ops[0]?.op.id ?? '')[1] !== name)) return null
    if (run.mark === mark) return run
    if (mark === '' || run.mark === '') return null
  }
  return null
}

/** The run before transfers of what it did not make: they may as well come first, and attention is not cut by the keys that it waits for. */
function beyond(runs: (Run | Transfer)[], row: Run['row'], block: string, mark: string, repeats: string): Run | null {
  const at = runs.findLastIndex(run => !isTransfer(run))
  const run = runs[at]
  if (row === null || run === undefined || isTransfer(run) || at === runs.length - 1 || run.row !== row || run.block !== block || run.mark !== mark || run.repeats !== repeats) return null
  const made = new Set(run.ops.flatMap(({ op }) => op.tensors.flatMap(t => t.role === 'out' ? [t.name] : [])))
  const transfers = runs.slice(at + 1) as Transfer[]
  if (transfers.some(({ tensor }) => made.has(tensor.name))) return null
  runs.splice(at, runs.length, ...transfers, run)
  return run
}

/**
 * `decoder/attn/q'x.n1` → `['decoder', 'attn/q', 'x']`; ops before and after the layers of the main stack have no block, those of
 * the forward pass no mark. Sums of gradients belong to the gradients of inputs; `r` runs again.
 */
function parts(id: string): readonly [block: string, name: string, mark: string] {
  const [path = '', mark = ''] = id.split('\'')
  const at = path.indexOf('/')
  return [at < 0 ? '' : path.slice(0, at), path.slice(at + 1), mark === '' ? '' : mark.startsWith('w') ? 'w' : mark === 'r' ? 'r' : 'x']
}

/** A kernel of one op keeps the op's name; the row names what is fused. */
function kernelId(run: Run): string {
  const [only] = run.ops
  const end = run.mark === '' ? '' : `'${run.mark}`
  const names = [...new Set(run.ops.map(({ op }) => parts(op.id)[1]))]
  if (run.row === null || run.row.opens !== undefined || names.length === 1) return `${only?.op.id.split('\'')[0] ?? ''}${end}`
  const { part, ops } = run.row
  const kernel = run.row.kernel.replace('*', names[0]?.split('/')[0] ?? '')
  // A row that is named after one of its ops does not lend that name to a run without it.
  const lacks = ops.includes(kernel) && !names.includes(kernel)
  const isPart = run.mark === '' ? ops[0] !== names[0] : !names.includes(ops[0] ?? '')
  const name = isPart && part !== undefined ? part : lacks ? names.at(-1) ?? kernel : kernel
  return (run.block === '' ? name : `${run.block}/${name}`) + end
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
