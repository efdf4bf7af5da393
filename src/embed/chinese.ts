/** The Chinese texts in a file of their own beside the embed, `zh.js`: a page that speaks no Chinese needs no second file. */
import type { LocaleModule } from '@lit/localize'

export const chinese = (): Promise<LocaleModule> => import(/* @vite-ignore */ new URL(/* @vite-ignore */ 'zh.js', import.meta.url).href) as Promise<LocaleModule>
