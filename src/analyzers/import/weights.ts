/** One or several files of a checkpoint, put together into one config.json with the field `tensors`. Loaded on demand. */
import { error, type Problem } from '../../problem.js'
import { bytesOf, problemOf, textOf } from './byte-reader.js'
import { checkpoint } from './checkpoint.js'
import { readGguf } from './gguf.js'
import { configOf } from './gguf-config.js'
import { nameOf, type Found, type Kind, type TextSource } from './source.js'

/** What files of one checkpoint are kept apart by. */
interface Sorted {
  readonly kind: Kind
  readonly file: TextSource
}

const refuse = (...problems: readonly Problem[]): Found => ({ config: null, problems })

/** Puts files together: config.json, hf_quant_config.json, an index and shards of safetensors, or the parts of a GGUF file. Never throws for a bad file. */
export async function readFiles(files: readonly TextSource[]): Promise<Found> {
  let name = 'The file'
  if (files.length === 0) return refuse(error('unreadable', 'model', 'There is no file.'))
  try {
    const sorted: Sorted[] = []
    for (const file of files) {
      name = nameOf(file)
      sorted.push({ kind: await kindOf(file, files.length > 1), file })
    }
    const of = (kind: Kind): TextSource[] => sorted.flatMap(one => (one.kind === kind ? [one.file] : []))
    if (of('gguf').length > 0) return await ggufs(of('gguf'))
    const [graph, another] = [...of('onnx'), ...of('ncnn')]
    if (graph !== undefined && another !== undefined) return severalModels([graph, another].map(nameOf))
    if (graph !== undefined) return of('onnx').length > 0 ? await (await import('./onnx/index.js')).readOnnxFile(graph) : await (await import('./ncnn.js')).readNcnn(graph)
    if (of('json').length + of('safetensors').length + of('index').length + of('quantization').length > 0) return await checkpoint(of)
    return refuse(error('not-supported', 'model', `${name}: this file format is not read yet.`, ['config.json', '.gguf', '.onnx', '.safetensors']))
  } catch (failure) {
    return refuse(problemOf(failure, name))
  }
}

function severalModels(names: readonly string[]): Found {
  return refuse(error('several-models', 'model', `${names.slice(0, 3).join(' and ')} are models of their own; one can be read at a time.`))
}

/** What a file is: by its name, else by how it begins. */
async function kindOf(file: TextSource, among: boolean): Promise<Kind> {
  const name = file.name === undefined ? '' : nameOf(file).toLowerCase()
  if (name.endsWith('.gguf')) return 'gguf'
  if (name.endsWith('.onnx')) return 'onnx'
  if (name.endsWith('.param')) return 'ncnn'
  if (name.endsWith('.safetensors')) return 'safetensors'
  if (name.endsWith('.safetensors.index.json')) return 'index'
  if (name === 'hf_quant_config.json') return 'quantization'
  // Beside the weights lie tokenizers and settings in JSON too.
  if (name.endsWith('.json')) return !among || name === 'config.json' ? 'json' : 'other'
  if (among || /\.(?:onnx_data|data|bin|pth?)$/.test(name)) return 'other'
  if (file.slice === undefined || file.size < 10) return 'json'
  const bytes = await bytesOf(file, 0, 10, name)
  const start = textOf(bytes)
  // An ONNX file starts with its version, a small number in field 1.
  return start.startsWith('GGUF') ? 'gguf' : bytes[0] === 8 && (bytes[1] ?? 0) < 32 ? 'onnx' : start.startsWith('7767517') ? 'ncnn' : start.charCodeAt(8) === 0x7b && !/^\s*\{/.test(start) ? 'safetensors' : 'json'
}

const part = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i

/** One GGUF file, or all parts of one that was split: the first has the metadata, each its own tensors. */
async function ggufs(files: readonly TextSource[]): Promise<Found> {
  const parts = files.map(file => ({ file, match: part.exec(nameOf(file)) })).sort((a, b) => Number(a.match?.[2] ?? 0) - Number(b.match?.[2] ?? 0))
  const read = []
  for (const { file } of parts) {
    try {
      read.push(await readGguf(file))
    } catch (failure) {
      return refuse(problemOf(failure, nameOf(file)))
    }
  }
  const [first] = read
  if (first === undefined) return refuse()
  const stated = first.metadata.get('split.count')
  const count = typeof stated === 'number' ? stated : Number(parts[0]?.match?.[3] ?? 1)
  const stems = new Set(parts.map(({ match }) => match?.[1]))
  if (count > 1 && (read.length !== count || stems.size !== 1)) {
    return refuse(error('missing-files', 'model', `${first.name} is one of ${count} parts of a GGUF file; all of them are needed, and ${read.length === 1 ? 'one is' : `${read.length} are`} here.`, [`${parts[0]?.match?.[1] ?? 'model'}-00001-of-${String(count).padStart(5, '0')}.gguf`]))
  }
  if (count <= 1 && read.length > 1) return severalModels(read.map(({ name }) => name))
  return configOf(first, read.flatMap(({ tensors }) => tensors))
}
