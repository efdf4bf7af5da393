/** The blocks that every program may call: those of the families in data/networks. */
import classic from '../../../../data/networks/classic.json'
import mobile from '../../../../data/networks/mobile.json'
import residual from '../../../../data/networks/residual.json'
import task from '../../../../data/networks/task.json'
import transformer from '../../../../data/networks/transformer.json'
import { define, type Blocks } from './build.js'

export const blocks: Blocks = define({ ...classic.blocks, ...residual.blocks, ...mobile.blocks, ...transformer.blocks, ...task.blocks })
