/**
 * In which format a checkpoint holds which weights. Its lists name modules, exactly, as globs or as regular expressions
 * (`model.layers.7.self_attn*`, `re:.*shared_experts.*`, `lm_head`). They are read by the words in them and never run.
 */
import json from '../../../../data/quantization.json'
import type { WeightGroup } from '../../models/architecture.js'
import type { Held } from '../../models/model.js'

/** Modules and the format that they are held in; `plain` leaves them unquantized. */
export interface Rule {
  readonly pattern: string
  readonly dtype: string
}

/** What a pattern names: `parts` some projections of the groups, null all; `layers` those whose number it names or, with `isStart`, begins, null all. */
interface Named {
  readonly groups: readonly WeightGroup[]
  readonly layers: readonly string[] | null
  readonly isStart: boolean
  readonly parts: readonly string[] | null
}

/** Longer names than this are no module's. */
const longest = 256
/** More distinct layers than this are not told apart. */
const mostVariants = 64

/** Groups of linear layers: the only ones that the schemes quantize unless they say otherwise. */
export const linear: readonly WeightGroup[] = ['attention', 'ffn', 'experts', 'shared']
const parts: Readonly<Record<string, readonly string[]>> = json.parts
const beside: Readonly<Partial<Record<WeightGroup, string>>> = { experts: 'expert-', shared: 'shared-' }

/** Words in a module's path and the groups they stand for, first match wins. */
const words = (json.modules as unknown as readonly (readonly [word: string, groups: readonly WeightGroup[]])[]).map(([word, groups]) => [new RegExp(word), groups] as const)

/** Reads patterns, those that differ in the number of a layer once. */
function reader(): (pattern: string) => Named | null {
  const known = new Map<string, Named | null>()
  return pattern => {
    if (pattern.length > longest) return null
    const number = /(?:layers|blocks)\\?\.(\d+)/.exec(pattern)
    const alike = number === null ? pattern : pattern.replace(number[0], number[0].replace(/\d+/, '0'))
    let found = known.get(alike)
    if (found === undefined) { found = named(alike); known.set(alike, found) }
    return found === null || number === null ? found : { ...found, layers: [number[1] ?? ''] }
  }
}

/** One pattern; null where none of its words is known. */
function named(pattern: string): Named | null {
  const plain = pattern.replace(/^re:/, '').replaceAll(/[\\^$]/g, '').toLowerCase()
  const trimmed = plain.replace(/(?:\.weight)?[.*]+$/, '')
  const groups = words.find(([word]) => word.test(trimmed))?.[1]
  if (groups === undefined) return null
  const [, list, low, high, number, star] = /(?:layers|blocks)\.(?:\((\d+(?:\|\d+)*)\)|\[(\d)-(\d)\]|(\d+)(\*?))/.exec(plain) ?? []
  const range = low === undefined ? null : Array.from({ length: Math.max(0, Number(high) - Number(low) + 1) }, (_, i) => String(Number(low) + i))
  const last = /(?:\(([a-z_0-9|]+)\)|([a-z][a-z_0-9]*?))(?:_proj(?:_with_mqa)?)?$/.exec(trimmed)
  const known = (last?.[1] ?? last?.[2] ?? '').split('|').map(name => name.replace(/_proj(?:_with_mqa)?$/, '').replace(/^in_proj_/, '')).filter(name => Object.hasOwn(parts, name))
  return { groups, layers: list?.split('|') ?? range ?? (number === undefined ? null : [number]), isStart: star === '*', parts: known.length > 0 ? known : null }
}

/** Whether a list that names projections one by one names all of a group's. */
function complete(names: ReadonlySet<string>): boolean {
  const queries = names.has('q') || names.has('q_b')
  const attention = names.has('o') && (names.has('qkv') || (queries && (names.has('kv_b') || (names.has('k') && names.has('v')))))
  return attention || (names.has('down') && (names.has('up') || names.has('gate_up'))) || (names.has('in') && names.has('out'))
}

type Effect = Omit<Named, 'layers' | 'isStart'> & { readonly dtype: string; readonly key: string }

