/** Where a list opens. */

/** Puts a list below its field, or above where there is more room, inside what can be seen beside an on-screen keyboard. */
export function place(list: HTMLElement, field: HTMLElement): void {
  const { left, width, top, bottom } = field.getBoundingClientRect()
  const [room, start, height] = [window.innerWidth, window.visualViewport?.offsetTop ?? 0, window.visualViewport?.height ?? window.innerHeight]
  const wide = Math.min(Math.max(width, 440), room - 16)
  const [below, above] = [start + height - bottom - 12, top - start - 12]
  const up = below < 240 && above > below
  const sides = {
    left: `${String(Math.max(8, Math.min(left, room - wide - 8)))}px`, width: `${String(wide)}px`,
    top: up ? 'auto' : `${String(bottom + 4)}px`, bottom: up ? `${String(window.innerHeight - top + 4)}px` : 'auto',
    'max-height': `${String(Math.max(96, Math.min(480, up ? above : below)))}px`,
  }
  for (const [name, value] of Object.entries(sides)) list.style.setProperty(name, value)
}
