/** Runs a program (parse.ts): every call adds nodes to a network and hands on what it made. */
import type { Axis, Expr, Extent } from '../../graph.js'
import { evaluate as valueOf, namesIn } from '../../product.js'
import { operators } from '../network-graph.js'
import type { Network, Node, Shape } from '../network.js'
import { parse, type Arg, type Call, type Term } from './parse.js'

/** What a call hands on. Channels stand first (`b c h w`) or last (`b h w c`, `b s c`). */
export interface Value { readonly name: string; readonly shape: Shape; readonly last: boolean }
/** What a name stands for: a number, a list, or a name itself. */
export type Item = number | string | readonly Item[]
type Frame = Record<string, Item>

/** The state of one run. */
export interface Build {
  readonly nodes: Node[]
  readonly axes: Record<string, Axis>
  readonly inputs: Record<string, Shape>
  readonly kept: Map<string, Value>
  /** Axes by their trees. */
  readonly named: Map<string, string>
  /** How often a name was used in its scope. */
  readonly used: Map<string, number>
  value: Value
  scope: string
  /** Whether batch norms are constants, not parameters. */
  frozen: boolean
  /** Stands for the scope in the names of weights, where several parts share them. */
  shared: string | null
}

/** A call that makes nodes: its arguments by name, and its branches, which run from what was made so far. */
export interface Context {
  readonly build: Build
  readonly arg: (name: string, usual?: Item) => Item
  readonly number: (name: string, usual?: number) => number
  readonly branches: readonly (() => Value)[]
}
export interface Primitive { readonly parameters: readonly string[]; readonly run: (context: Context) => void }

const most = 20_000
/** More than one program may define; later ones see all earlier. */
export type Blocks = ReadonlyMap<string, { readonly parameters: readonly (readonly [name: string, usual: Term | null])[]; readonly body: readonly Call[] }>

/** Blocks as they stand in data: `"cbr(o, k=1, s=1)": "conv(o, k, s) bn relu"`. */
export function define(texts: Readonly<Record<string, string>>): Blocks {
  return new Map(Object.entries(texts).map(([head, text]) => {
    const [{ name, args }] = parse(head) as [Call]
    return [name, { parameters: args.map(([named, term]) => named === null ? [term as string, null] as const : [named, term] as const), body: parse(text) }]
  }))
}

