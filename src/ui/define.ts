/** Registers the elements; those that not every page needs when they are asked for, or are there already. */
import { ask, whenAsked } from './asked.js'
import { moreFrom } from './more.js'
import { register } from './register.js'
import { RooflineCalculator } from './roofline-calculator.js'
import { RooflineChart } from './roofline-chart.js'
import { RooflineGpus } from './roofline-gpus.js'
import { RooflineKernels } from './roofline-kernels.js'
import { RooflineMemory } from './roofline-memory.js'
import { RooflinePicker } from './roofline-picker.js'

register({
  'roofline-calculator': RooflineCalculator, 'roofline-chart': RooflineChart, 'roofline-kernels': RooflineKernels, 'roofline-memory': RooflineMemory,
  'roofline-picker': RooflinePicker, 'roofline-gpus': RooflineGpus,
})
moreFrom(() => import('./more/index.js'))
whenAsked('roofline-compare', () => { void import('./compare/define.js') })
whenAsked('roofline-explain', () => { void import('./explain/define.js') })
whenAsked('roofline-layers', () => { void import('./layers/define.js') })
whenAsked('roofline-batches', () => { void import('./batches/define.js') })
whenAsked('roofline-training', () => { void import('./training/define.js') })
for (const name of ['roofline-compare', 'roofline-layers', 'roofline-batches', 'roofline-training'] as const) if (document.querySelector(name) !== null) ask(name)
