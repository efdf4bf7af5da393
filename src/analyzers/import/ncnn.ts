/**
 * A model of ncnn: the text of its `.param` file, which says everything but the weights' values. Its layers are written as
 * operators of ONNX and read as those are. Source: github.com/Tencent/ncnn, docs/developer-guide/param-and-model-file-structure.md
 * and operators.md, which number the parameters.
 */
import { problemOf, stop } from './byte-reader.js'
import { layers, type Layer, type Made } from './ncnn-layers.js'
import { configOf } from './onnx/index.js'
import type { Constant, Graph, Node, Value } from './onnx/graph.js'
import { largestText, nameOf, type Found, type TextSource } from './source.js'

/** Reads a file. Never throws for a bad one. */
export async function readNcnn(source: TextSource): Promise<Found> {
  const name = nameOf(source)
  try {
    if (source.size > largestText) throw stop('oversized', `${name} has ${source.size} bytes; at most ${largestText} are read.`)
    const graph = graphOf(await source.text(), name)
    return { config: configOf({ format: 'ncnn', name, producer: 'ncnn', opset: 17, graph, functions: [] }, false), problems: [] }
  } catch (failure) {
    return { config: null, problems: [problemOf(failure, name)] }
  }
}

/** The layers of a file as a graph; batches go first, as everywhere else. */
export function graphOf(text: string, file: string): Graph {
  const [magic, counts, ...lines] = text.split(/\r?\n/).map(line => line.trim()).filter(line => line !== '')
  if (magic !== '7767517') throw stop('invalid-file', `${file} is not a .param file of ncnn: its first line is not 7767517.`)
  const count = Number(counts?.split(/\s+/)[0])
  if (count !== lines.length) throw stop('invalid-file', `${file} has ${lines.length} layers where it names ${counts?.split(/\s+/)[0] ?? 'none'}: it is cut short or damaged.`)
  const nodes: Node[] = [], constants: Constant[] = [], inputs: Value[] = [], values: Value[] = []
  const read = new Set<string>()
  const all = lines.map(line => layerOf(line, file))
  for (const layer of all) {
    for (const name of layer.inputs) read.add(name)
    if (layer.type === 'Input') { inputs.push(...layer.outputs.map(name => inputOf(layer, name, all))); continue }
    const made = layers.get(layer.type)?.(layer)
    if (made === undefined) { nodes.push({ op: `ncnn.${layer.type}`, name: layer.name, inputs: layer.inputs, outputs: layer.outputs, attributes: {} }); continue }
    put(layer, made, nodes, constants)
  }
  const outputs = all.flatMap(layer => layer.outputs.filter(name => !read.has(name)))
  return { inputs, outputs, constants, values, nodes }
}

/** One layer as an operator; an activation that is part of it follows. */
function put(layer: Layer, { op, weights = [], attributes = {}, values = [], then, before }: Made, nodes: Node[], constants: Constant[]): void {
  const held = [...weights.map((shape, i): Constant => ({ name: `${layer.name}.${i === 0 ? 'weight' : i === 1 ? 'bias' : String(i)}`, dtype: 'undefined', shape })),
    ...values.map((list, i): Constant => ({ name: `${layer.name}.value${i}`, dtype: /^(Resize)$/.test(op) && i < 2 ? 'fp32' : 'int64', shape: [list.length], values: list }))]
  constants.push(...held.filter(({ shape, values }) => values === undefined || (shape[0] ?? 0) > 0))
  const names = held.map(({ name, shape, values }) => (values !== undefined && shape[0] === 0 ? '' : name))
  if (op === 'Split' && attributes['copies'] === 1) {
    for (const output of layer.outputs) nodes.push({ op: 'Identity', name: `${layer.name}.${output}`, inputs: layer.inputs, outputs: [output], attributes: {} })
    return
  }
  const outputs = then === undefined ? layer.outputs : [`${layer.outputs[0] ?? ''}/raw`]
  const seen = before === undefined ? layer.inputs : [`${layer.name}/seen`]
  if (before !== undefined) nodes.push({ op: before, name: `${layer.name}/before`, inputs: layer.inputs, outputs: seen, attributes: {} })
  nodes.push({ op, name: layer.name, inputs: [...seen, ...names], outputs, attributes })
  if (then !== undefined) nodes.push({ op: then, name: `${layer.name}/activation`, inputs: outputs, outputs: layer.outputs, attributes: {} })
}

function layerOf(line: string, file: string): Layer {
  const [type = '', name = '', ins, outs, ...rest] = line.split(/\s+/)
  const [from, to] = [Number(ins), Number(outs)]
  if (![from, to].every(n => Number.isInteger(n) && n >= 0) || rest.length < from + to) throw stop('invalid-file', `${file} has a layer ${JSON.stringify(name.slice(0, 100))} with fewer inputs and outputs than it says: it is cut short or damaged.`)
  const params = new Map<number, readonly number[]>()
  for (const word of rest.slice(from + to)) {
    const [key, value = ''] = word.split('=')
    const id = Number(key), numbers = value.split(',').map(Number)
    // A list has its length first, and a number of its own.
    if (Number.isInteger(id) && numbers.every(Number.isFinite)) params.set(id <= -23300 ? -23300 - id : id, id <= -23300 ? numbers.slice(1) : numbers)
  }
  return { type, name, inputs: rest.slice(0, from), outputs: rest.slice(from, from + to), params, int: (id, otherwise) => params.get(id)?.[0] ?? otherwise }
}

/** Width, height and channels where the file gives them; else the first convolution tells the channels. */
function inputOf({ int }: Layer, name: string, all: readonly Layer[]): Value {
  const [w, h, c] = [int(0, 0), int(1, 0), int(2, 0)]
  const first = all.find(({ type, inputs }) => type.startsWith('Convolution') && inputs.includes(name))
  const kernel = first === undefined ? 1 : first.int(1, 1) * first.int(11, first.int(1, 1))
  const channels = first === undefined ? 0 : first.int(6, 0) / (first.int(0, 1) * kernel)
  const shape = w > 0 && h === 0 && c === 0 ? ['batch', w] : w > 0 && c === 0 && h > 0 && first === undefined ? ['batch', h, w] : ['batch', c > 0 ? c : channels > 0 ? channels : null, h > 0 ? h : 'height', w > 0 ? w : 'width']
  return { name, dtype: 'fp32', shape }
}
