/** Vision towers of multimodal models, each a row of data/architectures.json: stacks that run over the images of a prompt, before the decoder. */
import { error, failed, note, type Problem } from '../../../problem.js'
import type { Model } from '../../models/model.js'
import { isObject, scalar, type Config, type Fields } from './fields.js'
import { seesTowers, towerFor, type TowerRow } from './rows.js'
import { modelOf } from './stacks.js'
import type { Scope } from './terms.js'

const parts = ['vision_config', 'audio_config', 'video_config']

/** The model with the tower that its config describes; what beside the decoder is not counted is said. */
export function withTower(model: Model, { config, problems }: Fields): Model {
  const { model_type: type, vision_config: vision } = config
  if (isObject(vision) && !seesTowers()) problems.push(error('not-loaded', 'vision_config', 'What reads vision towers is not loaded.'))
  const row = isObject(vision) ? towerFor(String(scalar(type)), String(scalar(vision['model_type']))) : null
  const own: Problem[] = []
  const tower = row === null || model.family !== 'decoder' ? null : towerOf(config, row, own)
  const left = parts.filter(part => isObject(config[part]) && (part !== 'vision_config' || tower === null))
  if (tower === null || left.length > 0) problems.push(leftOut(left, own[0]))
  return tower === null ? model : { ...model, ...tower, sizes: { ...tower.sizes, ...model.sizes }, stacks: [...tower.stacks, ...model.stacks] }
}

/** What a tower adds to a model; null where its description is not covered. */
export function towerOf(config: Config, row: TowerRow, problems: Problem[]): Pick<Model, 'images' | 'image' | 'sizes' | 'stacks'> | null {
  // Settings that have to have a value stand in the file or in its tower.
  const scope: Scope = { config: { ...config['vision_config'] as Config, ...config }, defaults: row.defaults, prefix: '', head: '', marks: [], problems }
  const { model: { image, sizes, stacks } } = modelOf(scope, { ...row, context: null, positions: null })
  return failed(problems) ? null : { images: row.images, image, sizes, stacks }
}

function leftOut(left: readonly string[], why: Problem | undefined): Problem {
  return note('vision-not-counted', left[0] ?? 'model_type', `Only the text decoder is counted: not ${left.length > 0 ? left.join(', ') : 'the vision encoder'} and what joins it to the text.${why === undefined ? '' : ` ${why.message}`}`)
}
