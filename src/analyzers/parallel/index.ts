export { sequenceParallel, tensorParallel } from './tensor.js'
