import { defineConfig } from 'vite'
import { plugins, treeshake } from './scripts/bundle.js'
import { onefile } from './scripts/embed-plugin.js'

const notice = '/*! roofline, MIT. Contains Lit (BSD-3-Clause, Google LLC) and Valibot (MIT, Fabian Hiller). */'

/**
 * The elements and everything below them in one file for a script tag, `roofline.js`, which loads no other. With
 * `--mode zh`, the Chinese texts for beside it. mathjs, for typed formulas, stays outside: a page that wants them names it
 * in its import map.
 */
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [...onefile(), ...plugins()],
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: 'dist/embed',
    emptyOutDir: mode !== 'zh',
    copyPublicDir: false,
    target: 'es2022',
    sourcemap: false,
    lib: { entry: mode === 'zh' ? 'src/ui/locales/zh.ts' : 'src/embed.ts', formats: ['es'], fileName: () => mode === 'zh' ? 'zh.js' : 'roofline.js' },
    rolldownOptions: {
      external: /^mathjs($|\/)/,
      treeshake,
      output: { minify: true, codeSplitting: false, comments: false, banner: notice },
    },
  },
}))
