/** Fields of a training step. */
import { msg } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import optimizers from '../../../data/optimizers.json'
import recipes from '../../../data/recipes.json'
import schedules from '../../../data/schedules.json'
import conventions from '../../../data/mfu.json'
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
    ${choice(of, 'training.recompute', recomputes)}${choice(of, 'training.optimizer', rowsOf(optimizers))}
    ${family === 'decoder' ? html`${choice(of, 'training.schedule', rowsOf(schedules))}${number(of, 'training.interleave')}` : nothing}
    ${choice(of, 'training.recipe', rowsOf(recipes))}${choice(of, 'conventions.mfu', Object.keys(conventions).filter(id => id !== 'note').map(id => [id, id]))}`
}

/** The rows of a table by id and title. */
function rowsOf(table: Readonly<Record<string, unknown>>): [id: string, name: string, title: string][] {
  return Object.entries(table).flatMap(([id, row]) => typeof row === 'object' && row !== null && 'title' in row ? [[id, id, String(row.title)] as [string, string, string]] : [])
}
