/** Layers as comma-separated values: one row each, SI numbers as they are. */
import type { Layers } from './layers.js'
import { lines } from './csv.js'

const header = ['layer', 'stage', 'type', 'runs', 'input', 'output', 'window', 'stride', 'dilation', 'groups', 'parameters', 'MACs per sample', 'flops [FLOP]', 'bytes [B]', 'intensity [FLOP/B]', 'bound [s]', 'estimate [s]', 'share of MACs', 'share of parameters', 'share of time', 'live activations [B]', 'limit']

/** A header with units, then a row for each layer in order. Shapes are of one sample, batch first; FLOP, bytes and seconds of the batch. */
export function layersCsv({ layers, stages }: Layers): string {
  const shape = (extents: readonly number[]): string => extents.join('x')
  const stage = new Map(stages.flatMap(({ layers: members }, i) => members.map(at => [at, i + 1] as const)))
  return lines([header, ...layers.map((l, i) => [
    l.id, stage.get(i) ?? null, l.type, l.parts.map(({ id, is }) => is === 'folded' ? `(${id})` : id).join(' '), shape(l.input), shape(l.output), shape(l.window), shape(l.stride), shape(l.dilation), l.groups,
    l.parameters, l.macs, l.flops, l.bytes, l.intensity, l.seconds.bound, l.seconds.estimate, l.share.macs, l.share.parameters, l.share.time, l.live, l.limit,
  ])])
}
