/** Registers the elements and speaks the language of the page. What explains is registered when it is asked for. */
import type { RooflineExplain } from './index.js'
import { whenAsked } from './explain/opener.js'
import { localeOf, RooflineCalculator, RooflineChart, RooflineCompare, RooflineGpus, RooflineKernels, RooflineMemory, RooflinePicker, setLocale } from './index.js'

const elements = {
  'roofline-calculator': RooflineCalculator, 'roofline-chart': RooflineChart, 'roofline-kernels': RooflineKernels, 'roofline-memory': RooflineMemory,
  'roofline-picker': RooflinePicker, 'roofline-compare': RooflineCompare, 'roofline-gpus': RooflineGpus,
}
for (const [name, element] of Object.entries(elements)) if (customElements.get(name) === undefined) customElements.define(name, element)
whenAsked(() => { void import('./explain/define.js') })
void setLocale(localeOf(document.documentElement.lang))

declare global {
  interface HTMLElementTagNameMap {
    'roofline-calculator': RooflineCalculator
    'roofline-chart': RooflineChart
    'roofline-compare': RooflineCompare
    'roofline-explain': RooflineExplain
    'roofline-gpus': RooflineGpus
    'roofline-kernels': RooflineKernels
    'roofline-memory': RooflineMemory
    'roofline-picker': RooflinePicker
  }
}
