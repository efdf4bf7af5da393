/** Between which ranks a mesh axis lies, and how fast they reach each other: axes are placed side by side, the innermost within a node. */
import type { Device } from '../../hardware/device.js'
import { linkOf, type Link, type System } from '../../hardware/network.js'
import type { MeshAxis, Ranks } from './mesh.js'

/** Ranks that communicate: all of them, those that share an NVLink domain, and the link in one direction per GPU. */
export interface Reach {
  readonly link: Link['name']
  readonly bandwidth: number
  readonly ranks: number
  readonly inside: number
  /** Bytes/s where every rank sends to every other. */
  readonly exchange: number
}

type Placed = readonly (readonly [axis: MeshAxis | 'pp', ranks: number])[]

/** The axes of a mesh from the inside out. */
export function placed(order: readonly ('tp' | 'cp' | 'dp' | 'pp')[], ranks: Ranks, pp: number): Placed {
  return order.flatMap((axis): Placed => axis === 'dp' ? [['ep', ranks.ep], ['fs', ranks.fs], ['dp', ranks.dp]] : [[axis, axis === 'pp' ? pp : ranks[axis]]])
}

/**
 * The link of a group of ranks; null where its bandwidth is not known. Rings that leave a node enter it once per network port:
 * ranks side by side in a node share what all their ports carry, up to the speed of NVLink.
 */
export function reach(device: Device, system: System, mesh: Placed, group: readonly string[]): Reach | Link {
  let stride = 1, span = 1, ranks = 1, inside = 1
  for (const [axis, size] of mesh) {
    if (group.includes(axis)) {
      ranks *= size
      span = stride * size
      inside *= Math.max(1, Math.min(size, Math.floor(Math.max(1, system.gpus) / stride)))
    }
    stride *= size
  }
  const link = linkOf(device, system, span)
  const near = linkOf(device, system, Math.min(span, system.gpus))
  if (link.bandwidth === null) return link
  if (link.name !== 'network' || inside === 1) return { link: link.name, bandwidth: link.bandwidth, ranks, inside: link.name === 'network' ? 1 : ranks, exchange: link.bandwidth }
  if (near.bandwidth === null) return near
  const away = (ranks - inside) / Math.max(1, ranks - 1)
  return { link: link.name, bandwidth: Math.min(near.bandwidth, link.bandwidth * inside), ranks, inside, exchange: 1 / Math.max(away / link.bandwidth, (1 - away) / near.bandwidth) }
}
