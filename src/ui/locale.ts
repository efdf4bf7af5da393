/** Languages of the elements: English in the source, Chinese loaded on demand. */
import { configureLocalization } from '@lit/localize'
import { allLocales, sourceLocale, targetLocales } from './locales/codes.js'

/** A language that the elements speak. */
export type Locale = (typeof allLocales)[number]

let configured: ReturnType<typeof configureLocalization> | null = null

/** The closest language to a tag such as `zh-CN`; English for all that are unknown. */
export function localeOf(tag: string): Locale {
  const [language] = tag.toLowerCase().split('-')
  return allLocales.find(locale => locale === language) ?? sourceLocale
}

/** Changes the language of every element on the page. Configures once, at the first call for anything but English. */
export async function setLocale(locale: Locale): Promise<void> {
  if (configured === null && locale === sourceLocale) return
  configured ??= configureLocalization({ sourceLocale, targetLocales, loadLocale: () => import('./locales/zh.js') })
  await configured.setLocale(locale)
}

/** Whether the language that is spoken is the one of the source. */
export function isSource(): boolean {
  return (configured?.getLocale() ?? sourceLocale) === sourceLocale
}

/** A large count in words of the language that is spoken: 8.03 billion, 80.3亿. */
export function inWords(count: number): string {
  const locale = configured?.getLocale() ?? sourceLocale
  return new Intl.NumberFormat(locale, { notation: 'compact', compactDisplay: 'long', minimumSignificantDigits: 3, maximumSignificantDigits: 3 }).format(count)
}
