/** Sources of hardware numbers. They are as large as the numbers, so they are loaded when somebody asks. */
import type { Input, Quantity } from './quantity.js'

interface Cited { readonly source?: readonly string[]; readonly confidence?: string; readonly note?: string }
type Sources = Readonly<Record<string, Readonly<Record<string, Cited>>>>

/** The same quantity with the sources of its GPU numbers spelled out. */
export async function cite(quantity: Quantity): Promise<Quantity> {
  if (!quantity.inputs.some(input => input.datum)) return quantity
  const { default: sources } = await import('../../../data/gpus.json?sources')
  return { ...quantity, inputs: quantity.inputs.map(input => cited(input, sources as Sources)) }
}

function cited(input: Input, sources: Sources): Input {
  const found = input.datum && sources[input.datum.gpu]?.[input.datum.field]
  if (!found) return input
  const from = (found.source ?? []).map(key => (sources[''] as unknown as Readonly<Record<string, string>> | undefined)?.[key] ?? key)
  const text = [from.join('; '), found.confidence && `confidence ${found.confidence}`, found.note].filter(part => part).join('. ')
  return { ...input, source: `${input.source ?? ''} (${text})` }
}
