/** Fields of a training step. */
import { msg } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import { mfuConventions, optimizers, recipes, schedules } from '../../scenario/training-names.js'
import { choice, number, size, type Rail } from '../field.js'
import { applies, type WorkloadField } from '../../scenario/workload.js'
import { kindOf } from '../suited.js'

const asked: readonly WorkloadField[] = ['image', 'audioSeconds', 'sequence', 'target', 'microBatch', 'globalBatch', 'tokens']

/** The batch and what one sample of it is. */
export function trainingFields(of: Rail): TemplateResult {
  const kind = kindOf(of.scenario)
  return html`${asked.filter(field => applies(field, 'training', kind)).map(field => field === 'image' ? size(of, 'workload.image', kind.patch) : number(of, `workload.${field}`, field === 'tokens' || field === 'audioSeconds' ? 'decimal' : 'numeric'))}`
}

/** How the step is run, as choices with their usual values. */
export function rareTraining(of: Rail): TemplateResult {
  const { family, hasExperts } = kindOf(of.scenario)
  const recomputes = [['none', msg('nothing')], ['selective', msg('attention')], ['full', msg('whole layers')], ['full:2', msg('every second layer')]] as const
  return html`${hasExperts ? number(of, 'mesh.etp') : nothing}
    ${choice(of, 'training.zero', [['0', msg('nothing')], ['1', msg('1: states')], ['2', msg('2: and gradients')], ['3', msg('3: and weights')]])}${number(of, 'training.shardGroup')}
    ${choice(of, 'training.recompute', recomputes)}${choice(of, 'training.optimizer', rowsOf(optimizers()))}
    ${family === 'decoder' ? html`${choice(of, 'training.schedule', rowsOf(schedules()))}${number(of, 'training.interleave')}` : nothing}
    ${choice(of, 'training.recipe', rowsOf(recipes()))}${choice(of, 'conventions.mfu', mfuConventions().map(id => [id, id]))}`
}

/** By their ids, which are what is written in a scenario; their titles show when one is pointed at. */
function rowsOf(names: readonly (readonly [id: string, title: string])[]): (readonly [id: string, name: string, title: string])[] {
  return names.map(([id, title]) => [id, id, title])
}
