/** Sourced JSON with every `{ "value": X, … }` object replaced by X. */
declare module '*.json?values' {
  const value: unknown
  export default value
}

/** Where each value of sourced JSON comes from: by id, then by field path. */
declare module '*.json?sources' {
  const value: unknown
  export default value
}
