/** The help, made from the tables of commands and flags. */
import { formats } from '../index.js'
import { commands, type Command } from './commands.js'
import type { Kind } from '../flags.js'
import { flags } from './flags.js'
import { table, wrap } from './text.js'

const placeholder: Readonly<Record<Kind, string>> = { count: ' N', amount: ' X', name: ' NAME', size: ' HxW', switch: '', json: ' JSON', file: ' NAME' }

/** How one command is called, or all of them. */
export function usage(command: Command | null): string {
  const shown = command === null ? commands : [command]
  return shown.map((c, i) => `${i === 0 ? 'Usage: ' : '       '}roofline ${c.name} ${c.operands}`).join('\n')
}

/** The help of one command, or of the whole program. */
export function help(command: Command | null): string {
  if (command === null) {
    const rows = commands.map(c => [c.name, c.text])
    return [
      'Rooflines, memory, latency and cost of neural networks on GPUs.', '', usage(null), '',
      ...table(rows, ['left', 'left'], '  ', '  '), '',
      'roofline COMMAND --help names the flags. roofline --version prints the version.',
      ...status,
    ].join('\n') + '\n'
  }
  const sections = [...new Set(flags.map(flag => flag.group))].flatMap(title => {
    const rows = flags.filter(flag => flag.group === title && command.options.has(flag.name)).map(flag => [`--${flag.name}${placeholder[flag.kind]}`, flag.text])
    return rows.length === 0 ? [] : ['', title, ...table([['--sequence-parallel', ''], ...rows], ['left', 'left'], '  ', '  ').slice(1)]
  })
  const output = [
    command.options.has('json') ? ['--json', 'the answer as JSON'] : [],
    command.options.has('csv') ? ['--csv', command.name === 'layers' ? 'one row per layer, in SI units' : 'one row per kernel and phase, in SI units'] : [],
    command.options.has('port') ? ['--port N', 'where it listens (8080)'] : [],
    ['--help', 'this text'],
  ].filter(row => row.length > 0)
  const about = command.options.has('gpu') ? ['', ...model] : []
  return [
    usage(command), '', `${command.text.slice(0, 1).toUpperCase()}${command.text.slice(1)}.`, ...about, ...sections,
    '', 'Output', ...table([['--sequence-parallel', ''], ...output], ['left', 'left'], '  ', '  ').slice(1),
    ...(command.options.has('gpu') ? [...named, ...status] : []),
  ].join('\n') + '\n'
}

const model = [
  wrap('MODEL is a name (roofline models), a path to a config.json, a .gguf, .safetensors, .onnx or .param (ncnn) file or a folder with a checkpoint, or - for a whole scenario as JSON on standard input; flags then change it.'),
  wrap('Numbers may be written 128k, 70B, 64Ki or 2*4096; k, M, B or G, T are powers of 1000, Ki, Mi, Gi, Ti of 1024.'),
]
const named = ['', wrap(`Formats of weights: ${formats.weights.map(({ id }) => id).join(', ')}; by other names gptq-int4-g64, awq-int4, w8a8-int8, fp8-w8a8; fp8+2:4 and bf16+50% leave weights out; "nvfp4, attention=fp8" holds parts apart.`)]
const status = ['', wrap('Exit status: 0 answered, also when a model does not fit; 1 a problem, named on standard error; 2 an unknown command or flag, or no MODEL.')]
