/** What a training run may choose from: id and title of each row of its tables. */
import conventions from '../../data/mfu.json'
import optimizerRows from '../../data/optimizers.json'
import recipeRows from '../../data/recipes.json'
import scheduleRows from '../../data/schedules.json'

type Named = readonly (readonly [id: string, title: string])[]

export const optimizers = (): Named => named(optimizerRows)
export const recipes = (): Named => named(recipeRows)
export const schedules = (): Named => named(scheduleRows)
/** Those who publish utilization have no title. */
export const mfuConventions = (): readonly string[] => Object.keys(conventions).filter(id => id !== 'note')

function named(table: Readonly<Record<string, unknown>>): Named {
  return Object.entries(table).flatMap(([id, row]) => typeof row === 'object' && row !== null && 'title' in row ? [[id, String(row.title)] as const] : [])
}
