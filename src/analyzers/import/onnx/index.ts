/** An ONNX file as a config that the calculator reads: a network as loop nests, what it is held in, and the axes that a run sizes. */
import { note, type Problem } from '../../../problem.js'
import type { NetworkConfig } from '../../models/network.js'
import { problemOf, stop } from '../byte-reader.js'
import { nameOf, type Found, type TextSource } from '../source.js'
import { precisionOf, summaryOf } from './facts.js'
import type { OnnxModel } from './graph.js'
import { infer } from './infer.js'
import { networkOf } from './network.js'
import { readOnnx } from './read.js'

/** Reads a file; weights are passed over. Never throws for a bad one. */
export async function readOnnxFile(source: TextSource): Promise<Found> {
  try {
    return { config: configOf(await readOnnx(source), true), problems: [] }
  } catch (failure) {
    return { config: null, problems: [problemOf(failure, nameOf(source))] }
  }
}

/**
 * The config of a graph. Errors leave with a problem.
 * @param isHeld whether the graph says what its weights are held in
 */
export function configOf(model: OnnxModel, isHeld: boolean): NetworkConfig {
  const inferred = infer(model)
  const { network, used, uncounted } = networkOf(inferred)
  if (network.nodes.every(({ kind }) => kind === 'view')) throw stop('not-supported', `${model.name} computes nothing that takes time: its operators only give shapes and views.`)
  const summary = summaryOf(used)
  return {
    format: model.format, _name_or_path: model.name.replace(/\.\w+$/, ''), network, image: null,
    axes: [...inferred.free].map(([axis, { name, what, usual }]) => ({ name, axis, what, usual })),
    ...(isHeld ? { precision: precisionOf(inferred, summary), tensors: summary } : {}),
    notes: [...inferred.problems, ...left(uncounted)],
  }
}

/** Bytes of some operators are counted and their FLOP are not; that is said. */
function left(uncounted: ReadonlyMap<string, number>): readonly Problem[] {
  const list = [...uncounted].map(([op, count]) => `${op} (${count})`)
  return list.length === 0 ? [] : [note('uncounted-operators', '', `The FLOP of these operators are not counted, only their bytes: ${list.slice(0, 20).join(', ')}.`)]
}
