/** The Chinese texts, loaded when they are spoken. */
import type { LocaleModule } from '@lit/localize'

export const chinese = (): Promise<LocaleModule> => import('./zh.js')
