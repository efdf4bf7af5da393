/** What the chart shows, out of a report. */
import { gpus, ridge, type Device, type DeviceReport, type KernelReport, type Limit, type Phase, type Report } from '../../core.js'
import { kernelName } from '../words.js'
import { roofsOf, type Roof } from './ceilings.js'

/** One kernel of one phase. */
export interface Point {
  /** `decode/decoder/attn/qkv`, the name that explanations use. */
  readonly key: string
  readonly name: string
  readonly phase: Phase['phase']
  readonly kernel: KernelReport
  /** FLOP per byte. */
  readonly intensity: number
  /** FLOP/s at the estimate and at the bound. */
  readonly rate: number
  readonly best: number
  /** Of the phase's estimate. */
  readonly share: number
  readonly limit: Limit
}

/** Points, the kernels that have no place on the chart, and the roofs. */
export interface ChartData {
  readonly points: readonly Point[]
  readonly undrawn: readonly { readonly phase: Phase['phase']; readonly name: string; readonly share: number }[]
  readonly roofs: readonly Roof[]
  readonly memory: { readonly label: string; readonly bandwidth: number }
  /** FLOP per byte where the highest roof in use meets the memory roof; null without an engine. */
  readonly ridge: number | null
}

/** The device that a report was computed for: a known one, or the one the scenario holds. */
export function deviceOf(report: Report): Device | null {
  const { gpu } = report.scenario
  if (typeof gpu === 'string') return gpus.find(({ id }) => id === gpu) ?? null
  return 'bandwidth' in gpu && 'peaks' in gpu ? gpu as Device : null
}

/** Every kernel with FLOP and HBM traffic is a point; what only moves bytes is named beside the chart. */
export function chartData(report: Report, device: DeviceReport): ChartData {
  const all = report.phases.flatMap(phase => phase.kernels.map(kernel => ({
    key: `${phase.phase}/${kernel.id}`, name: kernelName(kernel.id), phase: phase.phase, kernel, intensity: kernel.intensity ?? 0,
    rate: kernel.flops / kernel.seconds.estimate, best: kernel.flops / kernel.seconds.bound,
    share: kernel.times * kernel.seconds.estimate / phase.seconds.estimate, limit: kernel.limit,
  })))
  const roofs = roofsOf(device)
  const highest = roofs.find(({ used }) => used)
  return {
    points: all.filter(({ intensity }) => intensity > 0),
    undrawn: all.filter(({ intensity }) => intensity === 0).map(({ phase, name, share }) => ({ phase, name, share })),
    roofs,
    memory: { label: device.memory ?? 'memory', bandwidth: device.bandwidth },
    ridge: highest === undefined ? null : ridge(highest.flops, device.bandwidth),
  }
}
