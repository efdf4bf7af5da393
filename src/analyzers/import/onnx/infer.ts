/** Walks a graph in the order of its nodes and finds every shape. Pure: the graph in, one step per operator out. */
import { error, note, type Problem } from '../../../problem.js'
import { stop } from '../byte-reader.js'
import { attention } from './attention.js'
import { called, fail, input, made, subgraph, type Call, type Rule, type Tensor } from './call.js'
import { elementwise } from './elementwise.js'
import type { Attributes, Defined, Graph, Node, OnnxModel, Value } from './graph.js'
import { held, layout } from './layout.js'
import { matrix } from './matrix.js'
import { axis, newAxes, type Axes, type Size } from './size.js'
import { spatial } from './spatial.js'

/** An operator that runs, with the names that its tensors go by in the whole file. */
export interface Step {
  readonly call: Call
  /** The names of `call.inputs`. */
  readonly reads: readonly string[]
  readonly makes: readonly string[]
  readonly outputs: readonly Tensor[]
}

/** A size that a run has to be given. */
export interface Free {
  readonly name: string
  /** What it is, for people. */
  readonly what: string
  readonly isBatch: boolean
  /** A size to try. */
  readonly usual: number
}

export interface Inferred {
  readonly inputs: readonly { readonly name: string; readonly tensor: Tensor }[]
  readonly steps: readonly Step[]
  readonly outputs: readonly string[]
  readonly axes: Axes
  /** Free axes, by the name of their axis in `axes`. */
  readonly free: ReadonlyMap<string, Free>
  readonly problems: readonly Problem[]
}

const rules: ReadonlyMap<string, Rule> = new Map(Object.entries({ ...elementwise, ...layout, ...spatial, ...matrix, ...attention }))
/** Most operators that are walked with what they contain, deepest nesting, and most runs of a loop that are followed one by one. */
const mostSteps = 3e4, deepest = 50, mostRuns = 64

interface Walk {
  readonly model: OnnxModel
  readonly axes: Axes
  readonly free: Map<string, Free>
  readonly steps: Step[]
  readonly notes: Map<string, Problem>
  readonly unknown: Map<string, number>
  left: number
  unnamed: number
}
/** What is known where: names of this graph and those around it; `as` says how its results are called in the whole file. */
interface Scope {
  readonly tensors: Map<string, { readonly tensor: Tensor; readonly as: string }>
  readonly outer: Scope | null
  readonly prefix: string
  readonly depth: number
}

/** Finds every shape of a model. Errors leave by exception with a problem; what is only to be said is in `problems`. */
export function infer(model: OnnxModel): Inferred {
  const walk: Walk = { model, axes: newAxes(), free: new Map(), steps: [], notes: new Map(), unknown: new Map(), left: mostSteps, unnamed: 0 }
  const scope: Scope = { tensors: new Map(), outer: null, prefix: '', depth: 0 }
  const inputs = model.graph.inputs.map(value => {
    const tensor = fed(walk, value)
    scope.tensors.set(value.name, { tensor, as: value.name })
    return { name: value.name, tensor }
  })
  run(walk, model.graph, scope)
  if (walk.unknown.size > 0) walk.notes.set('unknown', unknownOperators(walk.unknown))
  const outputs = model.graph.outputs.map(name => find(scope, name)?.as ?? name)
  return { inputs, steps: walk.steps, outputs, axes: walk.axes, free: walk.free, problems: [...walk.notes.values()] }
}

const unknownOperators = (unknown: ReadonlyMap<string, number>): Problem =>
  note('uncounted-operators', '', `Not counted, because what they compute is not known: ${[...unknown].map(([op, count]) => `${op} (${count})`).join(', ')}. The numbers hold for all else.`)

/** What dynamic axes are usually called, and a size to try. */
const usual: readonly (readonly [name: RegExp, size: number])[] = [[/height|width/i, 224], [/past/i, 0], [/seq|len|token/i, 128], [/sample|audio|signal|wave/i, 16_000]]

/** A dynamic axis; those of one name are one size. `as` is an axis that a workload has a field for. */
function freeAxis(walk: Walk, name: string, what: string, as?: 'b' | 'height' | 'width'): Size {
  const clean = as ?? `x_${name.replace(/\W/g, '_')}`
  const known = walk.free.get(clean)
  if (known === undefined) walk.free.set(clean, { name, what, isBatch: as === 'b', usual: as === undefined ? usual.find(([pattern]) => pattern.test(name))?.[1] ?? 1 : as === 'b' ? 1 : 224 })
  else if (known.name !== name && as === undefined) return freeAxis(walk, `${name}_`, what)
  return axis(clean)
}

/** What exporters call the batch. */
const batch = /^(?:n|b|bs|.*batch.*)$/i

