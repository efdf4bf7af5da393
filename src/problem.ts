/**
 * What stands between a request and its answer. Problems are results, not exceptions.
 * An `error` withholds every number; a `note` says how an answer was reached.
 */
export interface Problem {
  /** Stable kebab-case identifier: `unknown-gpu`, `missing-field`, `not-supported`. */
  readonly code: string
  /** One sentence: the thing first, then the reason. */
  readonly message: string
  /** Where in the input: `gpu`, `workload.batch`, `model.num_attention_heads`. */
  readonly path: string
  /** Legal values close to what was given, best first; may be empty. */
  readonly suggestions: readonly string[]
  readonly severity: 'error' | 'note'
}

/** Builds a problem that withholds the answer. */
export function error(code: string, path: string, message: string, suggestions: readonly string[] = []): Problem {
  return { code, message, path, suggestions, severity: 'error' }
}

/** Builds a problem that accompanies the answer. */
export function note(code: string, path: string, message: string, suggestions: readonly string[] = []): Problem {
  return { code, message, path, suggestions, severity: 'note' }
}

/** Whether any of the problems withholds the answer. */
export function failed(problems: readonly Problem[]): boolean {
  return problems.some(p => p.severity === 'error')
}

/** Whether there is a problem in place of a value. */
export function isProblem(value: object): value is Problem {
  return 'code' in value && 'severity' in value
}

/** Whether there are problems in place of a value. */
export function areProblems(value: object): value is readonly Problem[] {
  return Array.isArray(value)
}
