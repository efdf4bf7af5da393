/** What stands beside the embed, in `more.js`: the parts, as objects that it adds, and the models that it could not run without them. */
export { architectures } from '../analyzers/parts/architectures.js'
export { formats } from '../analyzers/parts/formats.js'
export { networks } from '../analyzers/parts/networks.js'
export { training } from '../analyzers/parts/training.js'
export { prepared } from './prepared.js'
