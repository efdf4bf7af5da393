/** Builds before the pages are opened, where the build is older than what goes into it. */
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Whether something that goes into the build is newer than the build, or there is none. */
function stale(): boolean {
  const built = statSync(join(root, 'dist', 'index.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const inputs = ['src', 'data', 'scripts'].flatMap(folder => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(file => join(root, folder, file)))
  const configs = ['app', 'embed', 'lib'].map(name => join(root, name === 'app' ? 'vite.config.ts' : `vite.${name}.config.ts`))
  return [...inputs, ...configs].some(file => statSync(file).mtimeMs > built)
}

/** Builds where that is needed; called by Vitest once, before the first test. */
export function setup(): void {
  if (!stale()) return
  // Vitest's own NODE_ENV would choose the development builds of packages.
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build'], { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } })
  if (status !== 0) throw new Error(`The build failed.\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`)
}
