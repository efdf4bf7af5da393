/** One drawing of the chart. */
import type { Colors } from './colors.js'
import type { ChartData } from './data.js'
import type { Frame } from './geometry.js'
import type { Label, Placed } from './labels.js'

/** All that a painting needs. */
export interface Scene {
  readonly data: ChartData
  readonly frame: Frame
  readonly places: readonly Placed[]
  readonly names: readonly Label[]
  readonly colors: Colors
  readonly selected: string | null
  readonly font: string
  readonly words: { readonly x: string; readonly y: string; readonly ridge: string }
}
