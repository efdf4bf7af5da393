/** A Report as the text of a terminal. */
import type { Phase, Report } from '../index.js'
import { changesBlock } from './changes.js'
import { figures } from './figures.js'
import { kernelTables, shortPath } from './kernels.js'
import { memoryBlock } from './memory.js'
import { wrap } from './text.js'
import { trainingBlocks } from './training.js'
import { verdict } from './verdict.js'

/** What the report does not say: what a model from a file is called, and the words of the command that asked. */
export interface Asked {
  readonly label: string | null
  /** MODEL and the flags, each as a shell takes it. */
  readonly words: readonly string[]
}

const titles = { prefill: 'Prefill', decode: 'Decode, one step', forward: 'Forward', step: 'Training step' } as const
const order = ['decode', 'prefill', 'forward', 'step'] as const

/** The whole answer; every line has at most 80 columns. The report must have phases. */
export function render(report: Report, { label, words }: Asked): string {
  const { memory, metrics, phases, problems } = report
  if (memory === null || metrics === null) return ''
  const notes = problems.filter(p => p.severity === 'note').map(p => wrap(`note: ${p.message}`, '      '))
  const blocks = memory.fits
    ? [
        [verdict(report, memory, label)],
        figures(report, metrics),
        memoryBlock(report, memory),
        ...trainingBlocks(report),
        ...kernelTables(order.flatMap(name => phases.filter(p => p.phase === name && told(p, report)).map(phase => ({ title: titles[name], phase })))),
        legend(report),
        notes,
        hint(report, words),
      ]
    : [[verdict(report, memory, label)], changesBlock(report), memoryBlock(report, memory), notes]
  return blocks.filter(block => block.length > 0).map(block => `${block.join('\n')}\n`).join('\n')
}

/** A request of one token has no step of decode. */
const told = ({ phase }: Phase, { metrics }: Report) => phase !== 'decode' || metrics?.tpot != null

function legend({ phases, scenario }: Report): string[] {
  const gpus = scenario.gpus ?? 1
  const lines = [`Bars: █ at best, ░ beyond it.${gpus > 1 ? ` One GPU of ${String(gpus)}.` : ''}`]
  if (phases.some(p => p.kernels.some(k => k.sent > 0))) lines.push('Bytes are read and written in memory; those of a collective are sent.')
  if (phases.some(p => p.seconds.low !== null)) lines.push('Bands hold nine of ten measured runs.')
  return lines
}

/** How to have a number explained: the longest decode kernel's traffic, as a command to copy. */
function hint(report: Report, [model = '', ...flags]: readonly string[]): string[] {
  const phase = [...report.phases].reverse().find(p => told(p, report))
  const [longest] = [...phase?.kernels ?? []].sort((a, b) => b.times * b.seconds.estimate - a.times * a.seconds.estimate)
  if (!phase || !longest || phase.phase === 'step') return []
  const path = shortPath(`${phase.phase}/${longest.id}/bytes`)
  const command = ['roofline explain', model, path, ...flags].join(' ')
  return ['Formula of any number:', wrap(`  ${command}`, '    ', 78, ' \\').replace(/ \\$/, '')]
}
