/** Words that several elements say. */
import { msg } from '@lit/localize'
import { html, type TemplateResult } from 'lit'
import type { Limit, Phase } from '../core.js'

/** What binds. */
export function limitName(limit: Limit): string {
  switch (limit) {
    case 'memory': return msg('memory')
    case 'compute': return msg('compute')
    case 'network': return msg('network')
    case 'overhead': return msg('overhead')
  }
}

/** The bound with hue, shape and word together. */
export function bound(limit: Limit): TemplateResult {
  return html`<span class="bound ${limit}">${limitName(limit)}</span>`
}

/** The name of a phase. */
export function phaseName(phase: Phase['phase']): string {
  switch (phase) {
    case 'prefill': return msg('Prefill')
    case 'decode': return msg('Decode')
    case 'forward': return msg('Forward')
    case 'step': return msg('Step')
  }
}

/** The name of a kernel without the block that all of a plain decoder share: `attn/qkv`. */
export function kernelName(id: string): string {
  return id.replace(/^decoder\//, '')
}

/** Members by a name that each has, in the order of first appearance. */
export function groupBy<T>(members: readonly T[], nameOf: (member: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const member of members) groups.set(nameOf(member), [...groups.get(nameOf(member)) ?? [], member])
  return [...groups]
}

/** A sentence with templates in the places of `{name}`. */
export function fill(sentence: string, parts: Readonly<Record<string, unknown>>): TemplateResult {
  return html`${sentence.split(/\{(\w+)\}/).map((piece, i) => i % 2 === 0 ? piece : parts[piece])}`
}
