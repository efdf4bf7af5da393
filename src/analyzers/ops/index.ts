export { ending, expand, type Line, type List } from './list.js'
export { extents, norm, op, type Flags, type OpOptions } from './notation.js'
