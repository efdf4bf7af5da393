/** Registers what shows a training step; loaded with the first one. */
import { RooflineTraining } from '../roofline-training.js'

if (customElements.get('roofline-training') === undefined) customElements.define('roofline-training', RooflineTraining)
