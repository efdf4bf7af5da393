/** The planner on an empty page, for tests. */
import '../../src/ui/define.js'
import type { RooflineCalculator } from '../../src/ui/index.js'

/** A calculator with attributes, once it has answered. */
export async function page(attributes: Readonly<Record<string, string>>): Promise<RooflineCalculator> {
  document.body.innerHTML = '<main></main>'
  const calculator = document.createElement('roofline-calculator')
  calculator.headingLevel = 1
  for (const [name, value] of Object.entries(attributes)) calculator.setAttribute(name, value)
  document.querySelector('main')!.append(calculator)
  await calculator.updateComplete
  return calculator
}

/** Drops a file on it. */
export function drop(calculator: RooflineCalculator, file: File): void {
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(file)
  calculator.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
}
