import { defineConfig } from 'vite'
import { data } from './scripts/data-plugin.js'

/**
 * The elements and everything below them in one file, for a script tag. Only mathjs, which weighs more than all the rest
 * and serves typed formulas alone, stays a dynamic import: a page that wants them names it in its import map.
 */
export default defineConfig({
  base: './',
  plugins: [data()],
  worker: { format: 'es', plugins: () => [data()], rolldownOptions: { external: /^mathjs($|\/)/ } },
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: 'dist/embed',
    emptyOutDir: true,
    copyPublicDir: false,
    target: 'es2022',
    sourcemap: false,
    lib: { entry: 'src/embed.ts', formats: ['es'], fileName: () => 'roofline.js' },
    rolldownOptions: { external: /^mathjs($|\/)/, output: { minify: true, codeSplitting: false } },
  },
})
