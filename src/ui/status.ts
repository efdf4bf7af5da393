/** One line about the page itself: that it works without a network, or, at a first visit, that nothing leaves the machine. */
import { LOCALE_STATUS_EVENT, msg } from '@lit/localize'

/** Keeps the line up to date with network and language. */
export function keepStatus(line: HTMLElement | null, first: boolean): void {
  if (line === null) return
  const say = (): void => {
    line.textContent = !navigator.onLine ? msg('Offline. Everything here still works.') : first ? msg('Everything stays on this machine: it is computed in this page, and no file leaves it.') : ''
  }
  for (const type of ['online', 'offline', LOCALE_STATUS_EVENT]) window.addEventListener(type, say)
  say()
}
