/** Languages of the elements: English in the source, Chinese loaded on demand. */
import { configureLocalization, type LocaleModule } from '@lit/localize'
import type { Problem } from '../core.js'
import { labelOf } from './labels.js'
import { chinese } from './locales/chinese.js'
import { allLocales, sourceLocale, targetLocales } from './locales/codes.js'

/** A language that the elements speak. */
export type Locale = (typeof allLocales)[number]

let translate: ((problem: Problem) => string | null) | null = null
let configured: ReturnType<typeof configureLocalization> | null = null

/** The closest language to a tag such as `zh-CN`; English for all that are unknown. */
export function localeOf(tag: string): Locale {
  const [language] = tag.toLowerCase().split('-')
  return allLocales.find(locale => locale === language) ?? sourceLocale
}

/** Changes the language of every element on the page. Configures once, at the first call for anything but English. */
export async function setLocale(locale: Locale): Promise<void> {
  if (configured === null && locale === sourceLocale) return
  configured ??= configureLocalization({ sourceLocale, targetLocales, loadLocale })
  await configured.setLocale(locale)
}

async function loadLocale(): Promise<LocaleModule> {
  const [templates, words] = await Promise.all([chinese(), import('./problem-words.js')])
  translate = words.translated
  return templates
}

/** The sentence of a problem in the language that is spoken; the English one where it has none. */
export function sentenceOf(problem: Problem): string {
  const spoken = configured === null || configured.getLocale() === sourceLocale ? null : translate?.(problem) ?? null
  return spoken ?? (problem.message.startsWith(`${problem.path} `) ? labelOf(problem.path) + problem.message.slice(problem.path.length) : problem.message)
}

/** A large count in words of the language that is spoken: 8.03 billion, 80.3亿. */
export function inWords(count: number): string {
  const locale = configured?.getLocale() ?? sourceLocale
  return new Intl.NumberFormat(locale, { notation: 'compact', compactDisplay: 'long', minimumSignificantDigits: 3, maximumSignificantDigits: 3 }).format(count)
}
