import theme from 'vitepress/theme'
import './style.css'

export default {
  extends: theme,
  /** Elements need a browser, so that they are registered there and not while pages are rendered. */
  async enhanceApp() {
    if (!import.meta.env.SSR) await import('roofline/define')
  },
}
