/** The elements in one file for a script tag: importing it registers them. What is left out stands in src/embed/parts.ts. */
import { register } from './ui/register.js'
import { RooflineCalculator } from './ui/roofline-calculator.js'
import { RooflineChart } from './ui/roofline-chart.js'
import { RooflineKernels } from './ui/roofline-kernels.js'
import { RooflineMemory } from './ui/roofline-memory.js'
import { RooflinePicker } from './ui/roofline-picker.js'

register({
  'roofline-calculator': RooflineCalculator, 'roofline-chart': RooflineChart, 'roofline-kernels': RooflineKernels,
  'roofline-memory': RooflineMemory, 'roofline-picker': RooflinePicker,
})
