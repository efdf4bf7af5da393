/** roofline/explain: any number of a report as its formula, with inputs and sources. */
export { explain, explainable } from './analyzers/explain/explain.js'
export { cite } from './analyzers/on-demand.js'
export type { Input, Quantity } from './analyzers/explain/quantity.js'
