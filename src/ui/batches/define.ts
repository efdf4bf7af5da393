/** Registers the chart of batches; loaded with the first forward pass. */
import { RooflineBatches } from '../roofline-batches.js'

if (customElements.get('roofline-batches') === undefined) customElements.define('roofline-batches', RooflineBatches)
