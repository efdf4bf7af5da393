/** Training: backward passes, optimizers, ZeRO, schedules of pipelines, and what MFU is counted of. */
import megatron2022 from '../../../data/profiles/megatron-2022.json'
import megatron from '../../../data/profiles/megatron.json'
import type { Profile } from '../graph.js'
import type { Part } from '../part.js'
import { train } from '../training/answer.js'
import { checkTraining } from '../training/check.js'
import { heldAs, withRecipe } from '../training/recipe.js'

export const training: Part = { training: { check: checkTraining, heldAs, withRecipe, train }, profiles: [megatron, megatron2022] as readonly Profile[] }
