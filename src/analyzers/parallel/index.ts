export { sequenceParallel, tensorParallel } from './tensor.js'
export { dataParallel } from './data.js'
