/** The command line without a process: arguments in, text and exit status out. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.js'
import { flags } from '../../src/cli/flags.js'
import { longest, type Io, type Stat } from '../../src/cli/io.js'
import { main } from '../../src/cli/main.js'
import { readNumber } from '../../src/number.js'
import { gpus, models, type Layers, type Report } from '../../src/index.js'

const config = {
  architectures: ['LlamaForCausalLM'], model_type: 'llama', hidden_size: 4096, intermediate_size: 14336, num_attention_heads: 32,
  num_key_value_heads: 8, num_hidden_layers: 32, vocab_size: 128256, torch_dtype: 'bfloat16',
}
const device = { id: 'own', memory: 96e9, bandwidth: 4e12, peaks: { bf16: 1e15, fp16: 1e15 } }
const files: Readonly<Record<string, string>> = {
  'config.json': JSON.stringify(config), 'mine/config.json': JSON.stringify(config), 'cut.json': '{"model_type": ', 'list.json': '[]',
  'own.json': JSON.stringify(device), 'wrong.json': JSON.stringify({ ...device, bandwidth: -1 }), 'm.onnx': '\0\0', 'w.gguf': 'GGUF',
}
const folders = ['mine', './empty']
const absent = (code: string) => Object.assign(new Error(`${code}: no such file`), { code })

interface Result { readonly status: number; readonly out: string; readonly err: string }

/** Runs a command line over the files above. */
async function run(argv: readonly string[], stdin = ''): Promise<Result> {
  let out = '', err = ''
  const io: Io = {
    stdin: most => (stdin.length > most ? Promise.reject(new Error('too much')) : Promise.resolve(stdin)),
    stdout: text => { out += text }, stderr: text => { err += text },
    stat: path => Promise.resolve<Stat | null>(path === 'locked.json' ? { kind: 'file', size: 9 } : path === 'huge.json' ? { kind: 'file', size: 1e12 }
      : path === '/dev/endless' ? { kind: 'other', size: 0 }
      : folders.includes(path) ? { kind: 'folder', size: 0 } : path in files ? { kind: 'file', size: files[path]!.length } : null),
    readFile: (path, most) => path === '/dev/endless' ? Promise.resolve('0'.repeat(most)) : path in files ? Promise.resolve(files[path]!.slice(0, most)) : Promise.reject(absent(path === 'locked.json' ? 'EACCES' : 'ENOENT')),
    readBytes: (path, start, end) => Promise.resolve(Buffer.from(files[path] ?? '').subarray(start, end)),
    list: path => Promise.resolve(Object.keys(files).flatMap(name => (name.startsWith(`${path}/`) ? [name.slice(path.length + 1)] : []))),
    serve: port => Promise.reject(absent(port === 80 ? 'EACCES' : port === 81 ? 'EADDRINUSE' : 'ENOENT')),
    version: () => Promise.resolve('1.2.3'),
  }
  return { status: await main(argv, io), out, err }
}

const line = (text: string): string[] => [...text.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word)
const h100 = 'estimate llama-3.1-8b --gpu h100'

