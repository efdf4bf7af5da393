/** Training: backward passes, optimizers, ZeRO, schedules of pipelines, and what MFU is counted of. */
import type { Part } from '../part.js'
import { train } from '../training/answer.js'
import { checkTraining } from '../training/check.js'
import { heldAs, withRecipe } from '../training/recipe.js'

export const training: Part = { training: { check: checkTraining, heldAs, withRecipe, train } }
