/**
 * The language in which networks are written (data/networks): calls one after another, each on what the last one made.
 * `conv(64, 7, s=2) bn relu add{ Branch(64) }{ }`: arguments in parentheses, branches in braces.
 */

export interface Call {
  readonly name: string
  readonly args: readonly Arg[]
  readonly branches: readonly (readonly Call[])[]
}
/** A term, with the parameter that it names. */
export type Arg = readonly [parameter: string | null, term: Term]
/** Numbers, names, lists, and functions of terms; `?:` is a function of three. */
export type Term = number | string | { readonly of: string; readonly terms: readonly Term[] }

const words = /\d+(?:\.\d+)?|[A-Za-z_]\w*|[<>=!]=|\S/g
const binds: Readonly<Record<string, number>> = { '?': 1, '==': 2, '!=': 2, '<': 3, '>': 3, '<=': 3, '>=': 3, '+': 4, '-': 4, '*': 5, '/': 5, '%': 5 }

/** The calls of a text. Throws a SyntaxError that says where it cannot be read. */
export function parse(text: string): readonly Call[] {
  const tokens = text.match(words) ?? []
  let at = 0
  const expect = (token: string): void => { if (tokens[at] !== token) throw new SyntaxError(`expected ${token} instead of ${tokens.slice(at, at + 4).join(' ') || 'the end'}`); at++ }
  const takes = (token: string): boolean => tokens[at] === token && at++ >= 0
  const list = <T>(end: string, one: () => T): T[] => {
    const found: T[] = []
    while (!takes(end)) { if (found.length > 0) expect(','); found.push(one()) }
    return found
  }
  const word = (): string => { const token = tokens[at] ?? ''; if (!/^[A-Za-z_]/.test(token)) expect('a name'); at++; return token }
  const operand = (): Term => {
    if (takes('(')) { const inner = term(0); expect(')'); return inner }
    if (takes('[')) return { of: 'list', terms: list(']', () => term(0)) }
    if (takes('-')) return { of: '-', terms: [0, operand()] }
    if (/^\d/.test(tokens[at] ?? '')) return Number(tokens[at++])
    const name = word()
    return takes('(') ? { of: name, terms: list(')', () => term(0)) } : name
  }
  const term = (least: number): Term => {
    let left = operand()
    for (;;) {
      const of = tokens[at] ?? ''
      const power = binds[of] ?? 0
      if (of === '[') { at++; left = { of: 'at', terms: [left, term(0)] }; expect(']'); continue }
      if (power <= least) return left
      at++
      const right = term(of === '?' ? 0 : power)
      if (of === '?') { expect(':'); left = { of, terms: [left, right, term(0)] } } else left = { of, terms: [left, right] }
    }
  }
  const arg = (): Arg => tokens[at + 1] === '=' ? [word(), (at++, term(0))] : [null, term(0)]
  const calls = (): Call[] => {
    const found: Call[] = []
    while (at < tokens.length && tokens[at] !== '}') {
      const name = word()
      const args = takes('(') ? list(')', arg) : []
      const branches: Call[][] = []
      while (takes('{')) { branches.push(calls()); expect('}') }
      found.push({ name, args, branches })
    }
    return found
  }
  const program = calls()
  if (at < tokens.length) expect('the end')
  return program
}
