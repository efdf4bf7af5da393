/** The static server: what it gives and what it keeps to itself. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileOf, start } from '../../src/cli/serve.js'

const root = mkdtempSync(join(tmpdir(), 'roofline-serve-'))
const folder = join(root, 'app')
let server: Server

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'), { recursive: true })
  mkdirSync(`${folder}-secret`)
  writeFileSync(join(folder, 'index.html'), '<p>page</p>')
  writeFileSync(join(folder, 'assets', 'a b.js'), 'code')
  writeFileSync(join(root, 'secret.txt'), 'secret')
  writeFileSync(join(`${folder}-secret`, 'x.txt'), 'secret')
  server = await start(folder, 0)
})
afterAll(() => {
  server.close()
  rmSync(root, { recursive: true })
})

/** A request with the path exactly as it is written. */
function get(path: string, method = 'GET'): Promise<{ status: number; type: string; body: string }> {
  return new Promise((resolve, reject) => {
    request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', path, method }, response => {
      let body = ''
      response.on('data', (chunk: Buffer) => { body += chunk.toString() }).on('end', () => { resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }) })
    }).on('error', reject).end()
  })
}

test('gives files with their types', async () => {
  expect(await get('/')).toEqual({ status: 200, type: 'text/html; charset=utf-8', body: '<p>page</p>' })
  expect(await get('/index.html?a=1#b')).toMatchObject({ status: 200 })
  expect(await get('/assets/a%20b.js')).toEqual({ status: 200, type: 'text/javascript; charset=utf-8', body: 'code' })
  expect(await get('/', 'HEAD')).toMatchObject({ status: 200, body: '' })
})

test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/../../secret.txt', '//../secret.txt', '/../app-secret/x.txt', '/%', '/%00', '/..\\secret.txt', '/..%5csecret.txt', '/none', '/assets'])('%s is not found', async path => {
  expect(await get(path)).toMatchObject({ status: 404, body: 'Not found.\n' })
})

test('answers nothing but GET and HEAD', async () => {
  expect(await get('/', 'POST')).toMatchObject({ status: 405 })
})

test('no address leads out of the folder', () => {
  for (const address of ['/../x', '/a/../../x', '/%2e%2e%2fx']) expect(fileOf('/srv/app', address)).toBeNull()
  expect(fileOf('/srv/app', '/a/../b')).toBe('/srv/app/b')
})

test('a port in use is an error', async () => {
  await expect(start(folder, (server.address() as AddressInfo).port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
