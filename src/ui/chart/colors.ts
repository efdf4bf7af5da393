/** Colors of the custom properties as a canvas understands them. */
import type { Limit } from '../../core.js'

const plain = ['surface', 'surface-2', 'hairline', 'edge', 'ink', 'ink-2', 'ink-3'] as const
const limits: readonly Limit[] = ['memory', 'compute', 'network', 'overhead']

/** Every color that the chart uses, resolved for the scheme in force. */
export type Colors = Readonly<Record<(typeof plain)[number] | Limit | `${Limit}Ring` | `${Limit}On`, string>>

/** Reads the properties through an element that nothing is seen of. */
export function colorsOf(probe: HTMLElement): Colors {
  const read = (color: string): string => {
    probe.style.color = color
    return getComputedStyle(probe).color
  }
  return Object.fromEntries([
    ...plain.map(name => [name, read(`var(--${name})`)]),
    ...limits.flatMap(limit => [
      [limit, read(`var(--${limit})`)],
      [`${limit}Ring`, read(`color-mix(in oklab, var(--${limit}) 10%, transparent)`)],
      [`${limit}On`, read(`color-mix(in oklab, var(--${limit}) 30%, var(--surface))`)],
    ]),
  ] as [string, string][]) as Colors
}
