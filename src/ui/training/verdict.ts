/** A training step in words. */
import { msg, str } from '@lit/localize'
import { html, nothing, type TemplateResult } from 'lit'
import type { Report } from '../../core.js'
import { full, scaled, scaleOf } from '../../format.js'
import { number } from '../number.js'
import { inputOf } from '../verdict.js'
import { fill, limitName } from '../words.js'

/** How long a step takes, and what binds it. */
export function stepVerdict(report: Report): TemplateResult | typeof nothing {
  const [step] = report.phases
  if (step === undefined) return nothing
  const { limit, seconds: { estimate, bound } } = step
  return fill(msg('A step over {batch} is bound by {limit}: {time}, {least} at best.'), {
    batch: batchOf(report), limit: html`<b class="hue ${limit}">${limitName(limit)}</b>`, time: html`<b>${number(estimate, 's')}</b>`, least: scaled(bound, scaleOf(estimate, 's')),
  })
}

/** The scenario in a line, for the bar that opens it. */
export function stepSummary(report: Report): string {
  const { precision, mesh } = report.scenario
  const degrees = (['tp', 'pp', 'dp', 'cp', 'ep'] as const).filter(axis => axis === 'tp' || (mesh?.[axis] ?? 1) > 1).map(axis => `${axis.toUpperCase()} ${String(mesh?.[axis] ?? 1)}`)
  return [precision?.weights ?? '', msg(str`training over ${batchOf(report)}`), ...degrees].join(', ')
}

/** What one step works on: `256 × 4,096 tokens`, `256 × 224 × 224 pixels`. */
function batchOf(report: Report): string {
  const { globalBatch = 1, sequence = null, target = null, image = null } = report.scenario.workload ?? {}
  return `${full(globalBatch ?? 1)} × ${sequence !== null && target === null && image === null ? msg(str`${full(sequence)} tokens`) : inputOf(report)}`
}
