/** The ops of LoRA: beside a weight of `in × out`, one of `in × rank` and one of `rank × out`, whose product is added. */
import type { Extent, Op, Tensor } from '../graph.js'
import type { Model } from './model.js'

/** `decoder/expert-up.w` → `up`. */
export function baseOf(name: string): string {
  return name.replace(/^.*\//, '').replace(/\.w$/, '').replace(/^(?:expert|shared)-/, '')
}

/** The ops of a layer with those of the adapter after each row of products. */
export function adapt(ops: readonly Op[], { modules, isMany }: NonNullable<Model['adapter']>): Op[] {
  const result: Op[] = []
  const seen = new Map<string, string>()
  let [down, up]: [Op[], Op[]] = [[], []]
  const flush = () => { result.push(...down, ...up); down = []; up = [] }
  for (const op of ops) {
    const weight = op.tensors.find(t => t.held === 'weight' && t.name.endsWith('.w'))
    const module = op.engine === 'matrix' && weight && weight.axes.length > 1 ? modules[baseOf(weight.name)] : undefined
    if (op.law !== 'product') flush()
    if (!weight || module === undefined) { result.push(op); continue }
    const [base, first, second] = beside(op, weight, module, isMany)
    const name = first.tensors.at(-1)?.name ?? '', loop = first.loop.join()
    // One module has one input.
    if ((seen.get(name) ?? loop) !== loop) { result.push(op); continue }
    result.push(base)
    if (!down.some(other => other.tensors.at(-1)?.name === name)) down.push(first)
    seen.set(name, loop)
    up.push(second)
  }
  flush()
  return result
}

function beside(op: Op, weight: Tensor, module: string, isMany: boolean): readonly [base: Op, down: Op, up: Op] {
  const outs = op.tensors.filter(t => t.role === 'out'), inputs = op.tensors.filter(t => t.role !== 'out' && t.held !== 'weight')
  const among = (list: readonly Tensor[], axis: Extent) => list.some(t => t.axes.includes(axis))
  const out = weight.axes.filter(axis => among(outs, axis)), into = weight.axes.filter(axis => !among(outs, axis) && among(inputs, axis))
  const read = new Map(weight.axes.map((axis, i) => [axis, weight.read?.[i] ?? axis]))
  const apart = weight.axes.filter(axis => !out.includes(axis) && !into.includes(axis))
  const prefix = /^(?:expert-|shared-)/.exec(weight.name)?.[0] ?? ''
  const [y] = outs as [Tensor]
  const held = (name: string, axes: readonly Extent[]): Tensor => {
    const all: readonly Extent[] = [...(isMany ? ['na'] : []), ...apart, ...axes]
    return { name, role: 'weight', held: 'weight', group: 'adapter', axes: all, read: all.map(axis => axis === 'na' ? 'nb' : read.get(axis) ?? axis) }
  }
  const plain = `${y.name}-base`, narrow = `${prefix}${module}-lora`
  const rows = op.loop.filter(axis => !weight.axes.includes(axis))
  const linear = { law: 'product', engine: 'matrix', flops: op.flops, times: op.times } as const
  return [
    { ...op, tensors: op.tensors.map(t => t === y ? { ...t, name: plain } : t) },
    { ...linear, id: `${op.id}/lora-a`, loop: [...rows, ...into, 'ra'], tensors: [...inputs, held(`${narrow}-a.w`, [...into, 'ra']), { name: narrow, role: 'out', held: 'activation', axes: [...rows, 'ra'] }] },
    { ...linear, id: `${op.id}/lora-b`, loop: [...rows, ...out, 'ra'], tensors: [
      { name: narrow, role: 'in', held: 'activation', axes: [...rows, 'ra'] }, { ...y, name: plain, role: 'in' }, held(`${weight.name.replace(/\.w$/, '')}-lora-b.w`, ['ra', ...out]), y,
    ] },
  ]
}
