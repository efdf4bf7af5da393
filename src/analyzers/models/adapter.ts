/** A model with a LoRA adapter (arXiv:2106.09685). */
import json from '../../../data/quantization.json'
import { closest } from '../../names.js'
import { error, type Problem } from '../../problem.js'
import type { NormalScenario } from '../../scenario/schema.js'
import { modelGraph } from './loops.js'
import { baseOf } from './lora.js'
import { kindsOf, type Model } from './model.js'

type Adapter = NonNullable<NormalScenario['adapter']>

/** Weights by the last word of the module that holds them. */
const parts: Readonly<Record<string, readonly string[]>> = json.parts
const adapted = new WeakMap<Model, Map<string, Model | readonly Problem[]>>()

/** The model with an adapter beside it, once per model and adapter; or that a target is no module of its layers. */
export function withAdapter(model: Model, adapter: Adapter): Model | readonly Problem[] {
  const key = JSON.stringify(adapter)
  const known = adapted.get(model) ?? new Map<string, Model | readonly Problem[]>()
  adapted.set(model, known)
  const found = known.get(key) ?? build(model, adapter)
  known.set(key, found)
  return found
}

function build(model: Model, { rank, targets, merged, count }: Adapter): Model | readonly Problem[] {
  const held = new Set(modelGraph(model, 'expanded').blocks.flatMap(block => block.ops).flatMap(op => op.times.length > 0 ? op.tensors : []).flatMap(t => t.role === 'weight' && t.axes.length > 1 ? baseOf(t.name) : []))
  // With MLA's absorbed weights there is no such product to add to.
  const isLatent = kindsOf(model).some(({ flags }) => flags['latent'])
  const offered = Object.entries(parts).filter(([name, weights]) => !(isLatent && name === 'kv_b') && weights.some(weight => held.has(weight)))
  const modules = new Map<string, string>()
  const problems: Problem[] = []
  for (const [i, target] of targets.entries()) {
    const name = target.toLowerCase().replace(/_proj(?:_with_mqa)?$/, '')
    const matching = target === 'all-linear' ? offered : offered.filter(([other]) => other === name)
    if (matching.length === 0) problems.push(error('unknown-target', `adapter.targets.${String(i)}`, `"${target.slice(0, 64)}" is no module of this model's layers.`, closest(name, [...offered.map(([other]) => other), 'all-linear'], 3)))
    for (const [module, weights] of matching) for (const weight of weights) if (!modules.has(weight)) modules.set(weight, json.joined.includes(module) ? weight : module)
  }
  if (problems.length > 0) return problems
  if (merged) return model
  return {
    ...model, sizes: { ...model.sizes, ra: rank, ...(count > 1 ? { na: count } : {}) }, adapter: { modules: Object.fromEntries(modules), isMany: count > 1 },
    ...(model.tensors == null ? {} : { tensors: { ...model.tensors, parameters: null } }),
  }
}
