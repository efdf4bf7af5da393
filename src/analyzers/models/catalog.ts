/** The checkpoints that are known by name: data/models, one file per family, every entry with the config it was published with. */
import { closest, key, words } from '../../names.js'
import { error, type Problem } from '../../problem.js'
import bloom from '../../../data/models/bloom.json'
import deepseek from '../../../data/models/deepseek.json'
import falcon from '../../../data/models/falcon.json'
import gemma from '../../../data/models/gemma.json'
import glm from '../../../data/models/glm.json'
import gptOss from '../../../data/models/gpt-oss.json'
import gpt from '../../../data/models/gpt.json'
import internlm from '../../../data/models/internlm.json'
import kimi from '../../../data/models/kimi.json'
import llama from '../../../data/models/llama.json'
import mimo from '../../../data/models/mimo.json'
import minimax from '../../../data/models/minimax.json'
import mistral from '../../../data/models/mistral.json'
import mixtral from '../../../data/models/mixtral.json'
import olmo from '../../../data/models/olmo.json'
import opt from '../../../data/models/opt.json'
import phi from '../../../data/models/phi.json'
import qwen from '../../../data/models/qwen.json'
import step from '../../../data/models/step.json'

/** A published checkpoint. */
export interface Checkpoint {
  /** Kebab-case name: `llama-3.1-8b`. */
  readonly id: string
  readonly name: string
  /** Repository on huggingface.co; null where there is none. */
  readonly huggingface: string | null
  /** Other names, and repositories with the same architecture and precision. */
  readonly aliases: readonly string[]
  /** The fields of its config.json that the reader uses. */
  readonly config: Readonly<Record<string, unknown>>
  readonly source: string
  /** Counts that are known otherwise: oracles of the reader and the model builders; null in bundles for browsers. */
  readonly expected: { readonly parameters: number; readonly activeParameters?: number; /** Those of the vision tower and of what joins it to the text. */ readonly towerParameters?: number; readonly source: string } | null
}

/** An entry as a bundle for browsers holds it: without what follows from the rest. */
export type Entry = Pick<Checkpoint, 'id' | 'name' | 'config'> & Partial<Checkpoint>

const known: Checkpoint[] = []
/** Every checkpoint, by family and size; those of parts follow when they are added. */
export const models: readonly Checkpoint[] = known
const byName = new Map<string, Checkpoint>()
const byKey = new Map<string, Checkpoint>()

/** All that a checkpoint answers to: an id may stand without its owner, `Llama-3.1-8B` for `meta-llama/Llama-3.1-8B`. */
function namesOf({ id, name, huggingface, aliases }: Checkpoint): string[] {
  return [id, name, ...huggingface === null ? [] : [huggingface], ...aliases].flatMap(title => [title, title.slice(title.lastIndexOf('/') + 1)])
}

/** Adds checkpoints to the catalogue. */
export function addModels(entries: readonly Entry[]): void {
  for (const entry of entries) {
    const model: Checkpoint = { huggingface: null, aliases: [], source: entry.huggingface ? `config.json of ${entry.huggingface}` : 'its program, in the language of data/networks', expected: null, ...entry }
    known.push(model)
    for (const title of namesOf(model)) { byName.set(title, model); byKey.set(key(title), model) }
  }
}

/**
 * A checkpoint by id, name, alias or Hugging Face id, whatever the case and punctuation.
 * Errors: `ambiguous-model` where the name begins several (`llama-2`), `unknown-model` with the most similar ids.
 */
export function findModel(name: string): Checkpoint | Problem {
  const found = byName.get(name) ?? byKey.get(key(name))
  if (found !== undefined) return found
  const typed = words(name)
  const begun = typed.length === 0 ? [] : models.filter(({ id }) => typed.every((word, i) => words(id)[i] === word)).map(({ id }) => id)
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
  if (begun.length > 1) return error('ambiguous-model', 'model', `${shown} stands for several models: ${begun.join(', ')}.`, begun)
  const near = [...begun, ...closest(name, models.map(({ id }) => id).filter(id => !begun.includes(id)), 3)].slice(0, 3)
  return error('unknown-model', 'model', `${shown} is not a model in the catalogue.`, near)
}

addModels([
  gpt, opt, bloom, llama, falcon, phi, gemma, qwen, mistral, mixtral, internlm, olmo, deepseek, kimi, gptOss, minimax, mimo, glm, step,
].flat() as readonly Entry[])
