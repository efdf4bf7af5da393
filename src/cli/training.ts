/** What a training step has beside its kernels: where the seconds go, what each pipeline stage holds, and what a whole run takes. */
import { compact, digits, full, percent, quantity } from '../format.js'
import type { Report } from '../index.js'
import { spentOn, type Spent } from '../serving/index.js'
import { table, wrap } from './text.js'

const parts: Readonly<Record<keyof Spent, string>> = { compute: 'compute', recompute: 'computed again', network: 'communication', pipeline: 'pipeline', optimizer: 'optimizer' }

/** A stage as the report has it. */
interface Stage { readonly layers: readonly [from: number, to: number]; readonly memory: NonNullable<Report['memory']> }

export function trainingBlocks(report: Report): string[][] {
  const { training, phases: [step] } = report
  if (training === undefined || step?.phase !== 'step') return []
  const spent = (Object.entries(spentOn(step.kernels)) as [keyof Spent, number][]).filter(([, seconds]) => seconds > 0)
  const all = spent.reduce((sum, [, seconds]) => sum + seconds, 0)
  const goes = wrap(`The step: ${spent.map(([part, seconds]) => `${parts[part]} ${percent(seconds / all)} %`).join(', ')}.`)
  return [[goes, ...links(report), ...run(training)], stages(report.stages as readonly Stage[])].filter(block => block.length > 0)
}

function links({ links: all }: Report): string[] {
  return all.map(({ link, bytes, seconds, exposed }) => wrap(`Over ${link}: ${quantity(bytes, 'B', '\u00A0')} per GPU in ${quantity(seconds, 's', '\u00A0')}, ${quantity(exposed, 's', '\u00A0')} of it exposed.`))
}

function run({ run: asked, tokensPerStep, optimalTokens }: NonNullable<Report['training']>): string[] {
  if (asked === null || tokensPerStep === null) return []
  const { tokens, steps, seconds, gpuHours, usd } = asked
  const cost = usd === null ? '' : `, $${compact(usd)}`
  const optimal = optimalTokens === null ? '' : ` Optimal for the parameters would be ${compact(optimalTokens)} tokens (arXiv:2203.15556).`
  return [wrap(`A run of ${compact(tokens)} tokens: ${full(steps)} steps, ${digits(seconds / 86400)} days, ${compact(gpuHours)} GPU-hours${cost}.${optimal}`)]
}

/** Stages that hold the same are one row. */
function stages(all: readonly Stage[]): string[] {
  if (all.length < 2) return []
  const cells = all.map(({ layers: [from, to], memory }, i) => [String(i + 1), `${String(from + 1)} to ${String(to)}`, ...(['weights', 'gradients', 'states', 'activations', 'total'] as const).map(part => quantity(memory[part], 'B', ' '))])
  const shown = cells.length <= 16 ? cells : [...cells.slice(0, 8), ['…'], ...cells.slice(-7)]
  return table([['Stage', 'layers', 'weights', 'gradients', 'states', 'activations', 'total'], ...shown], ['left', 'left', 'right', 'right', 'right', 'right', 'right'], '  ')
}
