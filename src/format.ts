/**
 * How numbers are written, on the page and in the terminal: three significant digits, an SI prefix chosen after rounding.
 * What stands between number and unit is a parameter: a narrow no-break space on a page, a plain space in a terminal.
 */

/** U+202F, the space before a unit on a page. */
export const narrow = '\u202F'
/** What stands where nothing applies. */
export const none = '–'

/** A power of ten and the letter for it. */
export interface Scale {
  readonly factor: number
  readonly prefix: string
}

const unity: Scale = { factor: 1, prefix: '' }
const large: readonly Scale[] = [
  { factor: 1e21, prefix: 'Z' }, { factor: 1e18, prefix: 'E' }, { factor: 1e15, prefix: 'P' }, { factor: 1e12, prefix: 'T' },
  { factor: 1e9, prefix: 'G' }, { factor: 1e6, prefix: 'M' }, { factor: 1e3, prefix: 'k' }, unity,
]
const small: readonly Scale[] = [{ factor: 1e-3, prefix: 'm' }, { factor: 1e-6, prefix: 'µ' }, { factor: 1e-9, prefix: 'n' }, { factor: 1e-12, prefix: 'p' }]
/** Units of which there are parts; half a byte stays 0.5 B. */
const divisible = new Set(['s', 'J', 'W'])

/** Three significant digits without exponent: 0.0524, 19.1, 4500. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return none
  const rounded = Number(value.toPrecision(3))
  if (rounded === 0) return '0'
  const exponent = Number(rounded.toExponential().split('e')[1])
  return rounded.toFixed(Math.min(100, Math.max(0, 2 - exponent)))
}

/** The prefix of a value, chosen after rounding: 999.6 ms takes the one of 1.00 s. */
export function scaleOf(value: number, unit: string): Scale {
  const rounded = Math.abs(Number(value.toPrecision(3)))
  if (rounded === 0 || !Number.isFinite(rounded)) return unity
  // Nobody counts in kiloseconds.
  const up = unit === 's' ? [unity] : large
  const scales = divisible.has(unit) ? [...up, ...small] : up
  return scales.find(({ factor }) => rounded >= factor) ?? (divisible.has(unit) ? scales.at(-1) : unity) ?? unity
}

/** The number alone, under a given prefix. */
export function scaled(value: number, { factor }: Scale): string {
  return digits(value / factor)
}

/** A number with prefix and unit, `17.1 ms`; null and what is not finite is a dash. */
export function quantity(value: number | null, unit: string, space: string = narrow): string {
  if (value === null || !Number.isFinite(value)) return none
  const scale = scaleOf(value, unit)
  const symbol = scale.prefix + unit
  return scaled(value, scale) + (symbol === '' ? '' : space + symbol)
}

/** A band in the prefix of its estimate and without unit, `13.9 to 21.0`; a dash where none is known. */
export function band(low: number | null, high: number | null, scale: Scale, to = ' to '): string {
  return low === null || high === null ? none : scaled(low, scale) + to + scaled(high, scale)
}

/** Percent without the sign: whole from 10, one decimal below. */
export function percent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return none
  const decimal = (share * 100).toFixed(1)
  return Math.abs(Number(decimal)) >= 10 ? (share * 100).toFixed(0) : decimal
}

/** A count in full: `25,557,032`. */
export function full(count: number): string {
  if (!Number.isFinite(count)) return none
  return count.toFixed(0).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** A count with its prefix right behind it, `19.1k`, and whole below a thousand. */
export function compact(count: number | null): string {
  if (count === null || !Number.isFinite(count)) return none
  if (Number.isInteger(count) && Math.abs(count) < 1000) return String(count)
  const scale = scaleOf(count, '')
  return scaled(count, scale) + scale.prefix
}

/**
 * A length in tokens as models are named for it: what is a multiple of 1024 counts in those, `128k` for 131,072 and `1M` for
 * 1,048,576, unless it is a round decimal, `128k` for 128,000.
 */
export function tokenLength(count: number | null): string {
  const [unit, letter] = count !== null && count % 2 ** 20 === 0 ? [2 ** 20, 'M'] : [2 ** 10, 'k']
  return count === null || count === 0 || count % unit !== 0 || count % 1000 === 0 ? compact(count).replace(/\.0+(?=\D|$)/, '') : `${String(count / unit)}${letter}`
}

/** A count in prose: `70.6 billion`; never `70.6 B`, which reads as bytes. */
export function words(count: number, space: string = narrow): string {
  const named = ([['trillion', 1e12], ['billion', 1e9], ['million', 1e6]] as const).find(([, factor]) => Number(count.toPrecision(3)) >= factor)
  return named === undefined ? full(count) : digits(count / named[1]) + space + named[0]
}

/** Binary gigabytes with two decimals, as drivers print memory: `79.65 GiB`. */
export function gibibytes(bytes: number, space: string = narrow): string {
  return Number.isFinite(bytes) ? `${(bytes / 2 ** 30).toFixed(2)}${space}GiB` : none
}

/** US dollars without the sign: `4.13`, `0.0421`, `1,230`. */
export function dollars(amount: number | null): string {
  if (amount === null || !Number.isFinite(amount)) return none
  return Number(amount.toPrecision(3)) >= 1000 ? full(amount) : digits(amount)
}

/** The symbol of a unit as explanations name it: `byte/s` is B/s, a pure number has none. */
export function symbolOf(unit: string): string {
  return unit.replace(/^bytes?\b/, 'B').replace(/^1$/, '')
}

/** A number with a unit's name, rounded; whole counts stand in full. */
export function amount(value: number, unit: string, space: string = narrow): string {
  const symbol = symbolOf(unit)
  if (symbol !== '') return quantity(value, symbol, space)
  return Number.isSafeInteger(value) ? full(value) : digits(value)
}

/** A number with all of its digits. */
export function exactly(value: number, unit: string, space: string = narrow): string {
  return `${Number.isSafeInteger(value) ? full(value) : String(value)}${space}${symbolOf(unit)}`.trim()
}
