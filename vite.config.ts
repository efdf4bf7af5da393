import { defineConfig } from 'vite'
import { plugins, together, treeshake } from './scripts/bundle.js'
import { firstAnswer } from './scripts/first-answer.js'

/** The planner: the page at the repository's root. What it loads first is one chunk: many small ones compress worse. */
export default defineConfig({
  base: './',
  // By number: a bare system need not know the name localhost.
  server: { host: '127.0.0.1' },
  plugins: [...plugins(), firstAnswer(), together()],
  build: { outDir: 'dist/app', emptyOutDir: true, target: 'es2022', rolldownOptions: { treeshake } },
  worker: { format: 'es', plugins },
})
