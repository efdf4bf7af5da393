/** Registers the elements. What explains is registered when it is asked for. */
import { whenAsked } from './explain/opener.js'
import { register } from './register.js'
import { RooflineCalculator } from './roofline-calculator.js'
import { RooflineChart } from './roofline-chart.js'
import { RooflineCompare } from './roofline-compare.js'
import { RooflineGpus } from './roofline-gpus.js'
import { RooflineKernels } from './roofline-kernels.js'
import { RooflineMemory } from './roofline-memory.js'
import { RooflinePicker } from './roofline-picker.js'

register({
  'roofline-calculator': RooflineCalculator, 'roofline-chart': RooflineChart, 'roofline-kernels': RooflineKernels, 'roofline-memory': RooflineMemory,
  'roofline-picker': RooflinePicker, 'roofline-compare': RooflineCompare, 'roofline-gpus': RooflineGpus,
})
whenAsked(() => { void import('./explain/define.js') })
