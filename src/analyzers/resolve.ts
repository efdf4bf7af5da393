/** From what a user wrote to what the passes need: names resolved, precision decided, the mesh checked. */
import { capacity, findGpu } from '../hardware/device.js'
import { efficiencyOf } from '../hardware/efficiency.js'
import { findSystem, linkOf } from '../hardware/network.js'
import { readDevice } from '../hardware/own-device.js'
import { priceOf } from '../hardware/price.js'
import { areProblems, error, failed, isProblem, note, type Problem } from '../problem.js'
import { draft, unsupportedFields, type Draft } from '../scenario/normalize.js'
import type { Scenario } from '../scenario/schema.js'
import { applies, modeFor } from '../scenario/workload.js'
import { checkMesh, checkWorkload } from './checks.js'
import { drafterOf, reused, type Draft as Asked } from './draft.js'
import { checkAxes, withAxes } from './named-axes.js'
import { adapted, mixed, resolveModel } from './found-model.js'
import { findMixture } from './import/huggingface/mixture.js'
import { unknownLink } from './machine.js'
import { generates, type Model } from './models/model.js'
import { networks } from './models/networks.js'
import { wayOf } from './offload.js'
import { decidePrecision } from './precision.js'
import { findProfile } from './profiles.js'
import type { Resolved } from './resolved.js'
import { isPlain } from './strategy.js'
import { training } from './training/there.js'

/** Everything that a scenario names, or all that is wrong with it. */
export function resolve(input: Scenario): Resolved | readonly Problem[] {
  const checked = draft(input)
  if ('problems' in checked) return checked.problems
  if (checked.draft.workload.mode === 'training' && training() === null) return [error('not-loaded', 'workload.mode', 'What trains is not loaded.', ['inference', 'forward'])]
  const mixture = findMixture(checked.draft.precision.weights)
  const model = adapted(mixed(checked.draft.model, mixture), checked.draft)
  const d = areProblems(model) ? checked.draft : suited(checked.draft, input, model.model)
  const problems: Problem[] = unsupportedFields(d)
  const device = typeof d.gpu === 'string' ? findGpu(d.gpu) : readDevice(d.gpu)
  const profile = findProfile(d.profile)
  for (const found of [model, device, profile]) {
    if (areProblems(found)) problems.push(...found)
    else if (isProblem(found)) problems.push(found)
  }
  if (areProblems(model) || isProblem(device) || areProblems(device) || isProblem(profile)) return problems
  const system = findSystem(d.system, device)
  if (isProblem(system)) return [...problems, system]
  problems.push(...checkCount(d.conventions.count, model.model))
  const precision = decidePrecision(mixture === null ? training()?.heldAs(d, device) ?? d.precision : { ...d.precision, weights: null }, model.model, device)
  problems.push(...precision.problems, ...checkMesh(d, model.model), ...checkWorkload(d, model.model), ...checkAxes(d.workload, input.workload ?? {}, model.model))
  const ranks = d.mesh.tp
  const gpus = ranks * d.mesh.pp * d.mesh.dp * d.mesh.cp
  const link = linkOf(device, system, ranks)
  const unreachable = isPlain(d.mesh) || d.workload.mode === 'training' || failed(problems) ? null : unknownLink({ device, system, mesh: d.mesh })
  if (unreachable !== null) problems.push(unreachable)
  else if (ranks > 1 && link.bandwidth === null) problems.push(error('unknown-link', 'system', `The bandwidth of ${link.name} between ${String(ranks)} GPUs of ${system.id} is not known.`))
  if (ranks > system.domain && system.domain > 1) problems.push(note('beyond-domain', 'mesh.tp', `${String(ranks)} GPUs reach beyond the NVLink domain of ${String(system.domain)} in ${system.id}: their communication is charged at the rate of the ${link.name}.`, [String(system.domain)]))
  if (d.capacity === null && device.driverMemory === null) problems.push(note('marketed-memory', 'capacity', `The memory that the driver reports for ${device.name} is not known; the marketed ${String(device.memory / 1e9)} GB are used.`))
  if (d.capacity === 'driver' && device.driverMemory === null) problems.push(error('unknown-capacity', 'capacity', `The memory that the driver reports for ${device.id} is not known.`, ['marketed']))
  const decided = precision.decided === null || d.workload.mode !== 'training' ? precision.decided : training()?.withRecipe(precision.decided, d, model.model, device) ?? precision.decided
  if (decided !== null && isProblem(decided)) problems.push(decided)
  const far = wayOf(d.offload, device)
  if (far !== null && isProblem(far)) problems.push(far)
  if (failed(problems) || decided === null || isProblem(decided) || (far !== null && isProblem(far))) return problems
  const basis = d.capacity ?? capacity(device).basis
  const bytes = basis === 'marketed' ? device.memory : capacity(device).bytes
  const { weights, activations, cache } = decided
  const resolved: Resolved = {
    scenario: {
      ...d,
      model: typeof d.model === 'string' ? model.id : d.model,
      gpu: typeof d.gpu === 'string' ? device.id : d.gpu,
      system: system.id, gpus, capacity: basis,
      precision: { ...d.precision, weights: mixture ?? weights, activations, cache },
      price: d.price ?? priceOf(device),
    },
    id: model.id, model: model.model, device, system, profile, efficiency: efficiencyOf(device, d.workload.mode),
    precision: decided, link, capacity: bytes * d.utilization, drafter: null, far, notes: [...model.notes, ...problems],
  }
  const { draft: asked } = d.workload
  return asked === null ? resolved : withDrafter(resolved, asked)
}

