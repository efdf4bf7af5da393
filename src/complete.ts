/** Adds every part: who imports this can name anything at once. */
import { add } from './analyzers/part.js'
import { networks } from './analyzers/parts/networks.js'

add('networks', networks)
