/** What the weights of a file add up to, and what they and the activations are held in. */
import type { Precision } from '../../models/architecture.js'
import type { Held, TensorSummary } from '../tensors.js'
import type { Used } from './build.js'
import { bytesOf, type Weight } from './call.js'
import type { Inferred } from './infer.js'

const elementsOf = ({ shape, stored }: Weight): number => stored ?? shape.reduce((product, size) => product * size, 1)

/** Sums over the weights that are used, each once, in the groups that products and all else read them in. */
export function summaryOf(used: ReadonlyMap<string, Used>): TensorSummary {
  const dtypes: Record<string, Held> = {}
  const groups = { ffn: {} as Record<string, Held>, norm: {} as Record<string, Held> }
  let elements = 0, bytes = 0
  for (const { weight, isMain } of used.values()) {
    const one = { elements: elementsOf(weight), bytes: bytesOf(weight) }
    elements += one.elements
    bytes += one.bytes
    for (const into of [dtypes, isMain ? groups.ffn : groups.norm]) {
      const { tensors = 0, elements: e = 0, bytes: n = 0 } = into[weight.dtype] ?? {}
      into[weight.dtype] = { tensors: tensors + 1, elements: e + one.elements, bytes: n + one.bytes }
    }
  }
  return { format: 'onnx', tensors: used.size, bytes, parameters: elements, dtypes, groups }
}

const floats = ['fp32', 'fp16', 'bf16', 'fp64']

/** Operators that multiply whole numbers; a product that reads what was dequantized runs as one in every runtime. */
const whole = /^(ConvInteger|QLinear|MatMulInteger)|\.(QGemm|QAttention|DynamicQuantizeMatMul|MatMulIntegerToFloat)$/

/** As the file states it: of weights and of what goes in and out of its products, the dtype that most elements have. */
export function precisionOf({ steps }: Inferred, { dtypes }: TensorSummary): Precision {
  const most = (held: Readonly<Record<string, number>>): string | null => Object.entries(held).filter(([name]) => floats.includes(name)).sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
  const activations: Record<string, number> = {}
  let narrow = 0, all = 0
  const dequantized = new Set(steps.flatMap(({ call: { node, inputs }, makes }) => (/DequantizeLinear$/.test(node.op) && inputs[0]?.weight === undefined ? makes : [])))
  for (const { call: { node, inputs }, reads, outputs } of steps) {
    for (const { dtype } of outputs) activations[dtype] = (activations[dtype] ?? 0) + 1
    const weight = inputs.find(tensor => tensor?.weight !== undefined && tensor.shape.length > 1)?.weight
    if (weight === undefined || outputs[0]?.weight !== undefined) continue
    all += elementsOf(weight)
    if (whole.test(node.op) || (/^u?int8$/.test(weight.dtype) && reads.some(name => dequantized.has(name)))) narrow += elementsOf(weight)
  }
  // Between the operators of a network that was quantized as a whole lie bytes; what is widened is so inside of a kernel.
  const isNarrow = narrow > all / 2
  const bytes = steps.filter(({ outputs: [first] }) => /^u?int8$/.test(first?.dtype ?? '')).length
  const stated = most(Object.fromEntries(Object.entries(dtypes).map(([name, { elements }]) => [name, elements])))
  const computed = most(activations)
  return { weights: stated ?? computed, activations: isNarrow && (dequantized.size > 0 || bytes > (activations['fp32'] ?? 0)) ? 'int8' : computed ?? stated, quantized: isNarrow ? { dtype: 'int8', groups: ['ffn'] } : null, cache: null }
}
