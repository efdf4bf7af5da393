/** The smallest changes that make a model fit, as the flags that make them. */
import { quantity } from '../format.js'
import type { Report } from '../index.js'
import { changes, found } from '../serving/index.js'
import { machineName } from './names.js'
import { table } from './text.js'

const flags = ['batch', 'gpu', 'weights', 'tp'] as const

/** The changes as a paragraph. */
export function changesBlock(report: Report): string[] {
  const rows = found(changes(report.scenario, report)).map(({ settings, gpu, gpus, free }) => [
    flags.flatMap(flag => settings[flag] === undefined ? [] : [`--${flag} ${String(settings[flag])}`]).join(' '),
    machineName({ gpu, gpus }),
    `${quantity(free, 'B', ' ')} free${gpus > 1 ? ' per GPU' : ''}`,
  ])
  if (rows.length === 0) return ['  No larger --tp, other --gpu or narrower --weights makes it fit.']
  return ['  The smallest changes that fit', ...table(rows, ['left', 'left', 'left'], '   ', '    ')]
}
