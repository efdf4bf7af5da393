/** `roofline layers`: the layers of a network with shapes, counts and times, by stage and by type. */
import { compact, none, percent, quantity } from '../format.js'
import { analyze, layers, type Group, type Layer, type Layers, type LayerType, type Report } from '../index.js'
import { resolutionText, shapeText, windowText } from '../scenario/layer-words.js'
import { error, failed } from '../problem.js'
import { layersCsv } from '../scenario/layers-csv.js'
import type { Io } from './io.js'
import type { Request } from './parse.js'
import { refuse } from './problems.js'
import { build } from './scenario.js'
import { table, widest, width, wrap, type Side } from './text.js'

/** Prints the layers, or tells what stands in the way. */
export async function layersCommand(request: Request, io: Io): Promise<number> {
  const asked = { json: request.given.has('json'), csv: request.given.has('csv') }
  const { scenario, problems } = await build(request, io)
  if (asked.json && asked.csv) return refuse([error('invalid-field', 'json', '--json and --csv exclude each other.')], true, io, scenario)
  if (failed(problems)) return refuse(problems, asked.json, io, scenario)
  const report = analyze(scenario)
  if (failed(report.problems)) return refuse(report.problems, asked.json, io, scenario)
  const found = await layers(scenario)
  if (failed(found.problems)) return refuse(found.problems, asked.json, io, scenario)
  if (found.layers.length === 0) return refuse([error('not-supported', 'model', 'Layers are listed of networks given op by op: CNNs by name, ONNX and ncnn files. `roofline estimate` lists kernels.')], asked.json, io, scenario)
  io.stdout(asked.json ? `${JSON.stringify(found, null, 2)}\n` : asked.csv ? layersCsv(found) : text(found, report))
  return 0
}

const names: Readonly<Record<LayerType, string>> = { '1x1': '1 × 1 convolution', 'depthwise': 'depthwise', 'conv': 'convolution', 'fc': 'fully connected', 'product': 'matrix product', 'other': 'other' }

function text(found: Layers, report: Report): string {
  const peak = found.layers.reduce((most, layer) => layer.live > most.live ? layer : most)
  const notes = report.problems.filter(p => p.severity === 'note').map(p => wrap(`note: ${p.message}`, '      '))
  const blocks = [
    listed(found), types(found),
    [wrap(`Activations in memory: at most ${quantity(peak.live, 'B', ' ')}, while ${peak.id} runs`, '  ')],
    ['MACs and parameters are those of the model, per sample; bytes and time those', 'of the batch. A row is a kernel: --json and --csv name all that runs in it.'],
    notes,
  ]
  return blocks.filter(block => block.length > 0).map(block => `${block.join('\n')}\n`).join('\n')
}

const sides: readonly Side[] = ['left', 'left', 'right', 'right', 'right', 'right', 'right']

/** Columns that a name has at least. */
const least = 12

/** Stages with their layers; names are cut at their beginning to what the width leaves. */
function listed({ layers, stages }: Layers): string[] {
  const body = stages.flatMap(stage => [
    ['', '', '', '', '', '', ''],
    [resolutionText(stage.resolution), `${String(stage.layers.length)} layer${stage.layers.length === 1 ? '' : 's'}`, ...numbers(stage)],
    ...stage.layers.flatMap(i => { const layer = layers[i]; return layer ? [[`  ${layer.id}`, shapes(layer), ...numbers(layer)]] : [] }),
  ])
  const rows = [['Layers', '', 'MACs', 'params', 'bytes', 'time', '%'], ...body.slice(1)]
  const numbered = widest(table(rows.map(row => row.slice(2)), sides.slice(2), ' '))
  // Long shapes leave a name its end, which tells most of it; the spaces between three columns are two.
  const most = width - numbered - least - 2
  const cut = rows.map(([name = '', what = '', ...rest]) => [name, what.length > most ? `${what.slice(0, most - 1)}…` : what, ...rest])
  const room = width - numbered - Math.max(...cut.map(([, what = '']) => what.length)) - 2
  return table(cut.map(([name = '', ...rest]) => [name.length > room ? `  …${name.slice(3 - room)}` : name, ...rest]), sides, ' ')
}

function shapes(layer: Layer): string {
  return `${windowText(layer)} ${shapeText(layer.input)}→${shapeText(layer.output)}`.trim()
}

function numbers({ macs, parameters, bytes, seconds, share }: Group | Layer): string[] {
  return [macs === 0 ? none : compact(macs), parameters === 0 ? none : compact(parameters), quantity(bytes, 'B', ' '), quantity(seconds.estimate, 's', ' '), percent(share.time)]
}

function types({ types }: Layers): string[] {
  const rows = types.map(({ type, layers, share }) => [`  ${names[type]}`, String(layers.length), ...[share.macs, share.parameters, share.time].map(part => `${(part * 100).toFixed(2)} %`)])
  return table([['By type', 'layers', 'of MACs', 'of params', 'of time'], ...rows], ['left', 'right', 'right', 'right', 'right'], '   ')
}
