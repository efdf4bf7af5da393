/**
 * Weighs what the build made against the budgets below and prints the table; exits 1 where one is exceeded.
 *
 *  - core: `dist/core.js` bundled and minified; data modules (`dist/data/`, `dist/_virtual/`) and packages stay outside.
 *    What only a dynamic import reaches is not counted: it is loaded on demand. With all parts, `dist/index.js` likewise.
 *  - first load: the scripts that the page pulls in through its own tags and static imports, however deep.
 *  - embed: the one file, all of it; it may import nothing but mathjs, and that on demand. What stands beside it is not counted. What the documentation says of it
 *    is held to within a kilobyte.
 *
 * A goal below its limit is missed and known (ADR 21 says what is left). The limit keeps it from growing until that is mended.
 *
 * Workers start after it and are not counted. mathjs is told by a property of its function dispatch, a name that minifying
 * keeps; it may be in no first load.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, runnerImport } from 'vite'

const budgets = [
  { name: 'core without data', limit: 46.5e3, goal: 30e3, measure: () => core('dist/core.js') },
  { name: 'with all parts', limit: 76.5e3, measure: () => core('dist/index.js') },
  { name: 'app, first load', limit: 130e3, goal: 130e3, measure: () => firstLoad(scriptsOf('dist/app/index.html')) },
  { name: 'embed', limit: 107e3, goal: 95e3, measure: () => stated(alone('dist/embed/roofline.js')) },
]

const mathjs = 'onMismatch'
const root = dirname(dirname(fileURLToPath(import.meta.url)))

async function core(file) {
  const { module: { together } } = await runnerImport(join(root, 'scripts/bundle.ts'), { configFile: false, logLevel: 'silent' })
  const [{ output }] = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [together(), {
      name: 'without-data',
      enforce: 'pre',
      resolveId: (id, importer) => importer && /(^|\/)(data|_virtual)\/(?!index\.js$).*\.js$/.test(id) ? { id: resolve(dirname(importer), id), external: true } : null,
    }],
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: join(root, file), formats: ['es'] },
      // As in the embed: what the core shares with the parts that it loads on demand stays in it, and is counted once.
      rolldownOptions: { external: id => /^[^./]/.test(id) && !id.startsWith(root), preserveEntrySignatures: 'allow-extension', output: { minify: true } },
    },
  })
  const entry = output.find(chunk => chunk.type === 'chunk' && chunk.isEntry)
  const chunks = new Set()
  const add = chunk => {
    if (!chunk || chunk.type !== 'chunk' || chunks.has(chunk)) return
    chunks.add(chunk)
    for (const name of chunk.imports) add(output.find(other => other.fileName === name))
  }
  add(entry)
  for (const chunk of chunks) if (chunk.imports.some(name => /^mathjs(\/|$)/.test(name))) throw new Error('the core loads mathjs statically')
  return [...chunks].reduce((sum, chunk) => sum + gzipSync(chunk.code).length, 0)
}

/** The scripts that a page names, preloaded ones included. */
function scriptsOf(page) {
  const html = readFileSync(join(root, page), 'utf8')
  const tags = html.match(/<(?:script|link)\b[^>]*>/g) ?? []
  return tags.flatMap(tag => /\b(?:src|href)="([^"]+\.m?js)"/.exec(tag)?.[1] ?? []).map(path => resolve(root, dirname(page), path))
}

/** What a script imports at once, and what on demand by name. */
const statics = code => [...code.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{][\w$*{},\s]*from\s*)?(["'`])([^"'`]+)\1/g)].map(match => match[2])
const dynamics = code => [...code.matchAll(/\bimport\((["'`])([^"'`]+)\1\)/g)].map(match => match[2])

/** The gzip size of a file that needs no other. */
function alone(file) {
  const code = readFileSync(join(root, file), 'utf8')
  if (code.includes(mathjs)) throw new Error(`${file} contains mathjs`)
  const needed = [...statics(code), ...dynamics(code).filter(path => path !== 'mathjs/number')]
  if (needed.length > 0) throw new Error(`${file} imports ${needed.join(', ')}`)
  if (/\beval\(|\bnew Function\(/.test(code)) throw new Error(`${file} evaluates text`)
  return gzipSync(code).length
}

/** The size, which the documentation states too. */
function stated(size) {
  const [, said] = /one file, (\d+) kB compressed/.exec(readFileSync(join(root, 'docs/embedding.md'), 'utf8')) ?? []
  if (said === undefined || Math.abs(said * 1e3 - size) > 1e3) throw new Error(`docs/embedding.md says ${said} kB, it is ${kB(size)}`)
  return size
}

/** The gzip size of the files and all that they import statically. */
function firstLoad(files) {
  const seen = new Set()
  const pending = [...files]
  let sum = 0
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    const code = readFileSync(file, 'utf8')
    if (code.includes(mathjs)) throw new Error(`${file} contains mathjs`)
    const imports = statics(code)
    pending.push(...imports.filter(path => path.startsWith('.')).map(path => resolve(dirname(file), path)))
    sum += gzipSync(code).length
  }
  if (seen.size === 0) throw new Error('no script found')
  return sum
}

if (!existsSync(join(root, 'dist/index.js'))) throw new Error('nothing built: run `npm run build` first')
const kB = bytes => `${(bytes / 1e3).toFixed(1)} kB`
for (const { name, limit, goal = limit, measure } of budgets) {
  let line
  try {
    const size = await measure()
    if (size > limit) process.exitCode = 1
    line = `${kB(size).padStart(9)} of ${kB(limit).padStart(9)}  ${size > limit ? 'too large' : size > goal ? `over its goal of ${kB(goal)}` : 'ok'}`
  } catch (failure) {
    process.exitCode = 1
    line = `failed: ${failure.message}`
  }
  console.log(`${name.padEnd(20)}${line}`)
}
