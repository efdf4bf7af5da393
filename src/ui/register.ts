/** Registers elements and speaks the language of the page. */
import type { RooflineBatches, RooflineCalculator, RooflineChart, RooflineCompare, RooflineExplain, RooflineGpus, RooflineKernels, RooflineLayers, RooflineMemory, RooflinePicker, RooflineTraining } from './index.js'
import { localeOf, setLocale } from './locale.js'

/** Defines the elements that are not there yet. */
export function register(elements: Readonly<Record<string, CustomElementConstructor>>): void {
  for (const [name, element] of Object.entries(elements)) if (customElements.get(name) === undefined) customElements.define(name, element)
  // Without the texts of a language, English stays.
  setLocale(localeOf(document.documentElement.lang)).catch(() => undefined)
}

declare global {
  interface HTMLElementTagNameMap {
    'roofline-batches': RooflineBatches
    'roofline-calculator': RooflineCalculator
    'roofline-chart': RooflineChart
    'roofline-compare': RooflineCompare
    'roofline-explain': RooflineExplain
    'roofline-gpus': RooflineGpus
    'roofline-kernels': RooflineKernels
    'roofline-layers': RooflineLayers
    'roofline-memory': RooflineMemory
    'roofline-picker': RooflinePicker
    'roofline-training': RooflineTraining
  }
}
