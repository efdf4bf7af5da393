/** What an element keeps of its scenario: the steps that led here, what was copied, and the tool bar for both. */
import type { LitElement, TemplateResult } from 'lit'
import { send } from './events.js'
import { moved, unwritten, written, type History } from './history.js'
import { withMore } from './more.js'
import { alike, type Stand } from './stand.js'
import { said, tools, type Copied, type Recent } from './tools.js'

/** An element that holds a scenario. */
export type Host = LitElement & { stand: Stand; readonly opening: Stand; readonly recent: readonly Recent[] | null; readonly address: (() => Promise<string | null>) | null }

/** How long "copied" stands, in milliseconds. */
const lasting = 4000

/** Every change that the user makes goes through here. */
export class Keeper {
  private history: History = unwritten
  private copied: Copied | null = null
  private timer = 0
  private readonly host: Host

  constructor(host: Host) {
    this.host = host
    host.addEventListener('keydown', event => { shortcut(event, by => { this.move(by) }) })
  }

  /** Changes the scenario; `path` is the field, null for several at once. Nothing happens without a difference. */
  change(next: Stand, path: string | null): void {
    const before = this.host.stand
    if (alike(before, next)) return this.host.requestUpdate()
    const { history, step } = written(this.history, before, path, performance.now())
    this.history = history
    this.put(next, step)
  }

  /** A change that the page made and has written down already: it can be undone, and no event tells of it. */
  restore(next: Stand): void {
    if (alike(this.host.stand, next)) return
    this.history = written(this.history, this.host.stand, null, performance.now()).history
    this.host.stand = next
  }

  /** One step back or on. */
  move(by: 'undo' | 'redo'): void {
    const to = moved(this.history, this.host.stand, by)
    if (to === null) return
    this.history = to.history
    this.put(to.stand, true)
  }

  /** The buttons; `compare` turns the comparison on and off. */
  bar(compares: boolean, compare: () => void): TemplateResult {
    const { host, history } = this
    return tools({
      undoes: history.past.length > 0, redoes: history.future.length > 0, shares: host.address !== null, recent: host.recent, compares, compare,
      move: by => { this.move(by) },
      reset: () => { this.change(host.opening, null) },
      share: () => { void host.address?.().then(link => link === null ? this.tell({ what: 'long', text: '', done: false }) : this.copy('link', link)) },
      command: () => { withMore(({ command }) => { void this.copy('command', command(host.stand)) }) },
    })
  }

  /** What was copied, or why not. */
  said(): TemplateResult {
    return said(this.copied)
  }

  private put(stand: Stand, step: boolean): void {
    this.copied = null
    this.host.stand = stand
    send(this.host, 'scenario-change', { ...stand, step })
  }

  private async copy(what: 'link' | 'command', text: string): Promise<void> {
    this.tell({ what, text, done: await copyText(text) })
  }

  private tell(copied: Copied): void {
    this.copied = copied
    this.host.requestUpdate()
    clearTimeout(this.timer)
    if (copied.done || copied.what === 'long') this.timer = window.setTimeout(() => { this.copied = null; this.host.requestUpdate() }, lasting)
  }
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** Ctrl+Z or ⌘Z, with Shift the other way; text fields keep it to themselves. */
export function shortcut(event: KeyboardEvent, move: (by: 'undo' | 'redo') => void): void {
  const [target] = event.composedPath()
  if (event.defaultPrevented || event.altKey || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.isContentEditable)) return
  event.preventDefault()
  move(event.shiftKey ? 'redo' : 'undo')
}
