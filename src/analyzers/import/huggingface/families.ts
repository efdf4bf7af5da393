/**
 * The architecture families that are read, a row of `data/families.json` each. Source of layer shapes and of defaults:
 * transformers (https://github.com/huggingface/transformers), the file `models/<family>/configuration_<family>.py` and the
 * modules beside it, or the code published with the checkpoint.
 */
import rows from '../../../../data/families.json'
import type { Family } from './family.js'

/** What a row says: all that differs from the row it is `like`, which stands above it. */
type Row = Pick<Family, 'id'> & { readonly like?: string } & { readonly [Field in keyof Family]?: Partial<Family[Field]> }

/** Of these, a row states the members that differ; any other field it states replaces that of the row it is like. */
const merged = ['names', 'local', 'sinks', 'experts'] as const

/** Every family that is read. */
export const families: readonly Family[] = [...resolved(rows as unknown as readonly Row[]).values()]

function resolved(rows: readonly Row[]): ReadonlyMap<string, Family> {
  const found = new Map<string, Family>()
  for (const row of rows) {
    const base = found.get(row.like ?? '')
    const parts = Object.fromEntries(merged.map(field => [field, { ...base?.[field], ...row[field] }]))
    found.set(row.id, { ...base, types: [row.id], ...row, ...parts } as unknown as Family)
  }
  return found
}
