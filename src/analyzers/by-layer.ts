/** What is told of a network layer by layer. One door, so that what it shares with the core stays in one piece. */
export { layers } from './layers.js'
export { lowerings } from './lowering.js'
