/** A static server for the built page, on this machine only. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extname, join, resolve, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.json': 'application/json', '.map': 'application/json', '.webmanifest': 'application/manifest+json', '.svg': 'image/svg+xml', '.png': 'image/png',
  '.ico': 'image/x-icon', '.txt': 'text/plain; charset=utf-8', '.wasm': 'application/wasm', '.woff2': 'font/woff2',
}

/** Starts serving a folder; rejects where it cannot listen. Port 0 takes a free one. */
export async function start(folder: string, port: number): Promise<Server> {
  const server = createServer((request, response) => { answer(folder, request, response).catch(() => response.destroy()) })
  await new Promise<void>((began, failed) => server.once('error', failed).listen(port, '127.0.0.1', began))
  return server
}

/** The file that an address names; null where it is malformed or leads out of the folder. */
export function fileOf(folder: string, address: string): string | null {
  try {
    const path = decodeURIComponent(address.split(/[?#]/)[0] ?? '')
    if (path.includes('\0') || path.includes('\\')) return null
    const root = resolve(folder)
    const file = resolve(join(root, path))
    return file === root || file.startsWith(root + sep) ? file : null
  } catch {
    return null
  }
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const end = (status: number, text: string) => response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
  if (request.method !== 'GET' && request.method !== 'HEAD') return void end(405, 'Only GET and HEAD are answered.\n')
  let file = fileOf(folder, request.url ?? '/')
  let found = file === null ? null : await stat(file).catch(() => null)
  if (file !== null && found?.isDirectory()) {
    file = join(file, 'index.html')
    found = await stat(file).catch(() => null)
  }
  if (file === null || !found?.isFile()) return void end(404, 'Not found.\n')
  response.writeHead(200, {
    'content-type': types[extname(file).toLowerCase()] ?? 'application/octet-stream', 'content-length': found.size,
    'cache-control': 'no-cache', 'x-content-type-options': 'nosniff',
  })
  if (request.method === 'HEAD') response.end()
  else createReadStream(file).on('error', () => response.destroy()).pipe(response)
}
