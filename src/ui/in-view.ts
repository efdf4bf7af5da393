/** When an element may start: once it is within a screen of what is seen. What is far below costs nothing until then. */

const waiting = new Map<Element, () => void>()

function start(element: Element): void {
  waiting.get(element)?.()
  waiting.delete(element)
  observer?.unobserve(element)
}

const observer = typeof IntersectionObserver === 'undefined' ? null : new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) start(target)
}, { rootMargin: '100% 0px' })

// What is printed is seen.
if (typeof addEventListener === 'function') addEventListener('beforeprint', () => { for (const element of [...waiting.keys()]) start(element) })

/** Whether an element is within a screen of what is seen. */
function near(element: Element): boolean {
  const { top, bottom, width } = element.getBoundingClientRect()
  return width > 0 && top < 2 * innerHeight && bottom > -innerHeight
}

/** Resolves when the element is near, at once where it is already or where nothing can tell. */
export async function inView(element: Element): Promise<void> {
  if (observer === null || near(element)) return
  await new Promise<void>(done => {
    waiting.set(element, done)
    observer.observe(element)
  })
}
