/** What a picker offers, and which of it a text means. */
import { key } from '../names.js'

/** One thing to pick. */
export interface Option {
  readonly id: string
  readonly name: string
  /** Everything that it is called. */
  readonly names: readonly string[]
}

/** Options of one family. */
export interface OptionGroup {
  readonly name: string
  readonly options: readonly Option[]
}

/** The options with every typed word in one of their names, whatever the case and punctuation; groups without any are left out. */
export function matching(groups: readonly OptionGroup[], text: string): OptionGroup[] {
  const typed = text.toLowerCase().split(/\s+/).filter(word => word !== '')
  const meant = ({ names }: Option): boolean => {
    const whole = names.join(' ').toLowerCase()
    const keys = names.map(key)
    return typed.every(word => whole.includes(word) || (key(word) !== '' && keys.some(name => name.includes(key(word)))))
  }
  return groups.map(({ name, options }) => ({ name, options: options.filter(meant) })).filter(({ options }) => options.length > 0)
}

/** The only option that a text means; the text itself where it means none, or several. */
export function meant(groups: readonly OptionGroup[], text: string): string {
  const [only, ...others] = matching(groups, text).flatMap(({ options }) => options)
  return only !== undefined && others.length === 0 ? only.id : text
}

/** The option that many places from the active one, around the ends; the first or last where none is active. */
export function neighbor(options: readonly Option[], active: string | null, step: number): string | null {
  const at = options.findIndex(({ id }) => id === active)
  const next = at < 0 ? step > 0 ? 0 : options.length - 1 : (at + step + options.length) % options.length
  return options[next]?.id ?? null
}
