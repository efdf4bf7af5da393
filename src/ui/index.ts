/** The elements as classes; `define.ts` registers them. */
export { RooflineCalculator } from './roofline-calculator.js'
export { RooflineChart } from './roofline-chart.js'
export { RooflineExplain } from './roofline-explain.js'
export { RooflineKernels } from './roofline-kernels.js'
export { RooflineMemory } from './roofline-memory.js'
export { RooflinePicker } from './roofline-picker.js'
export { localeOf, setLocale, type Locale } from './locale.js'
