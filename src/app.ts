/** Boots the page: the elements, the address, the worker, and the switch between the two languages. */
import './ui/define.js'
import { layers, readModel } from './core.js'
import { ask } from './ui/asked.js'
import { keepAddress } from './ui/address.js'
import { late } from './ui/late.js'
import { loadMore } from './ui/more.js'
import { keepStatus } from './ui/status.js'
import { isFirstVisit, recents } from './ui/recent.js'
import { localeOf, setLocale, type Locale } from './ui/locale.js'
import { useWorker } from './ui/sweep.js'

useWorker(() => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))

const calculator = document.querySelector('roofline-calculator')
if (calculator !== null) {
  keepStatus(document.querySelector('#status'), isFirstVisit())
  calculator.recent = recents()
  // The scenario of a link is not preceded by another one.
  calculator.hidden = location.hash.length > 1
  // What another model may need, once the first answer is drawn.
  const idle = (act: () => void): unknown => 'requestIdleCallback' in window ? requestIdleCallback(act) : setTimeout(act)
  calculator.addEventListener('report', () => { idle(() => { void late() }) }, { once: true })
  void keepAddress(calculator).ready.finally(() => { calculator.hidden = false })
}

// A file may be dropped, a network chosen or two scenarios compared when the connection is gone: what that takes is there by then.
setTimeout(() => {
  void readModel([])
  void loadMore()
  void layers({ model: '', gpu: '' })
  for (const element of ['roofline-compare', 'roofline-layers', 'roofline-batches', 'roofline-training'] as const) ask(element)
}, 2000)

const names: Readonly<Record<Locale, string>> = { en: 'EN', zh: '中文' }
const button = document.querySelector<HTMLButtonElement>('#language')
let locale = localeOf(new URLSearchParams(location.search).get('lang') ?? navigator.language)

async function speak(next: Locale): Promise<void> {
  await setLocale(next)
  locale = next
  document.documentElement.lang = next
  if (button === null) return
  const other = next === 'en' ? 'zh' : 'en'
  button.textContent = names[other]
  button.lang = other
}

button?.addEventListener('click', () => { void speak(locale === 'en' ? 'zh' : 'en') })
void speak(locale)
