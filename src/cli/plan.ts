/** `roofline plan`: the best way to spread a training step over so many GPUs. */
import { percent, quantity } from '../format.js'
import { error, failed, type Problem } from '../problem.js'
import type { Scenario } from '../index.js'
import { deepspeedConfig, found, megatronArguments, nameOf, splits, type Spent, type Splits } from '../serving/index.js'
import type { Io } from './io.js'
import type { Request } from './parse.js'
import { refuse } from './problems.js'
import { build } from './scenario.js'
import { table, wrap } from './text.js'

const shownWays = 10
const parts: Readonly<Record<keyof Spent, string>> = { compute: 'compute', recompute: 'recomputation', network: 'communication', pipeline: 'waiting in the pipeline', optimizer: 'the optimizer' }

/** Searches, or tells what stands in the way. */
export async function plan(request: Request, io: Io): Promise<number> {
  const json = request.given.has('json')
  const { scenario, problems } = await build(request, io)
  const gpus = scenario.gpus ?? null
  const wrong = [...problems, ...gpus === null ? [error('missing-field', 'gpus', 'gpus is missing: a plan spreads the model over so many GPUs.', ['8'])] : []]
  if (failed(wrong)) return refuse(wrong, json, io, scenario)
  if (scenario.workload?.mode !== 'training') return refuse([error('not-supported', 'workload.mode', 'A plan is for training so far: --train.', ['training'])], json, io, scenario)
  const result = found(splits(scenario, gpus ?? 1))
  const [best] = result.ways
  if (best === undefined) return refuse(result.problems.length > 0 ? result.problems : [tooLarge(result, gpus ?? 1)], json, io, scenario)
  const launch = { megatron: megatronArguments(best.scenario), deepspeed: deepspeedConfig(best.scenario) }
  io.stdout(json ? `${JSON.stringify({ ...result, launch }, null, 2)}\n` : `${render(result, best.scenario, launch.megatron, launch.deepspeed)}\n`)
  return 0
}

function tooLarge({ legal }: Splits, gpus: number): Problem {
  return error('does-not-fit', 'gpus', `The model fits on ${String(gpus)} GPUs in none of ${String(legal)} ways, not even with full recomputation.`, [String(2 * gpus)])
}

function render({ ways, legal, tooLarge: large, lost }: Splits, best: Scenario, megatron: readonly unknown[], deepspeed: unknown): string {
  const rows = ways.slice(0, shownWays).map(({ scenario, seconds, mfu, bytes, isPareto }) => [nameOf(scenario), quantity(seconds, 's', ' '), `${percent(mfu)} %`, quantity(bytes, 'B', ' '), isPareto ? '*' : ''])
  const why = lost === null ? [] : ['', wrap(`The first is fastest; the second loses most on ${parts[lost.on]}: ${quantity(lost.seconds, 's', ' ')}.`)]
  return [
    ...table([['', 'step', 'MFU', 'fullest GPU', ''], ...rows], ['left', 'right', 'right', 'right', 'left'], '  ', '  '),
    '', wrap(`${String(ways.length)} ways fit, of ${String(legal)} legal meshes; ${String(large)} are too large whatever runs again. * no other way is both faster and smaller.`), ...why,
    '', `Megatron-LM, ${nameOf(best)}`, ...megatron.map(argument => `  ${String(argument)} \\`), '', 'DeepSpeed', JSON.stringify(deepspeed, null, 2),
  ].join('\n')
}
