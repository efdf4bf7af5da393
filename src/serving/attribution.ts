/** Where a difference in time comes from: kernel by kernel, phase by phase. */
import type { KernelReport, Limit, Phase, Report } from '../scenario/report.js'

/** What one kernel contributes to a difference, in seconds; `id` is null for what the host adds. */
export interface Contribution {
  readonly id: string | null
  /** Seconds of all runs; null where the kernel is not there. */
  readonly a: number | null
  readonly b: number | null
  readonly seconds: number
  /** What bounds the kernel, in the second report where it is there. */
  readonly limit: Limit
}

/** The difference of one phase and its parts, the largest first. */
export interface Attribution {
  readonly phase: Phase['phase']
  readonly a: number
  readonly b: number
  readonly seconds: number
  readonly contributions: readonly Contribution[]
}

/** Seconds of the second report less those of the first, for each phase that both have. The contributions sum to the difference. */
export function attribution(a: Report, b: Report): Attribution[] {
  return b.phases.flatMap(after => {
    const before = a.phases.find(({ phase }) => phase === after.phase)
    return before === undefined ? [] : [between(before, after)]
  })
}

function between(a: Phase, b: Phase): Attribution {
  const before = secondsOf(a), after = secondsOf(b)
  const contributions = [...new Set([...before.keys(), ...after.keys()])].map((id): Contribution => {
    const was = before.get(id) ?? null, is = after.get(id) ?? null
    return { id, a: was, b: is, seconds: (is ?? 0) - (was ?? 0), limit: limitOf(b, id) ?? limitOf(a, id) ?? 'overhead' }
  })
  return {
    phase: b.phase, a: a.seconds.estimate, b: b.seconds.estimate, seconds: b.seconds.estimate - a.seconds.estimate,
    contributions: contributions.sort((x, y) => Math.abs(y.seconds) - Math.abs(x.seconds)),
  }
}

/** Seconds by kernel, and what is left for the host. Rounding is no host. */
function secondsOf({ kernels, seconds: { estimate } }: Phase): Map<string | null, number> {
  const by = new Map<string | null, number>()
  for (const kernel of kernels) by.set(kernel.id, (by.get(kernel.id) ?? 0) + spent(kernel))
  const host = estimate - kernels.reduce((sum, kernel) => sum + spent(kernel), 0)
  if (host > estimate * 1e-9) by.set(null, host)
  return by
}

function spent({ times, seconds }: KernelReport): number {
  return times * seconds.estimate
}

function limitOf({ kernels }: Phase, id: string | null): Limit | null {
  return kernels.find(kernel => kernel.id === id)?.limit ?? null
}
