/** Adds every part: who imports this can name anything at once. */
import { add } from './analyzers/part.js'
import { architectures } from './analyzers/parts/architectures.js'
import { formats } from './analyzers/parts/formats.js'
import { networks } from './analyzers/parts/networks.js'
import { training } from './analyzers/parts/training.js'

add('architectures', architectures)
add('formats', formats)
add('networks', networks)
add('training', training)
