/** The command line over real files of weights. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Io } from '../../src/cli/io.js'
import { main } from '../../src/cli/main.js'
import { bytes, resnet } from './onnx-files.js'
import { gguf, safetensors, type Meta, type Shape } from './weight-files.js'

const folder = mkdtempSync(join(tmpdir(), 'roofline-'))
afterAll(() => { rmSync(folder, { recursive: true }) })

const config = { model_type: 'llama', hidden_size: 256, intermediate_size: 512, num_attention_heads: 4, num_hidden_layers: 1, vocab_size: 100 }
const meta: Meta = { 'general.architecture': 'llama', 'llama.block_count': 1, 'llama.embedding_length': 256, 'llama.feed_forward_length': 512, 'llama.attention.head_count': 4 }
const tensors: Shape[] = [{ name: 'token_embd.weight', shape: [256, 100], type: 'Q8_0' }, { name: 'blk.0.attn_q.weight', shape: [256, 256], type: 'Q4_K' }]

function write(path: string, { header, size }: { readonly header: Uint8Array; readonly size: number }): void {
  const bytes = new Uint8Array(size)
  bytes.set(header)
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), bytes)
}
const json = (value: unknown): { header: Uint8Array; size: number } => { const header = new TextEncoder().encode(JSON.stringify(value)); return { header, size: header.length } }

write('model.gguf', gguf(meta, tensors))
write('only/model.gguf', gguf(meta, tensors))
write('cut.gguf', { ...gguf(meta, tensors), size: 5000 })
write('split/m-00001-of-00002.gguf', gguf({ ...meta, 'split.count': 2 }, tensors.slice(0, 1)))
write('split/m-00002-of-00002.gguf', gguf({ 'split.count': 2 }, tensors.slice(1)))
write('half/m-00001-of-00002.gguf', gguf({ ...meta, 'split.count': 2 }, tensors.slice(0, 1)))
write('lone/model.safetensors', safetensors({ 'lm_head.weight': ['BF16', [2, 2], 8] }))
write('whole/config.json', json(config))
write('whole/tokenizer.json', json({ version: 1 }))
write('whole/model.safetensors', safetensors({ 'lm_head.weight': ['BF16', [2, 2], 8] }))

const graph = (parts: Uint8Array): { header: Uint8Array; size: number } => ({ header: parts, size: parts.length })
write('r18.onnx', graph(bytes(resnet([2, 2, 2, 2], false))))
write('net.param', graph(new TextEncoder().encode('7767517\n2 2\nInput i 0 1 x\nConvolution c 1 1 x y 0=8 1=3 4=1 6=216\n')))

async function run(command: string): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const io: Io = {
    stdin: () => Promise.resolve(''), stdout: text => { out += text }, stderr: text => { err += text },
    stat: path => stat(path).then(found => ({ kind: found.isDirectory() ? 'folder' as const : 'file' as const, size: found.size }), () => null),
    readFile: path => readFile(path, 'utf8'), list: path => readdir(path), serve: () => Promise.reject(new Error('no')), version: () => Promise.resolve('1'),
    readBytes: async (path, start, end) => {
      const file = await open(path)
      try { return (await file.read(new Uint8Array(end - start), 0, end - start, start)).buffer } finally { await file.close() }
    },
  }
  return { status: await main(command.split(' ').map(word => word.replace('@', `${folder}/`)), io), out, err }
}

test.each(['@model.gguf', '@only', '@only/', '@split/m-00001-of-00002.gguf', '@split/m-00002-of-00002.gguf', '@split', '@whole', '@whole/model.safetensors', '@whole/config.json'])('estimate %s', async operand => {
  const { status, out, err } = await run(`estimate ${operand} --gpu h100 --json`)
  expect([status, err]).toEqual([0, ''])
  expect((JSON.parse(out) as { model: { parameters: number } }).model.parameters).toBeGreaterThan(2e5)
})

test.each<readonly [operand: string, said: RegExp]>([
  ['@cut.gguf', /^model: cut.gguf has 5000 bytes, and its tensors need \d+: it is cut short/], ['@lone/model.safetensors', /^model: model.safetensors does not say .*config.json/], ['@half/m-00001-of-00002.gguf', /^model: .*one of 2 parts/],
  ['@half', /^model: .*one of 2 parts/], ['@lone', /^model: .*is a folder without a config.json or a .gguf/], ['@none.gguf', /^model: .*does not exist/],
])('%s is refused', async (operand, said) => {
  const { status, out, err } = await run(`estimate ${operand} --gpu h100`)
  expect(err.replaceAll('\n', ' ')).toMatch(said)
  expect([status, out]).toEqual([1, ''])
})

test.each([
  ['@r18.onnx --image 224x224', 1_814_073_344], ['@r18.onnx --axes {"height":224,"width":224}', 1_814_073_344], ['@r18.onnx --axes {"height":224,"width":224,"batch":4}', 1_814_073_344], ['@net.param --image 10x20', 43_200],
])('estimate %s', async (operand, macs) => {
  const { status, out, err } = await run(`estimate ${operand} --gpu h100 --json`)
  expect([status, err]).toEqual([0, ''])
  expect((JSON.parse(out) as { model: { macs: number } }).model.macs).toBe(macs)
})

test('a file of a graph is asked for its axes, prints its kernels and explains them', async () => {
  const { status, err } = await run('estimate @r18.onnx --gpu h100')
  expect([status, err]).toEqual([1, expect.stringMatching(/^workload.axes.height: height, dimension 3 of the input input, .*224\n.*width/s) as string])
  expect((await run('estimate @r18.onnx --gpu h100 --image 224x224')).out).toContain('Conv_0')
  const explained = await run('explain @r18.onnx forward/Conv_0/flops --gpu h100 --image 224x224')
  expect([explained.status, explained.err]).toEqual([0, ''])
  expect(explained.out).toContain('dimension 3 of Conv_0_0 = floor((224 + 1) / 2)')
})
