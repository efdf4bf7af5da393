/**
 * Systems: how GPUs are linked. Bandwidths are per GPU and for one direction, in bytes/s; vendors print the sum of both.
 */
import json from '../../data/systems.json?values'
import { closest, key } from '../names.js'
import { error, type Problem } from '../problem.js'
import type { Device } from './device.js'

export interface System {
  readonly id: string
  readonly name: string
  /** GPUs of one node or rack; beyond it lies the network. */
  readonly gpus: number
  /** GPUs that reach each other over NVLink; 1 where none do. */
  readonly domain: number
  /** Per GPU, one direction, bytes/s; null where unknown or, for NVLink, as the GPU. */
  readonly links: { readonly nvlink: number | null; readonly nic: number | null }
  /** A generic system that stands for no product. */
  readonly assumption?: true
}

export interface Link {
  readonly name: 'nvlink' | 'pcie' | 'network'
  /** Per GPU, one direction, bytes/s; null where no source says. */
  readonly bandwidth: number | null
}

/** All systems of `data/systems.json`. */
export const systems: readonly System[] = (json as { systems: readonly System[] }).systems

/** The system of that id or name; with null the usual one of the device, else `pcie-server`. Problem `unknown-system` at `system`. */
export function findSystem(name: string | null, device: Device): System | Problem {
  const asked = name ?? device.system ?? 'pcie-server'
  const exact = systems.find(system => system.id === asked)
  if (exact) return exact
  const wanted = key(asked)
  return systems.find(system => key(system.id) === wanted || key(system.name) === wanted)
    ?? error('unknown-system', 'system', `"${(name ?? device.system ?? '').slice(0, 64)}" is not a known system.`, closest(wanted, systems.map(system => system.id), 3))
}

/**
 * The slowest link between that many ranks placed side by side: NVLink within its domain, PCIe within the node,
 * the network beyond. NVLink is as fast as the slower of GPU and system; a GPU without it uses PCIe.
 */
export function linkOf(device: Device, system: System, ranks: number): Link {
  if (ranks > system.gpus) return { name: 'network', bandwidth: system.links.nic }
  if (ranks > system.domain || system.domain === 1 || device.nvlink.bandwidth === 0) return { name: 'pcie', bandwidth: device.pcie.bandwidth }
  const { nvlink } = system.links
  const gpu = device.nvlink.bandwidth
  return { name: 'nvlink', bandwidth: gpu === null || nvlink === null ? gpu : Math.min(gpu, nvlink) }
}