/** What no output may hold, and how wide it may be. */
function sound(text: string): void {
  expect(text).not.toMatch(/NaN|Infinity|undefined|\[object|\s+at .+:\d+:\d+/)
  expect(text.split('\n').filter(row => row.length > 80)).toEqual([])
  expect(text.split('\n').filter(row => /\s$/.test(row))).toEqual([])
}

describe('texts', () => {
  const folder = fileURLToPath(new URL('../golden/cli/', import.meta.url))
  test.each([
    ['fits', 'estimate llama-3.1-70b --gpu h100 --tp 4 --batch 16'],
    ['one-gpu', 'estimate llama-3.1-8b --gpu rtx-4090 --weights int4 --prompt 8k --output 512'],
    ['experts', 'estimate deepseek-v3 --gpu h200 --tp 8 --batch 16'],
    ['ranks-of-experts', 'estimate deepseek-v3 --gpu h100 --dp 16 --ep 16 --batch 64'],
    ['stages', 'estimate llama-3.1-405b --gpu h100 --tp 8 --pp 2 --batch 64'],
    ['explain-bubble', 'explain llama-3.1-405b prefill/bubble/seconds --gpu h100 --tp 8 --pp 2 --batch 64'],
    ['windows', 'estimate gpt-oss-120b --gpu b200 --batch 64 --prompt 32k'],
    ['prefill-only', 'estimate llama-3.1-8b --gpu a100-sxm4-80gb --output 1'],
    ['too-large', 'estimate llama-3.1-70b --gpu h100 --batch 16'],
    ['own-files', 'estimate mine --gpu own.json'],
    ['draft', `estimate llama-3.1-70b --gpu h100 --tp 4 --prompt 8k --chunk 2048 --draft {"model":"llama-3.2-1b","tokens":4,"acceptance":0.8}`],
    ['offloaded', `estimate llama-3.1-70b --gpu rtx-4090 --offload {"weights":0.9}`],
    ['explain-chunks', 'explain llama-3.1-8b prefill/attn/core/flops --gpu h100 --prompt 2000 --chunk 512'],
    ['explain-bytes', 'explain llama-3.1-70b decode/ffn/gate-up/bytes --gpu h100 --tp 4'],
    ['explain-seconds', 'explain llama-3.1-70b decode/attn/qkv/seconds --gpu h100 --tp 4'],
    ['layers', 'layers mobilenet-v2 --gpu l4 --batch 32'],
    ['training', 'estimate llama-3.1-70b --gpu h100 --train --tp 8 --pp 4 --dp 8 --sequence-parallel --zero 1 --global-batch 256 --tokens 1e12 --profile megatron'],
    ['training-images', 'estimate resnet50 --gpu a100-sxm4-80gb --train --micro-batch 256 --dp 8 --profile compiled'],
    ['plan', 'plan llama-3.1-8b --gpu h100 --train --gpus 16 --global-batch 64 --profile megatron'],
    ['gpu', 'gpus l40s'],
    ['model', 'models deepseek-v3'],
    ['help', '--help'],
    ['help-estimate', 'estimate --help'],
  ])('%s: roofline %s', async (name, command) => {
    const { status, out, err } = await run(line(command))
    expect([status, err]).toEqual([0, ''])
    sound(out)
    const file = `${folder}${name}.txt`
    if (process.env['REGEN']) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(file, out)
    }
    expect(out).toBe(readFileSync(file, 'utf8'))
  })
})

test.each(['docs/cli.md', 'docs/precision.md', 'README.md'])('the samples in %s are what is printed', async page => {
  const file = fileURLToPath(new URL(`../../${page}`, import.meta.url))
  let text = readFileSync(file, 'utf8')
  const samples = [...text.matchAll(/^```console\n\$ ((?:npx )?roofline) (.*)\n([^`]*)```$/gm)]
  expect(samples.length).toBeGreaterThan(0)
  for (const [block, program = '', command = '', printed = ''] of samples) {
    const { out } = await run(line(command))
    if (process.env['REGEN']) text = text.replace(block, () => `\`\`\`console\n$ ${program} ${command}\n${out}\`\`\``)
    else expect(printed).toBe(out)
  }
  if (process.env['REGEN']) writeFileSync(file, text)
})

