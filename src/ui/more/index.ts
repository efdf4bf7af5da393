/** What is loaded after the first answer, in one file. */
import { addLabels } from '../labels.js'
import { trains } from '../parts.js'
import { stepFigures } from '../training/figures.js'
import { trainingFields } from '../training/fields.js'
import { labelOf } from '../training/labels.js'
import { stepSummary, stepVerdict } from '../training/verdict.js'

export { csv } from '../../scenario/csv.js'
export { command } from '../command.js'
export { rareFields } from './fields.js'
export const training = trains ? { fields: trainingFields, figures: stepFigures, summary: stepSummary, verdict: stepVerdict } : null
if (trains) addLabels(labelOf)
