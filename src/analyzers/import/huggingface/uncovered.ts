/** What is known by name and not covered, and what no list of ops says of it: `data/uncovered.json`. */
import json from '../../../../data/uncovered.json'

/** What an architecture has, by `model_type`. */
export const uncovered: ReadonlyMap<string, string> = new Map(Object.entries(json.types))

/** The `model_type` behind a class name, where the type says nothing: by the start of the name, first match wins. */
export const classes: readonly (readonly [start: string, type: string])[] = Object.entries(json.classes)

/** Fields whose presence, with a value, means a mechanism that is not covered where a row does not read it. */
export const mechanisms: readonly (readonly [field: string, what: string])[] = Object.entries(json.fields)

/** Models whose `text_config` is a decoder with a row, unchanged; what stands beside it is not counted. */
export const wrappers: readonly unknown[] = json.wrappers
