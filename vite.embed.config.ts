import { defineConfig } from 'vite'
import { plugins, treeshake } from './scripts/bundle.js'

/**
 * The elements and everything below them for a script tag: `roofline.js`, and beside it what it loads on demand, the chart,
 * the second language, the sources of the data. Only mathjs, which weighs more than all the rest and serves typed formulas
 * alone, stays outside: a page that wants them names it in its import map.
 */
export default defineConfig({
  base: './',
  plugins: plugins(),
  worker: { format: 'es', plugins, rolldownOptions: { external: /^mathjs($|\/)/ } },
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: 'dist/embed',
    emptyOutDir: true,
    copyPublicDir: false,
    target: 'es2022',
    sourcemap: false,
    lib: { entry: 'src/embed.ts', formats: ['es'], fileName: () => 'roofline.js' },
    rolldownOptions: {
      external: /^mathjs($|\/)/,
      treeshake,
      // The entry exports nothing, so that what it shares with the parts can stay in it.
      preserveEntrySignatures: 'allow-extension',
      output: { minify: true, chunkFileNames: '[name]-[hash].js' },
    },
  },
})
