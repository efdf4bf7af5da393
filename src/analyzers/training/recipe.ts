/** In which numbers a training step multiplies (data/recipes.json). */
import json from '../../../data/recipes.json'
import type { Device } from '../../hardware/device.js'
import { closest } from '../../names.js'
import { error, type Problem } from '../../problem.js'
import type { Draft } from '../../scenario/normalize.js'
import type { Model } from '../models/model.js'
import { decidePrecision, type Decided } from '../precision.js'

interface Recipe { readonly title: string; readonly products: string | null; readonly activations?: string; readonly source: string }
const { note: _note, ...rest } = json
const recipes = rest as unknown as Readonly<Record<string, Recipe | undefined>>

/** Formats as asked; weights that learn are held as activations are, however the checkpoint was published. */
export function heldAs({ precision, adapter, training, workload: { mode } }: Draft, device: Device): Draft['precision'] {
  if (mode !== 'training') return precision
  const activations = precision.activations ?? recipes[training.recipe]?.activations ?? (device.peaks.bf16 === null ? 'fp16' : 'bf16')
  return { ...precision, activations, weights: precision.weights ?? (adapter === null ? activations : null) }
}

/** The precision with the rates of the recipe; the problem where it is not known or the device has no engine for it. */
export function withRecipe(decided: Decided, { training: { recipe }, precision }: Draft, model: Model, device: Device): Decided | Problem {
  const known = recipes[recipe]
  if (known === undefined) return error('unknown-recipe', 'training.recipe', `"${recipe.slice(0, 64)}" is not a known recipe.`, closest(recipe, Object.keys(recipes), 3))
  if (known.products === null) return decided
  const { decided: narrow, problems } = decidePrecision({ ...precision, activations: decided.activations, weights: known.products }, model, device)
  const legal = Object.keys(recipes).filter(name => name !== recipe && recipes[name]?.products === null)
  if (narrow === null || problems.some(({ code }) => code === 'weight-only')) return error('no-engine', 'training.recipe', `${device.name} has no engine for ${known.title}.`, legal)
  return { ...decided, rates: narrow.rates }
}
