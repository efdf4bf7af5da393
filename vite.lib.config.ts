import { defineConfig } from 'vite'
import { data } from './scripts/data-plugin.js'

/** Everything that is not a relative or absolute path is left for the installing project to provide. */
const external = (id: string) => !/^(\.|\/|[A-Za-z]:|\0|@oxc-project\/)/.test(id)

/** The library and the command line, one file per module. */
export default defineConfig({
  base: './',
  plugins: [data()],
  worker: { format: 'es', plugins: () => [data()] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    copyPublicDir: false,
    target: 'es2022',
    minify: false,
    sourcemap: false,
    lib: {
      entry: {
        'index': 'src/index.ts',
        'core': 'src/core.ts',
        'explain': 'src/explain.ts',
        'serving': 'src/serving.ts',
        'serving/index': 'src/serving/index.ts',
        'data/index': 'src/data.ts',
        'ui/index': 'src/ui/index.ts',
        'ui/define': 'src/ui/define.ts',
        'cli/bin': 'src/cli/bin.ts',
        'scenario/report': 'src/scenario/report.ts',
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external,
      output: { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' },
    },
  },
})
