/** Registers the elements. What explains is registered when it is asked for. */
import { whenAsked } from './explain/opener.js'
import { RooflineCalculator, RooflineChart, RooflineCompare, RooflineGpus, RooflineKernels, RooflineMemory, RooflinePicker } from './index.js'
import { register } from './register.js'

register({
  'roofline-calculator': RooflineCalculator, 'roofline-chart': RooflineChart, 'roofline-kernels': RooflineKernels, 'roofline-memory': RooflineMemory,
  'roofline-picker': RooflinePicker, 'roofline-compare': RooflineCompare, 'roofline-gpus': RooflineGpus,
})
whenAsked(() => { void import('./explain/define.js') })
