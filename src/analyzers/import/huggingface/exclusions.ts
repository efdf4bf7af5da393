/**
 * Which weights a quantized checkpoint leaves alone. Its lists name modules, exactly, as globs or as regular expressions
 * (`model.layers.7.self_attn*`, `re:.*shared_experts.*`, `lm_head`). They are read by the words in them and never run.
 */
import type { WeightGroup } from '../../models/architecture.js'

/** What a pattern excludes: `part` one projection of the groups, null all; `layers` those whose number it names or begins, null all. */
interface Exclusion {
  readonly groups: readonly WeightGroup[]
  readonly layers: { readonly number: string; readonly prefix: boolean } | null
  readonly part: string | null
}

/** Longer names than this are no module's. */
const longest = 256

/** Groups of linear layers: the only ones that the schemes quantize unless they say otherwise. */
const linear: readonly WeightGroup[] = ['attention', 'ffn', 'experts', 'shared']

/** All that a layer's `mlp` may be. */
const mlp: readonly WeightGroup[] = ['ffn', 'experts', 'shared']

/** Words in a module's path and the groups they stand for, first match wins. Embeddings, norms, head and router are never quantized. */
const words: readonly (readonly [word: RegExp, groups: readonly WeightGroup[]])[] = [
  [/vision|visual|mm_projector|multi_modal|audio|mtp|eh_proj/, []],
  [/lm_head|embed|wte|wpe|norm|router|e_score|expert_gate|(?:^|\.)(?:gate|head)$|(?:mlp|moe|ffn)\.gate(?!_)/, []],
  [/shared_?expert/, ['shared']],
  [/experts/, ['experts']],
  [/attn|attention|[qkvo]_proj|qkv_proj/, ['attention']],
  [/(?:gate|up|gate_up|down)_proj|\|(?:up|down)/, ['ffn']],
  [/mlp|moe|ffn|feed_forward/, mlp],
  [/layers?[.*]*\d*[.*]*$/, linear],
]

/** One pattern; null where none of its words is known. */
function exclusion(pattern: string): Exclusion | null {
  if (pattern.length > longest) return null
  const plain = pattern.replace(/^re:/, '').replaceAll(/[\\^$]/g, '').toLowerCase()
  const trimmed = plain.replace(/[.*]+$/, '')
  const groups = words.find(([word]) => word.test(trimmed))?.[1]
  if (groups === undefined) return null
  const [, number, star] = /layers\.(\d+)(\*?)/.exec(plain) ?? []
  return { groups, layers: number === undefined ? null : { number, prefix: star === '*' }, part: /([a-z][a-z_]*)_proj(?:_with_mqa)?$/.exec(trimmed)?.[1] ?? null }
}

/** Whether a list that names projections one by one names all of a group's: then each layer's are taken to be named. */
function complete(exclusions: readonly Exclusion[]): boolean {
  const parts = new Set(exclusions.map(({ part }) => part))
  const queries = parts.has('q') || parts.has('q_b')
  const attention = parts.has('o') && (parts.has('qkv') || (queries && (parts.has('kv_b') || (parts.has('k') && parts.has('v')))))
  return attention || (parts.has('down') && (parts.has('up') || parts.has('gate_up')))
}

/** Whether any of the exclusions reaches a layer, looked up rather than searched: lists name hundreds of layers. */
function reach(exclusions: readonly Exclusion[]): (layer: number) => boolean {
  const numbered = exclusions.flatMap(({ layers }) => layers ?? [])
  if (numbered.length < exclusions.length) return () => true
  const exact = new Set(numbered.map(({ number }) => number))
  const prefixes = new Set(numbered.filter(({ prefix }) => prefix).map(({ number }) => number))
  return layer => {
    const name = String(layer)
    return exact.has(name) || Array.from(name, (_, i) => name.slice(0, i + 1)).some(start => prefixes.has(start))
  }
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
  // Where experts stand beside a dense FFN in one layer, `mlp` is the FFN and the experts have a name of their own.
  const beside = layers.some(groups => groups.includes('ffn') && groups.includes('experts'))
  const narrowed = (exclusion: Exclusion): Exclusion => beside && exclusion.groups === mlp ? { ...exclusion, groups: ['ffn'] } : exclusion
  const exclusions = read.flatMap(({ exclusion }) => exclusion === null ? [] : narrowed(exclusion)).filter(({ groups }) => groups.length > 0)
  const found = linear.flatMap(group => {
    const members = layers.flatMap((groups, i) => (groups.includes(group) ? [i] : []))
    if (members.length === 0) return []
    const naming = exclusions.filter(({ groups }) => groups.includes(group))
    const [whole, touched] = [reach(complete(naming) ? naming : naming.filter(({ part }) => part === null)), reach(naming)]
    return members.every(whole) ? [] : [{ group, partly: members.some(touched) }]
  })
  return {
    groups: found.map(({ group }) => group),
    partly: found.flatMap(({ group, partly }) => (partly ? [group] : [])),
    unread: read.flatMap(({ pattern, exclusion }) => (exclusion === null ? [pattern] : [])),
  }
}
