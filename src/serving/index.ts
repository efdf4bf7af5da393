/** Searches over scenarios, built on analyze(): changes that fit, other GPUs, where a difference comes from. */
export { found, type Search } from './search.js'
export { changes, type Change, type Settings } from './changes.js'
export { alternatives, figuresOf, type Alternative, type Figures, type Reason } from './alternatives.js'
export { attribution, type Attribution, type Contribution } from './attribution.js'
export { nameOf, spentOn, splits, type Spent, type Split, type Splits } from './splits.js'
export { deepspeedConfig, megatronArguments } from './launch.js'
