/**
 * Networks given op by op: a program in the language of data/networks (`{ "network": "resnet([3, 4, 6, 3])", "image": [224, 224] }`),
 * or the nodes themselves, as a reader of files makes them.
 */
import { error, type Problem } from '../../../problem.js'
import { namesIn } from '../../product.js'
import type { Model } from '../model.js'
import { networkGraph, type Network } from '../network.js'
import { build } from './build.js'
import { primitives } from './layers.js'
import { blocks } from './library.js'

/** Whether a config describes a network. */
export function describesNetwork(config: object): config is { readonly network: unknown; readonly image?: unknown; readonly frames?: unknown } {
  return 'network' in config && config.network !== null
}

/** The model of a network, or what is wrong with it. */
export function readNetwork(config: { readonly network: unknown; readonly image?: unknown; readonly frames?: unknown }): { readonly model: Model | null; readonly problems: readonly Problem[] } {
  const { network, image = null, frames } = config
  const bad = (path: string, message: string) => ({ model: null, problems: [error('invalid-field', path, message)] })
  const whole = (n: unknown): n is number => Number.isInteger(n) && Number(n) > 0 && Number(n) < 2 ** 20
  if (image !== null && !(Array.isArray(image) && image.length === 2 && image.every(whole))) return bad('image', 'image must be a height and a width in pixels.')
  if (frames !== undefined && !whole(frames)) return bad('frames', 'frames must be a whole number.')
  try {
    const made = typeof network === 'string' ? build(network, blocks, primitives, ['b', 3, ...(frames === undefined ? [] : [frames]), 'height', 'width']) : checked(network)
    networkGraph(made, {})
    if (networkGraph(made, {}).blocks.every(({ ops }) => ops.length === 0)) throw new Error('nothing in it computes')
    return { model: { family: 'vision', source: 'image', context: null, positions: null, images: null, image: image as Model['image'], precision: { weights: null, quantized: null, cache: null }, sizes: {}, stacks: [], network: made }, problems: [] }
  } catch (failure) {
    return bad('network', `This network cannot be read: ${(failure as Error).message.slice(0, 300)}.`)
  }
}

function checked(network: unknown): Network {
  const { inputs, axes, nodes } = (network ?? {}) as Partial<Network>
  if (typeof inputs !== 'object' || typeof axes !== 'object' || typeof nodes !== 'object') throw new Error('it is neither a text nor inputs, axes and nodes')
  const known = new Set(['b', 'height', 'width'])
  for (const [name, axis] of Object.entries(axes)) {
    for (const other of namesIn(axis.size ?? '')) if (!known.has(other)) throw new Error(`axis ${name} follows from ${other}, which is not declared before it`)
    known.add(name)
  }
  for (const shape of [...Object.values(inputs), ...nodes.flatMap(node => [...Object.values(node.makes), ...Object.values(node.weights ?? {})])]) {
    for (const extent of shape) if (!(typeof extent === 'number' ? Number.isInteger(extent) && extent > 0 : known.has(extent))) throw new Error(`${JSON.stringify(extent).slice(0, 80)} is no size and no axis`)
  }
  return { inputs, axes, nodes }
}
