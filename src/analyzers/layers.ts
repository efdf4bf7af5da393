/** The layers of a network as its kernels run them: shapes, counts, times, and what is in memory while each runs. Loaded on demand. */
import { failed } from '../problem.js'
import type { Group, Layer, Layers, LayerType, Sum } from '../scenario/layers.js'
import type { Limit } from '../scenario/report.js'
import type { Scenario } from '../scenario/schema.js'
import { fold } from './fold.js'
import { fuse, type KernelOps } from './fuse.js'
import type { Graph, Op, Sizes, Tensor } from './graph.js'
import { liveTensors } from './memory.js'
import { modelGraph } from './models/loops.js'
import type { Node } from './models/network.js'
import { phaseOfRun } from './passes.js'
import { product, sizing } from './product.js'
import { resolve } from './resolve.js'
import { prepare, sampleSizes } from './run.js'
import { shard } from './shard.js'
import { stagesOf, type Stage } from './stages.js'

const types: readonly LayerType[] = ['1x1', 'depthwise', 'conv', 'fc', 'product', 'other']

/** The layers of a scenario's network, in the order in which they run. */
export function layers(scenario: Scenario): Layers {
  const resolved = resolve(scenario)
  if (!('scenario' in resolved)) return { layers: [], stages: [], types: [], problems: failed(resolved) ? resolved : [] }
  const { model, profile, precision, notes } = resolved
  if (!model.network) return { layers: [], stages: [], types: [], problems: notes }
  const run = prepare(resolved)
  const phase = phaseOfRun(run, 'forward')
  const graph = modelGraph(model, 'expanded')
  const steps = fuse(shard(profile.folds === true ? fold(graph) : graph, {}), profile) as readonly KernelOps[]
  const sample = sizing(graph.axes, sampleSizes(run))
  const batch = sizing(graph.axes, { ...sampleSizes(run), ...precision.widths, b: resolved.scenario.workload.batch })
  const live = liveTensors(steps, { ...graph.axes }).map(set => set.reduce((sum, { factor, names }) => sum + factor * product(names, batch), 0))
  const parts = partsOf(graph, steps)
  const counts = countsOf(parts, sample)
  const kernels = new Map(phase.kernels.map(kernel => [kernel.id, kernel]))
  const nodes = new Map(model.network.nodes.map(node => [node.id, node]))
  const all = { ...totalOf(counts), seconds: phase.seconds.estimate }
  const found = steps.flatMap((step, i): Layer[] => {
    const kernel = kernels.get(step.id)
    const count = counts[i], own = parts[i]
    if (!kernel || !count || !own) return []
    const { flops, bytes, intensity, seconds, limit } = kernel
    const main = mainOf(step.ops.map(({ op }) => op), sample)
    return [{
      id: step.id, ...shapesOf(main, step, nodes, sample), parts: own.map(({ op, isFolded }) => ({ id: op.id, kind: op.kind ?? '', is: isFolded ? 'folded' : op.id === main.id ? 'main' : 'fused' })),
      ...count, flops, bytes, intensity, seconds, share: shareOf({ ...count, seconds }, all), limit, live: live[i] ?? 0,
    }]
  })
  const stages = stagesOf(found.map(layer => layer.id), steps.map(({ ops }) => ops.map(({ op }) => op)), sample)
  return {
    layers: found,
    stages: stages.map(({ from, to, resolution }: Stage) => ({ ...group(found, found.map((_, i) => i).slice(from, to), all), resolution })),
    types: types.map(type => ({ type, members: found.flatMap((layer, i) => layer.type === type ? [i] : []) })).filter(({ members }) => members.length > 0).map(({ type, members }) => ({ ...group(found, members, all), type })),
    problems: notes,
  }
}

interface Counted { readonly parameters: number; readonly macs: number }
const totalOf = (counts: readonly Counted[]): Counted => ({ parameters: counts.reduce((sum, one) => sum + one.parameters, 0), macs: counts.reduce((sum, one) => sum + one.macs, 0) })
const shareOf = (own: Counted & Pick<Sum, 'seconds'>, all: Counted & { readonly seconds: number }): Sum['share'] =>
  ({ parameters: own.parameters / (all.parameters || 1), macs: own.macs / (all.macs || 1), time: own.seconds.estimate / all.seconds })

