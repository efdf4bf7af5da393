#!/usr/bin/env node
/** The program: Node's streams and files around `main`. */
import { open, readdir, readFile, stat } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Io, Stat } from './io.js'
import { main } from './main.js'
import { start } from './serve.js'

const here = dirname(fileURLToPath(import.meta.url))

// Whoever reads the output may have seen enough.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (failure: NodeJS.ErrnoException) => { process.exit(failure.code === 'EPIPE' ? 0 : 1) })
}

async function stdin(most: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > most) throw new Error('too much')
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function statOf(path: string): Promise<Stat | null> {
  try {
    const found = await stat(path)
    return { kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other', size: found.size }
  } catch (failure) {
    return (failure as NodeJS.ErrnoException).code === 'EACCES' ? { kind: 'other', size: 0 } : null
  }
}

async function textOf(path: string, most: number): Promise<string> {
  const file = await open(path)
  try {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= most) break
    }
    return Buffer.concat(chunks).subarray(0, most).toString('utf8')
  } finally {
    await file.close()
  }
}

async function bytesOf(path: string, start: number, end: number): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(end - start), 0, end - start, start)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function serve(port: number, began: (address: string) => void): Promise<void> {
  const folder = join(here, '..', 'app')
  await stat(folder)
  const server = await start(folder, port)
  began(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`)
  await new Promise<void>(ended => {
    const close = () => { server.close(() => { ended() }); server.closeAllConnections() }
    process.once('SIGINT', close).once('SIGTERM', close)
  })
}

const io: Io = {
  stdin, stat: statOf, readFile: textOf, readBytes: bytesOf, list: path => readdir(path), serve,
  stdout: text => { process.stdout.write(text) },
  stderr: text => { process.stderr.write(text) },
  version: async () => (JSON.parse(await readFile(join(here, '..', '..', 'package.json'), 'utf8')) as { version: string }).version,
}

process.exitCode = await main(process.argv.slice(2), io)
