/**
 * The Chromium that tests run in: $CHROMIUM_PATH, else the one inside the npm package @sparticuz/chromium, unpacked once
 * into node_modules/.cache. A Chromium installed on the system is not used unasked, nor are the system's fonts: each draws
 * text a little differently, and screenshots are compared exactly.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'

export interface Browser {
  readonly executablePath: string
  readonly args: string[]
  /** The environment to start it in. */
  readonly env: Record<string, string>
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = [
  '--no-sandbox', '--disable-dev-shm-usage', '--font-render-hinting=none', '--force-color-profile=srgb', '--hide-scrollbars',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
]

/** Finds or unpacks the browser and says how to start it. */
export async function chromium(): Promise<Browser> {
  const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
  const own = env['CHROMIUM_PATH']
  if (own) return { executablePath: own, args, env }
  const dir = await unpack()
  const executablePath = join(dir, 'chromium')
  env['FONTCONFIG_FILE'] = join(dir, 'fonts.conf')
  if (lacksLibraries(executablePath)) env['LD_LIBRARY_PATH'] = [join(dir, 'lib'), env['LD_LIBRARY_PATH']].filter(Boolean).join(':')
  return { executablePath, args, env }
}

/** Whether the system lacks a shared library that the browser loads, so that it needs the ones of the package. */
function lacksLibraries(executable: string): boolean {
  const { stdout, error } = spawnSync('ldd', [executable], { encoding: 'utf8' })
  return error !== undefined || stdout.includes('not found')
}

/** Unpacks browser, libraries and fonts into a folder of their own and renames it into place when it is complete. */
async function unpack(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const name = join('@sparticuz', 'chromium')
  const home = entry.slice(0, entry.lastIndexOf(name) + name.length)
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }
  const dir = join(root, 'node_modules', '.cache', `chromium-${version}`)
  if (existsSync(join(dir, 'fonts.conf'))) return dir
  const partial = `${dir}.${String(process.pid)}`
  mkdirSync(partial, { recursive: true })
  writeFileSync(join(partial, 'chromium'), await inflate(join(home, 'bin', 'chromium.br')), { mode: 0o755 })
  for (const archive of ['swiftshader', 'fonts', 'al2023']) {
    const { status, stderr, error } = spawnSync('tar', ['-xf', '-', '-C', partial], { input: await inflate(join(home, 'bin', `${archive}.tar.br`)) })
    if (status !== 0) throw new Error(`Cannot unpack ${archive}: ${error?.message ?? stderr.toString()}`)
  }
  writeFileSync(join(partial, 'fonts.conf'), `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(dir, 'fonts')}</dir><cachedir>${join(dir, 'font-cache')}</cachedir></fontconfig>
`)
  rmSync(dir, { recursive: true, force: true })
  try {
    renameSync(partial, dir)
  } catch (failure) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(join(dir, 'fonts.conf'))) throw failure
  }
  return dir
}

const inflate = async (file: string): Promise<Buffer> => promisify(brotliDecompress)(await readFile(file))
