/** What the bundles for browsers share: the page and the elements load as little as they can. */
import type { BuildEnvironmentOptions, Plugin } from 'vite'
import { data } from './data-plugin.js'

/**
 * Chart.js carries a color library for animated colors and for hovered points without a color of their own. The chart has
 * neither: nothing is animated, and Chart.js listens to no event. So its colors stay the text that they are.
 */
function withoutColors(): Plugin {
  const id = '\0colors.js'
  return {
    name: 'roofline:without-colors',
    enforce: 'pre',
    resolveId: request => request === '@kurkle/color' ? id : null,
    load: request => request === id ? 'export class Color { constructor(text) { this.text = text } }' : null,
  }
}

/** What an entry imports statically, however deep, in one chunk, whatever else is loaded on demand: small chunks compress worse. */
export function together(): Plugin {
  const first = new Set<string>()
  return {
    name: 'roofline:together',
    config: () => ({ build: { rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'index', test: id => first.has(id) }] } } } } }),
    buildEnd() {
      const pending = [...this.getModuleIds()].filter(id => this.getModuleInfo(id)?.isEntry)
      for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
        if (first.has(id)) continue
        first.add(id)
        pending.push(...this.getModuleInfo(id)?.importedIds ?? [])
      }
    },
  }
}

/** Plugins of a bundle for browsers. */
export const plugins = (): Plugin[] => [data({ browser: true }), withoutColors()]

/** Reading a property has no effect in what is bundled: so classes that are not used, with their tables of defaults, go. */
export const treeshake = { propertyReadSideEffects: false } satisfies NonNullable<BuildEnvironmentOptions['rolldownOptions']>['treeshake']