describe('exit status', () => {
  test.each<readonly [status: number, command: string, said: RegExp]>([
    [2, '', /A command is missing/], [2, 'guess', /Unknown command guess/], [2, '--batch 4', /A command is missing/],
    [2, 'estimate', /MODEL is missing/], [2, 'explain --gpu h100', /MODEL is missing/], [2, 'estimate --gpu h100', /MODEL is missing/],
    [2, `${h100} --bach 4`, /--bach.*Close: --batch/], [2, `${h100} -x`, /-x/], [2, 'gpus --batch 4', /--batch of gpus/], [2, 'models --csv', /--csv/], [2, 'serve --gpu h100', /--gpu/],
    [1, 'estimate llama-3.1-8b', /^gpu: is missing/], [1, 'estimate llama-3.1-8b --gpu h1000', /^gpu: "h1000" is not a known GPU. Close: h100-sxm5-80gb/],
    [1, 'estimate llama-9 --gpu h100', /^model: "llama-9" is not.*Close: llama-/],
    ...['-4', '0', 'NaN', 'Infinity', '-Infinity', '1e999', '1.5', '0x10', 'many', '2+', '1;2', '4k4', '10m', '9999999999k'].map(value => [1, `${h100} --batch ${value}`, /^workload.batch: /] as const),
    [1, `${h100} --prompt NaN`, /^workload.prompt: "NaN" is not a number/], [1, `${h100} --batch`, /^workload.batch: "" is not a number/], [1, `${h100} --batch --tp 2`, /^workload.batch: "" is/],
    [1, `${h100} --weights fp7`, /^precision.weights: "fp7".*Close: fp8/], [1, `${h100} --weights`, /^precision.weights: --weights needs a name/], [1, `${h100} --gpu`, /^gpu: /],
    [1, `${h100} --tp 5`, /^mesh.tp: /], [1, `${h100} --tp 2 --gpus 3`, /^gpus: /], [1, `${h100} --utilization 2`, /^utilization: /], [1, `${h100} --profile fast`, /^profile: /],
    [1, `${h100} --system none`, /^system: /], [1, `${h100} --price -1`, /^price: /], [1, `${h100} --cached 4k`, /^workload.cached: /], [1, `${h100} --count thop`, /^conventions.count: /],
    [1, `${h100} --attention half`, /^conventions.attention: /], [1, `${h100} --head none`, /^conventions.head: /], [1, `${h100} --mfu other`, /^conventions.mfu: /],
    [1, `${h100} --target 8`, /^workload.target: does not apply/], [1, `${h100} --audio-seconds 30`, /^workload.audioSeconds: does not apply/],
    ...['micro-batch', 'global-batch', 'tokens'].map(flag => [1, `${h100} --${flag} 0`, /^workload.*: .*(at least 1|greater than 0)/] as const),
    ...['pp', 'dp', 'cp', 'ep', 'etp'].map(flag => [1, `${h100} --${flag} 0`, new RegExp(`^mesh.${flag}: .*at least 1`)] as const),
    [1, `${h100} --pp 33`, /^mesh.pp: 32 layers do not make 33 stages/], [1, `${h100} --ep 2`, /^mesh.ep: The model has no experts. Close: 1/], [1, `${h100} --etp 2`, /^mesh.etp: The model has no experts/], [1, `${h100} --cp 2 --prompt 3`, /^mesh.cp: .*2 × 2 pieces. Close: 1/],
    [1, 'estimate deepseek-v3 --gpu h100 --dp 16 --ep 32', /^mesh.ep: .*must divide dp, which is 16. Close: 16, 8, 4/], [1, `${h100} --dp 4 --gpus 2`, /^gpus: .*which is 4/], [1, `${h100} --pp 2 --draft {"model":"llama-3.2-1b","tokens":2,"acceptance":0.5}`, /^workload.draft: .*not covered together with mesh.pp/],
    [1, `${h100} --chunk 0`, /^workload.chunk: /], [1, `${h100} --draft {"tokens":4}`, /^workload.draft.acceptance: /], [1, `${h100} --exit 33`, /^workload.exit: .*32/], [1, `${h100} --image 448x448`, /^workload.image: does not apply/], [1, `${h100} --images 1`, /^workload.images: /],
    [1, `${h100} --image 448`, /^workload.image: "448" is not a size/], [1, `${h100} --image 4x-4`, /^workload.image/], [1, `${h100} --zero 3`, /^training.zero: /], [1, `${h100} --zero 9`, /^training.zero: /],
    [1, `${h100} --offload half`, /^offload: "half" is not JSON/], [1, `${h100} --offload {"optimizer":1}`, /^offload.optimizer: /], [1, `${h100} --offload {"weights":1,"to":"nvme"}`, /^offload.bandwidth: /], [1, `${h100} --adapter {"rank":0}`, /^adapter.rank: must be at least 1/], [1, `${h100} --adapter {"rank":8,"targets":["qq_proj"]}`, /^adapter.targets.0: "qq_proj".*Close: q/],
    [1, `${h100} --train=yes`, /^workload.mode: --train takes no value/], [1, `${h100} extra`, /^arguments: "extra"/],
    [1, 'estimate none.json --gpu h100', /^model: none.json does not exist/], [1, 'estimate locked.json --gpu h100', /^model: locked.json may not be read/], [1, 'estimate ./empty --gpu h100', /^model: .\/empty is a folder/],
    [1, 'estimate huge.json --gpu h100', /^model: huge.json has 1000000000000 bytes/], [1, 'estimate /dev/endless --gpu h100', /^model: .*bytes/],
    [1, 'estimate cut.json --gpu h100', /^model: cut.json ends before/], [1, 'estimate list.json --gpu h100', /^model: /],
    [1, 'estimate m.onnx --gpu h100', /^model: m.onnx is not an ONNX file/], [1, `${h100} --axes {"height":4}`, /^workload.axes: /], [1, 'estimate w.gguf --gpu h100', /^model: w.gguf ends after 4 bytes/],
    [1, 'estimate llama-3.1-8b --gpu none.json', /^gpu: none.json does not exist/], [1, 'estimate llama-3.1-8b --gpu wrong.json', /^gpu.bandwidth: /], [1, 'estimate llama-3.1-8b --gpu cut.json', /^gpu: cut.json/], [1, 'estimate llama-3.1-8b --gpu huge.json', /^gpu: huge.json has/],
    [1, 'explain llama-3.1-8b speed --gpu h100', /^quantity: "speed".*Close: /], [1, 'explain llama-3.1-8b tpot', /^gpu: /],
    [1, 'gpus h1000', /^gpu: .*Close: h100/], [1, 'models llama', /^model: "llama" stands for several/], [1, 'gpus a b', /^arguments: /],
    [2, 'plan', /MODEL is missing/], [1, 'plan llama-3.1-8b --gpu h100', /^gpus: is missing/], [1, 'plan llama-3.1-8b --gpu h100 --gpus 8', /^workload.mode: A plan is for training/],
    [1, 'serve', /^serve: The page does not exist/], [1, 'serve --port 80', /^port: /], [1, 'serve --port 81', /^port: Port 81 is in use. Close: 82/], [1, 'serve --port x', /^port: "x" is not a port/], [1, 'serve --port 70000', /^port: /],
  ])('%d: roofline %s', async (status, command, said) => {
    const result = await run(line(command))
    expect(result.err).toMatch(said)
    expect(result.err).not.toMatch(/\s+at .+:\d+:\d+|undefined|\[object/)
    expect([result.status, result.out]).toEqual([status, ''])
  })

  test.each([
    h100, `${h100} --batch 128k`, `${h100} --sequence 512`, 'estimate vit-b-16 --gpu h100', 'estimate whisper-tiny --gpu h100 --prompt 4 --output 100', `${h100} --sequence-parallel --tp 2 --batch 4`, 'estimate mine/config.json --gpu h100', 'estimate config.json --gpu own.json', 'explain llama-3.1-8b --gpu h100',
    'explain llama-3.1-8b tpot --gpu h100', 'gpus', 'gpus 4090', 'models', 'models llama-3.1-8b', '--help', '-h', '--version', 'gpus --help', 'estimate --help', 'estimate meta-llama/Llama-3.1-8B --gpu h100 --output 0',
    'estimate llama-3.1-405b --gpu rtx-4090', '--batch 2 estimate llama-3.1-8b --gpu h100',
  ])('0: roofline %s', async command => {
    const { status, out, err } = await run(line(command))
    expect([status, err]).toEqual([0, ''])
    sound(out)
  // All models at once take a while beside other tests.
  }, 20_000)

  test('a name may be empty', async () => {
    expect(await run(['estimate', '', '--gpu', 'h100'])).toMatchObject({ status: 1, out: '', err: expect.stringMatching(/^model: / ) })
    expect(await run(['estimate', 'llama-3.1-8b', '--gpu', 'h100', '--batch', ''])).toMatchObject({ status: 1, err: 'workload.batch: "" is not a number.\n' })
  })
})

describe('JSON', () => {
  test.each([`${h100} --batch -4`, `${h100} --batch x`, 'estimate none.json --gpu h100', 'estimate llama-3.1-8b', 'gpus h1000', 'models h1000', 'plan llama-3.1-8b', 'explain llama-3.1-8b nothing --gpu h100', `${h100} extra`, `${h100} --csv`])('problems of %s are a report', async command => {
    const { status, out, err } = await run([...line(command), '--json'])
    expect([status, err]).toEqual([1, ''])
    const report = JSON.parse(out) as Report
    expect(report).toMatchObject({ schema: 'roofline/1', model: null, phases: [], memory: null, metrics: null })
    expect(report.problems.length).toBeGreaterThan(0)
  })

  test('a report, indented by two', async () => {
    const { out } = await run(line(`${h100} --batch 16 --json`))
    const report = JSON.parse(out)
    expect(report.scenario.workload.batch).toBe(16)
    expect(report.phases).toHaveLength(2)
    expect(out).toBe(`${JSON.stringify(report, null, 2)}\n`)
  })

  test('the data entries', async () => {
    const entries = JSON.parse((await run(['gpus', '--json'])).out) as { id: string; bandwidth: object }[]
    expect(entries.map(entry => entry.id)).toEqual(gpus.map(gpu => gpu.id))
    expect(entries[0]!.bandwidth).toMatchObject({ unit: 'bytes/s', source: expect.any(Array), confidence: expect.any(String) })
    expect(JSON.parse((await run(['gpus', '4090', '--json'])).out)).toMatchObject([{ id: 'rtx-4090' }])
    expect(JSON.parse((await run(['models', '--json'])).out)).toEqual(models)
    expect(JSON.parse((await run(['models', 'llama-3.1-8b', '--json'])).out)).toMatchObject([{ id: 'llama-3.1-8b' }])
  })

  test('a quantity, and all that can be explained', async () => {
    expect(JSON.parse((await run(line('explain llama-3.1-8b tpot --gpu h100 --json'))).out)).toMatchObject({ path: 'metrics/tpot', unit: 's' })
    expect(JSON.parse((await run(line('explain llama-3.1-8b --gpu h100 --json'))).out)).toContain('decode/decoder/attn/qkv/bytes')
  })
})

describe('a scenario on standard input', () => {
  const scenario = { model: 'llama-3.1-8b', gpu: 'h100', workload: { batch: 16 } }
  test('is answered as its flags would be', async () => {
    const [piped, typed] = await Promise.all([run(['estimate', '-', '--json'], JSON.stringify(scenario)), run(line(`${h100} --batch 16 --json`))])
    expect(piped.out).toBe(typed.out)
  })
  test('is changed by flags', async () => {
    const { out } = await run(line('estimate - --tp 2 --prompt 1k --json'), JSON.stringify(scenario))
    expect(JSON.parse(out).scenario).toMatchObject({ workload: { batch: 16, prompt: 1000 }, mesh: { tp: 2 } })
  })
  test.each(['', '[]', '5', 'null', '{', '{}', '{"model":5,"gpu":6}', '{"model":"llama-3.1-8b","gpu":"h100","workload":[]}', '{"model":"llama-3.1-8b","gpu":"h100","bach":1}', `"${'a'.repeat(longest)}"`])('%.60s is a problem', async text => {
    const { status, out, err } = await run(line('estimate - --batch 4'), text)
    expect([status, out]).toEqual([1, ''])
    expect(err).toMatch(/^[\w.]+: /)
  })
})

test('CSV has a row for every kernel and phase', async () => {
  const [text, json] = await Promise.all([run(line(`${h100} --csv`)), run(line(`${h100} --json`))])
  const [header, ...rows] = text.out.trimEnd().split('\n')
  const kernels = (JSON.parse(json.out) as Report).phases.flatMap(phase => phase.kernels)
  expect(header).toBe('phase,kernel,times,flops [FLOP],bytes [B],sent [B],intensity [FLOP/B],bound [s],estimate [s],limit')
  expect(rows).toHaveLength(kernels.length)
  expect(rows.every(row => row.split(',').length === 10)).toBe(true)
  const bytes = rows.map(row => Number(row.split(',')[4]))
  expect(bytes).toEqual(kernels.map(kernel => kernel.bytes))
})

test('layers as CSV and JSON; what is no network has none', async () => {
  const [csv, json, decoder, both] = await Promise.all(['layers resnet18 --gpu l4 --csv', 'layers resnet18 --gpu l4 --json', `layers gpt2 --gpu l4`, 'layers resnet18 --gpu l4 --csv --json'].map(command => run(line(command))))
  const { layers: list } = JSON.parse(json?.out ?? '') as Layers
  expect(csv?.out.trimEnd().split('\n').slice(1).map(row => row.split(',')[0])).toEqual(list.map(({ id }) => id))
  expect([decoder?.status, decoder?.out]).toEqual([1, ''])
  expect(decoder?.err).toContain('roofline estimate')
  expect([both?.status, both?.out]).toEqual([1, expect.stringContaining('exclude each other')])
})

test.each(['efficientnet-b7', 'swin3d-b', 'mvit-v2-s', 'maskrcnn-resnet50-fpn', 'unet'])('the layers of %s keep to 80 columns', async model => {
  const { status, out } = await run(['layers', model, '--gpu', 'b300-sxm', '--batch', '64'])
  expect(status).toBe(0)
  sound(out)
})

test('the hint of an estimate is a command that works', async () => {
  const { out } = await run(line('estimate deepseek-v3 --gpu h200 --tp 8 --batch 16 --prompt 2*1024'))
  const hint = out.slice(out.indexOf('roofline explain')).replaceAll(' \\\n', ' ').trim().replaceAll("'", '')
  const { status, out: explained } = await run(line(hint).slice(1))
  expect([status, explained]).toEqual([0, expect.stringContaining('HBM traffic')])
})

test.each(['llama-3.1-8b', 'deepseek-v3', 'gemma-3-27b', 'gpt-oss-120b', 'gpt2'])('every path that is listed for %s can be explained, in 80 columns', async model => {
  const flagsOf = ['--gpu', 'b300-sxm', '--prompt', '512']
  const paths = (await run(['explain', model, ...flagsOf])).out.trimEnd().split('\n')
  for (const path of paths) {
    const { status, out, err } = await run(['explain', model, path, ...flagsOf])
    expect([path, status, err]).toEqual([path, 0, ''])
    sound(out)
  }
}, 60_000)

test.each([['qwen3-vl-2b', '640x480'], ['qwen2.5-vl-7b', '1080x1920'], ['llama-4-scout', '1000x2000'], ['kimi-k2.5-nvfp4', '900x900']])('every path of %s with an image of %s can be explained, in 80 columns', async (model, image) => {
  const flagsOf = ['--gpu', 'b300-sxm', '--tp', '4', '--prompt', '512', '--images', '3', '--image', image]
  const paths = (await run(['explain', model, ...flagsOf])).out.trimEnd().split('\n')
  for (const path of paths.filter(name => /^(?:prefill|memory|model|metrics)/.test(name))) {
    const { status, out, err } = await run(['explain', model, path, ...flagsOf])
    expect([path, status, err]).toEqual([path, 0, ''])
    sound(out)
  }
}, 60_000)

test('an estimate of a prefill says what images it sees', async () => {
  const { out } = await run(line('estimate qwen3-vl-2b --gpu h100 --prompt 100 --output 1 --images 2 --image 640x480'))
  sound(out)
  expect(out.replaceAll(/\s+/g, ' ')).toContain('Prefill of 1 × 100 tokens and 2 images of 640 × 480 pixels is bound by')
  const json = JSON.parse((await run(line('estimate qwen3-vl-2b --gpu h100 --images 1 --json'))).out) as Report
  expect(json.scenario.workload).toMatchObject({ images: 1, image: [768, 768] })
})

test('an estimate of a training step says what its MFU is of', async () => {
  const { out } = await run(line('estimate llama-3.1-8b --gpu b300 --train --sequence 8192 --dp 8 --zero 3 --mfu nemo'))
  sound(out)
  expect(out).toContain('\n  MFU as nemo counts: 57.9 GFLOP per token, of 2.25 PFLOP/s per GPU\n')
})

test.each(models.map(model => model.id))('%s is told in 80 columns', async model => {
  for (const flagsOf of [['--gpu', 'b300-sxm', '--prompt', '512', '--batch', '4'], ['--gpu', 't4', '--prompt', '512', '--activations', 'fp16']]) {
    const { status, out, err } = await run(['estimate', model, ...flagsOf])
    if (status === 0) sound(out)
    else expect([status, out, err]).toEqual([1, '', expect.stringMatching(/^[\w.]+: /)])
  }
})

test.each(gpus.map(gpu => gpu.id))('%s is told in 80 columns', async id => {
  sound((await run(['gpus', id])).out)
})

describe('numbers', () => {
  test.each([
    ['128k', 128000], ['2*4096', 8192], ['70B', 70e9], ['1.5M', 1.5e6], ['64Ki', 65536], ['1Mi', 2 ** 20], ['2Gi', 2 ** 31], ['3G', 3e9], ['1T', 1e12], ['2*(3+4)', 14], ['2^10', 1024],
    ['1e3', 1000], ['-4', -4], ['+4', 4], ['.5', 0.5], ['1.1M', 1.1e6], ['1.001B', 1.001e9], ['2*1k', 2000], ['7/2', 3.5], ['2Ki*3', 6144], [' 8 ', 8], ['-2*3', -6],
  ])('%s is %d', async (text, value) => expect(await readNumber(text)).toBe(value))
  test.each(['', ' ', 'k', 'x', 'pi', 'e', 'i', 'sqrt(4)', 'a=3', '1:3', '[1,2]', '1;2', '2 3', '2(3)', '3!', '5%', '1/0', '9^999', '"4"', '2 kg', '0x10', '1_000', '1,000', '{}', '4k4', '4kk', '4m', '1e', '('.repeat(60), '1+'.repeat(80)])('%s is none', async text => {
    expect(await readNumber(text)).toBeNull()
  })
})

test('every flag of the command line is in the help of estimate', async () => {
  const { out } = await run(['estimate', '--help'])
  expect(flags.filter(flag => !out.includes(`--${flag.name} `))).toEqual([])
  expect(new Set(flags.map(flag => flag.field)).size).toBe(flags.length)
  for (const command of commands) sound((await run([command.name, '--help'])).out)
})
