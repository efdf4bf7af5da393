/**
 * Tensors that lie outside the GPU's memory and come over a link as they are used: one more roof of a kernel
 * (FlexGen, arXiv:2303.06865, section 4; ZeRO-Inference, arXiv:2207.00032). Transfers overlap with the kernel that needs them.
 */
import type { Device } from '../hardware/device.js'
import { error, type Problem } from '../problem.js'
import type { NormalScenario } from '../scenario/schema.js'
import type { Structure } from './structure.js'

type Offload = NormalScenario['offload']

/** The way to where tensors lie. */
export interface Way {
  /** `pcie-cpu`, `c2c-cpu`, `pcie-nvme`. */
  readonly name: string
  /** Bytes/s in one direction. */
  readonly bandwidth: number
  readonly source: string
}

/** What lies at the end of the way: shares of the weights and of the cache. */
export interface Far extends Way {
  readonly to: Offload['to']
  readonly weights: number
  readonly cache: number
}

/** The way that an offload takes, or why there is none; null where nothing is offloaded. */
export function wayOf({ weights, cache, optimizer, to, bandwidth: stated }: Offload, device: Device): Way | Problem | null {
  if (weights === 0 && cache === 0 && optimizer === 0) return null
  const isNear = to === 'cpu' && device.c2c !== null && device.c2c > 0
  const [link, field] = isNear ? ['c2c', 'c2c'] : ['pcie', 'pcie.bandwidth']
  const own = isNear ? device.c2c : device.pcie.bandwidth
  const name = `${link}-${to}`
  if (to === 'nvme' && stated == null) return error('unknown-link', 'offload.bandwidth', 'How fast the NVMe drives are read is not known: offload.bandwidth says it, in bytes/s.')
  if (stated != null) return { name, bandwidth: own === null ? stated : Math.min(own, stated), source: own !== null && own < stated ? `data/gpus.json: ${device.id}.${field}` : 'scenario: offload.bandwidth' }
  return own === null || own === 0
    ? error('unknown-link', 'offload.bandwidth', `How fast ${device.name} reads the memory of the CPU is not known: offload.bandwidth says it, in bytes/s.`)
    : { name, bandwidth: own, source: `data/gpus.json: ${device.id}.${field}` }
}

/** What is offloaded as shares: of bytes, all that is there at most. */
export function farOf(way: Way, { weights, cache, to }: Offload, heldWeights: number, heldCache: number): Far {
  const share = (asked: number, held: number) => asked <= 1 ? asked : held === 0 ? 0 : Math.min(1, asked / held)
  return { ...way, to, weights: share(weights, heldWeights), cache: share(cache, heldCache) }
}

const weight = 1, cached = 2
const classes = new WeakMap<Structure, Uint8Array>()

/** Of each product of a structure's program, whether it is bytes of a weight (1), of a cache (2) or anything else. */
function classesOf(s: Structure): Uint8Array {
  let found = classes.get(s)
  if (!found) {
    let at = 0
    found = Uint8Array.from(s.program.ends, end => {
      let kind = 0
      for (; at < end; at++) kind = Math.max(kind, classOf(s.layout.names[s.program.slots[at] ?? 0] ?? ''))
      return kind
    })
    classes.set(s, found)
  }
  return found
}

/** How the name of a width says what is held in it. */
export function classOf(width: string): 0 | 1 | 2 {
  if (width.startsWith('scales_')) return weight
  if (width === 'scale_cache' || width.startsWith('recent_')) return cached
  if (!width.startsWith('bytes_')) return 0
  return width === 'bytes_cache' || width === 'bytes_stat' ? cached : width === 'bytes_activation' || width === 'bytes_index' ? 0 : weight
}

/** Bytes of a run of a kernel that take the way, both directions together: its traffic between `from` and `to`, by what it is. */
export function loadedBytes(s: Structure, values: Float64Array, [from, to]: readonly [from: number, to: number], far: Far): number {
  const kinds = classesOf(s)
  let bytes = 0
  for (let i = from; i < to; i++) bytes += (values[i] as number) * (kinds[i] === weight ? far.weights : kinds[i] === cached ? far.cache : 0)
  return bytes
}