/** What some layers add up to; it is bound by what binds most of its time. */
function group(layers: readonly Layer[], members: readonly number[], all: Counted & { readonly seconds: number }): Group {
  const own = members.flatMap(i => layers[i] ?? [])
  const sum = (of: (layer: Layer) => number): number => own.reduce((total, layer) => total + of(layer), 0)
  const [flops, bytes, seconds] = [sum(l => l.flops), sum(l => l.bytes), { bound: sum(l => l.seconds.bound), estimate: sum(l => l.seconds.estimate) }]
  const counts = totalOf(own), spent = (limit: Limit): number => sum(l => l.limit === limit ? l.seconds.estimate : 0)
  const [limit = 'memory'] = (['memory', 'compute', 'network', 'overhead'] as const).toSorted((a, b) => spent(b) - spent(a))
  return { ...counts, flops, bytes, intensity: bytes > 0 ? flops / bytes : null, seconds, share: shareOf({ ...counts, seconds }, all), layers: members, limit }
}

interface Placed { readonly op: Op; readonly isFolded: boolean }

/** The ops of the model in each kernel: what folding took away belongs to what makes its output now. */
function partsOf({ blocks }: Graph, steps: readonly KernelOps[]): readonly (readonly Placed[])[] {
  const ops = blocks.flatMap(block => block.ops)
  const kernelOf = new Map<string, number>(), makerOf = new Map<string, number>(), readers = new Map<string, Op>()
  steps.forEach((step, i) => { for (const { op } of step.ops) { kernelOf.set(op.id, i); for (const t of op.tensors) if (t.role === 'out') makerOf.set(t.name, i) } })
  for (const op of ops) for (const t of op.tensors) if (t.role === 'in' && !readers.has(t.name)) readers.set(t.name, op)
  const made = (op: Op): string => op.tensors.find(t => t.role === 'out')?.name ?? ''
  const placeOf = (op: Op): number => {
    let at: Op | undefined = op
    while (at && !kernelOf.has(at.id) && !makerOf.has(made(at))) at = readers.get(made(at))
    return at === undefined ? 0 : kernelOf.get(at.id) ?? makerOf.get(made(at)) ?? 0
  }
  const result: Placed[][] = steps.map(() => [])
  for (const op of ops) result[placeOf(op)]?.push({ op, isFolded: !kernelOf.has(op.id) })
  return result
}

/** Parameters, a weight that several share with the first of them, and multiply-adds of one sample. */
function countsOf(parts: readonly (readonly Placed[])[], sample: Sizes): readonly Counted[] {
  const seen = new Set<string>()
  const isNew = ({ role, name }: Tensor): boolean => role === 'weight' && !seen.has(name) && seen.add(name).size > 0
  return parts.map(list => ({
    parameters: list.reduce((sum, { op }) => sum + op.tensors.filter(isNew).reduce((own, t) => own + product(t.axes, sample), 0), 0),
    macs: list.reduce((sum, { op }) => sum + macsOf(op, sample), 0),
  }))
}

const macsOf = ({ engine, loop }: Op, sample: Sizes): number => engine === 'matrix' ? product(loop, sample) : 0

/** The op that a kernel is for: the one that multiplies most, or the first. */
function mainOf(ops: readonly Op[], sample: Sizes): Op {
  return ops.reduce((best, op) => macsOf(op, sample) > macsOf(best, sample) ? op : best)
}

function shapesOf(main: Op, { ops }: KernelOps, nodes: ReadonlyMap<string, Node>, sample: Sizes): Pick<Layer, 'type' | 'input' | 'output' | 'window' | 'stride' | 'dilation' | 'groups'> {
  const of = (t: Tensor | undefined): readonly number[] => t?.axes.map(extent => product([extent], sample)) ?? []
  const node = nodes.get(main.id)
  const isConv = main.kind === 'conv' || main.kind === 'deconv'
  const weight = of(main.tensors.find(t => t.role === 'weight'))
  const input = of(main.tensors.find(t => t.role === 'in')), last = ops.at(-1)?.op ?? main
  const window = isConv ? weight.slice(2) : /pool/.test(main.kind ?? '') ? of(node?.window && { axes: node.window } as unknown as Tensor) : []
  const groups = main.kind === 'conv' ? (input[1] ?? 1) / (weight[1] ?? 1) : 1
  const each = (steps: readonly number[] | undefined): number[] => window.map((_, i) => steps?.[i] ?? 1)
  return { type: typeOf(main, window, groups, input[1] ?? 1), input, output: of(last.tensors.find(t => t.role === 'out')), window, stride: each(node?.steps?.stride), dilation: each(node?.steps?.dilation), groups }
}

function typeOf({ kind, engine, tensors }: Op, window: readonly number[], groups: number, channels: number): LayerType {
  if (engine !== 'matrix') return 'other'
  if (kind === 'conv' || kind === 'deconv') return groups > 1 && groups === channels ? 'depthwise' : groups === 1 && window.every(k => k === 1) ? '1x1' : 'conv'
  return tensors.some(t => t.role === 'weight') ? 'fc' : 'product'
}

