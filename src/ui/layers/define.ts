/** Registers the table of layers; loaded with the first network. */
import { RooflineLayers } from '../roofline-layers.js'

if (customElements.get('roofline-layers') === undefined) customElements.define('roofline-layers', RooflineLayers)
