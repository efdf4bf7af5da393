/** roofline: performance analysis of neural networks on NVIDIA GPUs. A Scenario goes in, a Report comes out. All parts are there. */
import './complete.js'

export * from './core.js'
export * from './explain.js'
