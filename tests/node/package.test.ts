/** The package as a stranger gets it: packed, installed into an empty project, imported and run there. */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setup } from '../pages/built.js'

interface Manifest {
  readonly exports: Record<string, string | { readonly types: string, readonly default?: string }>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const project = mkdtempSync(join(tmpdir(), 'roofline-package-'))
const installed = join(project, 'node_modules', 'roofline')
const minutes = 60_000

const npm = (cwd: string, ...args: string[]) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Runs a module in the project and gives what it prints. */
async function node(code: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], { cwd: project })
  return stdout.trim()
}

beforeAll(() => {
  setup()
  npm(root, 'pack', '--ignore-scripts', '--pack-destination', project)
  const tarball = readdirSync(project).find(file => file.endsWith('.tgz'))!
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
  npm(project, 'install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`)
}, 5 * minutes)

afterAll(() => { rmSync(project, { recursive: true, force: true }) })

test('holds what its exports name', () => {
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest
  expect(Object.keys(exports)).toEqual(['.', './core', './explain', './serving', './ui', './define', './data', './embed', './react', './custom-elements.json', './schema/scenario.json', './schema/report.json', './package.json'])
  const files = Object.values(exports).flatMap(entry => (typeof entry === 'string' ? [entry] : Object.values(entry)))
  expect(files.filter(file => !existsSync(join(installed, file)))).toEqual([])
})

test('imports only what it declares', () => {
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { readonly dependencies: Readonly<Record<string, string>> }
  const modules = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.js') && !/^(app|embed)\//.test(file))
  const imported = modules.flatMap(file => [...readFileSync(join(installed, 'dist', file), 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*(["'])([@a-z][^"'\s]*)\1/g)].map(match => match[2] ?? ''))
  const packages = new Set(imported.map(name => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name).filter(name => !name.startsWith('node:')))
  expect(packages).toContain('lit')
  expect([...packages].filter(name => dependencies[name] === undefined)).toEqual([])
})

test('names no path of the machine that built it', () => {
  const texts = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' }).filter(file => /\.(js|ts|html|css)$/.test(file))
  expect(texts.filter(file => readFileSync(join(installed, 'dist', file), 'utf8').includes(root))).toEqual([])
})

test('the core and the data run in Node', async () => {
  const names = await node(`console.log(JSON.stringify([await import('roofline'), await import('roofline/data')].map(module => Object.keys(module))))`)
  const [core, data] = JSON.parse(names) as string[][]
  expect(core).toEqual(expect.arrayContaining(['analyze', 'explain', 'readModel', 'gpus', 'models']))
  expect(data).not.toHaveLength(0)
})

test('the core answers for decoders, says what it lacks, and loads it', async () => {
  const codes = `const { analyze, load, models } = await import('roofline/core')
    const ask = model => analyze({ model, gpu: 'h100-sxm5-80gb' }).problems.filter(({ severity, code }) => severity === 'error' || code === 'not-loaded').map(({ code }) => code)
    const before = [ask('llama-3.1-8b'), ask('resnet50')]
    await load()
    console.log(JSON.stringify([before, ask('resnet50'), models.length === (await import('roofline/data')).models.length]))`
  expect(JSON.parse(await node(codes))).toEqual([[[], ['unknown-model', 'not-loaded']], [], true])
})

test.each(['roofline', 'roofline/serving', 'roofline/data'])('a bundle of %s alone has every part', async entry => {
  // Bundlers drop modules that are said to have no effects: those that add the parts are not.
  writeFileSync(join(project, 'entry.js'), `export * from '${entry}'; export { findModel } from 'roofline/core'`)
  await build({ root: project, configFile: false, logLevel: 'silent', build: { outDir: 'made', target: 'es2022', lib: { entry: 'entry.js', formats: ['es'], fileName: 'entry' } } })
  expect(await node(`console.log((await import('./made/entry.js')).findModel('resnet50').id)`)).toBe('resnet50')
}, minutes)

test.each(['ui', 'define', 'embed'])('roofline/%s resolves', async entry => {
  expect(await node(`console.log(import.meta.resolve('roofline/${entry}'))`)).toMatch(/^file:.*\/node_modules\/roofline\/dist\//)
})

test('its types resolve', () => {
  const entries = ['roofline', 'roofline/core', 'roofline/explain', 'roofline/serving', 'roofline/ui', 'roofline/define', 'roofline/data', 'roofline/embed']
  writeFileSync(join(project, 'use.ts'), entries.map((entry, i) => `import * as entry${String(i)} from '${entry}'\nvoid entry${String(i)}\n`).join(''))
  const compilerOptions = { noEmit: true, strict: true, module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'], types: [], skipLibCheck: false }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }))
  let complaints = ''
  try {
    execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], { cwd: project, encoding: 'utf8' })
  } catch (failure) {
    complaints = (failure as { stdout: string }).stdout
  }
  // What other packages declare wrongly is theirs.
  const own = complaints.split('\n').filter(line => !line.startsWith('node_modules/') || line.startsWith('node_modules/roofline/'))
  expect(own.join('\n')).toBe('')
}, 2 * minutes)

test('the command line starts', async () => {
  const { stdout } = await promisify(execFile)(join(project, 'node_modules', '.bin', 'roofline'), ['gpus', '--json'], { cwd: project, maxBuffer: 1e8 })
  expect(JSON.parse(stdout)).toBeInstanceOf(Array)
})

test("README's first sample runs as printed", async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const sample = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(match => match[1]!).find(code => code.includes("from 'roofline'"))
  expect(sample, 'README.md has a js block that imports roofline').toBeDefined()
  expect(await node(sample!)).not.toBe('')
})
