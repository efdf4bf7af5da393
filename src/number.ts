/** Numbers as people type them: `128k`, `2*4096`, `70B`, `64Ki`, `(8+8)*1k`. */
import type { MathNode } from 'mathjs'

const powers: Readonly<Record<string, number>> = { k: 3, K: 3, M: 6, B: 9, G: 9, T: 12 }
const binary: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }
const literal = String.raw`(?:\d+\.?\d*|\.\d+)`
const plain = new RegExp(String.raw`^\s*([+-]?${literal})(?:([eE][+-]?\d+)|(Ki|Mi|Gi|Ti|[kKMBGT]))?\s*$`)
const suffixed = new RegExp(`(?<![\\w.])(${literal})(Ki|Mi|Gi|Ti|[kKMBGT])(?![\\w.])`, 'g')
const longest = 100
const operators = new Set(['add', 'subtract', 'multiply', 'divide', 'pow', 'unaryMinus', 'unaryPlus'])

/** The number that a literal or a product of literals stands for, at once; null for anything else. */
export function readPlain(text: string): number | null {
  if (text.length > longest) return null
  const factors = text.split('*').map(part => {
    const [, digits, exponent = '', suffix = ''] = plain.exec(part) ?? []
    if (digits === undefined) return NaN
    const power = powers[suffix]
    return power === undefined ? Number(digits + exponent) * (binary[suffix] ?? 1) : Number(`${digits}e${String(power)}`)
  })
  const value = factors.reduce((product, factor) => product * factor, 1)
  return Number.isFinite(value) ? value : null
}

/** The number a text stands for, arithmetic included; null where it stands for none, or for one that is not finite. */
export async function readNumber(text: string): Promise<number | null> {
  if (text.length > longest) return null
  const spelled = text.trim().replaceAll(suffixed, (_, number: string, suffix: string) => {
    const power = powers[suffix]
    return power === undefined ? `(${number}*${String(binary[suffix])})` : `${number}e${String(power)}`
  })
  const value = readPlain(text) ?? await calculate(spelled)
  return value !== null && Number.isFinite(value) ? value : null
}

/** Arithmetic on literals. Anything else an expression can hold is refused before it is evaluated. */
async function calculate(text: string): Promise<number | null> {
  if (!/^[\d\s.eE+*/^()-]+$/.test(text)) return null
  const { parse } = await import('mathjs/number')
  try {
    const node = parse(text)
    const foreign = node.filter(part => !isArithmetic(part))
    const value: unknown = foreign.length === 0 ? node.evaluate() : null
    return typeof value === 'number' ? value : null
  } catch {
    return null
  }
}

function isArithmetic(node: MathNode): boolean {
  const { type, fn, implicit, value } = node as MathNode & { fn?: unknown; implicit?: boolean; value?: unknown }
  if (type === 'ConstantNode') return typeof value === 'number'
  return type === 'ParenthesisNode' || (type === 'OperatorNode' && implicit !== true && typeof fn === 'string' && operators.has(fn))
}
