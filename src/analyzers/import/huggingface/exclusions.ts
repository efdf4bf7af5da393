/**
 * Which weights a quantized checkpoint leaves alone. Its lists name modules, exactly, as globs or as regular expressions
 * (`model.layers.7.self_attn*`, `re:.*shared_experts.*`, `lm_head`). They are read by the words in them and never run.
 */
import type { WeightGroup } from '../../models/architecture.js'

/** What a pattern excludes. `part`: only some projections of a group. */
interface Exclusion {
  readonly groups: readonly WeightGroup[]
  readonly layer: (index: number) => boolean
  readonly part: boolean
}

/** Groups of linear layers: the only ones that the schemes quantize unless they say otherwise. */
const linear: readonly WeightGroup[] = ['attention', 'ffn', 'experts', 'shared']

/** Words in a module's path and the groups they stand for, first match wins. Embeddings, norms, head and router are never quantized. */
const words: readonly (readonly [word: RegExp, groups: readonly WeightGroup[]])[] = [
  [/vision|visual|mm_projector|multi_modal|audio|mtp|eh_proj/, []],
  [/lm_head|embed|wte|wpe|norm|router|e_score|expert_gate|(?:^|\.)(?:gate|head)$|(?:mlp|moe|ffn)\.gate(?!_)/, []],
  [/shared_?expert/, ['shared']],
  [/experts/, ['experts']],
  [/attn|attention|[qkvo]_proj|qkv_proj/, ['attention']],
  [/(?:gate|up|gate_up|down)_proj|\|(?:up|down)/, ['ffn']],
  [/mlp|moe|ffn|feed_forward/, ['ffn', 'experts', 'shared']],
  [/layers?[.*]*\d*[.*]*$/, linear],
]

/** One pattern; null where none of its words is known. */
function exclusion(pattern: string): Exclusion | null {
  const plain = pattern.replace(/^re:/, '').replaceAll(/[\\^$]/g, '').toLowerCase()
  const trimmed = plain.replace(/[.*]+$/, '')
  const groups = words.find(([word]) => word.test(trimmed))?.[1]
  if (groups === undefined) return null
  const [, number, star] = /layers\.(\d+)(\*?)/.exec(plain) ?? []
  const layer = (index: number): boolean => number === undefined || (star === '*' ? String(index).startsWith(number) : index === Number(number))
  const part = /[a-z]_proj$|[a-z]_proj_with_mqa$/.test(trimmed)
  return { groups, layer, part }
}

/** Which groups stay quantized, and what could not be said exactly. */
export interface Quantized {
  readonly groups: readonly WeightGroup[]
  /** Groups of which some layers or projections are left alone, counted as quantized. */
  readonly partly: readonly WeightGroup[]
  /** Patterns that were not understood. */
  readonly unread: readonly string[]
}

/**
 * @param patterns the checkpoint's list
 * @param layers per layer, the groups of linear weights in it
 */
export function quantizedGroups(patterns: readonly string[], layers: readonly (readonly WeightGroup[])[]): Quantized {
  const read = patterns.map(pattern => ({ pattern, exclusion: exclusion(pattern) }))
  const exclusions = read.flatMap(({ exclusion }) => exclusion ?? []).filter(({ groups }) => groups.length > 0)
  const found = linear.flatMap(group => {
    const members = layers.flatMap((groups, i) => (groups.includes(group) ? [i] : []))
    if (members.length === 0) return []
    const naming = exclusions.filter(({ groups }) => groups.includes(group))
    const whole = members.filter(i => naming.some(({ layer, part }) => !part && layer(i))).length
    const touched = members.some(i => naming.some(({ layer }) => layer(i)))
    return whole === members.length ? [] : [{ group, partly: touched }]
  })
  return {
    groups: found.map(({ group }) => group),
    partly: found.flatMap(({ group, partly }) => (partly ? [group] : [])),
    unread: read.flatMap(({ pattern, exclusion }) => (exclusion === null ? [pattern] : [])),
  }
}
