/** Events that leave the shadow tree. */

/** Fires an event that bubbles and is composed. */
export function send(from: EventTarget, type: string, detail: object): void {
  from.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }))
}
