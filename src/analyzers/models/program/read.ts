/**
 * Networks given op by op: a program in the language of data/networks (`{ "network": "resnet([3, 4, 6, 3])", "image": [224, 224] }`),
 * or the nodes themselves, as a reader of files makes them.
 */
import { error, type Problem } from '../../../problem.js'
import { namesIn } from '../../product.js'
import type { Model } from '../model.js'
import { networkGraph } from '../network-graph.js'
import type { Network, NetworkConfig } from '../network.js'
import { build } from './build.js'
import { primitives } from './layers.js'
import { blocks } from './library.js'

/** A network, and what a reader of files adds. */
interface Described extends Partial<Pick<NetworkConfig, 'axes' | 'precision' | 'notes'>> { readonly network: unknown; readonly image?: unknown; readonly frames?: unknown }

/** The model of a network, or what is wrong with it. */
export function readNetwork(config: Described): { readonly model: Model | null; readonly problems: readonly Problem[] } {
  const { network, image = null, frames, axes, precision, notes } = config
  const bad = (path: string, message: string) => ({ model: null, problems: [error('invalid-field', path, message)] })
  const whole = (n: unknown): n is number => Number.isInteger(n) && Number(n) > 0 && Number(n) < 2 ** 20
  if (image !== null && !(Array.isArray(image) && image.length === 2 && image.every(whole))) return bad('image', 'image must be a height and a width in pixels.')
  if (!isSound(config)) return bad('axes', 'axes, precision and notes are not as a reader of files writes them.')
  if (frames !== undefined && !whole(frames)) return bad('frames', 'frames must be a whole number.')
  try {
    const made = typeof network === 'string' ? build(network, blocks, primitives, ['b', 3, ...(frames === undefined ? [] : [frames]), 'height', 'width']) : checked(network)
    if (networkGraph(made, {}).blocks.every(({ ops }) => ops.length === 0)) throw new Error('nothing in it computes')
    const source = axes === undefined || axes.some(({ axis }) => axis === 'height' || axis === 'width') ? 'image' : null
    return { model: { family: 'vision', source, context: null, positions: null, images: null, image: image as Model['image'], precision: precision ?? { weights: null, quantized: null, cache: null }, sizes: {}, stacks: [], network: made, ...(axes === undefined ? {} : { axes }) }, problems: notes ?? [] }
  } catch (failure) {
    return bad('network', `This network cannot be read: ${(failure as Error).message.slice(0, 300)}.`)
  }
}

/** What a reader of files adds may come from anywhere. */
function isSound({ axes, precision, notes }: Described): boolean {
  const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
  const isText = (value: unknown): boolean => typeof value === 'string'
  const isList = (list: unknown, of: (one: unknown) => boolean): boolean => list === undefined || (Array.isArray(list) && list.every(of))
  const held = [precision?.weights, precision?.activations, precision?.cache]
  return isList(axes, one => isObject(one) && [one['name'], one['axis'], one['what']].every(isText) && typeof one['usual'] === 'number') && isList(notes, one => isObject(one) && one['severity'] === 'note' && [one['code'], one['message'], one['path']].every(isText) && isList(one['suggestions'], isText))
    && held.every(dtype => dtype == null || isText(dtype)) && (precision?.quantized == null || (isText(precision.quantized.dtype) && isList(precision.quantized.groups, isText)))
}

function checked(network: unknown): Network {
  const { inputs, axes, nodes } = (network ?? {}) as Partial<Network>
  if (typeof inputs !== 'object' || typeof axes !== 'object' || typeof nodes !== 'object') throw new Error('it is neither a text nor inputs, axes and nodes')
  const known = new Set(['b', 'height', 'width'])
  for (const [name, axis] of Object.entries(axes)) {
    for (const other of axis.size === undefined ? [] : namesIn(axis.size)) if (!known.has(other)) throw new Error(`axis ${name} follows from ${other}, which is not declared before it`)
    known.add(name)
  }
  for (const shape of [...Object.values(inputs), ...nodes.flatMap(node => [...Object.values(node.makes), ...Object.values(node.weights ?? {})])]) {
    for (const extent of shape) if (!(typeof extent === 'number' ? Number.isInteger(extent) && extent > 0 : known.has(extent))) throw new Error(`${JSON.stringify(extent).slice(0, 80)} is no size and no axis`)
  }
  return { inputs, axes, nodes }
}
