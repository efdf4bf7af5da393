import { defineConfig } from 'vitepress'

export default defineConfig({
  title: 'Handbook',
  // Vue leaves these elements to the browser.
  vue: { template: { compilerOptions: { isCustomElement: tag => tag.startsWith('roofline-') } } },
})
