/** Which roofs a scenario runs under. */
import { ceilings, type Device, type Dtype, type Peak, type Report } from '../../index.js'
import { dtypes } from '../../data.js'

/** A flat roof: a dtype in use, or the CUDA cores. */
export interface Roof {
  readonly label: string
  /** FLOP/s, dense. */
  readonly flops: number
  readonly used: boolean
}

/** The roofs of the dtypes that are multiplied, fastest first, and the one of vector work. */
export function roofsOf(report: Report, device: Device): Roof[] {
  const { weights, activations } = report.scenario.precision ?? {}
  const a = find(activations), w = find(weights)
  const used = [a === undefined ? null : roof(a, device), a === undefined || w === undefined ? null : product(w, a, device)]
  const vector = ceilings(device).find(({ peak }) => peak === 'fp32')
  const roofs = used.filter(one => one !== null).sort((one, other) => other.flops - one.flops)
  const distinct = roofs.filter((one, i) => roofs.findIndex(({ flops }) => flops === one.flops) === i)
  return vector === undefined || distinct.some(({ flops }) => flops === vector.flops) ? distinct : [...distinct, { label: 'vector', flops: vector.flops, used: false }]
}

function find(id: string | null | undefined): Dtype | undefined {
  return dtypes.find(dtype => dtype.id === id)
}

function roof(dtype: Dtype, device: Device): Roof | null {
  const able = (peak: Peak, since = '0'): boolean => device.peaks[peak] !== null && Number(device.computeCapability ?? 0) >= Number(since)
  const engine = dtype.peaks.find(({ peak, since }) => able(peak, since))
  const flops = engine === undefined ? null : device.peaks[engine.peak]
  return flops === null ? null : { label: dtype.id, flops, used: true }
}

/** Both operands must be narrow for a narrow rate, and the wider one decides; else weights are widened to the activations. */
function product(weights: Dtype, activations: Dtype, device: Device): Roof | null {
  const operand = activations.bits <= 8 ? activations : weights.bits <= 8 ? find(weights.operand) : activations
  if (operand === undefined || roof(weights, device) === null) return null
  return roof(weights.bits >= operand.bits ? weights : operand, device)
}
