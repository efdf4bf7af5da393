/** Numbers as people type them: `128k`, `2*4096`, `70B`, `64Ki`. */

const powers: Readonly<Record<string, number>> = { k: 3, K: 3, M: 6, B: 9, G: 9, T: 12 }
const binary: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }
const literal = String.raw`(?:\d+\.?\d*|\.\d+)`
const plain = new RegExp(String.raw`^\s*([+-]?${literal})(?:([eE][+-]?\d+)|(Ki|Mi|Gi|Ti|[kKMBGT]))?\s*$`)
const longest = 100

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

/** The number a text stands for, arithmetic such as `(8+8)*1k` included; null where it stands for none, or for one that is not finite. */
export async function readNumber(text: string): Promise<number | null> {
  if (text.length > longest) return null
  return readPlain(text) ?? (/\d/.test(text) ? (await import('./arithmetic.js')).calculate(text, readPlain) : null)
}
