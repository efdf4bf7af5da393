/** The commands as a table: what each is called with and does. */
import { flags } from './flags.js'

export interface Command {
  readonly name: string
  readonly operands: string
  readonly text: string
  /** How many operands it must and may have. */
  readonly least: number
  readonly most: number
  /** Flags that it knows, with whether they take a value. */
  readonly options: ReadonlyMap<string, boolean>
}

const scenario = flags.map(({ name, kind }) => [name, kind !== 'switch'] as const)
const json = ['json', false] as const

/** Every command. */
export const commands: readonly Command[] = [
  { name: 'estimate', operands: 'MODEL [flags] [--json | --csv]', text: 'time, memory and cost of a model on GPUs', least: 1, most: 1, options: new Map([...scenario, json, ['csv', false]]) },
  { name: 'layers', operands: 'MODEL [flags] [--json | --csv]', text: 'the layers of a network: shapes, parameters, MACs, time', least: 1, most: 1, options: new Map([...scenario, json, ['csv', false]]) },
  { name: 'explain', operands: 'MODEL [QUANTITY] [flags] [--json]', text: 'the formula of a number; without QUANTITY all there are', least: 1, most: 2, options: new Map([...scenario, json]) },
  { name: 'gpus', operands: '[NAME] [--json]', text: 'the GPUs that are known, or all about one', least: 0, most: 1, options: new Map([json]) },
  { name: 'models', operands: '[NAME] [--json]', text: 'the models that are known, or all about one', least: 0, most: 1, options: new Map([json]) },
  { name: 'serve', operands: '[--port N]', text: 'the calculator as a page on this machine', least: 0, most: 0, options: new Map([['port', true]]) },
  { name: 'plan', operands: 'MODEL --train --gpus N [flags] [--json]', text: 'the fastest way to train a model on so many GPUs', least: 1, most: 1, options: new Map([...scenario, json]) },
]

/** Flags of every command. */
export const common: ReadonlyMap<string, boolean> = new Map([['help', false], ['version', false]])
