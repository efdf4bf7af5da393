/** What a scenario comes to: all that it names, found and checked. */
import type { Device } from '../hardware/device.js'
import type { Efficiency } from '../hardware/efficiency.js'
import type { Link, System } from '../hardware/network.js'
import type { Problem } from '../problem.js'
import type { NormalScenario } from '../scenario/schema.js'
import type { Profile } from './graph.js'
import type { Model } from './models/model.js'
import type { Way } from './offload.js'
import type { Decided } from './precision.js'

export interface Resolved {
  readonly scenario: NormalScenario
  readonly id: string
  readonly model: Model
  readonly device: Device
  readonly system: System
  readonly profile: Profile
  readonly efficiency: Efficiency
  readonly precision: Decided
  readonly link: Link
  /** Bytes per GPU that may be used. */
  readonly capacity: number
  /** What drafts tokens, and the way to what lies outside the GPU; null without. */
  readonly drafter: Drafter | null
  readonly far: Way | null
  /** Notes that accompany the answer. */
  readonly notes: readonly Problem[]
}

/** What drafts tokens ahead of a model. */
export interface Drafter {
  readonly resolved: Resolved
  /** Tokens that a step drafts, and its passes that make them. */
  readonly tokens: number
  readonly runs: number
  /** How many of it there are in memory. */
  readonly copies: number
  /** Whether it has a cache, and so reads the prompt too. */
  readonly reads: boolean
  /** Weights that are the model's own. */
  readonly shared: readonly string[]
}
