/** The mixtures of llama.cpp, in which the types of weights follow from where they are. */
import json from '../../../../data/mixtures.json'
import { key } from '../../../names.js'
import { error, type Problem } from '../../../problem.js'
import { kindsOf, type Model } from '../../models/model.js'
import type { Rule } from './exclusions.js'

interface Mixture {
  readonly base: string
  readonly head: string
  /** What the output of attention is held in where there are eight experts, with keys and values in 8 bits. */
  readonly eight?: string
  readonly rules: readonly (readonly [part: string, layers: 'more' | number, dtype: string])[]
}

const { source: _source, families, why, ...rest } = json
const mixtures = new Map(Object.entries(rest as unknown as Readonly<Record<string, Mixture>>).map(([id, mixture]) => [key(id), { id, mixture }] as const))

/** Names of mixtures. */
export const mixtureNames: readonly string[] = Object.keys(rest)

/** The id of a mixture by any spelling of it; null for another name. */
export function findMixture(name: string | null): string | null {
  return name === null ? null : mixtures.get(key(name))?.id ?? null
}

/** The rules of a mixture over so many layers. */
export function mixtureRules(id: string, layers: number, experts: number): { readonly base: string; readonly rules: readonly Rule[] } | null {
  const found = mixtures.get(key(id))?.mixture
  if (!found) return null
  const eighth = Math.floor(layers / 8)
  const reaches = (i: number, which: 'more' | number) => which === 'more' ? i < eighth || i >= Math.floor(7 * layers / 8) || (i - eighth) % 3 === 2 : i < (which < 1 ? Math.floor(layers * which) : which)
  const eight: Mixture['rules'] = experts !== 8 ? [] : [['k', 1e9, 'q8_0'], ['v', 1e9, 'q8_0'], ['o', 1e9, found.eight ?? found.base]]
  const all = [...found.rules, ...eight]
  const rules = all.flatMap(([part, which, dtype]) => Array.from({ length: layers }, (_, i) => i).flatMap(i => {
    if (!reaches(i, which)) return []
    // Models of 80 layers are those of 70B, whose values are few.
    const held = part === 'v' && layers === 80 && /q[34]_k/.test(dtype) ? 'q5_k' : dtype
    return part === 'down' ? ['mlp', 'mlp.experts', 'mlp.shared_expert'].map(at => ({ pattern: `layers.${String(i)}.${at}.down_proj`, dtype: held })) : [{ pattern: `layers.${String(i)}.self_attn.${part}_proj`, dtype: held }]
  }))
  const values = layers === 80 && /q[34]_k/.test(found.base) ? [{ pattern: 'self_attn.v_proj', dtype: 'q5_k' }] : []
  return { base: found.base, rules: [...values, ...rules, { pattern: 'lm_head', dtype: found.head }] }
}

/** Formats of what is in no layer. */
export function mixtureOutside(id: string, isTied: boolean): Readonly<Record<string, string>> {
  const { base = '', head = '' } = mixtures.get(key(id))?.mixture ?? {}
  return { head, embedding: isTied ? head : base, norm: 'fp32', router: 'fp32' }
}

/** Why a model cannot be held in a mixture; null where it can. */
export function unmixable(model: Model, type: unknown, name: string): Problem | null {
  const refuse = (text: string) => error('not-supported', 'precision.weights', `${name} is not covered for this model: ${text}.`, ['int4', 'fp8'])
  if (!families.includes(String(type))) return refuse(why)
  const rows = kindsOf(model).flatMap(({ sizes: { g = 1, r = 1, kv = 256, f = 256, fe = 256, fs = 256 } }) => [g * r * kv, f, fe, fs])
  const odd = [model.sizes['d'] ?? 256, ...rows].find(row => row % 256 !== 0)
  return odd === undefined ? null : refuse(`rows of ${String(odd)} weights are no blocks of 256`)
}
