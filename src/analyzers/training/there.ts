/** What a training step needs beside a forward pass. The core knows how to ask; who answers is the part `training` (src/analyzers/parts/training.ts). */
import type { Device } from '../../hardware/device.js'
import type { Problem } from '../../problem.js'
import type { Draft } from '../../scenario/normalize.js'
import type { Report } from '../../scenario/report.js'
import type { Model } from '../models/model.js'
import type { Decided } from '../precision.js'
import type { Resolved } from '../resolved.js'

export interface Training {
  /** Batches, layers, experts and names that do not fit together. */
  readonly check: (draft: Draft, model: Model) => readonly Problem[]
  /** Formats as asked; weights that learn are held as activations are. */
  readonly heldAs: (draft: Draft, device: Device) => Draft['precision']
  /** The precision with the rates of the recipe. */
  readonly withRecipe: (decided: Decided, draft: Draft, model: Model, device: Device) => Decided | Problem
  /** The report of one step. */
  readonly train: (resolved: Resolved) => Report | Problem
}

/** Who answers; null until the part is there. */
let there: Training | null = null

export const training = (): Training | null => there

export function addTraining(part: Training): void {
  there = part
}