/** The network of a program. Throws an Error that says what is wrong with it. */
export function build(text: string, blocks: Blocks, primitives: Readonly<Record<string, Primitive>>, pixels: Shape): Network {
  const b: Build = { nodes: [], axes: {}, inputs: { pixels }, kept: new Map(), named: new Map(), used: new Map(), value: { name: 'pixels', shape: pixels, last: false }, scope: '', frozen: false, shared: null }
  b.kept.set('pixels', b.value)
  let depth = 0
  const branch = (calls: readonly Call[], frame: Frame, from: Value = b.value): Value => {
    b.value = from
    for (const call of calls) run(call, frame)
    return b.value
  }
  const evaluate = (term: Term, frame: Frame): Item => {
    if (typeof term === 'number') return term
    if (typeof term === 'string') return term === 'c' ? channels(b.value) : frame[term] ?? term
    const { of, terms } = term
    if (of === '?') return evaluate((evaluate(terms[0] as Term, frame) !== 0 ? terms[1] : terms[2]) as Term, frame)
    const items = terms.map(one => evaluate(one, frame))
    if (of === 'list') return items
    if (of === 'at') return (items[0] as readonly Item[])[items[1] as number] ?? fail(`${String(items[1])} is not in the list`)
    if (of === '==' || of === '!=') return Number(items[0] === items[1] === (of === '=='))
    const apply = functions[of]
    if (!apply || items.some(item => typeof item !== 'number')) return fail(`${of}(${items.map(String).join(', ')}) is not known`)
    return apply(...items as number[])
  }
  const run = ({ name: spelled, args, branches }: Call, frame: Frame): void => {
    if (++depth > 200 || b.nodes.length > most) fail('the program does not end')
    const held = frame[spelled]
    const name = typeof held === 'string' ? held : spelled
    const value = (i: number): Item => evaluate(args[i]?.[1] ?? fail(`${name} lacks an argument`), frame)
    // A name that stands for another, or is one.
    const label = (): string => { const term = args[0]?.[1]; if (typeof term === 'string' && typeof frame[term] !== 'string') return term; return String(evaluate(term ?? fail(`${name} lacks a name`), frame)) }
    const body = (i: number): readonly Call[] => branches[i] ?? []
    const block = blocks.get(name)
    if (name === 'if') branch(value(0) !== 0 ? body(0) : body(1), frame)
    else if (name === 'set') frame[args[0]?.[1] as string] = value(1)
    else if (name === 'repeat') { const n = value(0) as number; for (let i = 0; i < n; i++) { frame['i'] = i; branch(body(0), frame) } }
    else if (name === 'each') {
      const names = args.slice(1).map(([, term]) => term as string)
      for (const row of value(0) as readonly Item[]) { names.forEach((one, i) => { frame[one] = typeof row === 'object' ? row[i] ?? 0 : row }); branch(body(0), frame) }
    } else if (name === 'keep') b.kept.set(label(), b.value)
    else if (name === 'load') b.value = b.kept.get(label()) ?? fail(`nothing was kept as ${label()}`)
    else if (name === 'aside') { const from = b.value; branch(body(0), frame); b.value = from }
    else if (name === 'frozen') { const outer = b.frozen; b.frozen = true; branch(body(0), frame); b.frozen = outer }
    else if (name === 'idle') rest(b, () => branch(body(0), frame))
    else if (name === 'share') { const outer = [b.shared, b.scope] as const; b.shared = label(); for (const key of [...b.used.keys()]) if (key.startsWith(`${b.shared}.`)) b.used.delete(key); branch(body(0), frame); b.shared = outer[0] }
    else if (block) {
      const own: Frame = Object.create(null) as Frame
      block.parameters.forEach(([parameter, usual], i) => {
        const given = pick(args, parameter, i)
        if (given !== null) own[parameter] = evaluate(given, frame)
        else own[parameter] = usual === null ? fail(`${name} lacks ${parameter}`) : evaluate(usual, own)
      })
      const outer = b.scope
      if (/^[A-Z]/.test(name)) b.scope = `${next(b, name)}/`
      branch(block.body, own)
      b.scope = outer
    } else {
      const primitive = primitives[name]
      const from = b.value
      if (!primitive) {
        const kind = name.replaceAll('_', '-')
        if (operators[kind]?.over !== 'out') fail(`${name} is no layer and no block`)
        emit(b, kind, from.shape)
      } else {
        const arg = (parameter: string, usual?: Item): Item => { const given = pick(args, parameter, primitive.parameters.indexOf(parameter)); return given === null ? usual ?? fail(`${name} lacks ${parameter}`) : evaluate(given, frame) }
        const number = (parameter: string, usual?: number): number => { const item = arg(parameter, usual); return typeof item === 'number' && Number.isFinite(item) ? item : fail(`${parameter} of ${name} is no number`) }
        primitive.run({ build: b, arg, number, branches: branches.map(calls => () => branch(calls, frame, from)) })
      }
    }
    depth--
  }
  branch(parse(text), Object.create(null) as Frame)
  return { inputs: b.inputs, axes: b.axes, nodes: b.nodes }
}

function pick(args: readonly Arg[], parameter: string, at: number): Term | null {
  return args.find(([name]) => name === parameter)?.[1] ?? (args[at]?.[0] === null ? args[at][1] : null)
}

export function fail(message: string): never { throw new Error(message) }

