import { defineConfig } from 'vite'
import { plugins, treeshake } from './scripts/bundle.js'
import { onefile } from './scripts/embed-plugin.js'

const notice = '/*! roofline, MIT. Contains Lit (BSD-3-Clause, Google LLC) and Valibot (MIT, Fabian Hiller). */'

/** Entry and name of each file, by mode. */
const files: Readonly<Record<string, readonly [entry: string, name: string]>> = { zh: ['src/ui/locales/zh.ts', 'zh.js'], more: ['src/embed/more.ts', 'more.js'] }
const main = ['src/embed.ts', 'roofline.js'] as const

/**
 * The elements and everything below them in one file for a script tag, `roofline.js`. For beside it, with `--mode more`, the
 * parts of the calculator that few models need, and with `--mode zh` the Chinese texts. mathjs, for typed formulas, stays
 * outside: a page that wants them names it in its import map.
 */
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [...onefile(), ...plugins()],
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: 'dist/embed',
    emptyOutDir: files[mode] === undefined,
    copyPublicDir: false,
    target: 'es2022',
    sourcemap: false,
    lib: { entry: (files[mode] ?? main)[0], formats: ['es'], fileName: () => (files[mode] ?? main)[1] },
    rolldownOptions: {
      external: /^mathjs($|\/)/,
      treeshake,
      output: { minify: true, codeSplitting: false, comments: false, banner: notice },
    },
  },
}))
