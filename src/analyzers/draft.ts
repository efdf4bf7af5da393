/**
 * Speculative decoding (Leviathan et al., arXiv:2211.17192): something small drafts tokens, the model verifies them in one
 * pass. What drafts is a model of its own: another checkpoint, the module that predicts further tokens, or heads.
 */
import { error, failed, note, type Problem } from '../problem.js'
import type { NormalScenario } from '../scenario/schema.js'
import type { Expr } from './graph.js'
import { indivisible, type Kind, type Model } from './models/model.js'
import { decidePrecision } from './precision.js'
import type { Drafter, Resolved } from './resolved.js'

export type Draft = NonNullable<NormalScenario['workload']['draft']>

interface Named { readonly id: string; readonly model: Model }
type Kinds = Omit<Drafter, 'resolved'> & Named

const path = 'workload.draft'

/** What drafts for a model; `other` is the checkpoint that the draft names. */
export function drafterOf(draft: Draft, base: Resolved, other: Named | null): Drafter | readonly Problem[] {
  const found = [draft.model, draft.mtp, draft.medusa].filter(way => way !== undefined).length !== 1
    ? error('invalid-field', path, `${path} must have one of model, mtp and medusa.`)
    : draft.medusa !== undefined ? heads(draft, draft.medusa, base) : draft.mtp !== undefined ? modules(draft, draft.mtp, base) : checkpoint(draft, base, other)
  if ('code' in found) return [found]
  const { id, model, ...drafter } = found
  const { scenario, device } = base
  const { decided, problems } = decidePrecision(scenario.precision, model, device)
  const placed = problems.map(problem => ({ ...problem, path: `${path}.model` }))
  const why = indivisible(model, scenario.mesh.tp)
  if (why !== null) placed.push(error('illegal-mesh', 'mesh.tp', `tp ${String(scenario.mesh.tp)} does not divide ${why} of the draft.`, ['1']))
  const length = scenario.workload.prompt + scenario.workload.output
  if (model.positions !== null && length > model.positions) placed.push(error('context-exceeded', `${path}.model`, `${String(length)} tokens exceed the draft's table of ${String(model.positions)} positions.`))
  if (decided === null || failed(placed)) return placed
  const workload = { ...scenario.workload, draft: null, exit: null }
  return { ...drafter, resolved: { ...base, id, model, precision: decided, scenario: { ...scenario, workload }, notes: placed.filter(({ code }) => code !== 'unknown-vector-peak'), drafter: null, far: null } }
}

function checkpoint({ tokens }: Draft, { model }: Resolved, other: Named | null): Kinds | Problem {
  if (other === null || other.model.family !== 'decoder' || model.family !== 'decoder') return error('not-supported', `${path}.model`, 'Drafts are covered for decoders.')
  const [own, asked] = [model.sizes['v'], other.model.sizes['v']]
  if (own !== asked) return error('invalid-field', `${path}.model`, `${other.id} has a vocabulary of ${String(asked)}, the model one of ${String(own)}: the one cannot draft for the other.`)
  return { ...other, tokens, runs: tokens, copies: 1, reads: true, shared: [] }
}

const derived = new WeakMap<Model, Map<string, Model>>()

/** A model that is made of another one, made once. */
function once(model: Model, key: string, make: () => Model): Model {
  const known = derived.get(model) ?? new Map<string, Model>()
  derived.set(model, known)
  const made = known.get(key) ?? make()
  known.set(key, made)
  return made
}

/**
 * The module of DeepSeek-V3 (arXiv:2412.19437, section 2.2) and of those that took it over: norms of token and state, a
 * projection of both, one layer like the last, and the embedding and head of the model. One pass for each token; the
 * modules follow each other, and the last is used again where more tokens are asked for.
 */
function modules({ tokens }: Draft, asked: number | true, { id, model }: Resolved): Kinds | Problem {
  const [main] = model.stacks.filter(stack => stack.id === '')
  const there = model.modules ?? 0
  const kind = main?.kinds.find(({ name }) => name === model.layers?.at(-1))
  if (there === 0 || main === undefined || kind?.list !== 'layer') return error('not-supported', `${path}.mtp`, `The configuration of ${id} states no module that predicts further tokens.`)
  if (asked !== true && asked > there) return error('invalid-field', `${path}.mtp`, `${path}.mtp must be at most ${String(there)}, the modules that ${id} has.`, [String(there)])
  const made = once(model, 'mtp', () => ({ ...model, stacks: [{ ...main, opening: 'prediction', kinds: [{ ...kind, name: 'mtp', count: 1 }] }] }))
  return { id: 'mtp', model: made, tokens, runs: tokens, copies: asked === true ? there : asked, reads: true, shared: ['embedding.w', 'embedding.b', 'head.w', 'head.b'] }
}

/** Medusa (arXiv:2401.10774, section 2.1): each head a residual block and an output matrix of its own, all of them in one pass. */
function heads({ tokens }: Draft, count: number, { model }: Resolved): Kinds | Problem {
  const [main] = model.stacks.filter(stack => stack.id === '')
  if (main === undefined || model.family !== 'decoder') return error('not-supported', `${path}.medusa`, 'Drafts are covered for decoders.')
  if (tokens > count) return error('invalid-field', `${path}.tokens`, `${path}.tokens must be at most ${String(count)}, one for each head.`, [String(count)])
  const kind: Kind = { name: 'medusa', count, list: 'medusa', uses: {}, flags: {}, pairs: 'unbounded', sizes: {} }
  const made = once(model, `medusa ${String(count)}`, () => ({ ...model, tensors: null, stacks: [{ ...main, opening: null, closing: null, kinds: [kind] }] }))
  return { id: 'medusa', model: made, tokens, runs: 1, copies: 1, reads: false, shared: [] }
}

/** Tokens that a step yields on average, as a tree over `acceptance` and `tokens` (arXiv:2211.17192, equation 1). */
export function tokensPerStepExpr({ acceptance }: Draft): Expr {
  return acceptance === 1 ? ['+', 'tokens', 1] : ['/', ['-', 1, ['^', 'acceptance', ['+', 'tokens', 1]]], ['-', 1, 'acceptance']]
}

/** Tokens that a step yields on average: those accepted before the first that is not, and one of the model's own. */
export function tokensPerStep({ acceptance, tokens }: Draft): number {
  return acceptance === 1 ? tokens + 1 : (1 - acceptance ** (tokens + 1)) / (1 - acceptance)
}

/** A word to a draft that is read as it was not trained. */
export function reused({ mtp, tokens }: Draft, drafter: Drafter): Problem[] {
  return mtp !== undefined && tokens > drafter.copies ? [note('module-reused', `${path}.tokens`, `${String(tokens)} tokens are drafted by ${String(drafter.copies)} module${drafter.copies > 1 ? 's' : ''}: the last is used again, as engines do.`, [String(drafter.copies)])] : []
}
