/** Arithmetic on numbers as people type them, `(8+8)*1k`. mathjs weighs more than all the rest and is loaded on first use. */
import type { MathNode } from 'mathjs/number'

const suffixed = /(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:Ki|Mi|Gi|Ti|[kKMBGT])(?![\w.])/g
const operators = new Set(['add', 'subtract', 'multiply', 'divide', 'pow', 'unaryMinus', 'unaryPlus'])

/**
 * The value of arithmetic on literals; null for anything else that an expression can hold, which is refused before it is
 * evaluated, and where mathjs cannot be loaded. `read` is what a literal with a suffix stands for.
 */
export async function calculate(text: string, read: (literal: string) => number | null): Promise<number | null> {
  const spelled = text.trim().replaceAll(suffixed, literal => `(${String(read(literal))})`)
  if (!/^[\d\s.eE+*/^()-]+$/.test(spelled)) return null
  try {
    const { parse } = await import('mathjs/number')
    const node = parse(spelled)
    const foreign = node.filter(part => !isArithmetic(part))
    const value: unknown = foreign.length === 0 ? node.evaluate() : null
    return typeof value === 'number' && Number.isFinite(value) ? value : null
  } catch {
    return null
  }
}

function isArithmetic(node: MathNode): boolean {
  const { type, fn, implicit, value } = node as MathNode & { fn?: unknown; implicit?: boolean; value?: unknown }
  if (type === 'ConstantNode') return typeof value === 'number'
  return type === 'ParenthesisNode' || (type === 'OperatorNode' && implicit !== true && typeof fn === 'string' && operators.has(fn))
}
