/** `roofline models`: the models that are known, or all that is known about one. */
import { digits, full, none, quantity, tokenLength } from '../format.js'
import { analyze, findModel, models, resolveModel, type Checkpoint, type ResolvedModel } from '../index.js'
import type { Io } from './io.js'
import type { Request } from './parse.js'
import { refuse } from './problems.js'
import { table, wrap, type Side } from './text.js'

/** Prints the table, the entries, or one of them. */
export function modelsCommand({ operands: [name], given }: Request, io: Io): number {
  const json = given.has('json')
  const found = name === undefined ? null : findModel(name)
  if (found !== null && !('config' in found)) return refuse([found], json, io, { model: name })
  if (json) io.stdout(`${JSON.stringify(found === null ? models : [found], null, 2)}\n`)
  else io.stdout(found === null ? list(models) : details(found))
  return 0
}

/** Layers of all stacks, those that stand for weights beside them left out. */
function layersOf({ stacks }: ResolvedModel): number {
  return stacks.flatMap(({ kinds }) => kinds).reduce((sum, kind) => sum + (kind.of === undefined ? kind.count : 0), 0)
}

/** Counts that the tables show: those that are published of what has no cache, else those of a report. */
function describe({ id, config, expected }: Checkpoint) {
  if ('network' in config && expected !== null) return { model: { parameters: expected.parameters, activeParameters: expected.parameters, cacheBytesPerToken: null }, sizes: {} as Readonly<Record<string, number>>, context: null, layers: null }
  const { model } = analyze({ model: id, gpu: 'b300-sxm', workload: {}, precision: { cache: 'bf16' } })
  const resolved = resolveModel(config)
  const shape = 'model' in resolved ? resolved.model : null
  return { model, sizes: shape?.sizes ?? {}, context: shape?.context ?? null, layers: shape === null || shape.network ? null : layersOf(shape) }
}

/** One line per model. */
export function list(checkpoints: readonly Checkpoint[]): string {
  const rows = checkpoints.map(checkpoint => {
    const { model, context, layers } = describe(checkpoint)
    const billions = (count: number | undefined) => (count === undefined ? none : digits(count / 1e9))
    const cache = model?.cacheBytesPerToken ?? null
    return [checkpoint.id, billions(model?.parameters), billions(model?.activeParameters), cache === null ? none : quantity(cache, 'B', ' '), layers === null ? none : String(layers), tokenLength(context)]
  })
  const heads = [['', 'parameters', 'active', 'KV cache', 'layers', 'context'], ['', '10^9', '10^9', 'per token', '', 'tokens']]
  const sides: readonly Side[] = ['left', 'right', 'right', 'right', 'right', 'right']
  return `${[...table([...heads, ...rows], sides), '', 'KV cache at 16 bit. Active are the parameters that one token meets.'].join('\n')}\n`
}

function details(checkpoint: Checkpoint): string {
  const { model, sizes, context, layers } = describe(checkpoint)
  const counts: (readonly [string, string])[] = [
    ['parameters', model === null ? none : full(model.parameters)],
    ['active', model === null ? none : full(model.activeParameters)],
    ['KV cache', model?.cacheBytesPerToken == null ? none : `${full(model.cacheBytesPerToken)} B per token at 16 bit`],
    ['layers', layers === null ? none : String(layers)],
    ['width', sizes['d'] === undefined ? none : full(sizes['d'])],
    ['vocabulary', sizes['v'] === undefined ? none : full(sizes['v'])],
    ['context', context === null ? none : `${full(context)} tokens`],
  ]
  const config = Object.entries(checkpoint.config).map(([field, value]) => wrap(`  ${field}: ${JSON.stringify(value)}`, '    '))
  const blocks = [
    [wrap(`${checkpoint.name} (${checkpoint.id})`), wrap(`also ${[...checkpoint.huggingface === null ? [] : [checkpoint.huggingface], ...checkpoint.aliases].join(', ')}`, '  ')],
    table(counts, ['left', 'left'], '  ', '  '),
    ['config.json', ...config],
    [wrap(`Source: ${checkpoint.source}`, '  ')],
  ]
  return blocks.map(block => `${block.join('\n')}\n`).join('\n')
}