/** Counters of the field cover what generates no tokens; what they leave out is said. */
function checkCount(name: string, model: Model): readonly Problem[] {
  if (name === 'roofline') return []
  if (generates(model)) return [error('not-supported', 'conventions.count', 'Counting conventions cover models that generate no tokens.', ['roofline'])]
  return [networks()?.note(name) ?? error('not-loaded', 'conventions.count', `What ${name} counts is not loaded.`, ['roofline'])]
}

/** The same with what drafts for it. */
function withDrafter(resolved: Resolved, asked: Asked): Resolved | readonly Problem[] {
  const other = asked.model === undefined ? null : resolveModel(asked.model)
  if (other !== null && areProblems(other)) return other.map(problem => ({ ...problem, path: `workload.draft.${problem.path}` }))
  const drafter = drafterOf(asked, resolved, other)
  if (areProblems(drafter)) return drafter
  const { scenario, notes } = resolved
  const draft = typeof asked.model === 'string' ? { ...asked, model: other?.id } : asked
  // What the module adds is said apart.
  const own = asked.mtp === undefined ? notes : notes.filter(({ code }) => code !== 'mtp-not-counted')
  return { ...resolved, scenario: { ...scenario, workload: { ...scenario.workload, draft } }, drafter, notes: [...own, ...drafter.resolved.notes, ...reused(asked, drafter)] }
}

/**
 * The workload as the model can run it: what generates no tokens runs forward unless something else is asked for, and a
 * default length keeps within a learned position table. What was asked for stays as it is.
 */
function suited(d: Draft, input: Scenario, model: Model): Draft {
  const asked = input.workload ?? {}
  const mode = asked.mode ?? modeFor(model, undefined)
  const room = model.positions ?? Infinity
  const { output } = d.workload
  if (mode === 'inference') {
    const seen = d.workload.images > 0 ? { ...d, workload: { ...d.workload, image: d.workload.image ?? model.image } } : d
    return model.positions === null || asked.prompt !== undefined ? seen : { ...seen, workload: { ...seen.workload, prompt: Math.max(1, Math.min(d.workload.prompt, room - output)) } }
  }
  if (mode === 'training') return trained(d, asked, model)
  const sequence = !applies('sequence', mode, model) ? asked.sequence ?? null : asked.sequence ?? asked.prompt ?? Math.min(512, room)
  const target = asked.target ?? (applies('target', mode, model) ? Math.min(128, room) : null)
  const image = applies('image', mode, model) ? asked.image ?? model.image : asked.image ?? null
  return { ...d, workload: withAxes({ ...d.workload, mode, sequence, target, image, prompt: sequence ?? d.workload.prompt, output: 0 }, model) }
}

/** A training step: one micro-batch of one sequence per replica unless more is asked for. */
function trained(d: Draft, asked: NonNullable<Scenario['workload']>, model: Model): Draft {
  const { microBatch = 1 } = asked
  const sequence = applies('sequence', 'training', model) ? asked.sequence ?? Math.min(4096, model.positions ?? Infinity, model.context ?? Infinity) : null
  const image = applies('image', 'training', model) ? asked.image ?? model.image : asked.image ?? null
  const target = asked.target ?? (applies('target', 'training', model) ? Math.min(128, model.positions ?? Infinity) : null)
  return { ...d, workload: withAxes({ ...d.workload, mode: 'training', sequence, target, image, microBatch, globalBatch: asked.globalBatch ?? microBatch * d.mesh.dp, tokens: asked.tokens ?? null, output: 0, cached: 0 }, model) }
}
