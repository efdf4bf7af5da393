/** What is checked and said of any config, whatever the architecture. */
import { error, note, type Problem } from '../../../problem.js'
import { count, isObject, lookup, report, shown, type Config, type Fields } from './fields.js'

/** Keys that could reach an object's prototype, anywhere in the file. */
export function unsafeKeys(config: Config): Problem[] {
  const problems: Problem[] = []
  const seen = new Set<object>()
  const open: (readonly [value: unknown, path: string])[] = [[config, '']]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, path] = next
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    for (const [key, item] of Object.entries(value)) {
      const at = path === '' ? key : `${path}.${key}`
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') problems.push(error('unsafe-key', at, `${at} is a key that no config has; the file is not read.`))
      else if (typeof item === 'object') open.push([item, at])
    }
  }
  return problems
}

/** The decoder inside a multimodal config. */
export function textFields(root: Fields): Fields | null {
  const { path, value } = lookup(root, 'text_config')
  if (isObject(value)) return { config: value, defaults: {}, prefix: 'text_config.', problems: root.problems }
  const what = value === undefined || value === null ? 'missing' : `${shown(value)}, expected an object`
  report(root, error(value === undefined || value === null ? 'missing-field' : 'invalid-field', path, `${path} is ${what}: it describes the decoder.`))
  return null
}

/** Whether a class differs from one of the others by its head alone: `LlamaForSequenceClassification`. */
export function resembles(name: string, others: readonly string[]): boolean {
  const stem = (text: string): string => text.slice(0, 200).replace(/(?:For[A-Z]\w*|LMHeadModel|Model)$/, '')
  return others.some(other => stem(other) === stem(name))
}

/** How many modules predict further tokens: those that a field counts, noted also where checkpoints hold them without saying so. */
export function predictionModules(fields: Fields, hidden: boolean): number | null {
  const field = ['num_nextn_predict_layers', 'num_mtp_modules', 'mtp_num_hidden_layers'].find(key => count(fields, key) > 0)
  if (field === undefined && !hidden) return null
  const { path } = lookup(fields, field ?? 'model_type')
  report(fields, note('mtp-not-counted', path, 'Modules that predict further tokens are in the checkpoint and are not counted.'))
  return field === undefined ? null : count(fields, field)
}

/** A setting that would change the layers in a way no row describes is refused. */
export function checkFixed(fields: Fields, id: string, fixed: Config): void {
  for (const [name, wanted] of Object.entries(fixed)) {
    const [field = '', counted] = name.split('#')
    const { path, value: stated } = lookup(fields, field)
    const value = counted === undefined ? stated : Array.isArray(stated) ? stated.length : null
    if (value === undefined || value === null || value === wanted) continue
    report(fields, error('not-supported', path, `${path} ${counted === undefined ? 'is' : 'has items:'} ${shown(value)}; of ${id}, only ${shown(wanted)} is covered.`, [String(wanted)]))
  }
}

/** A token visits no more experts than there are. */
export function checkActive(fields: Fields, path: string, active: number, total: number): void {
  if (total === 0 || active <= total) return
  report(fields, error('invalid-field', path, `${path} is ${active}, more than the ${total} experts there are.`, [String(total)]))
}