/** The rules by the layers that they reach, looked up rather than searched: lists name hundreds of layers. */
function byLayer(rules: readonly (Named & { readonly dtype: string })[], count: number): (layer: number) => readonly Effect[] {
  const [all, exact, starting] = [new Map<string, Effect>(), new Map<string, Map<string, Effect>>(), new Map<string, Map<string, Effect>>()]
  for (const { groups, layers, isStart, parts, dtype } of rules) {
    const effect = { groups, parts, dtype, key: `${groups.join()} ${parts?.join() ?? ''} ${dtype}` }
    for (const layer of layers ?? ['']) {
      if (Number(layer) >= count) continue
      const lists = isStart ? starting : exact
      const into = layers === null ? all : lists.get(layer) ?? new Map<string, Effect>()
      if (layers !== null) lists.set(layer, into)
      into.set(effect.key, effect)
    }
  }
  return layer => {
    const name = String(layer)
    const starts = starting.size === 0 ? [] : Array.from(name, (_, i) => name.slice(0, i + 1)).flatMap(start => [...starting.get(start)?.values() ?? []])
    return [...all.values(), ...starts, ...exact.get(name)?.values() ?? []]
  }
}

/** The formats of one layer's groups and of single weights in them. */
function heldBy(groups: readonly WeightGroup[], effects: readonly Effect[], base: string): Held {
  const held: Record<string, string> = {}
  for (const group of groups) {
    held[group] = base
    const named = new Map<string, Set<string>>()
    for (const effect of effects) {
      if (!effect.groups.includes(group)) continue
      // Where experts stand beside a dense FFN in one layer, `mlp` is the FFN and the experts have a name of their own.
      if (group !== 'ffn' && effect.groups.length === 3 && groups.includes('ffn') && groups.includes('experts')) continue
      const names = effect.parts ?? []
      const seen = named.get(effect.dtype) ?? new Set<string>()
      for (const name of names) seen.add(name)
      named.set(effect.dtype, seen)
      if (effect.parts === null || complete(seen)) {
        for (const key of Object.keys(held)) if (key.startsWith(`${group}/`)) Reflect.deleteProperty(held, key)
        held[group] = effect.dtype
      } else for (const name of names) for (const weight of parts[name] ?? []) held[`${group}/${beside[group] ?? ''}${weight}`] = effect.dtype
    }
  }
  return held
}

/** What a checkpoint holds how. */
export interface Holding {
  /** Per layer, every group of linear weights in it. */
  readonly layers: readonly Held[]
  /** The format of the head, where one is named. */
  readonly head: string | null
  /** Patterns that were not understood. */
  readonly unread: readonly string[]
  /** Whether so many layers differ that they are not told apart. */
  readonly isMerged: boolean
}

/**
 * @param rules the checkpoint's lists; a later rule wins over an earlier one
 * @param layers per layer, the groups of linear weights in it
 * @param base the format of what no rule names
 */
export function holding(rules: readonly Rule[], layers: readonly (readonly WeightGroup[])[], base: string): Holding {
  const read = reader()
  const all = rules.map(({ pattern, dtype }) => ({ pattern, dtype, named: read(pattern) }))
  const known = all.flatMap(({ named, dtype }) => (named === null ? [] : [{ ...named, dtype }]))
  const effects = byLayer(known.filter(({ groups }) => groups.some(group => linear.includes(group))), layers.length)
  const seen = new Map<string, Held>()
  const held = layers.map((groups, layer) => {
    const reached = effects(layer)
    const key = `${groups.join()} ${reached.map(effect => effect.key).join()}`
    let found = seen.get(key)
    if (!found) { found = heldBy(groups, reached, base); seen.set(key, found) }
    return found
  })
  const isMerged = new Set([...seen.values()].map(value => JSON.stringify(value))).size > mostVariants
  return {
    layers: isMerged ? layers.map(groups => heldBy(groups, [], base)) : held, isMerged,
    head: known.findLast(({ groups }) => groups.includes('head'))?.dtype ?? null,
    unread: all.flatMap(({ pattern, named }) => (named === null ? [pattern] : [])),
  }
}