/** An input with sizes. Where no dimension is called the batch, the first is it unless it is fixed; the last two of four are height and width where neither is. */
function fed(walk: Walk, { name, dtype, shape }: Value): Tensor {
  if (shape === null) throw stop('unknown-shape', `The input ${JSON.stringify(name)} does not say how many dimensions it has.`)
  const isImage = shape.length === 4 && typeof shape[1] === 'number' && typeof shape[2] !== 'number' && typeof shape[3] !== 'number' && (shape[2] === null || shape[2] !== shape[3])
  const isNamed = walk.model.graph.inputs.some(({ shape }) => shape?.some(size => typeof size === 'string' && batch.test(size)))
  const known = (size: string | null): string | undefined => [...walk.free].find(([, one]) => one.name === size)?.[0]
  const sizes = shape.map((size, at): Size => {
    if (typeof size === 'number') return size
    const again = known(size)
    if (again !== undefined) return axis(again)
    const isBatch = (size !== null && batch.test(size)) || (at === 0 && !isNamed && (shape.length > 2 || (size === null && shape.length > 1)))
    const side = isImage && at > 1 ? (['height', 'width'] as const).find((_, i) => i === at - 2) : size === 'height' || size === 'width' ? size : undefined
    const as = isBatch ? 'b' : side !== undefined && !walk.free.has(side) ? side : undefined
    return freeAxis(walk, size ?? `${name}.${at}`, `dimension ${at + 1} of the input ${name}`, as)
  })
  return { dtype, shape: sizes }
}

const find = (scope: Scope | null, name: string): { readonly tensor: Tensor; readonly as: string } | undefined => (scope === null ? undefined : scope.tensors.get(name) ?? find(scope.outer, name))

/** All nodes of a graph in their order, which has to be one in which they can run. */
function run(walk: Walk, graph: Pick<Graph, 'nodes'> & Partial<Graph>, scope: Scope): void {
  walk.left -= 1
  if (scope.depth > deepest) throw stop('oversized', `${walk.model.name} nests its graphs more than ${deepest} levels deep, or calls itself.`)
  for (const constant of graph.constants ?? []) {
    const as = scope.prefix + constant.name
    scope.tensors.set(constant.name, { tensor: held(constant, as), as })
  }
  const stated = new Map(graph.values?.map(value => [value.name, value]))
  for (const node of graph.nodes) step(walk, node, scope, stated)
}

function step(walk: Walk, node: Node, scope: Scope, stated: ReadonlyMap<string, Value>): void {
  if (--walk.left < 0) throw stop('oversized', `${walk.model.name} has more than ${mostSteps} operators, those of its loops and functions included.`)
  const found = node.inputs.map(name => {
    if (name === '') return undefined
    const tensor = find(scope, name)
    if (tensor === undefined) throw fail(node, `reads ${JSON.stringify(name.slice(0, 100))}, which nothing before it makes`)
    return tensor
  })
  const call: Call = {
    node, opset: walk.model.opset, axes: walk.axes, inputs: found.map(one => one?.tensor),
    ask: (name, what) => freeAxis(walk, name, what),
  }
  const give = (outputs: readonly (readonly [tensor: Tensor, as: string])[]): void => {
    node.outputs.forEach((name, i) => {
      const one = outputs[i]
      if (name === '' || one === undefined) return
      if (scope.tensors.has(name)) throw fail(node, `makes ${JSON.stringify(name.slice(0, 100))}, which is there already`)
      scope.tensors.set(name, { tensor: one[0], as: one[1] })
      walk.left -= (one[0].values?.length ?? 0) / 64
    })
  }
  if (node.op === 'If') return give(branch(walk, call, scope))
  if (node.op === 'Loop' || node.op === 'Scan') return give(loop(walk, call, scope, found.map(one => one?.as ?? '')))
  const defined = walk.model.functions.find(({ op }) => op === node.op)
  const rule = rules.get(node.op)
  if (rule === undefined && defined !== undefined) return give(expanded(walk, call, defined, scope, found.map(one => one?.as ?? '')))
  const outputs = rule === undefined ? unknown(walk, node, stated) : shaped(walk, call, rule, stated)
  const named = node.outputs.map(name => (name === '' ? '' : scope.prefix + name))
  const all = outputs.map((tensor, i) => fixed(call, tensor, named[i] ?? ''))
  give(all.map((tensor, i) => [tensor, named[i] ?? '']))
  if (rule !== undefined) walk.steps.push({ call, reads: found.map(one => one?.as ?? ''), makes: named, outputs: all })
}

