/** FLOP of a token as those count them who publish utilization: trees of data/mfu.json over counts of the model's graph. */
import json from '../../../data/mfu.json'
import type { Expr, Sizes } from '../graph.js'
import { kindsOf } from '../models/model.js'
import { evaluate } from '../product.js'
import type { Resolved } from '../resolved.js'
import { countsOf } from './counts.js'

export type MfuConvention = Exclude<keyof typeof json, 'note'>
interface Trees { readonly mfu: Expr; readonly hfu: Expr }
const conventions = json as unknown as Readonly<Record<MfuConvention, Trees>>

/** What stands under MFU and HFU. */
export interface Utilization {
  readonly convention: MfuConvention
  /** FLOP per token, as MFU and as HFU counts them. */
  readonly flopsPerToken: number
  readonly executedFlopsPerToken: number
  /** FLOP/s of one GPU at the dense rate of the products; null where the device does not state it. */
  readonly peak: number | null
}

/** The FLOP of a token under a convention. `counts` are the names of data/mfu.json. */
export function flopsPerToken(convention: MfuConvention, counts: Sizes): { readonly mfu: number; readonly hfu: number } {
  const trees = conventions[convention]
  const mfu = evaluate(trees.mfu, counts)
  return { mfu, hfu: evaluate(trees.hfu, { ...counts, mfu }) }
}

/** What the scenario's convention counts. */
export function utilizationOf(resolved: Resolved): Utilization {
  const { scenario: { conventions: { mfu: convention } }, model, precision } = resolved
  const { mfu, hfu } = flopsPerToken(convention, countsOf(resolved))
  const main = kindsOf(model).some(kind => kind.flags['experts']) ? 'peak_experts' : 'peak_ffn'
  return { convention, flopsPerToken: mfu, executedFlopsPerToken: hfu, peak: precision.rates[main]?.flops ?? null }
}
