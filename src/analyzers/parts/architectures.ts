/** Encoders, encoder-decoders, vision, state-space models, hybrids and vision towers: their rows, layers, axes and checkpoints. */
import axes from '../../../data/architecture-axes.json'
import layers from '../../../data/architecture-layers.json'
import rows from '../../../data/architectures.json'
import bert from '../../../data/models/bert.json'
import diffusion from '../../../data/models/diffusion.json'
import stateSpace from '../../../data/models/state-space.json'
import t5 from '../../../data/models/t5.json'
import vit from '../../../data/models/vit.json'
import whisper from '../../../data/models/whisper.json'
import type { Part } from '../part.js'

export const architectures: Part = { rows, layers, axes, models: [...stateSpace, ...bert, ...t5, ...whisper, ...vit, ...diffusion] }
