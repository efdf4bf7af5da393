/** The page's address holds the scenario: changes write it, back and forward restore it. Embeds leave their page's address alone. */
import { shortcut } from './keeper.js'
import { visit } from './recent.js'
import type { RooflineCalculator } from './roofline-calculator.js'
import type { Stand } from './stand.js'

/** The codec comes with the first link: the first answer needs none. */
const codec = () => import('./link.js')

/** After how long a scenario counts as looked at, in milliseconds. */
const settled = 1500

type Change = CustomEvent<Stand & { readonly step: boolean }>

/** Ties a calculator to the address. Settles when the scenario of the address, if there is one, is shown. Returns what unties it. */
export function keepAddress(calculator: RooflineCalculator): { readonly ready: Promise<void>; readonly stop: () => void } {
  const end = new AbortController()
  const { signal } = end
  let shown = '', timer = 0

  const open = async (): Promise<void> => {
    const hash = location.hash.slice(1)
    if (hash === '') {
      put(heldBy(history.state) ?? calculator.opening, hash)
      return
    }
    if (hash === shown) return
    const { isLink, readLink } = await codec()
    if (!isLink(hash) || hash !== location.hash.slice(1)) return
    const read = readLink(hash)
    if ('stand' in read) put(read.stand, hash)
    else calculator.problems = [read.problem]
  }
  const put = (stand: Stand, hash: string): void => {
    shown = hash
    calculator.problems = []
    calculator.restore(stand)
    settle(hash)
  }
  const settle = (hash: string): void => {
    clearTimeout(timer)
    if (hash !== '') timer = window.setTimeout(() => { visit(calculator, hash) }, settled)
  }
  const write = async ({ detail: { scenario, file, step } }: Change): Promise<void> => {
    calculator.problems = []
    const hash = (await codec()).writeLink({ scenario, file }) ?? ''
    if (signal.aborted || (hash === shown && hash !== '')) return
    shown = hash
    enter(step, hash === '' ? { scenario, file } : null, hash)
    settle(hash)
  }

  calculator.address = async () => {
    const hash = (await codec()).writeLink(calculator.stand)
    return hash === null ? null : new URL(`#${hash}`, location.href).href
  }
  calculator.addEventListener('scenario-change', event => { void write(event as Change) }, { signal })
  for (const type of ['popstate', 'hashchange']) window.addEventListener(type, () => { void open() }, { signal })
  document.addEventListener('keydown', event => { shortcut(event, by => { calculator.move(by) }) }, { signal })
  return { ready: open(), stop: () => { clearTimeout(timer); end.abort() } }
}

/** A scenario too long for an address is held by the history itself, so that back and forward still find it. */
function enter(step: boolean, state: Stand | null, hash: string): void {
  const address = location.pathname + location.search + (hash === '' ? '' : `#${hash}`)
  try {
    if (step) history.pushState(state, '', address)
    else history.replaceState(state, '', address)
  } catch {
    // Some browsers limit how often and how much; the scenario on the page is not touched by it.
  }
}

function heldBy(state: unknown): Stand | null {
  return typeof state === 'object' && state !== null && 'scenario' in state && 'file' in state ? state as Stand : null
}
