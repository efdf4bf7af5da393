import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromium } from './scripts/chromium.js'
import { data } from './scripts/data-plugin.js'

const { executablePath, args, env } = await chromium()

export default defineConfig({
  plugins: [data()],
  test: {
    reporters: process.env['VITEST_REPORT'] ? ['default', ['json', { outputFile: process.env['VITEST_REPORT'] }]] : ['default'],
    passWithNoTests: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.d.ts', 'src/app.ts', 'src/cli/bin.ts'],
      reporter: ['text', 'json-summary'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['tests/node/**/*.test.ts'],
          // Properties over hundreds of scenarios, on machines that do other things as well.
          testTimeout: 20_000,
          benchmark: { include: ['tests/bench/**/*.bench.ts'] },
        },
      },
      {
        extends: true,
        test: { name: 'pages', environment: 'node', include: ['tests/pages/**/*.test.ts'], globalSetup: 'tests/pages/built.ts', testTimeout: 30_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        optimizeDeps: { include: ['fflate', 'lit', 'lit/decorators.js', 'chart.js', 'valibot', '@lit/localize', 'mathjs', 'mathjs/number'] },
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          browser: {
            enabled: true,
            // By number: a bare system need not know the name localhost.
            api: { host: '127.0.0.1' },
            headless: true,
            screenshotFailures: false,
            // Larger than any viewport of a test: a page that does not fit is drawn smaller.
            provider: playwright({ launchOptions: { executablePath, args, env }, contextOptions: { viewport: { width: 1600, height: 1400 }, reducedMotion: 'reduce' } }),
            viewport: { width: 900, height: 600 },
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
