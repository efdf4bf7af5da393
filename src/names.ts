/**
 * How names that people type are compared: GPUs, dtypes, systems and models share these rules.
 */

/** Longest part of a typed name that is compared; what follows cannot make two names more alike. */
const longest = 64

/** The lower-case words of a name. A size keeps its unit: `80 GB` and `80gb` are the same word. */
export function words(name: string): string[] {
  const split = name.slice(0, longest).toLowerCase().match(/[a-z0-9.]*[a-z0-9]/g) ?? []
  return split.join(' ').replaceAll(/\b(\d+) (gi?b)\b/g, '$1$2').split(' ').filter(word => word !== '')
}

/** What two spellings of one name share: `RTX 4090`, `rtx-4090` and `rtx4090` give `rtx4090`. */
export function key(name: string): string {
  return words(name).join('')
}

/** The `count` candidates most like `name`, best first: by edit distance of their keys and of each typed word to its nearest. */
export function closest(name: string, candidates: readonly string[], count: number): string[] {
  const typed = words(name)
  const whole = typed.join('')
  const alike = (a: string, b: string): number => 1 - distance(a, b) / Math.max(a.length, b.length, 1)
  const score = (candidate: string): number => {
    const other = words(candidate)
    const best = typed.map(word => Math.max(0, ...other.map(known => alike(word, known))))
    return alike(whole, other.join('')) + best.reduce((sum, one) => sum + one, 0) / Math.max(typed.length, 1)
  }
  return candidates
    .map(candidate => ({ candidate, score: score(candidate) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}

/** Edit distance: how many characters to insert, delete, replace or swap with the next. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : Infinity
      next.push(Math.min(replaced, swapped, at(row, j) + 1, at(next, j - 1) + 1))
    }
    before = row
    row = next
  }
  return at(row, b.length)
}

const at = (row: readonly number[], j: number): number => row[j] ?? Infinity
