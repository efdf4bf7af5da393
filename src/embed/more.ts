/** What stands beside the embed, in `more.js`: the parts, as objects that it adds. */
export { networks } from '../analyzers/parts/networks.js'
