/** A static server and a browser, for pages that are opened as a reader opens them. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { chromium as playwright, type Browser } from 'playwright'
import { chromium } from '../../scripts/chromium.js'

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json' }
/** What the elements must work under: no inline script or style, nothing from elsewhere, no eval. */
export const policy = "default-src 'self'; script-src 'self'; style-src 'self'"

/** Serves folders by their prefix of the path, until `close`. */
export async function serve(folders: Readonly<Record<string, string>>): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname))
    const prefix = Object.keys(folders).filter(start => path.startsWith(start)).sort((a, b) => b.length - a.length)[0]
    const file = prefix === undefined ? '' : join(folders[prefix] ?? '', path.slice(prefix.length), path.endsWith('/') ? 'index.html' : '')
    readFile(file).then(
      body => response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-security-policy': policy }).end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, close: () => server.close() }
}

/** The browser of all tests, to be closed by who asks. */
export async function launch(): Promise<Browser> {
  const { executablePath, args, env } = await chromium()
  return playwright.launch({ executablePath, args, env })
}
