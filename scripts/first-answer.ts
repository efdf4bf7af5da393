/** For readers without script: the answer to the page's first scenario as a table, written into index.html when it is served or built. */
import { runnerImport, type Plugin } from 'vite'
import type * as Core from '../src/index.js'
import type * as Format from '../src/format.js'
import type * as Figures from '../src/ui/figures.js'
import type * as Flags from '../src/ui/flags.js'
import { data } from './data-plugin.js'

const place = '<!-- first answer -->'
const names: Readonly<Record<Figures.Figure['id'], string>> = { ttft: 'Time to first token', tpot: 'Time per output token', tokensPerSecond: 'Output tokens per second', usdPerMillionTokens: 'Cost per million tokens', latency: 'Latency', samplesPerSecond: 'Samples per second', mfu: 'MFU', maxBatch: 'Largest batch' }

/** Puts the table in the place that index.html leaves for it. */
export function firstAnswer(): Plugin {
  let root = process.cwd()
  return {
    name: 'roofline:first-answer',
    configResolved(config) {
      root = config.root
    },
    transformIndexHtml: {
      order: 'pre',
      async handler(html) {
        return html.includes(place) ? html.replace(place, await tables(html, root)) : html
      },
    },
  }
}

/** The tables of the scenario that the calculator's attributes in a page name. */
async function tables(page: string, root: string): Promise<string> {
  const load = async <T>(file: string): Promise<T> => (await runnerImport<T>(`${root}/src/${file}`, { root, configFile: false, logLevel: 'silent', plugins: [data()] })).module
  const [{ analyze, gpus, models }, format, { figuresOf }, { flags, valueOf, withField }] = await Promise.all([load<typeof Core>('index.ts'), load<typeof Format>('format.ts'), load<typeof Figures>('ui/figures.ts'), load<typeof Flags>('ui/flags.ts')])
  const [, attributes = ''] = /<roofline-calculator\b([^>]*)>/.exec(page) ?? []
  const given = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].flatMap(([, name = '', text = '']) => flags[name] === undefined ? [] : [[...flags[name], text] as const])
  const report = analyze(given.reduce<Core.Scenario>((scenario, [path, kind, text]) => withField(scenario, path, valueOf(kind, text)), { model: '', gpu: '' }))
  const { scenario, memory } = report
  if (memory === null) throw new Error(`The first scenario has no answer: ${report.problems.map(({ message }) => message).join(' ')}`)
  const { quantity, percent, narrow } = format
  const nameOf = (list: readonly { readonly id: string; readonly name: string }[], id: unknown): string => list.find(entry => entry.id === id)?.name ?? String(id)
  const { workload, precision } = scenario
  const title = `${nameOf(models, scenario.model)} in ${String(precision?.weights)} on ${String(scenario.gpus)} × ${nameOf(gpus, scenario.gpu)}: ${String(workload?.batch)} sequences, ${String(workload?.prompt)} tokens in, ${String(workload?.output)} out`
  const figures = figuresOf(report).map(figure => [names[figure.id], ...written(figure, format)])
  const held = ([['Weights', memory.weights], ['KV cache', memory.cache], ['Activations', memory.activations], ['Engine', memory.overhead], ['Total', memory.total], ['Available', memory.capacity]] as const).filter(([, bytes]) => bytes > 0).map(([name, bytes]) => [name, quantity(bytes, 'B')])
  const steps = report.phases.map(phase => {
    const whole = phase.seconds.estimate
    const rows = phase.kernels.map(kernel => ({ kernel, seconds: kernel.times * kernel.seconds.estimate })).sort((a, b) => b.seconds - a.seconds)
    return table(`${phase.phase === 'decode' ? 'Decode, one step' : phase.phase === 'forward' ? 'Forward pass' : 'Prefill'}: ${quantity(whole, 's')}, bound by ${phase.limit}`, ['Kernel', 'Times', 'Work', 'Memory traffic', 'Time', 'Share', 'Bound by'],
      rows.map(({ kernel, seconds }) => [kernel.id, String(kernel.times), kernel.flops > 0 ? quantity(kernel.flops, 'FLOP') : '–', quantity(kernel.bytes, 'B'), quantity(seconds, 's'), percent(seconds / whole) + narrow + '%', kernel.limit]))
  })
  return [table(title, ['', 'Estimate', 'Band', 'At best'], figures), table('Memory per GPU', ['', 'Bytes'], held), ...steps].join('\n')
}

function written({ id, value, low, high, best }: Figures.Figure, { quantity, dollars }: typeof Format): string[] {
  const say = (amount: number | null): string => amount === null ? '–' : id === 'usdPerMillionTokens' ? `$${dollars(amount)}` : quantity(amount, ['ttft', 'tpot', 'latency'].includes(id) ? 's' : '').trimEnd()
  return [say(value), low === null || high === null ? '–' : `${say(low)} to ${say(high)}`, say(best)]
}

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = ([first = '', ...rest]: readonly string[]): string => `<tr><th scope="row">${escaped(first)}</th>${rest.map(cell => `<td>${escaped(cell)}</td>`).join('')}</tr>`
  return `<div><table><caption>${escaped(caption)}</caption>\n<thead><tr>${heads.map(head => head === '' ? '<td></td>' : `<th scope="col">${escaped(head)}</th>`).join('')}</tr></thead>\n<tbody>${rows.map(cells).join('\n')}</tbody></table></div>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
