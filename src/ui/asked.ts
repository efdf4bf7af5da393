/** Elements that are loaded when something asks for them. */

/** What can be asked for. */
export type Asked = 'roofline-compare' | 'roofline-explain' | 'roofline-layers' | 'roofline-batches' | 'roofline-training'

const acts = new Map<Asked, () => void>()

/** Says what to do when an element is needed, such as to register it: it takes over what was set on it before. */
export function whenAsked(what: Asked, act: () => void): void {
  acts.set(what, act)
}

/** Asks for an element. */
export function ask(what: Asked): void {
  acts.get(what)?.()
}