/** What is made of nothing but weights is itself one: runtimes compute it when they load the file. */
function fixed({ node, inputs }: Call, tensor: Tensor, name: string): Tensor {
  const given = inputs.filter(one => one !== undefined)
  if (tensor.weight !== undefined || given.length === 0 || given.some(({ weight }) => weight === undefined) || tensor.shape.some(size => typeof size !== 'number')) return tensor
  const [first] = given
  const shape = tensor.shape as readonly number[]
  // Another view of one weight stays that weight.
  if (node.op === 'Identity' && first?.weight !== undefined) return { ...tensor, weight: first.weight }
  const keeps = /^(Transpose|Reshape|Squeeze|Unsqueeze|Flatten)$/.test(node.op) && first?.weight !== undefined
  return { ...tensor, weight: keeps ? { ...first.weight, shape } : { name, dtype: tensor.dtype, shape } }
}

/** By the rule; where it needs values that nobody knows, by what the file states. */
function shaped(walk: Walk, call: Call, rule: (call: Call) => readonly Tensor[], stated: ReadonlyMap<string, Value>): readonly Tensor[] {
  try {
    return rule(call)
  } catch (failure) {
    const { problem } = failure as { problem?: Problem }
    const known = problem?.code === 'unknown-shape' ? statedOf(walk, call.node, stated) : null
    if (known === null) throw failure
    return known
  }
}

function statedOf(walk: Walk, node: Node, stated: ReadonlyMap<string, Value>): readonly Tensor[] | null {
  const values = node.outputs.map(name => stated.get(name))
  if (!values.every((value, i) => node.outputs[i] === '' || (value !== undefined && value.shape !== null && !value.shape.includes(null)))) return null
  return values.map(value => ({ dtype: value?.dtype ?? 'undefined', shape: (value?.shape ?? []).map(size => (typeof size === 'string' ? freeAxis(walk, size, `dimension ${size}`, batch.test(size) ? 'b' : undefined) : size ?? 1)) }))
}

/** An operator that is not known: its results have the shapes that the file states, or the walk ends. */
function unknown(walk: Walk, node: Node, stated: ReadonlyMap<string, Value>): readonly Tensor[] {
  const known = statedOf(walk, node, stated)
  if (known === null) {
    const count = walk.model.graph.nodes.filter(({ op }) => op === node.op).length
    throw Object.assign(new Error(node.op), { problem: error('unknown-operator', 'model', `What the operator ${node.op} (${Math.max(1, count)} of them) makes is not known, and the file does not state the shape: infer the shapes of the file first.`) })
  }
  walk.unknown.set(node.op, (walk.unknown.get(node.op) ?? 0) + 1)
  return known
}

type Results = readonly (readonly [tensor: Tensor, as: string])[]

/** A graph inside of a node, run once in the scope around it. */
function inside(walk: Walk, graph: Graph, scope: Scope, prefix: string, inputs: Results): Results {
  const inner: Scope = { tensors: new Map(), outer: scope, prefix, depth: scope.depth + 1 }
  graph.inputs.forEach(({ name }, i) => { const given = inputs[i]; if (given !== undefined) inner.tensors.set(name, { tensor: given[0], as: given[1] }) })
  run(walk, graph, inner)
  return graph.outputs.map(name => {
    const one = find(inner, name)
    if (one === undefined) throw stop('invalid-file', `A graph inside of ${walk.model.name} gives ${JSON.stringify(name.slice(0, 100))}, which it does not make.`)
    return [one.tensor, one.as]
  })
}

/** The first part of the names of what runs inside of a node. */
const within = (walk: Walk, node: Node, scope: Scope, part: string): string => `${scope.prefix}${node.name === '' ? `${node.op}${++walk.unnamed}` : node.name}/${part}/`

/** The branch that the condition chooses; where only the data do, the larger one, and that is said. */
function branch(walk: Walk, call: Call, scope: Scope): Results {
  const condition = input(call, 0).values?.[0]
  const [yes, no] = [subgraph(call, 'then_branch'), subgraph(call, 'else_branch')]
  if (yes === null || no === null) throw fail(call.node, 'lacks a branch')
  if (typeof condition === 'number') return inside(walk, condition === 0 ? no : yes, scope, within(walk, call.node, scope, condition === 0 ? 'else' : 'then'), [])
  const [from, said] = [walk.steps.length, new Map(walk.notes)]
  const first = attempt(() => inside(walk, yes, scope, within(walk, call.node, scope, 'then'), []))
  const [then, saidThen] = [walk.steps.splice(from), new Map(walk.notes)]
  restore(walk.notes, said)
  const second = attempt(() => inside(walk, no, scope, within(walk, call.node, scope, 'else'), []))
  const otherwise = walk.steps.splice(from)
  if (first instanceof Error && second instanceof Error) throw first
  const takes = !(first instanceof Error) && (second instanceof Error || weightOf(then) >= weightOf(otherwise))
  for (const one of takes ? then : otherwise) walk.steps.push(one)
  if (takes) restore(walk.notes, saidThen)
  say(walk, 'branches-taken', `Which branch of an If runs shows only in the data; of each, the one with more work is counted`, `${called(call.node)}: ${takes ? 'then' : 'else'}`)
  return (takes ? first : second) as Results
}

