export { sequenceParallel, tensorParallel, wholeExperts } from './tensor.js'
export { dataParallel, type Zero } from './data.js'
export { contextInDecode, contextParallel, contexts, type Context } from './context.js'
export { expertParallel } from './expert.js'