const functions: Readonly<Record<string, (...args: number[]) => number>> = {
  '+': (a = 0, b = 0) => a + b, '-': (a = 0, b = 0) => a - b, '*': (a = 0, b = 0) => a * b, '/': (a = 0, b = 0) => a / b, '%': (a = 0, b = 0) => a % b,
  '<': (a = 0, b = 0) => Number(a < b), '>': (a = 0, b = 0) => Number(a > b), '<=': (a = 0, b = 0) => Number(a <= b), '>=': (a = 0, b = 0) => Number(a >= b),
  floor: Math.floor, ceil: Math.ceil, min: Math.min, max: Math.max,
  // A width near `a` that `step` divides and that loses at most a tenth (MobileNet).
  fit: (a = 0, step = 8) => { const near = Math.max(step, Math.floor((a + step / 2) / step) * step); return near < 0.9 * a ? near + step : near },
}

/** The channels of a value, a number. */
export function channels({ shape, last }: Value): number {
  const c = last ? shape.at(-1) : shape[1]
  return typeof c === 'number' ? c : fail('the channels depend on the image: pool first')
}

/** The axes between batch and channels. */
export function space({ shape, last }: Value): Shape { return last ? shape.slice(1, -1) : shape.slice(2) }

/** A shape with other channels, and another space. */
export function shaped(value: Value, c: Extent, into: Shape = space(value)): Shape {
  const [batch = 'b'] = value.shape
  return value.last ? [batch, ...into, c] : [batch, c, ...into]
}

/** A name that was not used yet in its scope: `conv1`, `conv2`. */
function next(b: Build, name: string): string {
  const path = b.scope + name
  const n = (b.used.get(path) ?? 0) + 1
  b.used.set(path, n)
  return path + String(n)
}

interface Made { readonly reads?: readonly Value[]; readonly weights?: Readonly<Record<string, Shape>>; readonly window?: Shape; readonly last?: boolean; readonly also?: Readonly<Record<string, Shape>>; readonly steps?: Node['steps'] }

/** Adds a node and hands on its output. */
export function emit(b: Build, kind: string, shape: Shape, { reads = [b.value], weights = {}, window, last = b.value.last, also = {}, steps }: Made = {}): void {
  const id = next(b, kind.replaceAll('-', '_'))
  for (const of of [shape, ...Object.values(weights)]) for (const e of of) if (typeof e === 'number' && !(e >= 1 && Number.isInteger(e))) fail(`${id} would have ${String(e)} of something: its sizes must be whole numbers`)
  let owner = id
  if (b.shared !== null) { const key = `${b.shared}.${kind}`; const n = (b.used.get(key) ?? 0) + 1; b.used.set(key, n); owner = `${b.shared}/${kind}${String(n)}` }
  const named = Object.fromEntries(Object.entries(weights).map(([name, of]) => [`${owner}.${name}`, of]))
  b.nodes.push({ id, kind, reads: reads.map(value => value.name), makes: { [id]: shape, ...Object.fromEntries(Object.entries(also).map(([name, of]) => [`${id}.${name}`, of])) }, ...(Object.keys(named).length > 0 ? { weights: named } : {}), ...(window === undefined ? {} : { window }), ...(steps && [...steps.stride, ...steps.dilation].some(step => step !== 1) ? { steps } : {}) })
  b.value = { name: id, shape, last }
}

/** The axis of a tree: a number where nothing in it has a name, one axis for equal trees. */
export function axis(b: Build, letter: string, title: string, size: Expr): Extent {
  if (typeof size === 'string') return size
  const names = namesIn(size)
  if (names.size === 0) return valueOf(size, {})
  const text = JSON.stringify(size)
  const known = b.named.get(text)
  if (known !== undefined) return known
  let n = 1
  while (`${letter}${String(n)}` in b.axes) n++
  const name = `${letter}${String(n)}`
  b.axes[name] = { title: `${title} after ${b.value.name}`, size }
  b.named.set(text, name)
  return name
}

/** Keeps only the weights of what a branch adds: they lie in memory beside those of the node before it. */
function rest(b: Build, run: () => void): void {
  const { value, nodes } = b, from = nodes.length
  run()
  b.value = value
  const weights = Object.assign({}, ...nodes.splice(from).map(node => node.weights ?? {})) as Record<string, Shape>
  const last = nodes[from - 1] ?? fail('nothing stands before what is idle')
  nodes[from - 1] = { ...last, weights: { ...last.weights, ...weights }, idle: Object.keys(weights) }
}