/** What a branch that does not run would have said is not said. */
function restore(notes: Map<string, Problem>, said: ReadonlyMap<string, Problem>): void {
  notes.clear()
  for (const [code, problem] of said) notes.set(code, problem)
}

function attempt(run: () => Results): Results | Error {
  try {
    return run()
  } catch (failure) {
    return failure as Error
  }
}

/** Which of two branches has more work: by their products where they have them, else by their operators. */
const weightOf = (steps: readonly Step[]): number => steps.reduce((sum, { call: { inputs } }) => sum + 1 + inputs.reduce((all, tensor) => all + (tensor?.weight?.shape.reduce((p, n) => p * n, 1) ?? 0), 0), 0)

function say(walk: Walk, code: string, what: string, one: string): void {
  const known = walk.notes.get(code)
  const list = known === undefined ? [] : known.message.slice(what.length + 2, -1).split(', ')
  walk.notes.set(code, note(code, '', `${what}: ${[...list, one].slice(0, 20).join(', ')}.`))
}

/** Runs the body of a loop as often as is known; once where it is not, and that is said. */
function loop(walk: Walk, call: Call, scope: Scope, names: readonly string[]): Results {
  const body = subgraph(call, 'body')
  if (body === null) throw fail(call.node, 'lacks its body')
  const isScan = call.node.op === 'Scan'
  const scanned = typeof call.node.attributes['num_scan_inputs'] === 'number' ? call.node.attributes['num_scan_inputs'] : 0
  const carried = isScan ? call.inputs.length - scanned : call.inputs.length - 2
  const count: Size | null = isScan ? call.inputs.at(-1)?.shape[0] ?? null : (call.inputs[0]?.values?.[0] ?? null)
  const times = typeof count === 'number' && count >= 0 && count <= mostRuns ? count : 1
  if (times !== count) say(walk, 'loops-once', 'How often a loop runs is not known, or it runs too often to be followed; its body is counted once', called(call.node))
  const given = call.inputs.slice(isScan ? 0 : 2).map((tensor, i): readonly [Tensor, string] => [tensor ?? { dtype: 'undefined', shape: [] }, names[i + (isScan ? 0 : 2)] ?? ''])
  let state = given.slice(0, carried)
  let results: Results = []
  for (let i = 0; i < Math.max(1, times); i++) {
    const from = walk.steps.length
    const head: Results = isScan ? [] : [[made(call, 'int64', [], [i]), ''], [made(call, 'bool', []), '']]
    const slices = given.slice(carried).map(([tensor, as]): readonly [Tensor, string] => [{ dtype: tensor.dtype, shape: tensor.shape.slice(1) }, as])
    results = inside(walk, body, scope, within(walk, call.node, scope, String(i)), [...head, ...state, ...(isScan ? slices : [])]).slice(isScan ? 0 : 1)
    if (times === 0) walk.steps.splice(from)
    state = results.slice(0, carried)
  }
  const runs = count ?? call.ask(call.node.outputs.at(-1) ?? '', `how often ${called(call.node)} runs`)
  const kept = results.slice(carried)
  return [...(times === 0 ? given.slice(0, carried) : state), ...kept.map(([tensor, as]): readonly [Tensor, string] => [{ dtype: tensor.dtype, shape: [runs, ...tensor.shape] }, as])]
}

/** An operator that the file defines, with its attributes in place. */
function expanded(walk: Walk, call: Call, { inputs, outputs, defaults, nodes }: Defined, scope: Scope, names: readonly string[]): Results {
  const given: Attributes = { ...defaults, ...call.node.attributes }
  const prefix = within(walk, call.node, scope, call.node.op)
  const inner: Scope = { tensors: new Map(), outer: null, prefix, depth: scope.depth + 1 }
  inputs.forEach((name, i) => { const tensor = call.inputs[i]; if (tensor !== undefined) inner.tensors.set(name, { tensor, as: names[i] ?? '' }) })
  run(walk, { nodes: nodes.map(node => ({ ...node, attributes: placed(node.attributes, given), inputs: node.inputs.map(name => (name !== '' && inputs.includes(name) && !inner.tensors.has(name) ? '' : name)) })) }, inner)
  return outputs.map((name): readonly [Tensor, string] => {
    const one = find(inner, name)
    if (one === undefined) throw fail(call.node, `does not make its output ${JSON.stringify(name.slice(0, 100))}`)
    return [one.tensor, one.as]
  })
}

function placed(attributes: Attributes, given: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).flatMap(([name, value]) => {
    const one = typeof value === 'object' && 'ref' in value ? given[value.ref] : value
    return one === undefined ? [] : [[name, one]]
  }))
}
